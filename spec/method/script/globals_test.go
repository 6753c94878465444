package script_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/spec/method/script"
)

func TestGlobals(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, expression, want string }{
		{"time is the run's", `[Date.now(), new Date().toISOString(), String(new Date())]`, `[1767323045006,"2026-01-02T03:04:05.006Z","Fri Jan 02 2026 03:04:05 GMT+0000 (Coordinated Universal Time)"]`},
		{"dates are in UTC", `[new Date(2020, 0, 31, 12).toISOString(), new Date('2020-07-01T12:00:00').toISOString(), new Date('2020-07-01').getHours(), new Date('2020-07-01T00:00:00+02:00').getDate(), new Date('Jul 1, 2020 10:00').toISOString()]`, `["2020-01-31T12:00:00.000Z","2020-07-01T12:00:00.000Z",0,30,"2020-07-01T10:00:00.000Z"]`},
		{"dates for people", `[new Date(0).toLocaleString(), new Date(0).toLocaleTimeString()]`, `["01/01/1970, 12:00:00 AM","12:00:00 AM"]`},
		{"dates are dates", `[new Date() instanceof Date, Date.length, typeof Date(), new (class D extends Date {})(0).getTime(), new Date(NaN).getTime(), new Date('x').toString()]`, `[true,0,"string",0,null,"Invalid Date"]`},
		{"timers advance time", `await new Promise((r) => setTimeout(r, 5000)).then(() => Date.now())`, `1767323050006`},
		{"timers in their order", `await new Promise((r) => { const l = []; setTimeout(() => r(l), 30); setTimeout(() => l.push(2), 20); setTimeout(() => l.push(1), 10); const x = setTimeout(() => l.push(3), 5); clearTimeout(x) })`, `[1,2]`},
		{"intervals", `await new Promise((r) => { let n = 0; const i = setInterval(() => { if (++n === 3) { clearInterval(i); r(n) } }, 10) })`, `3`},
		{"UUIDs are of version 4", `/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID())`, `true`},
		{"base64 of any bytes", `[btoa('\xff\x00'), atob(' /wA= ').charCodeAt(0), Buffer.from('w6k_-', 'base64').length, Buffer.from('漢😀').toString('base64')]`, `["/wA=",255,3,"5ryi8J+YgA=="]`},
		{"buffers", `[Buffer.concat([Buffer.from('a'), Buffer.from([98])]).toString(), Buffer.from('6869', 'hex').toString(), Buffer.byteLength('é'), Buffer.isBuffer(Buffer.alloc(2)), Buffer.from('abc').slice(1).toString(), Buffer.from('a').equals(Buffer.from('a'))]`, `["ab","hi",2,true,"bc",true]`},
		{"text of broken bytes", `new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 97, 0xff]))`, `"a` + "\ufffd" + `"`},
		{"text of broken bytes, strictly", `(() => { try { return new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xff])) } catch (e) { return e.message } })()`, `"the bytes are not UTF-8"`},
		{"a URL", `((u) => [u.origin, u.host, u.pathname, u.search, u.hash, u.username, u.port, u.searchParams.get('a')])(new URL('HTTPS://us%20er:p@EXAMPLE.com:8443/a/./b/../c d?a=1&b=é#x'))`, `["https://example.com:8443","example.com:8443","/a/c%20d","?a=1&b=%C3%A9","#x","us%20er","8443","1"]`},
		{"URLs that are relative", `['?q', '#f', '//h.example/x', '/r', 'x/../../y', ''].map((r) => new URL(r, 'https://a.example/b/c?d#e').href)`, `["https://a.example/b/c?q","https://a.example/b/c?d#f","https://h.example/x","https://a.example/r","https://a.example/y","https://a.example/b/c?d"]`},
		{"a URL that changes", `((u) => { u.searchParams.append('x', 'y z'); u.pathname = 'new path'; u.hash = ''; u.port = '443'; u.host = 'b.example:81'; return u.href })(new URL('https://a.example/?q=1#h'))`, `"https://b.example:81/new%20path?q=1&x=y+z"`},
		{"no URLs", `['', 'x', 'https://', 'https://a b/', 'https://[::1', 'https://h:99999/'].filter((u) => URL.canParse(u))`, `[]`},
		{"URLs of other schemes", `[new URL('mailto:a@b.example').pathname, new URL('https:\\\\a.example\\x').href, new URL('http://a.example:80').href]`, `["a@b.example","https://a.example/x","http://a.example/"]`},
		{"a query", `((p) => [[...p], p.getAll('a'), p.has('c'), p.size, (p.delete('a'), p.set('b', '!'), p.toString())])(new URLSearchParams('?a=1&a=2&b=%26+x&%zz'))`, `[[["a","1"],["a","2"],["b","& x"],["%zz",""]],["1","2"],false,4,"b=%21&%25zz="]`},
		{"headers", `((h) => { h.append('X-a', '1'); h.append('x-A', ' 2 '); return [[...h], h.has('X-A')] })(new Headers([['B', 'c']]))`, `[[["b","c"],["x-a","1, 2"]],true]`},
		{"a body is read once", `await (async () => { const r = new Response('x'); await r.text(); return r.text().catch((e) => e.message) })()`, `"the body has been read already"`},
		{"copies", `((o) => { o.self = o; o.m = new Map([[1, new Set([2])]]); const c = structuredClone(o); return [c !== o, c.self === c, c.m.get(1).has(2), c.d.getTime()] })({ d: new Date(5) })`, `[true,true,true,5]`},
		{"host API is frozen", `[console, crypto, crypto.subtle, apiClient].map(Object.isFrozen)`, `[true,true,true,true]`},
		{"aborted", `await fetch('https://a.example', { signal: AbortSignal.abort() }).catch((e) => e.name)`, `"AbortError"`},
	}
	for _, c := range cases {
		got, err := run(t, js("export default async ({ apiClient }) => ("+c.expression+")"), script.Call{Client: true})
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", c.name, err, diff)
		}
	}
}

