package script_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/spec/method/script"
)

// start is the time of the runs of tests.
var start = time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC)

// zeros is a source of bytes that gives nothing but zeros.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// run compiles a script and calls its method "test" in this process.
func run(t *testing.T, s script.Source, c script.Call) (string, error) {
	t.Helper()
	return runBy(t, script.InProcess{}, s, c)
}

func runBy(t *testing.T, engine script.Engine, s script.Source, c script.Call) (string, error) {
	t.Helper()
	p, err := script.Compile(s)
	if err != nil {
		return "", fmt.Errorf("compile: %w", err)
	}
	if c.Method == "" {
		c.Method = "test"
	}
	c.Host.Now, c.Host.Rand = func() time.Time { return start }, zeros{}
	if c.Host.Wait == nil {
		c.Host.Wait = func(context.Context, time.Duration) error { return nil }
	}
	r, err := engine.Run(t.Context(), p, c)
	if r.Value == nil && err == nil {
		return "undefined", nil
	}
	return string(r.Value), err
}

// js is a script in the spec.
func js(text string) script.Source { return script.Source{Text: text} }

func TestRunExports(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{
		"auth/test.ts":     {},
		"auth/lib.ts":      {Data: []byte("export const seven: number = 7\nexport default function f(): number { return seven }")},
		"auth/cjs.js":      {Data: []byte("exports.eight = 8; module.exports.nine = 9")},
		"shared/x.js":      {Data: []byte("module.exports = () => 'x'")},
		"shared/data.json": {Data: []byte(`{"a": [1, 2]}`)},
		"shared/index.ts":  {Data: []byte("export { seven } from '../auth/lib'")},
	}
	ts := func(text string) script.Source {
		return script.Source{Text: text, Language: script.TypeScript, File: "auth/test.ts", Files: files}
	}
	cases := []struct {
		name   string
		source script.Source
		want   string
	}{
		{"default async function", js("export default async function test({ a }) { return a }"), `1`},
		{"default function", js("export default function ({ a }) { return a }"), `1`},
		{"default arrow", js("export default ({ a }) => a"), `1`},
		{"named default", js("const f = ({ a }) => a; export { f as default }"), `1`},
		{"named export", js("export async function test({ a }) { return a }"), `1`},
		{"named const", js("export const other = 1, test = ({ a }) => a"), `1`},
		{"module.exports", js("module.exports = async function ({ a }) { return a }"), `1`},
		{"module.exports of a name", js("module.exports = async function test(ctx) { return ctx.a }"), `1`},
		{"exports of the method", js("exports.test = async function (ctx) { return ctx.a }"), `1`},
		{"module.exports of the method", js("module.exports.test = (ctx) => ctx.a"), `1`},
		{"module.exports with the method", js("module.exports = { test: (ctx) => ctx.a }"), `1`},
		{"exports.default", js("exports.default = (ctx) => ctx.a"), `1`},
		{"compiled by TypeScript", js("Object.defineProperty(exports, '__esModule', { value: true }); exports.default = (ctx) => ctx.a"), `1`},
		{"top-level await", js("const x = await Promise.resolve(3); export default () => x"), `3`},
		{"TypeScript", ts("interface A { a: number }\nexport default async function test({ a }: A): Promise<number> { return a as number }"), `1`},
		{"TypeScript with an enum", ts("enum E { A = 4 }\nexport default () => E.A"), `4`},
		{"relative imports", ts("import f, { seven } from './lib'\nimport { eight, nine } from './cjs.js'\nexport default () => [f(), seven, eight, nine]"), `[7,7,8,9]`},
		{"import with the ending of what is compiled", ts("import f from './lib.js'\nexport default () => f()"), `7`},
		{"import of another directory", ts("import x from '../shared/x'\nexport default () => x()"), `"x"`},
		{"import of JSON", ts("import d from '../shared/data.json'\nexport default () => d.a"), `[1,2]`},
		{"import of a directory", ts("import { seven } from '../shared'\nexport default () => seven"), `7`},
		{"require", ts("const { eight } = require('./cjs'), x = require('../shared/x.js')\nmodule.exports = () => eight + x()"), `"8x"`},
		{"dynamic import", ts("export default async () => (await import('./lib')).seven"), `7`},
		{"import in the spec", script.Source{Text: "import { seven } from './auth/lib'\nexport default () => seven", Files: files}, `7`},
		{"gives nothing", js("export default () => {}"), `undefined`},
		{"gives null", js("export default () => null"), `null`},
		{"keeps the order of keys", js("export default () => ({ b: 1, a: [undefined, NaN, new Date(0)] })"), `{"b":1,"a":[null,null,"1970-01-01T00:00:00.000Z"]}`},
		{"byte order mark", js("\ufeffexport default () => 'ok'"), `"ok"`},
		{"generator", js("export default async () => { const l = []; for await (const x of (async function* () { yield 1; yield 2 })()) l.push(x); return l }"), `[1,2]`},
	}
	for _, c := range cases {
		got, err := run(t, c.source, script.Call{Arguments: json.RawMessage(`{"a":1}`)})
		if err != nil || got != c.want {
			t.Errorf("%s: got %s, %v; want %s", c.name, got, err, c.want)
		}
	}
}

