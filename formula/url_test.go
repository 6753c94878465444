package formula_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/connector-spec/connector/formula"
)

func TestURL(t *testing.T) {
	tests := []struct {
		name    string
		kind    formula.URLKind
		url     string // JSON
		vars    string
		want    string
		literal bool
		err     string // part of the error
	}{
		{name: "literal base", url: `"https://api.example.com/v1"`, want: "https://api.example.com/v1", literal: true},
		{name: "value in the path is one encoded segment", url: `"https://h.example/${v}/x"`, vars: `{"v": "a/b?c#d é"}`, want: "https://h.example/a%2Fb%3Fc%23d%20%C3%A9/x", literal: true},
		{name: "value in the query is encoded", url: `"https://h.example/x?q=${v}"`, vars: `{"v": "a&b=c d+"}`, want: "https://h.example/x?q=a%26b%3Dc%20d%2B", literal: true},
		{name: "value that leaves the path", url: `"https://h.example/${v}/x"`, vars: `{"v": ".."}`, err: "leave the path"},
		{name: "subdomain", url: `"https://${v}.example.com/x"`, vars: `{"v": "acme"}`, want: "https://acme.example.com/x"},
		{name: "value that ends the host", url: `"https://${v}.example.com/x"`, vars: `{"v": "evil.test/"}`, err: "part of the host"},
		{name: "value that makes the rest a query", url: `"https://${v}.example.com/x"`, vars: `{"v": "evil.test?"}`, err: "part of the host"},
		{name: "value that adds a user", url: `"https://${v}.example.com"`, vars: `{"v": "a@evil"}`, err: "part of the host"},
		{name: "value that adds a port", url: `"https://${v}.example.com"`, vars: `{"v": "evil.test:443"}`, err: "part of the host"},
		{name: "value with a backslash", url: `"https://${v}.example.com"`, vars: `{"v": "evil.test\\"}`, err: "part of the host"},
		{name: "value with a scheme", url: `"https://${v}/api"`, vars: `{"v": "https://acme.example"}`, err: "no scheme, port or path"},
		{name: "value after a literal host without a slash", url: `"https://example.com${v}"`, vars: `{"v": ".evil.test"}`, err: "goes on with the host"},
		{name: "concat value after a literal host without a slash", url: `{"$concat": ["https://example.com", {"$var": "v"}]}`, vars: `{"v": ".evil.test"}`, err: "goes on with the host"},
		{name: "expression that joins a URL", url: `"${\"https://\" + v + \".example.com\"}"`, vars: `{"v": "evil.test/"}`, err: "puts a URL together"},
		{name: "JSONata that joins a URL", url: `{"$jsonata": "'https://' & v & '.example.com'"}`, vars: `{"v": "evil.test/"}`, err: "puts a URL together"},
		{name: "expression that chooses a URL", url: `"${v == \"eu\" ? \"https://eu.example\" : \"https://us.example\"}"`, vars: `{"v": "eu"}`, want: "https://eu.example"},
		{name: "empty host part", url: `"https://${v}.example.com"`, vars: `{"v": ""}`, err: "is empty"},
		{name: "host part that is a dot", url: `"https://${v}.example.com"`, vars: `{"v": "a."}`, err: "two dots in a row"},
		{name: "port", url: `"https://h.example:${v}/x"`, vars: `{"v": "8443"}`, want: "https://h.example:8443/x"},
		{name: "port that is no number", url: `"https://h.example:${v}/x"`, vars: `{"v": "80@evil"}`, err: "must be a number"},
		{name: "scheme from a value", url: `"${v}://h.example"`, vars: `{"v": "file"}`, err: "https://"},
		{name: "missing value", url: `"https://${v}.example.com"`, vars: `{}`, err: `"v" has no value`},
		{name: "base that is one formula", url: `"${v}"`, vars: `{"v": "https://acme.example/api"}`, want: "https://acme.example/api"},
		{name: "base that begins with a formula", url: `"${v}/services"`, vars: `{"v": "https://acme.example/"}`, want: "https://acme.example/services"},
		{name: "base that is one formula with a user", url: `{"$var": "v"}`, vars: `{"v": "https://u:p@acme.example"}`, err: "user name"},
		{name: "base that is one formula with a query", url: `{"$var": "v"}`, vars: `{"v": "https://acme.example/?x"}`, err: "query or fragment"},
		{name: "base that is one formula with another scheme", url: `{"$var": "v"}`, vars: `{"v": "file:///etc/passwd"}`, err: "https://"},
		{name: "base that is missing", url: `{"$var": "v"}`, vars: `{}`, want: ""},
		{name: "concat keeps its host", url: `{"$concat": ["https://", {"$var": "v"}, ".example.com/v1"]}`, vars: `{"v": "acme"}`, want: "https://acme.example.com/v1"},
		{name: "concat value that ends the host", url: `{"$concat": ["https://", {"$var": "v"}, ".example.com/v1"]}`, vars: `{"v": "evil.test/"}`, err: "the value of v is part of the host"},
		{name: "concat value in the path is as the format has it", url: `{"$concat": ["https://h.example/", {"$var": "v"}]}`, vars: `{"v": "a/b"}`, want: "https://h.example/a/b", literal: true},
		{name: "case", url: `{"$case": {"cases": [{"filter": {"$eval": {"$var": "v"}, "is": "eu"}, "value": "https://eu.example"}], "default": "https://us.example"}}`, vars: `{"v": "eu"}`, want: "https://eu.example", literal: true},
		{name: "case default", url: `{"$case": {"cases": [{"filter": {"$eval": {"$var": "v"}, "is": "eu"}, "value": "https://eu.example"}], "default": "https://us.example"}}`, vars: `{"v": "us"}`, want: "https://us.example", literal: true},
		{name: "first not empty", url: `{"$firstNotEmpty": [{"$var": "v"}, "https://us.example"]}`, vars: `{}`, want: "https://us.example", literal: true},
		{name: "path", kind: formula.URLPath, url: `"/users/${v}"`, vars: `{"v": "a/b"}`, want: "/users/a%2Fb", literal: true},
		{name: "path that is one formula", kind: formula.URLPath, url: `"${v}"`, vars: `{"v": "/a/b"}`, want: "/a/b"},
		{name: "path that is one formula and another host", kind: formula.URLPath, url: `"${v}"`, vars: `{"v": "//evil.test/x"}`, err: "no path"},
		{name: "path that is one formula and a URL", kind: formula.URLPath, url: `"${v}"`, vars: `{"v": "https:evil"}`, err: "no path"},
		{name: "path that becomes another host", kind: formula.URLPath, url: `"/${v}"`, vars: `{"v": "/evil.test"}`, want: "/%2Fevil.test", literal: true},
		{name: "absolute path", kind: formula.URLPath, url: `"https://${v}/login"`, vars: `{"v": "h.example"}`, want: "https://h.example/login"},
		{name: "literal that is another host", kind: formula.URLPath, url: `"//evil.test/x"`, err: "two slashes"},
		{name: "endpoint with a query", kind: formula.URLEndpoint, url: `"https://h.example/auth?type=web_server"`, want: "https://h.example/auth?type=web_server", literal: true},
		{name: "endpoint with a value in its query", kind: formula.URLEndpoint, url: `"https://h.example/auth?tenant=${v}"`, vars: `{"v": "a&b"}`, want: "https://h.example/auth?tenant=a%26b", literal: true},
		{name: "endpoint that is one formula", kind: formula.URLEndpoint, url: `"${v}"`, vars: `{"v": "https://acme.example/auth?type=a"}`, want: "https://acme.example/auth?type=a"},
		{name: "endpoint that is one formula with a fragment", kind: formula.URLEndpoint, url: `"${v}"`, vars: `{"v": "https://acme.example/auth#a"}`, err: "with a fragment"},
		{name: "endpoint that is one formula with a user", kind: formula.URLEndpoint, url: `"${v}"`, vars: `{"v": "https://u:p@acme.example"}`, err: "user name"},
		{name: "endpoint that begins with a formula", kind: formula.URLEndpoint, url: `"${v}/token"`, vars: `{"v": "https://acme.example/"}`, want: "https://acme.example/token"},
		{name: "endpoint that begins with a formula that has a query", kind: formula.URLEndpoint, url: `"${v}/token"`, vars: `{"v": "https://acme.example/?x="}`, err: "query or fragment"},
		{name: "endpoint with a value that ends the host", kind: formula.URLEndpoint, url: `"https://${v}.example.com/token"`, vars: `{"v": "evil.test/"}`, err: "part of the host"},
		{name: "expression that joins an endpoint", kind: formula.URLEndpoint, url: `"${\"https://\" + v + \".example.com\"}"`, vars: `{"v": "evil.test/"}`, err: "puts a URL together"},
		{name: "literal user", url: `"https://u:p@h.example"`, err: "user name"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			program, _ := formula.CompileURL(value(t, test.url), test.kind, formula.Options{})
			got, err := program.Eval(value(t, test.vars), formula.Run{})
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("%v, %v; want an error about %q", got, err, test.err)
				}
				return
			}
			if err != nil || got.URL != test.want || got.Literal != test.literal {
				t.Errorf("%q, literal %v, %v; want %q, literal %v", got.URL, got.Literal, err, test.want, test.literal)
			}
			if parsed, err := got.Parse(); got.URL != "" && (err != nil || parsed.String() != got.URL) {
				t.Errorf("it reads as %q, %v", parsed, err)
			}
		})
	}
}

