package script_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/spec/method/script"
)

// TestProblems wants each syntax error at its place, in the words of the
// project. A place is written as the text before ‹ and the text within ‹›.
func TestProblems(t *testing.T) {
	t.Parallel()
	cases := []struct {
		language   script.Language
		source     string
		want, hint string
	}{
		{script.JavaScript, `const ‹1›`, `unexpected "1", expected a name`, ``},
		{script.JavaScript, `foo(1 ‹}›`, `unexpected "}", expected ")"`, ``},
		{script.JavaScript, `const é = '漢'; foo(é ‹}›`, `unexpected "}", expected ")"`, ``},
		{script.JavaScript, "// 漢😀\r\nfoo(\u2028'é', ‹}›", `unexpected "}"`, ``},
		{script.JavaScript, "\ufefffoo(‹}›", `unexpected "}"`, ``},
		{script.JavaScript, `retunr ‹true›`, `unexpected "true", expected ";"`, ``},
		{script.JavaScript, `function f() { if (a) {‹›`, `the script ends within a statement`, `look for a bracket, a quote or an expression that is not finished`},
		{script.JavaScript, "x = ‹`›a\nb\n${c}", `the template has no closing quote`, ``},
		{script.JavaScript, `import a ‹›`, `the script ends where "from" is expected`, `look for a bracket that is not closed`},
		{script.JavaScript, `x = 1 +‹›`, `the script ends within a statement`, `look for a bracket, a quote or an expression that is not finished`},
		{script.JavaScript, `x = 'a‹›`, `the string has no closing quote`, ``},
		{script.JavaScript, "x = ‹`›a", `the template has no closing quote`, ``},
		{script.JavaScript, `x = /a‹›`, `the regular expression has no closing "/"`, ``},
		{script.JavaScript, `x = 1 /* a‹›`, `the comment has no closing "*/"`, ``},
		{script.JavaScript, `x = "é" ‹°› 1`, `unexpected "°", expected ";"`, ``},
		{script.JavaScript, "x = ‹\x7f›", `unexpected "\x7f"`, ``},
		{script.JavaScript, `let a; let ‹a›`, `"a" is declared twice`, `give one of them another name`},
		{script.JavaScript, `function f() { ‹await› g() }`, `"await" stands in a function that is not async`, `write "async" before the function`},
		{script.JavaScript, `x = ‹<›div>a</div>`, `JSX is not supported`, `a method gives data; if a "<" is meant, put a blank or brackets around what follows`},
		{script.JavaScript, `export default 1; export ‹default› 2`, `"default" is exported twice`, `keep one of them`},
		{script.JavaScript, `‹1› = 2`, `this cannot be assigned to`, ``},
		{script.JavaScript, `const x‹:› string = 1`, `unexpected ":", expected ";"`, ``},
		{script.JavaScript, "a\x00b", `a NUL character stands in the script`, `remove it`},
		{script.JavaScript, "a = '\xff'", `the script is not UTF-8`, `save it as UTF-8`},
		{script.JavaScript, `‹break›`, `cannot use "break"`, ``},
		{script.TypeScript, `const x: string = ‹;›`, `unexpected ";"`, ``},
		{script.TypeScript, "enum A { b = 'é' }\nconst y: Array<漢> = [1‹;›", `unexpected ";", expected "]"`, ``},
		{script.TypeScript, `interface A { b: ‹}›`, `unexpected "}"`, ``},
	}
	for _, c := range cases {
		source, at := cut(c.source)
		s, problems := script.Parse(source, c.language)
		if s != nil || len(problems) == 0 {
			t.Errorf("%q: %d problems, want one", source, len(problems))
			continue
		}
		want := script.Problem{Span: at, Message: c.want, Hint: c.hint}
		if at.Offset < 0 {
			want.Span = problems[0].Span
		}
		if diff := cmp.Diff(want, problems[0]); diff != "" {
			t.Errorf("%q (-want +got):\n%s", source, diff)
		}
	}
}

// cut takes the marks of a place out of a text.
func cut(text string) (string, script.Span) {
	before, rest, ok := strings.Cut(text, "‹")
	if !ok {
		return text, script.Span{Offset: -1}
	}
	culprit, after, _ := strings.Cut(rest, "›")
	return before + culprit + after, script.Span{Offset: len(before), Length: len(culprit)}
}

