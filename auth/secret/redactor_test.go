package secret_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/secret"
)

// encoders are written apart from the package: the ways in which other
// programs write a text.
var encoders = []struct {
	name   string
	encode func(string) string
}{
	{"raw", func(s string) string { return s }},
	{"query", url.QueryEscape},
	{"path", url.PathEscape},
	{"query lower", func(s string) string { return lowerPercent(url.QueryEscape(s)) }},
	{"query twice", func(s string) string { return url.QueryEscape(url.QueryEscape(s)) }},
	{"query three times", func(s string) string { return url.QueryEscape(url.QueryEscape(url.QueryEscape(s))) }},
	{"every byte percent", func(s string) string { return eachByte(s, "%%%02X") }},
	{"every byte percent lower", func(s string) string { return eachByte(s, "%%%02x") }},
	{"json", jsonText},
	{"json with slashes", func(s string) string { return strings.ReplaceAll(jsonText(s), "/", `\/`) }},
	{"json ascii", func(s string) string { return asciiJSON(s, "%04x") }},
	{"json ascii upper", func(s string) string { return asciiJSON(s, "%04X") }},
	{"json in json", func(s string) string { return jsonText(jsonText(s)) }},
	{"json three times", func(s string) string { return jsonText(jsonText(jsonText(s))) }},
	{"json in url", func(s string) string { return url.QueryEscape(jsonText(s)) }},
	{"json in json in url", func(s string) string { return url.QueryEscape(jsonText(jsonText(s))) }},
	{"html", html.EscapeString},
	{"html named", strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").Replace},
	{"html numbers", func(s string) string { return eachRune(s, "&#%d;") }},
	{"html hex", func(s string) string { return eachRune(s, "&#x%X;") }},
	{"html of url", func(s string) string { return html.EscapeString(url.QueryEscape(s)) }},
	{"hex", func(s string) string { return hex.EncodeToString([]byte(s)) }},
	{"hex upper", func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) }},
	{"base64", enc(base64.StdEncoding)},
	{"base64 raw", enc(base64.RawStdEncoding)},
	{"base64url", enc(base64.URLEncoding)},
	{"base64url raw", enc(base64.RawURLEncoding)},
	{"base64 after one", func(s string) string { return enc(base64.StdEncoding)("a" + s) }},
	{"base64 after two", func(s string) string { return enc(base64.StdEncoding)("ab" + s) }},
	{"base64 before text", func(s string) string { return enc(base64.StdEncoding)("user:" + s + "\ntail") }},
	{"base64url before text", func(s string) string { return enc(base64.RawURLEncoding)("us:" + s + "tail") }},
	{"base64 in url", func(s string) string { return url.QueryEscape(enc(base64.StdEncoding)("x" + s)) }},
	{"base64 in json", func(s string) string { return strings.ReplaceAll(enc(base64.StdEncoding)("xy"+s), "/", `\/`) }},
	{"basic, form-encoded", func(s string) string { return enc(base64.StdEncoding)("id:" + url.QueryEscape(s)) }},
	{"base64 of json", func(s string) string { return enc(base64.StdEncoding)(`{"k":"` + jsonText(s) + `"}`) }},
	{"base64 wrapped", func(s string) string { return wrap(enc(base64.StdEncoding)("some text before "+s), 20) }},
}

func enc(e *base64.Encoding) func(string) string {
	return func(s string) string { return e.EncodeToString([]byte(s)) }
}

func jsonText(s string) string {
	b, _ := json.Marshal(s)
	return string(b[1 : len(b)-1])
}

func asciiJSON(s, format string) string { return eachRune16(s, `\u`+format) }

func eachByte(s, format string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, format, s[i])
	}
	return b.String()
}

func eachRune(s, format string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, format, r)
	}
	return b.String()
}

func eachRune16(s, format string) string {
	var b strings.Builder
	for _, r := range s {
		if r > 0xffff {
			r -= 0x10000
			fmt.Fprintf(&b, format, 0xd800+r>>10)
			r = 0xdc00 + r&0x3ff
		}
		fmt.Fprintf(&b, format, r)
	}
	return b.String()
}

