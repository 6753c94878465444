package script_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/spec/method/script"
)

func TestTypeScript(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, source, want string }{
		{"types", "interface Ctx { apiClient: any; credentials: { token: string } }\nexport default async function test({ apiClient, credentials: c }: Ctx): Promise<boolean> { return true }", `default at "export default" (1) apiClient@102:apiClient credentials@113:credentials returns`},
		{"generics", "export default <T extends { a: string }>({ a }: T) => a as unknown", `default at "export default" (1) a@43:a returns`},
		{"a name with a type", "export default (ctx: Record<string, any>) => ctx.a!.b", `default at "export default" (1) a@49:a returns`},
		{"enum before", "enum Color { Red = 'é漢', Blue = 2 }\nexport default ({ a, b }: any) => Color.Red", `default at "export default" (1) a@57:a b@60:b returns`},
		{"decorators", "function d(x: any, y: any) {}\n@d class A { @d m() {} }\nexport default ({ a }: any) => new A()", `default at "export default" (1) a@73:a returns`},
		{"namespace", "namespace N { export const x = 1 }\nexport default ({ a }: any) => N.x", `default at "export default" (1) a@53:a returns`},
		{"this", "export default function (this: any, { a }: any) {}", `default at "export default" (1) a@38:a`},
		{"export =", "const f = ({ a }: any) => a\nexport = f", `default at "export" (1) a@13:a returns`},
		{"satisfies", "export default (({ a }) => a) satisfies Function", `default at "export default" (1) a@19:a returns`},
		{"overloads", "export default function f(a: string): void\nexport default function f({ a }: any) { return a }", `default at "export default" (1) a@71:a returns`},
		{"type only", "export type A = string; export interface B {}", ``},
		{"module.exports", "module.exports = async ({ a }: any): Promise<void> => {}", `default at "module.exports" (1) a@26:a`},
		{"an enum is no function", "enum test { A }\nexport { test }", `test at "test" made elsewhere`},
	}
	for _, c := range cases {
		if diff := cmp.Diff(c.want, describe(c.source, parse(t, c.source, script.TypeScript))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestLiterals(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, source, want string }{
		{"import", `import axios from 'axios'; axios()`, `import axios@18:'axios'`},
		{"import for effect", `import "./é.js"`, `import ./é.js@7:"./é.js"`},
		{"other imports", `import { a } from "@x/y"; export { b } from './b'; const c = await import('c'); const d = require("d"); export * as e from "e"`, `import @x/y@18:"@x/y" import ./b@44:'./b' import c@74:'c' import d@98:"d" import e@123:"e"`},
		{"own require", `const require = x => x; require('a')`, ``},
		{"unknown module", `require(a); import(b)`, ``},
		{"string", `fetch('https://api.example/v1')`, `url https://api.example/v1@6:'https://api.example/v1'`},
		{"after é and 漢", "const a = 'é漢😀', b = \"http://api.example\"", `url http://api.example@27:"http://api.example"`},
		{"escaped", `x = 'https:\/\/api.example\u002fa'`, `url https://api.example/a@4:'https:\/\/api.example\u002fa'`},
		{"template", "x = `https://api.example/v1`", "url https://api.example/v1@4:`https://api.example/v1`"},
		{"template with a path", "x = `https://api.example/${a}/b`", "url https://api.example/@4:`https://api.example/${"},
		{"template with a value behind", "x = `https://api.example${a}`", "url https://api.example@4:`https://api.example${"},
		{"template with a host", "x = `https://${a}/b`; y = `https://api.${b}`; z = `https://eu.${c}.example/`; w = `https://api.eu${d}.example`", ""},
		{"tagged template", "x = t`https://api.example/`", ""},
		{"joined", `x = 'https://api.example' + path`, `url https://api.example@4:'https://api.example'`},
		{"property names and text", `x = { 'https://a.example/': 1, b: 'see https://b.example/' }; // https://c.example`, ``},
		{"no host", `x = 'https://'; y = 'https:///a'; z = 'mailto:a@b.example'`, ``},
	}
	for _, c := range cases {
		s := parse(t, c.source, script.JavaScript)
		var got []string
		for _, l := range s.Imports {
			got = append(got, fmt.Sprintf("import %s@%d:%s", l.Text, l.Offset, c.source[l.Offset:l.Offset+l.Length]))
		}
		for _, l := range s.URLs {
			got = append(got, fmt.Sprintf("url %s@%d:%s", l.Text, l.Offset, c.source[l.Offset:l.Offset+l.Length]))
		}
		if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	unused := parse(t, "import a, { type B } from './types'\nimport type { C } from 'c'\nexport default (x: a) => x", script.TypeScript)
	if len(unused.Imports) != 0 {
		t.Errorf("imports of types alone: %v, want none", unused.Imports)
	}
}

func TestBodyStatus(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, body, want string }{
		{"of a variable", `const r = await apiClient.get('/me'); return r.status === 200`, `status@95`},
		{"of the call", `return (await apiClient.post('/me', {})).statusCode != 200`, `statusCode@89`},
		{"number first", `const r = await apiClient.get('/me'); if (200 <= r.status && r.status < 300) return true`, `status@99 status@111`},
		{"taken apart", `const { status, a } = await apiClient.get('/me'); return status === 200`, `status@56`},
		{"renamed", `const { status: s } = await apiClient.get('/me'); return s === 200`, `status@56`},
		{"then", `return apiClient.get('/me').then(r => r.status === 200)`, `status@88`},
		{"with query and options", `const r = await apiClient.get('/me', {}, { headers: {} }); return r.status === 200`, `status@116`},
		{"full response", `const r = await apiClient.get('/me', {}, { returnFullResponse: true }); return r.status === 200`, ``},
		{"unknown options", `const r = await apiClient.get('/me', {}, options); return r.status === 200`, ``},
		{"spread options", `const r = await apiClient.get('/me', {}, { ...o }); return r.status === 200`, ``},
		{"text", `const r = await apiClient.get('/me'); return r.status === 'ok'`, ``},
		{"a small number", `const r = await apiClient.get('/me'); return r.status === 1`, ``},
		{"another client", `const r = await axios.get('/me'); return r.status === 200`, ``},
		{"assigned again", `let r = await apiClient.get('/me'); r = await fetch('/'); return r.status === 200`, ``},
		{"of a part", `const r = await apiClient.get('/me'); return r.data.status === 200`, ``},
	}
	for _, c := range cases {
		source := "export default async function ({ apiClient }) { " + c.body + " }"
		if got := statuses(source, parse(t, source, script.JavaScript)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	for _, source := range []string{
		"export default async (ctx) => (await ctx.apiClient.get('/')).status == 200",
		"export default async ({ externalApiClient: c }) => (await c.get('/')).status == 200",
		"const test = async (ctx) => { const r = await ctx.externalApiClient.get('/'); return r.status == 200 }\nmodule.exports = { test }",
	} {
		s := parse(t, source, script.TypeScript)
		if got := statuses(source, s); !strings.HasPrefix(got, "status@") {
			t.Errorf("%q: %q, want a status", source, got)
		}
	}
}

func statuses(source string, s *script.Script) string {
	var got []string
	for _, at := range s.Method("test").Function.BodyStatus {
		got = append(got, fmt.Sprintf("%s@%d", source[at.Offset:at.Offset+at.Length], at.Offset))
	}
	return strings.Join(got, " ")
}
