package auth_test

import (
	"flag"
	"fmt"
	"html"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/testdata/leaks"
)

var (
	leakSeed  = flag.Int64("leaks.seed", -1, "run the one case of this seed of TestLeakProperty")
	leakCases = flag.Int("leaks.cases", 10000, "how many cases TestLeakProperty runs")
	leakFirst = flag.Int("leaks.first", 0, "the seed of its first case")
)

// TestLeakProperty makes connectors and answers at random, with canaries as every
// secret, and looks for them in all that comes out of a run. Each case is one
// seed: what fails is run again by -leaks.seed.
func TestLeakProperty(t *testing.T) {
	t.Parallel()
	from, n := *leakFirst, *leakCases
	if testing.Short() || raced {
		n = min(n, 500)
	}
	if *leakSeed >= 0 {
		from, n = int(*leakSeed), 1
	}
	workers := min(n, runtime.GOMAXPROCS(0))
	var mu sync.Mutex
	var tally leakTally
	t.Run("cases", func(t *testing.T) {
		for worker := range workers {
			t.Run(fmt.Sprint(worker), func(t *testing.T) {
				t.Parallel()
				for seed := from + worker; seed < from+n && !t.Failed(); seed += workers {
					one := leakCaseOf(t, uint64(seed))
					mu.Lock()
					tally.add(one)
					mu.Unlock()
				}
			})
		}
	})
	if n > 1 && !t.Failed() {
		tally.check(t)
	}
}

// leakCaseOf runs the case of a seed.
func leakCaseOf(t *testing.T, seed uint64) leakTally {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 20))
	kind := leakKinds[r.IntN(len(leakKinds))]
	places := leaks.Places()
	if r.IntN(2) == 0 {
		places = []leaks.Place{leaks.InBody, leaks.InChunks}
	}
	way := leaks.Way{Encoding: anyEncoding(r), Place: places[r.IntN(len(places))], At: 1 + r.IntN(5)}
	s := newLeakSpec(r, kind.make)
	s.compose = func(resp *http.Response, body []byte, secrets []string) []byte {
		c := &composer{r: r, secrets: secrets}
		return c.compose(resp, body)
	}
	return checkLeaks(t, s, way, fmt.Sprintf("-leaks.seed=%d: %s", seed, kind.name))
}

// anyEncoding takes another one for each text.
func anyEncoding(r *rand.Rand) leaks.Encoding {
	list := append(leaks.Encodings(), leaks.Mixed(r), leaks.Mixed(r), leaks.Mixed(r))
	fixed := list[r.IntN(len(list))]
	if r.IntN(2) == 0 {
		return fixed
	}
	var plain []leaks.Encoding
	for _, e := range list {
		if e.JSON == fixed.JSON {
			plain = append(plain, e)
		}
	}
	return leaks.Encoding{Name: "any", JSON: fixed.JSON, Encode: func(text string) string { return plain[r.IntN(len(plain))].Encode(text) }}
}

// A composer makes answers of an API at random, with secrets in them.
type composer struct {
	r       *rand.Rand
	secrets []string
}

// compose makes an answer in place of the API's, or puts secrets beside what
// another endpoint says.
func (c *composer) compose(resp *http.Response, body []byte) []byte {
	if resp.Request.URL.Host != "api.leak.example" || strings.HasSuffix(resp.Request.URL.Path, "/login") {
		return leaks.Beside(resp, body, anyEncoding(c.r), c.secrets)
	}
	switch c.r.IntN(6) {
	case 0:
		resp.Header.Set("Content-Type", "application/xml")
		return []byte("<answer><name>Ada</name>" + c.xml(3) + "</answer>")
	case 1:
		resp.Header.Set("Content-Type", "text/plain")
		return []byte(c.words())
	case 2:
		resp.Header.Set("Content-Type", "text/html")
		return []byte("<html><title>" + html.EscapeString(c.words()) + "</title><body>" + c.xml(2) + "</body></html>")
	}
	resp.Header.Set("Content-Type", []string{"application/json", "application/vnd.leak+json; charset=utf-8", "text/javascript"}[c.r.IntN(3)])
	return []byte(`{"name":` + c.text() + `,"more":` + c.json(4) + `}`)
}