// TestURLOrigin wants a host to be known where only what stands behind it lacks
// a value, and no host to be known where it does itself.
func TestURLOrigin(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, url, vars, want, err string }{
		{name: "literal", url: `"https://h.example/v1"`, want: "https://h.example"},
		{name: "value in the path", url: `"https://h.example/v1/${v}/x"`, want: "https://h.example"},
		{name: "value in the query", url: `"https://h.example?x=${v}"`, want: "https://h.example"},
		{name: "value in the path that leaves it", url: `"https://h.example/${v}"`, vars: `{"v": ".."}`, want: "https://h.example"},
		{name: "host by a value that is there", url: `"https://${h}.example/${v}"`, vars: `{"h": "a"}`, want: "https://a.example"},
		{name: "host by a value that is missing", url: `"https://${v}.example/x"`, err: `"v" has no value`},
		{name: "host by a bad value", url: `"https://${v}.example/x"`, vars: `{"v": "a/"}`, err: "part of the host"},
		{name: "base by a value", url: `"${h}/${v}"`, vars: `{"h": "https://a.example"}`, want: "https://a.example"},
		{name: "concat", url: `{"$concat": ["https://h.example/", {"$expr": "v"}]}`, want: "https://h.example"},
		{name: "case", url: `{"$case": {"cases": [{"value": "https://h.example/${v}"}]}}`, want: "https://h.example"},
	}
	for _, test := range tests {
		vars := formula.Object()
		if test.vars != "" {
			vars = value(t, test.vars)
		}
		program, _ := formula.CompileURL(value(t, test.url), formula.URLBase, formula.Options{})
		got, err := program.EvalOrigin(vars, formula.Run{})
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%s: %v, %v; want an error about %q", test.name, got, err, test.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		parsed, err := got.Parse()
		if err != nil || parsed.Scheme+"://"+parsed.Host != test.want {
			t.Errorf("%s: %q, %v; want a URL of %q", test.name, got.URL, err, test.want)
		}
	}
}

