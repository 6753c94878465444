package cassette_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/connector-spec/connector/auth/cassette"
)

// What a run makes of a secret is found in headers, queries and bodies.
func TestDerivedValues(t *testing.T) {
	tape := cassette.NewTape(plain(200, `{}`), options)
	run := func(rt http.RoundTripper, key string) {
		back := []byte(key)
		slices.Reverse(back)
		_, _, _ = send(rt, "POST", "https://h/x?plain=same-value&q="+string(back[1:]), `{"a":"`+string(back[2:])+`"}`, "X-Rev", "Token "+string(back), "X-Key", key)
	}
	run(tape, "0123canarykey")
	r := known()
	r.Add("input.key", "0123canarykey")
	shadow, err := tape.Shadow(r)
	if err != nil {
		t.Fatal(err)
	}
	run(shadow, "{{input.key}}")
	want := []string{"Token yekyranac3210", "ekyranac3210", "kyranac3210", "yekyranac3210"}
	slices.Sort(want)
	if got := shadow.Derived(); !slices.Equal(got, want) {
		t.Errorf("Derived = %q, want %q", got, want)
	}
}
