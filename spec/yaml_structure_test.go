package spec

import (
	"bytes"
	"io"
	"testing"
	"unicode/utf8"
)

// FuzzLocate compares the tokens that errors are placed by with the YAML
// library: they must refuse the same files.
func FuzzLocate(f *testing.F) {
	for _, seed := range []string{"a: 1\n", "a: [b, {c: d}]\n", "- x\n- |\n  y\n", "? a\n: b\n", "&a x: *a\n", "\"a\\\n b\": c", "a: >2-\n    x\n\n  y", "[a: b, ? c : d]", "!%C3%A9 a", "!%C0", "--- !!str a\n...\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r := &reader{Source: newSource("f.yml", data, 0)}
		if !utf8.Valid(data) || !r.prescan() || len(r.found) > 0 {
			return
		}
		_, _, err := decodeYAML(bytes.NewReader(data))
		fault, _, _ := locate(data)
		if refused := err != nil && err != io.EOF; refused != (fault != nil) {
			t.Errorf("the YAML library says %v, the tokens say %+v", err, fault)
		}
	})
}
