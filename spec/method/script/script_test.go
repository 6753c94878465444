package script_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/spec/method/script"
)

// describe writes what is known of a script; each place as the text that
// stands there.
func describe(source string, s *script.Script) string {
	at := func(s script.Span) string { return source[s.Offset : s.Offset+s.Length] }
	var b strings.Builder
	export := func(e *script.Export) {
		fmt.Fprintf(&b, "%s at %q", e.Name, at(e.Span))
		f := e.Function
		switch {
		case !e.Callable:
			b.WriteString(" no function")
		case f == nil:
			b.WriteString(" made elsewhere")
		default:
			fmt.Fprintf(&b, " (%d)", f.Parameters)
			for _, r := range f.Reads {
				fmt.Fprintf(&b, " %s@%d:%s", r.Name, r.Offset, at(r.Span))
			}
			for _, fact := range []struct {
				is   bool
				name string
			}{{f.Open, "open"}, {f.Returns, "returns"}, {f.Throws, "throws"}, {f.OnlyThrows, "only"}} {
				if fact.is {
					b.WriteString(" " + fact.name)
				}
			}
		}
		b.WriteString("\n")
	}
	if s.Default != nil {
		export(s.Default)
	}
	for i := range s.Named {
		export(&s.Named[i])
	}
	if s.Dynamic {
		b.WriteString("dynamic\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func parse(t *testing.T, source string, language script.Language) *script.Script {
	t.Helper()
	s, problems := script.Parse(source, language)
	if len(problems) > 0 {
		t.Fatalf("problems of %q: %+v", source, problems)
	}
	return s
}

func TestExports(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, source, want string }{
		{"default async function", `export default async function test({ apiClient }) { return apiClient.get('/me') }`, `default at "export default" (1) apiClient@37:apiClient returns`},
		{"default function", `export default function test({a}) {}`, `default at "export default" (1) a@30:a`},
		{"anonymous function", `export default async function ({ a }) { return 1 }`, `default at "export default" (1) a@33:a returns`},
		{"arrow with a block", `export default async ({ a }) => { return 1 }`, `default at "export default" (1) a@24:a returns`},
		{"arrow with an expression", `export default ({ a, b }) => a`, `default at "export default" (1) a@18:a b@21:b returns`},
		{"arrow with a name", `export default ctx => ctx.a`, `default at "export default" (1) a@26:a returns`},
		{"async arrow with a name", `export default async ctx => ctx.a`, `default at "export default" (1) a@32:a returns`},
		{"function in brackets", `export default (function () {})`, `default at "export default" (0)`},
		{"name of a function", "async function test({ a }) { return a }\nexport default test", `default at "export default" (1) a@22:a returns`},
		{"name of a function below", "export default test\nasync function test({ a }) { return a }", `default at "export default" (1) a@42:a returns`},
		{"name of an arrow", "const test = async ({ a }) => a; export default test;", `default at "export default" (1) a@22:a returns`},
		{"as default", "const test = ({ a }) => a\nexport { test as default }", `default at "default" (1) a@16:a returns`},
		{"module.exports", `module.exports = async function ({ a }) { return 1 }`, `default at "module.exports" (1) a@35:a returns`},
		{"module.exports of a name", "function f({ a }) { return 1 }\nmodule.exports = f", `default at "module.exports" (1) a@13:a returns`},
		{"module.exports of methods", `module.exports = { test: async ({ a }) => a, async disconnect({ b }) {} }`, "test at \"module.exports\" (1) a@34:a returns\ndisconnect at \"module.exports\" (1) b@64:b"},
		{"module.exports of names", "const test = ({ a }) => a\nmodule.exports = { test }", `test at "module.exports" (1) a@16:a returns`},
		{"module.exports of default", `module.exports = { default: ({ a }) => a }`, `default at "module.exports" (1) a@31:a returns`},
		{"module.exports.default", `module.exports.default = ({ a }) => a`, `default at "module.exports.default" (1) a@28:a returns`},
		{"exports of the method", `exports.test = async function (ctx) { return ctx.apiClient.get('/') }`, `test at "exports.test" (1) apiClient@49:apiClient returns`},
		{"module.exports of the method", `module.exports.test = (ctx) => ctx.a`, `test at "module.exports.test" (1) a@35:a returns`},
		{"exports.default", `exports.default = ({ a }) => a`, `default at "exports.default" (1) a@21:a returns`},
		{"exports in a row", `exports.default = exports.test = ({ a }) => a`, "default at \"exports.default\" (1) a@36:a returns\ntest at \"exports.test\" (1) a@36:a returns"},
		{"what a compiler wrote", `"use strict"; Object.defineProperty(exports, "__esModule", { value: true }); exports.default = void 0; const f = ({ a }) => a; exports.default = f;`, `default at "exports.default" (1) a@116:a returns`},
		{"named export", `export async function test({ a }) { return a }`, `test at "test" (1) a@29:a returns`},
		{"named constant", `export const test = async ({ a }) => a`, `test at "test" (1) a@29:a returns`},
		{"a call", `export default wrap(({ a }) => a)`, `default at "export default" made elsewhere`},
		{"from elsewhere", `export { default } from './test'`, `default at "default" made elsewhere`},
		{"imported", "import test from './test'\nexport default test", `default at "export default" made elsewhere`},
		{"required", `module.exports = require('./test')`, `default at "module.exports" made elsewhere`},
		{"an object", `export default { test() {} }`, `default at "export default" no function`},
		{"a class", `export default class A {}`, `default at "export default" no function`},
		{"a number", "const x = 5; export default x", `default at "export default" no function`},
		{"changed later", "let x = 5; x = () => 1; export default x", `default at "export default" made elsewhere`},
		{"nothing", `async function test({ apiClient }) {}`, ``},
		{"empty", ``, ``},
		{"comment", `// nothing`, ``},
		{"exports is only a name", `exports = function () {}`, ``},
		{"within a condition", `if (x) module.exports = () => {}`, `dynamic`},
		{"by a function", `Object.assign(exports, { a() {} })`, `dynamic`},
		{"all of another", `export * from './a'`, `dynamic`},
		{"own variable", `const exports = {}; exports.test = () => 1`, ``},
		{"await at the top", "const x = await fetch('/')\nexport default () => x", `default at "export default" (0) returns`},
		{"shebang and mark", "\ufeffexport default ({ a }) => a", `default at "export default" (1) a@21:a returns`},
		{"mark in text", "// export default\nexport default ({ a }) => 'export default'", `default at "export default" (1) a@36:a returns`},
	}
	for _, c := range cases {
		if diff := cmp.Diff(c.want, describe(c.source, parse(t, c.source, script.JavaScript))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestFunctions(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, source, want string }{
		{"renamed", `export default ({ credentials: c, connectorParameters: { id, key: k = 1 } = {}, state = 2 }) => 1`, `(1) credentials@18:credentials connectorParameters@34:connectorParameters state@80:state returns`},
		{"quoted", `export default ({ 'credentials': c }) => 1`, `(1) credentials@18:'credentials' returns`},
		{"computed", `export default ({ [x]: c }) => 1`, `(1) open returns`},
		{"rest", `export default ({ a, ...rest }) => 1`, `(1) a@18:a open returns`},
		{"with a default", `export default ({ a } = {}) => 1`, `(1) a@18:a returns`},
		{"several", `export default (a, b) => a.x`, `(2) x@27:x returns`},
		{"rest of parameters", `export default (...all) => 1`, `(1) open returns`},
		{"taken apart later", "export default function (ctx) { const { a, b: { c } } = ctx; let d = ctx['e']; return ctx.f?.g }", `(1) a@40:a b@43:b e@73:'e' f@90:f returns`},
		{"taken apart in an inner function", "export default (ctx) => { const f = () => { const { a } = ctx; return ctx.b }; return f() }", `(1) a@52:a b@74:b returns`},
		{"hidden by another", "export default (ctx) => { const f = (ctx) => ctx.a; return f }", `(1) returns`},
		{"passed on", "export default (ctx) => help(ctx)", `(1) open returns`},
		{"spread", "export default (ctx) => ({ ...ctx })", `(1) open returns`},
		{"written and read", "export default (ctx) => { ctx.cache = 1; return ctx.cache + ctx.a }", `(1) a@64:a returns`},
		{"no value", "export default () => { return }", `(0)`},
		{"undefined", "export default () => { return undefined; return void 0 }", `(0)`},
		{"undefined expression", "export default async () => undefined", `(0)`},
		{"in an inner function only", "export default () => { [1].map(x => { return x }); function f() { return 1 } class A { m() { return 2 } } ({ m() { return 3 } }) }", `(0)`},
		{"in a branch", "export default () => { try { if (a) { for (;;) { switch (b) { case 1: return true } } } } finally {} }", `(0) returns`},
		{"throws", "export default () => { if (a) throw new Error('no') }", `(0) throws`},
		{"only throws", "export default () => { throw new Error('no') }", `(0) throws only`},
		{"generator", "export default function* () {}", `(0) returns`},
		{"after é and 漢", "const s = 'é漢😀'; export default ({ créd, b }) => s", `(1) créd@41:créd b@48:b returns`},
		{"with a source map", "export default ({ a }) => 1\n//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbIngudHMiXSwic291cmNlc0NvbnRlbnQiOlsiYVxuXG5cblxuYiJdLCJtYXBwaW5ncyI6IkFBSUEifQ==", `(1) a@18:a returns`},
		{"lines that end otherwise", "'é';\r\n'x';\rexport default\u2028({ a,\n b }) => 1", `(1) a@32:a b@36:b returns`},
	}
	for _, c := range cases {
		want := `default at "export default" ` + c.want
		if diff := cmp.Diff(want, describe(c.source, parse(t, c.source, script.JavaScript))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