func lowerPercent(s string) string {
	b := []byte(s)
	for i := range b {
		if b[i] == '%' && i+2 < len(b) {
			copy(b[i:], bytes.ToLower(b[i:i+3]))
		}
	}
	return string(b)
}

func wrap(s string, width int) string {
	var lines []string
	for len(s) > width {
		lines, s = append(lines, s[:width]), s[width:]
	}
	return strings.Join(append(lines, s), "\r\n")
}

// Security rule 30: a secret is hidden in every encoding.
func TestMust30RedactHidesEveryEncoding(t *testing.T) {
	values := []string{
		"abcdef", "s3cr3t", canary, `quote"back\slash/and & <tag> 'x'`, "with space+plus%percent",
		"pässwörd-ключ-🔑", "%25%2525", "line one\nline two", "a\tb\tc\td", "{{not.mine}}", "ab=cd==",
		strings.Repeat("long", 300), "\\\\\\\\\\\\", "&&&&&&", "++++++", "???>>>~~~???", "%%%%%%",
	}
	for _, value := range values {
		r := secret.NewRedactor()
		r.Add("input.key", value)
		for _, e := range encoders {
			text := "before " + e.encode(value) + " after"
			got := r.Redact(text)
			if !strings.Contains(got, secret.Mask) {
				t.Errorf("%s of %q: Redact(%q) = %q, want it masked", e.name, value, text, got)
			}
			if !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
				t.Errorf("%s of %q: Redact took more than the secret: %q", e.name, value, got)
			}
			if found := r.Find([]byte(got)); found != nil {
				t.Errorf("%s of %q: still found after Redact: %v", e.name, value, found)
			}
		}
	}
}

