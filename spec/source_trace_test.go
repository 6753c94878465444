package spec

import (
	"testing"

	"gopkg.in/yaml.v3"
)

// FuzzTrace reads every scalar of a file again where the YAML library says it
// stands: the text must be the same, or places within it would be wrong.
func FuzzTrace(f *testing.F) {
	for _, seed := range []string{
		"a: b c\n  d\n\n  e\n", "a: 'it''s\n  b'", "\"a\\\n  \\x41\\u00e9\\n b\": c", "a: |2+\n   x\n\n   y\n\n",
		"a: >-\n  b\n  c\n\n   d\n  e\n", "- &a !!str b\n- *a\n- {? c, d: e}\n- [f: g]\n", "a: |\n\n\n", "é: [\"ü\", x ,y]\r\n", "a:\n- b\n-\n- \n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, _ := Parse("f.yml", data)
		if root := s.nodes(); root != nil {
			checkTraces(t, s, root)
		}
	})
}

func checkTraces(t *testing.T, s *Source, n *yaml.Node) {
	t.Helper()
	at := s.valueSpan(n)
	if at.start > at.end || at.end > len(s.data) {
		t.Errorf("%q stands at %v", n.Value, at)
	}
	if n.Kind == yaml.ScalarNode {
		if got := s.trace(n, s.contentStart(n)); string(got.out) != n.Value {
			t.Errorf("%q is traced as %q from %d:%d", n.Value, got.out, n.Line, n.Column)
		}
	}
	for _, child := range n.Content {
		checkTraces(t, s, child)
	}
}
