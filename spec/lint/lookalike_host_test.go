package lint_test

import (
	"slices"
	"testing"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

func TestLookalikeHosts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, url string
		hint      string // "" for a host that is what it looks like
	}{
		{"plain", "https://api.example.com/x", ""},
		{"one dot leader", "https://eu\u2024example.com", `did you mean "eu.example.com"?`},
		{"ideographic full stop", "https://eu\u3002example.com", `did you mean "eu.example.com"?`},
		{"Cyrillic letter among Latin ones", "https://ex\u0430mple.com", `did you mean "example.com"?`},
		{"label that looks Latin from end to end", "https://\u0440\u0430\u0443.com", `did you mean "pay.com"?`},
		{"Greek letter among Latin ones", "https://g\u03BFogle.com", `did you mean "google.com"?`},
		{"full width", "https://\uFF45xample.com", `did you mean "example.com"?`},
		{"hyphen", "https://my\u2011shop.example.com", `did you mean "my-shop.example.com"?`},
		{"nothing to see", "https://exam\u200Bple.com", `did you mean "example.com"?`},
		{"slash that is none", "https://example.com\u2044.evil.example", `did you mean "example.com/.evil.example"?`},
		{"encoded", "https://xn--exmple-4nf.com/x", `did you mean "example.com"?`},
		{"encoded behind a label", "https://api.xn--exmple-4nf.com:8443", `did you mean "api.example.com:8443"?`},
		{"path is not looked at", "https://example.com/\u0440\u0430\u0443", ""},
		{"expression", `https://${connection.name + "\u2024"}.example.com`, ""},
		{"Russian name", "https://\u043F\u043E\u0447\u0442\u0430.\u0440\u0444", ""},
		{"German name", "https://m\u00FCller.example", ""},
		{"Japanese name", "https://\u4F8B\u3048.jp", ""},
		{"encoded German name", "https://xn--mller-kva.example", ""},
		{"broken encoding", "https://xn--99999999999999999.example", ""},
		{"encoding of nothing", "https://xn--.example", ""},
		{"joiner that an alphabet needs", "https://\u0646\u0627\u0645\u0647\u200C\u0627\u06CC.example", ""},
	}
	for _, test := range tests {
		c, _ := spec.LoadText("spec.json", []byte(`{"name": "Example", "description": `+formula.String("See "+test.url).String()+`, "auth": {"type": "none", "baseUri": "https://api.example.com"}}`))
		_, diagnostics := lint.Run(c, lint.Options{})
		i := slices.IndexFunc(diagnostics, func(d spec.Diagnostic) bool { return d.Code == "lookalike-host" })
		switch {
		case i < 0 && test.hint != "":
			t.Errorf("%s: nothing is said, want %s", test.name, test.hint)
		case i >= 0 && diagnostics[i].Hint != test.hint:
			t.Errorf("%s: hint %q, want %q", test.name, diagnostics[i].Hint, test.hint)
		}
	}
}