func TestRedactTakesExactlyTheSecret(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"nothing", "a text without", "a text without"},
		{"empty", "", ""},
		{"twice", "s3cr3t-s3cr3t", "[secret]-[secret]"},
		{"side by side", "s3cr3ts3cr3t", "[secret][secret]"},
		{"query", "https://h/?key=p%40ss%2Fword&x=1", "https://h/?key=[secret]&x=1"},
		{"json", `{"key":"p@ss\/word","n":1}`, `{"key":"[secret]","n":1}`},
		{"part of a word", "xs3cr3tx", "x[secret]x"},
		{"cut off", "s3cr3", "s3cr3"},
		{"other case", "S3CR3T", "S3CR3T"},
		{"the end of base64", "Basic " + base64.StdEncoding.EncodeToString([]byte("me:s3cr3t")), "Basic bWU6[secret]"},
		{"too short for its value", "tiny", "tiny"},
		{"longest first", "s3cr3t-and-more", "[secret]"},
		{"overlapping", "xabcdefghijklx", "x[secret]x"},
	}
	r := secret.NewRedactor()
	for _, s := range []string{"s3cr3t", "p@ss/word", "tiny", "s3cr3t-and-more", "abcdefgh", "efghijkl"} {
		r.Add("", s)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := r.Redact(tt.in); got != tt.want {
				t.Errorf("Redact(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestPlacehold(t *testing.T) {
	r := secret.NewRedactor()
	r.Add("input.apiKey", "key-of-the-user")
	r.Add("credentials.access_token", "token-123456")
	r.Add("input.again", "key-of-the-user")
	r.Add("", "nameless")
	r.Add("long", "token-123456-and-more")
	r.Add("padded", "  with blanks around\n")
	tests := []struct{ in, want string }{
		{`{"k":"key-of-the-user"}`, `{"k":"{{input.apiKey}}"}`},
		{"a token-123456!", "a {{credentials.access_token}}!"},
		{"token-123456-and-more", "{{long}}"},
		{"nameless", "{{secret}}"},
		{"x with blanks around y", "x {{padded}} y"},
	}
	for _, tt := range tests {
		if got := r.Placehold(tt.in); got != tt.want {
			t.Errorf("Placehold(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestFindSaysNameEncodingAndPlace(t *testing.T) {
	r := secret.NewRedactor()
	r.Add("input.apiKey", "p@ss/word")
	text := "p@ss/word p%40ss%2fword " + hex.EncodeToString([]byte("p@ss/word")) + " cEBzcy93b3Jk"
	want := []secret.Match{
		{Name: "input.apiKey", Encoding: "text", Start: 0, End: 9},
		{Name: "input.apiKey", Encoding: "escaped", Start: 10, End: 23},
		{Name: "input.apiKey", Encoding: "hex", Start: 24, End: 42},
		{Name: "input.apiKey", Encoding: "base64", Start: 43, End: 55},
	}
	if diff := cmp.Diff(want, r.Find([]byte(text))); diff != "" {
		t.Errorf("Find (-want +got):\n%s", diff)
	}
}

func TestFindPassesOverItsOwnWords(t *testing.T) {
	r := secret.NewRedactor()
	r.Add("input.password", "password")
	r.Add("input.other", "secret")
	if got := r.Find([]byte("{{input.password}} [secret] {{input.other}}")); got != nil {
		t.Errorf("Find = %v, want nothing", got)
	}
	if got := r.Find([]byte("{{input.passwordx}} password")); len(got) != 2 {
		t.Errorf("Find = %v, want both", got)
	}
}

func TestWriterFindsSecretsInPieces(t *testing.T) {
	r := secret.NewRedactor()
	r.Add("a", canary)
	r.Add("b", "abcdefgh")
	r.Add("c", "efghijkl")
	for _, e := range encoders {
		text := "start " + e.encode(canary) + " middle abcdefghijkl " + e.encode(canary) + " canary-9f3k"
		want := r.Redact(text)
		for size := 1; size < 9; size++ {
			var out bytes.Buffer
			w := r.Writer(&out)
			for rest := text; rest != ""; {
				n := min(size, len(rest))
				if wrote, err := w.Write([]byte(rest[:n])); wrote != n || err != nil {
					t.Fatalf("Write = %d, %v, want %d", wrote, err, n)
				}
				rest = rest[n:]
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if out.String() != want {
				t.Errorf("%s by %d: wrote %q, want %q", e.name, size, out.String(), want)
			}
		}
	}
}

func TestWriterHoldsBackNoMoreThanItMust(t *testing.T) {
	r := secret.NewRedactor()
	r.Add("", "s3cr3t")
	var out bytes.Buffer
	w := r.Writer(&out)
	steps := []struct{ write, want string }{
		{"plain text.\n", "plain text.\n"},
		{"a s3c", "plain text.\na "},
		{"x", "plain text.\na s3cx"},
		{"s3cr3", "plain text.\na s3cx"},
		{"t!", "plain text.\na s3cx[secret]!"},
	}
	for _, s := range steps {
		if _, err := w.Write([]byte(s.write)); err != nil {
			t.Fatal(err)
		}
		if out.String() != s.want {
			t.Errorf("after %q: %q, want %q", s.write, out.String(), s.want)
		}
	}
	_, _ = w.Write([]byte("s3"))
	if err := w.Flush(); err != nil || !strings.HasSuffix(out.String(), "!s3") {
		t.Errorf("after Flush: %q, %v", out.String(), err)
	}
}

func TestWriterGivesTheErrorBelow(t *testing.T) {
	broken := errors.New("disk full")
	w := secret.NewRedactor().Writer(writerFunc(func([]byte) (int, error) { return 0, broken }))
	if _, err := w.Write([]byte("text")); !errors.Is(err, broken) {
		t.Errorf("Write = %v, want %v", err, broken)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// A text made to be slow must not be: every character begins an escape, and
// the secret is made of the characters that do.
func TestRedactEndsOnHostileText(t *testing.T) {
	r := secret.NewRedactor()
	r.Add("", strings.Repeat("%25", 60)+"x")
	r.Add("", strings.Repeat(`\\`, 60)+"x")
	r.Add("", strings.Repeat("&amp;", 60)+"x")
	for _, unit := range []string{"%25", `\`, "&amp;", "%", "%5C", "+"} {
		r.Redact(strings.Repeat(unit, 200))
	}
}
