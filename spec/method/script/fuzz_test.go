package script_test

import (
	"testing"
	"unicode"

	"github.com/connector-spec/connector/spec/method/script"
)

// FuzzParse wants every place to lie within the source, and either a script or
// problems that a person can read.
func FuzzParse(f *testing.F) {
	for _, source := range []string{
		"export default async function test({ apiClient, credentials: { a }, ...r }) { return (await apiClient.get('/')).status === 200 }",
		"module.exports = { test: async (ctx) => ctx['é漢'] }; exports.default = exports.a = `https://a.example${b}`",
		"enum A { b = 'https://é.example/' }\nexport default <T,>(ctx: Ctx<T>): any => { const { a } = ctx as any; return a! / 2 }",
		"import a, { b as c } from 'd'; export { a as default, c as 'e f' } from './x'; require('y')",
		"@d class A { static { } #x?: number }\r\nnamespace N { export type B = infer }\u2028label: for (;;) { if (/[/]/.test(`${1}`)) break label }",
		"a ? (b) : c => d", "x = 'a\\\n", "`${`${", "<!--\n-->", "\ufeff#!", "export {", "export default",
		"//# sourceMappingURL=data:application/json,{\"version\":3,\"sources\":[\"a\"],\"mappings\":\"gggggC\"}\nexport default ({ a }) => a",
	} {
		f.Add(source, false)
		f.Add(source, true)
	}
	f.Fuzz(func(t *testing.T, source string, typed bool) {
		language := script.JavaScript
		if typed {
			language = script.TypeScript
		}
		s, problems := script.Parse(source, language)
		if (s == nil) == (len(problems) == 0) {
			t.Fatalf("script %v and %d problems", s, len(problems))
		}
		within := func(at script.Span) {
			if at.Offset < 0 || at.Length < 0 || at.Offset+at.Length > len(source) {
				t.Fatalf("%+v is not within the %d bytes of the source", at, len(source))
			}
		}
		for _, p := range problems {
			within(p.Span)
			if p.Message == "" || len(p.Message) > 400 || p.Message == "the script cannot be read" || p.Message == "reading the script takes too long" {
				t.Fatalf("problem %+v", p)
			}
			for _, r := range p.Message {
				if unicode.IsControl(r) {
					t.Fatalf("message %q", p.Message)
				}
			}
		}
		if s == nil {
			return
		}
		for _, l := range append(s.Imports, s.URLs...) {
			within(l.Span)
		}
		exports := s.Named
		if s.Default != nil {
			exports = append(exports, *s.Default)
		}
		for _, e := range exports {
			within(e.Span)
			if e.Function == nil {
				continue
			}
			within(e.Function.Second)
			for _, r := range e.Function.Reads {
				within(r.Span)
			}
			for _, at := range e.Function.BodyStatus {
				within(at)
			}
		}
	})
}