func TestLog(t *testing.T) {
	t.Parallel()
	child, _ := process(t)
	for _, engine := range []script.Engine{script.InProcess{}, child} {
		var lines []string
		_, err := runBy(t, engine, js(`console.log('top', 1)
export default () => { console.warn({ a: [1] }, null, undefined, new TypeError('x'), 2n, Symbol('s'), () => 1); const c = {}; c.c = c; console.error(c); console.debug() }`),
			script.Call{Host: script.Host{Log: func(level, line string) { lines = append(lines, level+" "+line) }}})
		want := []string{"info top 1", `warn {"a":[1]} null undefined TypeError: x 2n Symbol(s) [function anonymous]`, "error [object]", "debug "}
		if diff := cmp.Diff(want, lines); err != nil || diff != "" {
			t.Errorf("%T: %v (-want +got):\n%s", engine, err, diff)
		}
		n, last := 0, ""
		_, err = runBy(t, engine, js("export default () => { for (let i = 0; i < 2000; i++) console.log(i) }"),
			script.Call{Host: script.Host{Log: func(_, line string) { n, last = n+1, line }}})
		if err != nil || n != 1001 || !strings.Contains(last, "too much") {
			t.Errorf("%T: %v; %d lines, the last %q", engine, err, n, last)
		}
	}
}

// TestWait tells that timers wait by the host.
func TestWait(t *testing.T) {
	t.Parallel()
	child, _ := process(t)
	for _, engine := range []script.Engine{script.InProcess{}, child} {
		var waits []string
		_, err := runBy(t, engine, js("export default async () => { for (const ms of [10, 2000]) await new Promise((r) => setTimeout(r, ms)) }"),
			script.Call{Host: script.Host{Wait: func(_ context.Context, d time.Duration) error {
				waits = append(waits, fmt.Sprint(d))
				return nil
			}}})
		if diff := cmp.Diff([]string{"10ms", "2s"}, waits); err != nil || diff != "" {
			t.Errorf("%T: %v (-want +got):\n%s", engine, err, diff)
		}
	}
}

// TestRandomness tells that what is random depends on the host's source, and
// on nothing else.
func TestRandomness(t *testing.T) {
	t.Parallel()
	p, err := script.Compile(js("export default () => [Math.random(), crypto.randomUUID(), [...crypto.getRandomValues(new Uint8Array(4))]]"))
	if err != nil {
		t.Fatal(err)
	}
	child, _ := process(t)
	draw := func(engine script.Engine, seed byte) string {
		r, err := engine.Run(t.Context(), p, script.Call{Method: "test", Host: script.Host{Rand: strings.NewReader(strings.Repeat(string(seed), 32))}})
		if err != nil {
			t.Fatal(err)
		}
		return string(r.Value)
	}
	one := draw(script.InProcess{}, 'a')
	if again, there := draw(script.InProcess{}, 'a'), draw(child, 'a'); again != one || there != one {
		t.Errorf("the same source gives %s, %s and %s", one, again, there)
	}
	if other := draw(child, 'b'); other == one {
		t.Errorf("another source gives the same: %s", other)
	}
}