// value reads JSON; an empty text is undefined.
func value(t testing.TB, s string) formula.Value {
	t.Helper()
	if s == "" {
		return formula.Undefined
	}
	v, err := formula.ParseJSON([]byte(s))
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return v
}

// FuzzURL gives values to URLs whose hosts the author began: whatever they are,
// scheme, user, host and port stay what the author wrote of them.
func FuzzURL(f *testing.F) {
	for _, v := range []string{"acme", "evil.test/", "a@b", "a:1", "..", "?", "#", "\\", "%2f", "a\r\nb", "\u2024", ""} {
		f.Add(v, uint8(0))
	}
	templates := []string{
		`"https://h.example.com/${v}/x?q=${v}"`,
		`"https://${v}.example.com/x?type=web"`,
		`"https://h.example.com:8443/x?q=${v}#${v}"`,
		`{"$concat": ["https://h.example.com/", {"$var": "v"}]}`,
		`{"$concat": ["https://", {"$var": "v"}, ".example.com"]}`,
		`{"$case": {"cases": [{"filter": {"$eval": {"$var": "v"}, "is": "a"}, "value": "https://h.example.com"}], "default": "https://${v}.example.com/a"}}`,
	}
	f.Fuzz(func(t *testing.T, v string, kind uint8) {
		vars := formula.Object(formula.Member{Key: "v", Value: formula.String(v)})
		for _, text := range templates {
			program, _ := formula.CompileURL(value(t, text), formula.URLKind(kind%3), formula.Options{})
			a, err := program.Eval(vars, formula.Run{})
			if err != nil {
				continue
			}
			u, err := url.Parse(a.URL)
			port := map[bool]string{true: "8443"}[strings.Contains(text, ":8443")]
			if err != nil || u.Scheme != "https" || u.User != nil || u.Port() != port || !strings.HasSuffix(u.Hostname(), ".example.com") {
				t.Errorf("%s with %q gives %q", text, v, a.URL)
			}
			if a.Literal && u.Hostname() != "h.example.com" {
				t.Errorf("%s with %q gives %q, as if the author had written the host", text, v, a.URL)
			}
		}
	})
}