func TestEveryProblem(t *testing.T) {
	t.Parallel()
	_, problems := script.Parse("let a, b;\nlet a;\nlet b;\nbreak", script.JavaScript)
	if len(problems) != 3 || !strings.Contains(fmt.Sprint(problems), "24") {
		t.Errorf("problems: %+v, want three", problems)
	}
	if _, problems := script.Parse(strings.Repeat("let a;", 1000), script.JavaScript); len(problems) != 100 {
		t.Errorf("%d problems, want the first 100", len(problems))
	}
	_, problems = script.Parse("f(1 '"+strings.Repeat("é", 1000)+"'", script.JavaScript)
	if len(problems) != 1 || len(problems[0].Message) > 100 {
		t.Errorf("problems: %+v, want a short one", problems)
	}
}

// TestHostile wants an end, soon, of whatever makes parsers go deep or round
// and round.
func TestHostile(t *testing.T) {
	t.Parallel()
	shapes := []struct{ before, open, middle, end string }{
		{"x=", "(", "1", ")"},
		{"x=", "(", "", ""},
		{"x=", "[", "1", "]"},
		{"", "{", "", "}"},
		{"x=", "({a:", "1", "})"},
		{"x=", "!", "1", ""},
		{"x=", "typeof\u00a0", "1", ""},
		{"x=", "a=>", "1", ""},
		{"x=", "a=>\nlet=>", "1", ""},
		{"x=", "a?b:", "1", ""},
		{"x=", "a?", "1", ":b"},
		{"x=", "a=", "1", ""},
		{"x=", "a**", "1", ""},
		{"x=", "a,", "1", ""},
		{"x=", "a+", "1", ""},
		{"x=", "a&&", "1", ""},
		{"x=", "a.", "b", ""},
		{"x=", "", "a", "()"},
		{"x=", "`${", "1", "}`"},
		{"", "if(a)", "1", ""},
		{"", "if(a)\nvar b;else ", "1", ""},
		{"", "a:", "1", ""},
		{"", "function f(){", "1", "}"},
		{"", "class A{static{", "", "}}"},
		{"x=function(){}", "/(((((((((/;", "", ""},
		{"x=[", "a<b,", "1", "]"},
		{"x=", "a<", "b", ""},
		{"x=", "a<", "b", ">()"},
		{"x=", "a?(b):c=>", "b", ":d"},
		{"x=", "a?(b):c=>{return ", "b", "}:d"},
		{"x=", "(a:", "b", ")=>c"},
		{"", "type X=a extends infer b extends(", "c", "?d:e)"},
		{"type X=a extends ", "infer b extends(", "c", "?d:e)?1:2"},
		{"let x:", "(a:", "b", ")"},
		{"let x:", "{a:", "b", "}"},
		{"", "@a ", "class A{}", ""},
		{"", "var a;", "", ""},
		{"", "let a;", "", ""},
		{"", "<!-- `\n(", "", ""},
		{"", "'", "", ""},
		{"x=", "(a,b,c)=>{x=[1,2,{a:1}];};y=", "1", ""},
		{"export default {", "a:(b)=>{return[c<d,`${e}`]},", "", "}"},
	}
	for _, s := range shapes {
		for _, language := range []script.Language{script.JavaScript, script.TypeScript} {
			for _, n := range []int{20, 90, 1000, script.MaxSize} {
				n = min(n, (script.MaxSize-len(s.before+s.middle))/len(s.open+s.end))
				source := s.before + strings.Repeat(s.open, n) + s.middle + strings.Repeat(s.end, n)
				start := time.Now()
				_, problems := script.Parse(source, language)
				if took := time.Since(start); took > 30*time.Second { // the library does not end; a slow machine may take long
					t.Errorf("%q %d times took %v: %v", s.open, n, took, problems)
				} else if took > 300*time.Millisecond {
					t.Logf("%q %d times took %v: %v", s.open, n, took, problems)
				}
			}
		}
	}
	_, problems := script.Parse(strings.Repeat(" ", script.MaxSize+1), script.JavaScript)
	if len(problems) != 1 || problems[0].Message != "the script is larger than 256 KiB" {
		t.Errorf("a script that is too large: %+v", problems)
	}
}
