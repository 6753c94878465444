package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/spec"
)

// underline returns the lines of a file that a diagnostic covers, with carets
// below them.
func underline(source *spec.Source, d spec.Diagnostic) string {
	var b strings.Builder
	for line := d.Line; line <= d.EndLine; line++ {
		text := source.Line(line)
		from, to := 1, len([]rune(text))+1
		if line == d.Line {
			from = d.Column
		}
		if line == d.EndLine {
			to = d.EndColumn
		}
		fmt.Fprintf(&b, "%s|\n%s%s|\n", text, strings.Repeat(" ", from-1), strings.Repeat("^", to-from))
	}
	return b.String()
}

func TestDiagnosePlaces(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, in, pointer string
		at                spec.At
		want              string
	}{
		{"a plain value", "a: 1\nbc: some text # no\n", "/bc", spec.AtValue(), "bc: some text # no|\n    ^^^^^^^^^|\n"},
		{"its key", "a: 1\nbc: some text\n", "/bc", spec.AtKey(), "bc: some text|\n^^|\n"},
		{"a key in quotes", "\"b c\" : 1\n", "/b c", spec.AtKey(), "\"b c\" : 1|\n^^^^^|\n"},
		{"columns are code points", "é: \"世界\" # 😀\n😀: {ü: ß}\n", "/😀/ü", spec.AtValue(), "😀: {ü: ß}|\n       ^|\n"},
		{"tabs are one column", "a:\t\tb\n", "/a", spec.AtValue(), "a:\t\tb|\n    ^|\n"},
		{"CRLF", "a: 1\r\nb: cd\r\n", "/b", spec.AtValue(), "b: cd|\n   ^^|\n"},
		{"after a byte order mark", "\ufeffa: b\n", "/a", spec.AtValue(), "a: b|\n   ^|\n"},
		{"quotes belong to the value", "a: 'it''s'\n", "/a", spec.AtValue(), "a: 'it''s'|\n   ^^^^^^^|\n"},
		{"quotes over lines", "a: \"b\n  c\" # d\n", "/a", spec.AtValue(), "a: \"b|\n   ^^|\n  c\" # d|\n^^^^|\n"},
		{"plain text over lines", "a: b\n  c # d\n", "/a", spec.AtValue(), "a: b|\n   ^|\n  c # d|\n^^^|\n"},
		{"a block is its header", "a: |- # b\n  c\n  d\n", "/a", spec.AtValue(), "a: |- # b|\n   ^^|\n"},
		{"a flow list", "a: [b, [c], ] # d\n", "/a", spec.AtValue(), "a: [b, [c], ] # d|\n   ^^^^^^^^^^|\n"},
		{"a flow object", "a: {b: {}, c: } # d\n", "/a", spec.AtValue(), "a: {b: {}, c: } # d|\n   ^^^^^^^^^^^^|\n"},
		{"a flow object over lines", "a: {\n  b: c, # }\n  }\n", "/a", spec.AtValue(), "a: {|\n   ^|\n  b: c, # }|\n^^^^^^^^^^^|\n  }|\n^^^|\n"},
		{"an object that ends with a block", "a:\n  b: |\n    c\n    de\n\nf: 1\n", "/a", spec.AtValue(), "  b: ||\n  ^^^^|\n    c|\n^^^^^|\n    de|\n^^^^^^|\n"},
		{"after a line separator", "a: 'x\u2028y'\nb: c\n", "/b", spec.AtValue(), "b: c|\n   ^|\n"},
		{"far along a line", "[" + strings.Repeat("é世, ", 500) + "x]\n", "/500", spec.AtValue(), "[" + strings.Repeat("é世, ", 500) + "x]|\n" + strings.Repeat(" ", 2001) + "^|\n"},
		{"a pair in a list", "a: [b: c, d]\n", "/a/0", spec.AtValue(), "a: [b: c, d]|\n    ^^^^|\n"},
		{"an object", "a:\n  b: 1\n  c: [2]\nd: 3\n", "/a", spec.AtValue(), "  b: 1|\n  ^^^^|\n  c: [2]|\n^^^^^^^^|\n"},
		{"a list", "a:\n- b\n- c: 1\nd: 3\n", "/a", spec.AtValue(), "- b|\n^^^|\n- c: 1|\n^^^^^^|\n"},
		{"an empty value is its key", "a:\n  bc:\n  d: 1\n", "/a/bc", spec.AtValue(), "  bc:|\n  ^^|\n"},
		{"an empty item is its dash", "a:\n  -\n  - 1\n", "/a/0", spec.AtValue(), "  -|\n  ^|\n"},
		{"an empty value in a flow object", "{a: , b: }\n", "/b", spec.AtValue(), "{a: , b: }|\n      ^|\n"},
		{"anchor and tag are not the value", "a: &x !!str 12\n", "/a", spec.AtValue(), "a: &x !!str 12|\n            ^^|\n"},
		{"an anchor on a line of its own", "a: &x\n  # c\n  b: 1\n", "/a", spec.AtValue(), "  b: 1|\n  ^^^^|\n"},
		{"an alias", "a: &x [1]\nb: *x\n", "/b", spec.AtValue(), "b: *x|\n   ^^|\n"},
		{"within an alias", "a: &x [1]\nb: *x\n", "/b/0", spec.AtValue(), "a: &x [1]|\n       ^|\n"},
		{"an item is known by its first key", "- a: 1\n  b: 2\n- c\n", "/0", spec.AtKey(), "- a: 1|\n  ^|\n"},
		{"escapes in pointers", "a/b:\n  c~d: e\n", "/a~1b/c~0d", spec.AtValue(), "  c~d: e|\n       ^|\n"},
		{"the last of repeated keys", "a: 1\na: 2\n", "/a", spec.AtValue(), "a: 2|\n   ^|\n"},
		{"text", "a: Bearer ${b}\n", "/a", spec.AtText(9, 1), "a: Bearer ${b}|\n            ^|\n"},
		{"text after its end", "a: 'bc'\n", "/a", spec.AtText(2, 1), "a: 'bc'|\n      |\n"},
		{"text that is too long", "a: 'bc'\n", "/a", spec.AtText(1, 9), "a: 'bc'|\n     ^|\n"},
		{"text over lines", "a: |\n  b\n  cd\n", "/a", spec.AtText(0, 4), "  b|\n  ^|\n  cd|\n^^^^|\n"},
		{"text of a number", "a: 123\n", "/a", spec.AtText(1, 1), "a: 123|\n    ^|\n"},
		{"text of no text", "a: [1]\n", "/a", spec.AtText(1, 1), "a: [1]|\n   ^^^|\n"},
		{"text of nothing", "a: ''\n", "/a", spec.AtText(0, 1), "a: ''|\n   ^^|\n"},
		{"a missing field points at its owner", "a:\n  b:\n    c: 1\n", "/a/b/x", spec.AtValue(), "  b:|\n  ^|\n"},
		{"far below the owner", "a:\n  b: 1\n", "/a/x/y/0", spec.AtText(3, 4), "a:|\n^|\n"},
		{"missing in an item", "a:\n  - b: 1\n    c: 2\n", "/a/0/x", spec.AtValue(), "  - b: 1|\n    ^|\n"},
		{"missing in an item that is a list", "- - {a: b}\n", "/0/1", spec.AtValue(), "- - {a: b}|\n    ^^^^^^|\n"},
		{"missing at the top", "# c\n\nab: 1\n", "/x", spec.AtKey(), "ab: 1|\n^^|\n"},
		{"missing in an empty object", "a: 1\nb: {}\n", "/b/x", spec.AtValue(), "b: {}|\n^|\n"},
		{"an item past the end", "a: [1]\n", "/a/1", spec.AtValue(), "a: [1]|\n^|\n"},
		{"a pointer that is none", "a: [1]\n", "a", spec.AtValue(), "a: [1]|\n^|\n"},
		{"an index with a leading zero", "a: [1]\n", "/a/00", spec.AtValue(), "a: [1]|\n^|\n"},
		{"a file that cannot be read", "a: [\n", "/a", spec.AtValue(), "a: [|\n|\n"},
		{"the document", "a: 1\n", "", spec.AtValue(), "a: 1|\n^^^^|\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			source, _ := spec.Parse("f.yml", []byte(c.in))
			d := source.Diagnose("code", spec.Warning, c.pointer, c.at, "message", "hint")
			if diff := cmp.Diff(c.want, underline(source, d)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", c.in, diff)
			}
			d.Line, d.Column, d.EndLine, d.EndColumn, d.Text = 0, 0, 0, 0, ""
			want := spec.Diagnostic{Code: "code", Severity: spec.Warning, File: "f.yml", Pointer: c.pointer, Message: "message", Hint: "hint"}
			if diff := cmp.Diff(want, d); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSourceAnswers(t *testing.T) {
	t.Parallel()
	source, list := spec.Parse("dir/f.yml", []byte("a: 1.10\nb: 'x'\nc: |\n  y\nd: >-\n  z\ne: \"w\"\nf: [on]\ng:\nh: 2001-01-01\n007: 1\n"))
	if len(list) > 0 || !source.Readable() || source.Name() != "dir/f.yml" {
		t.Fatalf("%v, %v, %v", list, source.Readable(), source.Name())
	}
	if got, want := source.Value().String(), `{"a":1.1,"b":"x","c":"y\n","d":"z","e":"w","f":["on"],"g":null,"h":"2001-01-01","007":1}`; got != want {
		t.Errorf("value %s, want %s", got, want)
	}
	type answer struct {
		text  string
		style string
		ok    bool
		has   bool
	}
	want := map[string]answer{
		"/a":   {"1.10", "plain", true, true},
		"/b":   {"x", "single-quoted", true, true},
		"/c":   {"y\n", "literal", true, true},
		"/d":   {"z", "folded", true, true},
		"/e":   {"w", "double-quoted", true, true},
		"/f":   {"", "plain", false, true},
		"/f/0": {"on", "plain", true, true},
		"/f/1": {"", "plain", false, false},
		"/g":   {"", "plain", true, true},
		"/007": {"1", "plain", true, true},
		"/x":   {"", "plain", false, false},
		"":     {"", "plain", false, true},
	}
	got := map[string]answer{}
	for pointer := range want {
		text, style, ok := source.Scalar(pointer)
		got[pointer] = answer{text, style.String(), ok, source.Has(pointer)}
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(answer{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestQuoteFix(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, in, pointer, want string }{
		{"a number keeps its source text", "\ufeffé: 1.10 # c\n", "/é", "\ufeffé: \"1.10\" # c\n"},
		{"a boolean", "a: [no, true]\r\n", "/a/1", "a: [no, \"true\"]\r\n"},
		{"an octal number", "a: {b: 017}\n", "/a/b", "a: {b: \"017\"}\n"},
		{"null", "a: ~\n", "/a", "a: \"~\"\n"},
		{"text with double quotes", "a: say \"hi\" to it's\n", "/a", "a: 'say \"hi\" to it''s'\n"},
		{"after an anchor", "a: &x 1\n", "/a", "a: &x \"1\"\n"},
		{"not what is empty", "a:\n", "/a", ""},
		{"not what is in quotes", "a: '1'\n", "/a", ""},
		{"not a list", "a: [1]\n", "/a", ""},
		{"not an alias", "a: &x 1\nb: *x\n", "/b", ""},
		{"not over lines", "a: b\n  c\n", "/a", ""},
		{"not what is missing", "a: 1\n", "/b", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			source, _ := spec.Parse("f.yml", []byte(c.in))
			got := ""
			if fix := source.QuoteFix(c.pointer); fix != nil {
				got = string(applyFix([]byte(c.in), *fix))
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestEdit(t *testing.T) {
	t.Parallel()
	in := "\ufeffa:\n  acess: &x 'b\\c'\n"
	source, _ := spec.Parse("f.yml", []byte(in))
	key, _ := source.Edit("/a/acess", spec.AtKey(), "access")
	value, _ := source.Edit("/a/acess", spec.AtValue(), "d")
	text, _ := source.Edit("/a/acess", spec.AtText(1, 1), "/")
	got := []string{}
	for _, edit := range []spec.Edit{key, value, text} {
		got = append(got, string(applyFix([]byte(in), spec.Fix{Edits: []spec.Edit{edit}})))
	}
	want := []string{"\ufeffa:\n  access: &x 'b\\c'\n", "\ufeffa:\n  acess: &x d\n", "\ufeffa:\n  acess: &x 'b/c'\n"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, ok := source.Edit("/b", spec.AtKey(), "c"); ok {
		t.Error("an edit of what is missing")
	}
}
