package formula

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzReadJSON holds the quick reader against encoding/json: what it reads, that
// reads as well, and as the same.
func FuzzReadJSON(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,-2.5e-3,0,"x\"\u00e9\ud83d\ude00\ud800","\t"],"b":null,"c":{"d":true,"e":false},"a":2}`, "01", "-", "1.", "1e", "[1,]", `{"a" 1}`,
		"\"\x01\"", `"\q"`, "nul", "[[[[]]]]", " 1 2", `{"":{}}`, "1e999", strings.Repeat("[", 103) + strings.Repeat("]", 103), "\ufeff1", `"\u12"`, `"a`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !utf8.Valid(data) {
			return
		}
		quick, ok := readJSON(data)
		want, err := decodeJSON(data)
		if ok && (err != nil || quick.String() != want.String() || !quick.Equal(want)) {
			t.Fatalf("%q: read as %v; encoding/json: %v, %v", data, quick, want, err)
		}
		if !ok && err == nil {
			t.Fatalf("%q is left to encoding/json, which reads it", data)
		}
	})
}

func BenchmarkParseJSON(b *testing.B) {
	data := []byte(`{"access_token":"{{credentials.access_token}}","expires_in":3600,"scope":"read write","user":{"id":17,"name":"Ada \"L\"","tags":["a","b",null,true]}}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseJSON(data); err != nil {
			b.Fatal(err)
		}
	}
}