// place writes an error with its place.
func place(err error) string {
	var e *script.Error
	if !errors.As(err, &e) {
		return fmt.Sprint(err)
	}
	return fmt.Sprintf("%s:%d:%d %s", e.File, e.Line, e.Column, e.Message)
}

func TestErrorsHavePlaces(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{
		"lib.ts":    {Data: []byte("type A = {\n  x: string\n}\n// é漢\nexport function fail(a: A): never {\n  /* é漢😀 */ throw new Error('deep')\n}")},
		"broken.js": {Data: []byte("export const a = 1\nlet é = ]")},
		"unread.js": {Data: []byte("a = '\xff'")},
	}
	cases := []struct{ name, text, want string }{
		{"thrown", "export default async () => {\n  const a = 1\n  throw new Error('bad')\n}", ":3:13 bad"},
		{"after an await", "export default async () => {\n  await null\n  throw new Error('bad')\n}", ":3:13 bad"},
		{"in an imported file", "import { fail } from './lib'\nexport default () => fail({ x: '' })", "lib.ts:6:23 deep"},
		{"a mistake", "export default ({ credentials }) => {\n  return credentials.token.trim()\n}", ":2:10 TypeError: cannot read property 'token' of undefined"},
		{"an unknown name", "export default () => process.env", ":1:22 ReferenceError: 'process' is not defined"},
		{"outside the function", "const x = 1\nx.y.z()\nexport default () => 1", ":2:3 TypeError: cannot read property 'z' of undefined"},
		{"no error object", "export default () => { throw 'just text' }", ":0:0 just text"},
		{"an object", "export default () => { throw { message: 'm', key: 'rate_limit_exceeded' } }", ":0:0 m"},
		{"nothing to call", "export const x = 1", ":0:0 TypeError: the script exports no function that can be called"},
		{"never settles", "export default () => new Promise(() => {})", ":0:0 the script waits for a promise that nothing will settle"},
		{"circular result", "export default () => { const a = {}; a.a = a; return a }", ":0:0 what the script gives cannot be written as JSON: circular reference"},
		{"syntax", "export default () => {\n  foo(é }\n}", `compile: :2:9 unexpected "}", expected ")"`},
		{"syntax of an imported file", "import './broken'", `compile: broken.js:2:9 unexpected "]"`},
		{"an imported file that is no text", "import './unread'", `compile: unread.js:1:6 the script is not UTF-8`},
		{"missing file", "\n  import './gone'", `compile: :2:10 the file "gone" is not there`},
		{"fs", "import fs from 'fs'\nfs.x()", `compile: :1:16 there is no module "fs"`},
		{"os", "const os = require('os')\nos.x()", `compile: :1:20 there is no module "os"`},
		{"std", "import * as std from 'std'\nstd.x()", `compile: :1:22 there is no module "std"`},
		{"http", "import 'https://a.example/x.js'", `compile: :1:8 "https://a.example/x.js" is outside the connector`},
		{"absolute", "import '/etc/passwd'", `compile: :1:8 "/etc/passwd" is outside the connector`},
		{"climbing", "import '../../x'", `compile: :1:8 "../../x" is outside the connector`},
		{"backslash", `import '..\\x'`, `compile: :1:8 "..\\x" is outside the connector`},
		{"computed import", "export default (x, name = 'fs') => import(name)", ":0:0 TypeError: module load failed: there is no module \"fs\""},
		{"computed require", "export default (x, name = 'fs') => require(name)", ":1:36 Dynamic require of \"fs\" is not supported"},
	}
	for _, c := range cases {
		_, err := run(t, script.Source{Text: c.text, Language: script.TypeScript, Files: files}, script.Call{})
		got := place(err)
		if strings.HasPrefix(fmt.Sprint(err), "compile:") {
			got = "compile: " + got
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestFilesStayInside tells that imports follow no link out of the directory.
func TestFilesStayInside(t *testing.T) {
	t.Parallel()
	outside, inside := t.TempDir(), t.TempDir()
	for file, text := range map[string]string{
		filepath.Join(outside, "secret.js"): "export default 'stolen'",
		filepath.Join(inside, "own.js"):     "export default 'own'",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"link.js": filepath.Join(outside, "secret.js"), "dir": outside, "alias.js": "own.js"} {
		if err := os.Symlink(target, filepath.Join(inside, link)); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(inside)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	cases := []struct{ name, want string }{
		{"./alias.js", `"own"`},
		{"./link.js", `compile: the file "link.js" cannot be read (line 1 of the script)`},
		{"./dir/secret.js", `compile: the file "dir/secret.js" cannot be read (line 1 of the script)`},
		{"../secret.js", `compile: "../secret.js" is outside the connector (line 1 of the script)`},
		{"./x/../../secret.js", `compile: "./x/../../secret.js" is outside the connector (line 1 of the script)`},
	}
	for _, c := range cases {
		got, err := run(t, script.Source{Text: fmt.Sprintf("import x from %q\nexport default () => x", c.name), Files: root.FS()}, script.Call{})
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: got %s; want %s", c.name, got, c.want)
		}
	}
}

func TestImportsAreBounded(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{}
	for i := range 60 {
		files[fmt.Sprintf("f%d.js", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "import './f%d.js'", i+1)}
	}
	for i := range 6 {
		files[fmt.Sprintf("big%d.js", i)] = &fstest.MapFile{Data: []byte("/*" + strings.Repeat("x", 200<<10) + "*/")}
	}
	files["huge.js"] = &fstest.MapFile{Data: []byte("/*" + strings.Repeat("x", 300<<10) + "*/")}
	files["deep.json"] = &fstest.MapFile{Data: []byte(strings.Repeat("[", 1e5))}
	files["loop.js"] = &fstest.MapFile{Data: []byte("import './loop.js'; export default 1")}
	cases := []struct{ text, want string }{
		{"import './f0.js'", "imports more than 50 files"},
		{"import './big0'; import './big1'; import './big2'; import './big3'; import './big4'; import './big5'", "larger than 1024 KiB"},
		{"import './huge.js'", "larger than 256 KiB"},
		{"import './deep.json'", "deep.json:1:"},
		{"import x from './loop.js'; export default () => x", "<nil>"},
	}
	for _, c := range cases {
		_, err := run(t, script.Source{Text: c.text, Files: files}, script.Call{})
		if !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s: got %v; want %s", c.text, err, c.want)
		}
	}
}

// TestInProcessBounds tells that a call in this process ends, too.
func TestInProcessBounds(t *testing.T) {
	t.Parallel()
	cases := []struct{ text, want string }{
		{"export default () => { for (;;); }", "the script did not end within 100ms"},
		{"export default async () => { for (;;) await null }", "the script did not end within 100ms"},
		{"export default () => new Uint8Array(2 ** 27)", "the script needs more memory than the 64 MiB that it may have (line 1 of the script)"},
		{"export default () => { const f = () => f() + 1; return f() }", "the script calls functions too deep within each other: a recursion may have no end (line 1 of the script)"},
		{"export default async () => { for (;;) try { await fetch('https://a.example') } catch {} }", "the script sends more than the 100 requests that it may send"},
	}
	for _, c := range cases {
		begin, limit := time.Now(), time.Minute
		if strings.Contains(c.want, "did not end") {
			limit = 100 * time.Millisecond
		}
		_, err := run(t, js(c.text), script.Call{Timeout: limit})
		if strings.Contains(c.want, "did not end") && time.Since(begin) > 5*time.Second {
			t.Errorf("%s: took %v", c.text, time.Since(begin))
		}
		if fmt.Sprint(err) != c.want {
			t.Errorf("%s: got %v; want %s", c.text, err, c.want)
		}
	}
}
