package spec_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/spec"
)

func codes(list []spec.Diagnostic) []string {
	out := make([]string, len(list))
	for i, d := range list {
		out[i] = fmt.Sprintf("%d:%d %s", d.Line, d.Column, d.Code)
	}
	return out
}

// nested returns n flow lists within each other.
func nested(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// bomb returns lists of 10 aliases each to the list before.
func bomb(levels int) string {
	var b strings.Builder
	b.WriteString("l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < levels; i++ {
		alias := fmt.Sprintf("*l%d", i-1)
		fmt.Fprintf(&b, "l%d: &l%d [%s]\n", i, i, strings.Join(slices.Repeat([]string{alias}, 10), ", "))
	}
	return b.String()
}

func TestParseBounds(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, in string
		want     []string
	}{
		{"as large as allowed", "a: " + strings.Repeat("x", spec.MaxFileSize-3), []string{}},
		{"too large", "a: " + strings.Repeat("x", spec.MaxFileSize-2), []string{"1:1 file-too-large"}},
		{"as deep as allowed", nested(spec.MaxDepth), []string{}},
		{"too deep", nested(spec.MaxDepth + 1), []string{"1:101 too-deep"}},
		{"too deep twice", "[" + nested(101) + ", " + nested(101) + "]", []string{"1:101 too-deep"}},
		{"too deep for the library", strings.Repeat("[", 20000), []string{"1:10001 too-deep"}},
		{"blocks too deep for the library", strings.Repeat("- ", 20000), []string{"1:20001 too-deep"}},
		{"few aliases", bomb(3), []string{}},
		{"many aliases", bomb(6), []string{"4:45 alias-expansion"}},
		{"very many aliases", bomb(60), []string{"4:45 alias-expansion"}},
		{"one alias too many", "a: &a [" + strings.Repeat("x, ", 9999) + "]\nb: *a\nc: 1\nd: *a\n", []string{"4:4 alias-expansion"}},
		{"a key that is too long", strings.Repeat("k", 1100) + ": 1\n", []string{"1:1101 yaml-syntax"}},
		{"a second key that is too long", "a: 1\n" + strings.Repeat("k", 1100) + ": 1\n", []string{"2:1 yaml-syntax"}},
		{"problems of an anchor are told once", "a: &a {b: 017, b: 1}\nc: [*a, *a]\n", []string{"1:11 ambiguous-number", "1:16 repeated-key"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, list := checkParse(t, []byte(c.in))
			if diff := cmp.Diff(c.want, codes(list)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAliasesAreExpanded(t *testing.T) {
	t.Parallel()
	source, list := spec.Parse("f.yml", []byte("a: &x {b: [1, &y two]}\nc: *x\nd: [*y]\n*y : 3\n"))
	if want := `{"a":{"b":[1,"two"]},"c":{"b":[1,"two"]},"d":["two"],"two":3}`; source.Value().String() != want || len(list) > 0 {
		t.Errorf("%v, %v, want %s", source.Value(), list, want)
	}
}

func TestPointersOfProblems(t *testing.T) {
	t.Parallel()
	_, list := checkParse(t, []byte("a/b:\n  - c~: 017\n  - {d: 1, d: 2}\n  - [!x y, {<<: z}]\n  - ${e: f}\n  - {? [g] : h}\ni: ${j #k\n"))
	got := map[string]string{}
	for _, d := range list {
		got[d.Pointer] = d.Code
	}
	want := map[string]string{
		"/a~1b/0/c~0":  "ambiguous-number",
		"/a~1b/1/d":    "repeated-key",
		"/a~1b/2/0":    "yaml-tag",
		"/a~1b/2/1/<<": "merge-key",
		"/a~1b/3":      "cut-interpolation",
		"/a~1b/4":      "key-not-text",
		"/i":           "cut-interpolation",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestProblemsPastTheBoundAreCounted(t *testing.T) {
	t.Parallel()
	for _, in := range []string{strings.Repeat("a: 1\n", 301), strings.Repeat("\x01\n", 300), "[" + strings.Repeat("017, ", 300) + "]"} {
		_, list := checkParse(t, []byte(in))
		if len(list) != spec.MaxDiagnostics+1 {
			t.Fatalf("%d diagnostics", len(list))
		}
		last := list[len(list)-1]
		if last.Code != "too-many-problems" || !strings.Contains(last.Message, "200 more") {
			t.Errorf("the last is %v", last)
		}
	}
}

// What a fix promises: the problem is gone and the rest is as it was.
func TestFixes(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, in, want string }{
		{"byte order marks", "\ufeffa: 1\n\ufeffb: 2\n", "a: 1\nb: 2\n"},
		{"carriage returns", "a: 1\rb: 2\r", "a: 1\nb: 2\n"},
		{"line breaks that are none", "a: x\u2028y\nb: 'x\u0085y'\n", "a: x y\nb: 'x y'\n"},
		{"tabs", "a:\n\tb: 1\n\tc:\n\t\td: |\n\t\t\te\n\n\t\nf: 1\n", "a:\n  b: 1\n  c:\n    d: |\n      e\n\n\nf: 1\n"},
		{"a tab on an empty line", "a: 1\n\t\nb: [\n\t2]\n", "a: 1\n\nb: [\n\t2]\n"},
		{"no fix for a tab that may be text", "a: |\n  \tb\n", "a: |\n  \tb\n"},
		{"no fix for tabs that mean something else", "a:\n    b:\n\t- 1\n", "a:\n    b:\n\t- 1\n"},
		{"a cut at a colon", "a: ${b ? c : d} # e\n", "a: \"${b ? c : d}\" # e\n"},
		{"a cut before a number sign", "a: ${b ? c : d}#e\n", "a: \"${b ? c : d}#e\"\n"},
		{"a cut at a comment", "\ufeffa: ${b + \" #\"} # e\r\n", "a: '${b + \" #\"}' # e\r\n"},
		{"a cut in brackets", "a: {b: x ${c} y, d: [${e}, \"f\", ${g}?h=${\"i,}\"}]}\n", "a: {b: \"x ${c} y\", d: [\"${e}\", \"f\", '${g}?h=${\"i,}\"}']}\n"},
		{"a cut key", "- ${a: b}\n- é${c ? 1 : 2}\n", "- \"${a: b}\"\n- \"é${c ? 1 : 2}\"\n"},
		{"a formula without braces", "a: $var: b.c\n  \nb: {c: $var: d, e: /f?g}\n", "a: {$var: b.c}\n  \nb: {c: {$var: d}, e: \"/f?g\"}\n"},
		{"a formula in CRLF", "\xef\xbb\xbfa: $var: b.c\r\nb: 1\r\n", "a: {$var: b.c}\r\nb: 1\r\n"},
		{"no fix for a cut without an end", "a: ${b: c\n", "a: ${b: c\n"},
		{"no fix for a cut with a colon after it", "a: ${b: c} d: e\n", "a: ${b: c} d: e\n"},
		{"no fix for a cut over lines", "a: ${b ??\n  'c: d'}\n", "a: ${b ??\n  'c: d'}\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			before, list := checkParse(t, []byte(c.in))
			var all spec.Fix
			unfixed := 0
			for _, d := range list {
				if d.Fix == nil {
					unfixed++
					continue
				}
				all.Edits = append(all.Edits, d.Fix.Edits...)
			}
			slices.SortFunc(all.Edits, func(a, b spec.Edit) int { return a.Start - b.Start })
			got := applyFix([]byte(c.in), all)
			if string(got) != c.want {
				t.Fatalf("got %q, want %q", got, c.want)
			}
			after, list := checkParse(t, got)
			if len(list) != unfixed {
				t.Errorf("still there: %v", list)
			}
			if strings.Contains(c.name, "cut") && !after.Value().Equal(before.Value()) {
				t.Errorf("the value was %v and is %v", before.Value(), after.Value())
			}
		})
	}
}

func TestHints(t *testing.T) {
	t.Parallel()
	cases := []struct{ in, want string }{
		{"a: 1\nb: 1\na: 2\n", "it stands in line 1 already: keep one of the two"},
		{"a:\n    b: 1\n  c: 2\n", "indent it by 0 or by 4"},
		{"a: 'it's'\n", "write '' for a quote within single quotes"},
		{"a: \"say \"hi\"\"\n", `write \" for a quote within double quotes`},
		{"a: \"\\d\"\n", `write \\ for a backslash, or use single quotes`},
		{"a: \"\\x1\"\n", `after \x stand the 2 hexadecimal digits of a character; write \\ for a backslash`},
		{"a: [1\n", `close it with "]"`},
		{"a: @b\n", "put the text in quotes"},
		{"a: Caf\xe9\n", "save the file as UTF-8; it looks like Latin-1 or Windows-1252"},
		{"a: \x07\n", `remove it, or write it as \u0007 in double quotes if it is meant`},
		{"a: ${b: c}\n", "put the text in quotes, and mend the expression in it"},
		{"a: ${b ? c : d}\n", "put the text in quotes"},
		{"a: $var: b\n", "write {$var: b}"},
		{"a: $var: b[0] # c\n", `write {$var: "b[0]"}`},
		{"a: {b: $var: c}\n", "write {$var: c}"},
		{"a: $concat: [b, \"c\"]\n", `write {$concat: [b, "c"]}`},
		{"a: $concat: [b,\n  c]\n", "write {$concat: …}"},
		{"a: $var: b\n  c\n", "write {$var: …}"},
		{"a: {b: /c?d=e}\n", "put the whole text in quotes"},
	}
	for _, c := range cases {
		if _, list := checkParse(t, []byte(c.in)); len(list) != 1 || list[0].Hint != c.want {
			t.Errorf("%q: %v with hint %q, want %q", c.in, list, list[0].Hint, c.want)
		}
	}
}

// Traps that are none: these files are read without a word.
func TestParseSilently(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, in, want string }{
		{"words of YAML 1.1", "[yes, No, on, OFF, y]", `["yes","No","on","OFF","y"]`},
		{"words of YAML", "[true, False, NULL, ~, null, ]", `[true,false,null,null,null]`},
		{"dates and times", "[2001-01-01, 2001-12-14t21:59:43.10-05:00, 12:30:45]", `["2001-01-01","2001-12-14t21:59:43.10-05:00","12:30:45"]`},
		{"numbers", "[0, -1, 1.5, 1e3, -2.5E-3, 9007199254740992, 9007199254740994, 0.1]", `[0,-1,1.5,1000,-0.0025,9007199254740992,9007199254740994,0.1]`},
		{"text that looks like a number", "[1.2.3, 1e999, 0x, 1-2, '017', \"+1\", !!str 12]", `["1.2.3","1e999","0x","1-2","017","+1","12"]`},
		{"keys are text", "{1: a, true: b, null: c, 0x1F: d, 2001-01-01: e, 1.0: f}", `{"1":"a","true":"b","null":"c","0x1F":"d","2001-01-01":"e","1.0":"f"}`},
		{"interpolation", "a: Bearer ${b}\nc: https://${d}/e?f=${g ?? \"h:i\"}#j\nk: $${l\nm: ${n + \"}\"}\no: ${p\n  + q} # r\ns: ${t + \"\\\"{\"}\n", `{"a":"Bearer ${b}","c":"https://${d}/e?f=${g ?? \"h:i\"}#j","k":"$${l","m":"${n + \"}\"}","o":"${p + q}","s":"${t + \"\\\"{\"}"}`},
		{"interpolation in quotes", "a: \"${b: c}\"\nd: '${e'\nf: |\n  ${g: #\n", `{"a":"${b: c}","d":"${e","f":"${g: #\n"}`},
		{"tabs that do not indent", "a:\tb\t# c\nd: |\n  x\n  \te\nf: [\n\t1\n]\n", `{"a":"b","d":"x\n\te\n","f":[1]}`},
		{"CRLF", "a: |\r\n  b\r\n  c\r\nd: e\r\n  f\r\n", `{"a":"b\nc\n","d":"e f"}`},
		{"document marks", "---\na: 1\n...\n", `{"a":1}`},
		{"a quoted merge sign", "{'<<': 1}", `{"<<":1}`},
		{"a merge sign as a value", "a: <<", `{"a":"<<"}`},
		{"exclamation marks", "a: b! !c\nd: 'e !f'\n", `{"a":"b! !c","d":"e !f"}`},
		{"a scalar", "just text", `"just text"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			source, list := checkParse(t, []byte(c.in))
			if got := source.Value().String(); got != c.want || len(list) > 0 {
				t.Errorf("got  %s\nwant %s\n%v", got, c.want, list)
			}
		})
	}
}