// json is a value of JSON.
func (c *composer) json(depth int) string {
	kind := c.r.IntN(6)
	if depth == 0 {
		kind = c.r.IntN(4)
	}
	var items []string
	for range c.r.IntN(4) {
		if kind == 5 {
			items = append(items, c.text()+":"+c.json(depth-1))
		} else if kind == 4 {
			items = append(items, c.json(depth-1))
		}
	}
	switch kind {
	case 0:
		return []string{"null", "true", "-1.5e3", "12345678"}[c.r.IntN(4)]
	case 4:
		return "[" + strings.Join(items, ", ") + "]"
	case 5:
		return "{" + strings.Join(items, ",\n") + "}"
	}
	return c.text()
}

// text is a string of JSON.
func (c *composer) text() string {
	e := anyEncoding(c.r)
	before, after := c.word(), c.word()
	if !e.JSON {
		return e.InJSON(before + c.secret() + after)
	}
	return `"` + before + e.Encode(c.secret()) + after + `"`
}

// word is what stands beside a secret, and may be nothing.
func (c *composer) word() string {
	return []string{"", "", " ", "Bearer ", "user:", "=", "/", ".", ",", "x", "9", "-", "%20", "&amp;", "é"}[c.r.IntN(15)]
}

// secret is one of the secrets, or nothing of the sort.
func (c *composer) secret() string {
	if c.r.IntN(3) == 0 {
		return "nothing"
	}
	return c.secrets[c.r.IntN(len(c.secrets))]
}

// words are secrets in a text.
func (c *composer) words() string {
	var b strings.Builder
	for range 1 + c.r.IntN(6) {
		b.WriteString(c.word() + anyEncoding(c.r).Encode(c.secret()) + c.word() + "\n")
	}
	return b.String()
}

// xml is an element with secrets in its name's attribute and its text.
func (c *composer) xml(depth int) string {
	text := html.EscapeString(c.words())
	if depth > 0 && c.r.IntN(2) == 0 {
		text = c.xml(depth-1) + c.xml(depth-1)
	}
	return `<item key="` + html.EscapeString(c.word()+c.secret()) + `">` + text + "</item>"
}

// FuzzNoSecretSurvives has a redactor know several secrets, which may be parts
// of one another, and puts them into a text, each in an encoding and as a server
// may cut and join them. Nothing of them is left but what is not promised: a
// part of another secret that is known.
func FuzzNoSecretSurvives(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed, "before", "between", "after")
	}
	f.Add(uint64(7), `{"a":"`, `","b":"`, `"}`)
	f.Add(uint64(8), "%", `\`, "&")
	f.Add(uint64(9), "QUJD", "=", "QQ==")
	f.Fuzz(func(t *testing.T, seed uint64, before, between, after string) {
		r := rand.New(rand.NewPCG(seed, 1))
		canaries, redactor := &leaks.Canaries{}, secret.NewRedactor()
		values := []string{canaries.Make(r, "one"), canaries.MakePlain(r, "two"), canaries.Make(r, "three")}
		for i, value := range values {
			redactor.Add(fmt.Sprint("s", i), value)
		}
		text := before
		for _, value := range values {
			text += anyEncoding(r).Encode(value) + between
		}
		text += after
		for name, got := range map[string]string{"Redact": redactor.Redact(text), "Placehold": redactor.Placehold(text)} {
			if found := canaries.Find(got); len(found) > 0 {
				t.Fatalf("%s(%q) = %q, which holds %v; the secrets are %q", name, text, got, found, values)
			}
		}
	})
}
