package secret_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/connector-spec/connector/auth/secret"
)

// FuzzRedact puts a secret, in some encoding, into some text. After Redact it
// is found in no encoding, neither by the redactor nor by plain search, and
// the writer gives the same however the text is cut.
func FuzzRedact(f *testing.F) {
	f.Add("before ", "s3cr3t", " after", byte(0), byte(1))
	f.Add(`{"k":"`, canary, `"}`, byte(9), byte(3))
	f.Add("%25", "%25%2525", "%", byte(4), byte(2))
	f.Add("\\", "a\\u0041\"b", "\\\\", byte(12), byte(5))
	f.Add("&amp;", "&amp;lt;x", "amp;", byte(16), byte(4))
	f.Add("QUJD", "abcabcabc", "QQ==", byte(27), byte(7))
	f.Fuzz(func(t *testing.T, before, value, after string, which, size byte) {
		if !utf8.ValidString(value) || utf8.RuneCountInString(value) < secret.MinLength || strings.ContainsAny(value, "[]") ||
			strings.Contains(secret.Mask, value) || len(value) > 500 {
			return // a mask would hold a part of it, or encoders would change it
		}
		r := secret.NewRedactor()
		r.Add("n", value)
		text := before + encoders[int(which)%len(encoders)].encode(value) + after
		got := r.Redact(text)
		if !strings.Contains(got, secret.Mask) {
			t.Fatalf("Redact(%q) of %q = %q, want it masked", text, value, got)
		}
		if found := r.Find([]byte(got)); found != nil {
			t.Fatalf("Redact(%q) of %q = %q, where %v is found", text, value, got, found)
		}
		for _, e := range encoders {
			for piece := range strings.SplitSeq(got, secret.Mask) {
				if strings.Contains(piece, e.encode(value)) {
					t.Fatalf("Redact(%q) of %q = %q, which holds it as %s", text, value, got, e.name)
				}
			}
		}
		if r.Redact(got) != got {
			t.Fatalf("Redact twice: %q, then %q", got, r.Redact(got))
		}
		var out bytes.Buffer
		w := r.Writer(&out)
		for rest := []byte(text); len(rest) > 0; {
			n := min(1+int(size), len(rest))
			_, _ = w.Write(rest[:n])
			rest = rest[n:]
		}
		_ = w.Close()
		if out.String() != got {
			t.Fatalf("Writer gives %q, Redact %q", out.String(), got)
		}
	})
}

// FuzzLookalikes asserts that matches are places of the text, in order.
func FuzzLookalikes(f *testing.F) {
	f.Add(`{"password":"hunter22","u":"https://u:pw@h/x"}`)
	f.Add("-----BEGIN PRIVATE KEY-----\\nAAAA")
	f.Add("Basic dXNlcjpwYXNz eyJhbGciOiJub25lIn0.e30.x \\u00e9 {{a}} %7B%7Bb%7D%7D")
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, m := range secret.Lookalikes(text) {
			if m.Start < last || m.End <= m.Start || m.End > len(text) || m.Name == "" {
				t.Fatalf("Lookalikes(%q) has %+v after offset %d", text, m, last)
			}
			last = m.End
		}
		if p := secret.PrintableLine(text); secret.PrintableLine(p) != p || !utf8.ValidString(p) {
			t.Fatalf("PrintableLine(%q) = %q", text, p)
		}
	})
}
