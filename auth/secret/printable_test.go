package secret_test

import (
	"testing"

	"github.com/connector-spec/connector/auth/secret"
)

// Security rule 33: nothing that a server sends steers the terminal.
func TestMust33PrintableEscapesControls(t *testing.T) {
	tests := []struct{ name, in, text, line string }{
		{"plain", "naïve 日本 🔑", "naïve 日本 🔑", "naïve 日本 🔑"},
		{"layout", "a\tb\nc", "a\tb\nc", `a\tb\nc`},
		{"return", "a\r\nb", "a\\r\nb", `a\r\nb`},
		{"CSI", "\x1b[31mred\x1b[0m", `\x1b[31mred\x1b[0m`, `\x1b[31mred\x1b[0m`},
		{"OSC 8", "\x1b]8;;http://evil\x07x", `\x1b]8;;http://evil\x07x`, `\x1b]8;;http://evil\x07x`},
		{"OSC 52", "\x1b]52;c;ZXZpbA==\x1b\\", `\x1b]52;c;ZXZpbA==\x1b\`, `\x1b]52;c;ZXZpbA==\x1b\`},
		{"C1", "\u009b31m", `\x9b31m`, `\x9b31m`},
		{"C1 as a byte", "\x9b31m", `\x9b31m`, `\x9b31m`},
		{"DEL and NUL", "a\x7f\x00", `a\x7f\x00`, `a\x7f\x00`},
		{"bidi", "\u202etxt.exe\u2066\u200f", `\u202etxt.exe\u2066\u200f`, `\u202etxt.exe\u2066\u200f`},
		{"separators", "a\u2028b\u2029", `a\u2028b\u2029`, `a\u2028b\u2029`},
		{"tags", "a\U000e0041", `a\U000e0041`, `a\U000e0041`},
		{"replacement character", "\ufffd", "\ufffd", "\ufffd"},
		{"empty", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := secret.Printable(tt.in); got != tt.text {
				t.Errorf("Printable(%q) = %q, want %q", tt.in, got, tt.text)
			}
			if got := secret.PrintableLine(tt.in); got != tt.line {
				t.Errorf("PrintableLine(%q) = %q, want %q", tt.in, got, tt.line)
			}
		})
	}
}
