package simulate

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// The methods of a spec that send requests which prove something.
const (
	obtains   = "getCredentialsFromConnectionParameters"
	exchanges = "getTokenData"
	refreshes = "refreshCredentials"
)

// A Sent is a request as a client sent it.
type Sent struct {
	Method string
	URL    *url.URL
	Header http.Header
	Body   []byte
	Peer   bool // with a certificate
}

// An Expected is a request with those of its parts that only who has the
// credential can know.
type Expected struct {
	Parts map[string]string
	Peer  bool
}

// Compare finds what in the requests of a step depends on the credential. Sent
// and again are two runs with the same credential and other randomness, broken
// are runs with others: a part that differs from a broken one, and is the same in
// both others, is one that proves something.
func Compare(sent, again []*Sent, broken ...[]*Sent) []Expected {
	var list []Expected
	for i, s := range sent {
		e := Expected{Parts: map[string]string{}, Peer: s.Peer}
		mine := parts(s)
		twin := map[string]string{}
		if i < len(again) {
			twin = parts(again[i])
		}
		for _, run := range broken {
			if i >= len(run) {
				continue
			}
			other := parts(run[i])
			for name, v := range mine {
				if other[name] != v && twin[name] == v {
					e.Parts[name] = v
				}
			}
		}
		list = append(list, e)
	}
	return list
}

// parts takes a request apart.
func parts(s *Sent) map[string]string {
	m := map[string]string{"host": s.URL.Host, "path": s.URL.EscapedPath()}
	query, _ := url.ParseQuery(s.URL.RawQuery)
	for name, values := range query {
		m["query parameter "+name] = strings.Join(values, "\n")
	}
	for name, values := range s.Header {
		if name == "Cookie" {
			for _, c := range (&http.Request{Header: s.Header}).Cookies() {
				m["cookie "+c.Name] = c.Value
			}
			continue
		}
		m["header "+name] = strings.Join(values, "\n")
	}
	media, _, _ := mime.ParseMediaType(s.Header.Get("Content-Type"))
	switch {
	case media == "application/x-www-form-urlencoded":
		form, _ := url.ParseQuery(string(s.Body))
		for name, values := range form {
			m["body parameter "+name] = strings.Join(values, "\n")
		}
	case json.Valid(s.Body):
		v, err := formula.ParseJSON(s.Body)
		if err == nil {
			flatten("body", v, m)
		}
	case len(s.Body) > 0:
		m["body"] = string(s.Body)
	}
	return m
}

func flatten(name string, v formula.Value, m map[string]string) {
	if v.Len() == 0 || v.Kind() == formula.KindString {
		m[name] = v.String()
		return
	}
	for i := range v.Len() {
		key, item := v.At(i)
		flatten(name+"/"+key, item, m)
	}
}

// missing returns the part in which a request is not as it is expected; "" if it
// is.
func (e *Expected) missing(r *request) string {
	got := parts(&Sent{Method: r.method, URL: r.url, Header: r.header, Body: r.body})
	names := make([]string, 0, len(e.Parts))
	for name := range e.Parts {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if got[name] != e.Parts[name] {
			return name
		}
	}
	return ""
}

// method answers a request of a method of the spec.
func (p *Provider) method(step string, r *request) *reply {
	if !p.Free {
		if bad := p.check(step, r); bad != nil {
			return bad
		}
	}
	return p.answer(step, r)
}

// check refuses a request that does not prove what it has to.
func (p *Provider) check(step string, r *request) *reply {
	switch step {
	case obtains:
		return p.accepted(step, r, []*known{{expected: map[string][]Expected{}}})
	case exchanges:
		return p.exchanged(r)
	case refreshes:
		if bad := p.sentForRefresh(r); bad != nil {
			return bad
		}
		return p.accepted(step, r, p.alive((*Provider).refreshable))
	case "test", "run", "disconnect":
		return p.accepted(step, r, p.alive((*Provider).usable))
	}
	return nil
}

// sentForRefresh refuses a request to refresh that has the access token where the
// client was given a refresh token (RFC 6749 6).
func (p *Provider) sentForRefresh(r *request) *reply {
	text := r.url.RawQuery + "\n" + string(r.body)
	for name := range r.header {
		text += "\n" + r.header.Get(name)
	}
	access, refresh, given := false, false, false
	for _, t := range p.tokens {
		has := strings.Contains(text, t.Text)
		access, refresh, given = access || has && !t.Refresh, refresh || has && t.Refresh, given || t.Refresh
	}
	if access && given && !refresh {
		return refuse(http.StatusUnauthorized, "invalid_grant", "the request to refresh has the access token, and not the refresh token of the credential (RFC 6749 6)")
	}
	return nil
}

// exchanged checks a token request that a method of the spec makes: with a code
// that was given and not yet used.
func (p *Provider) exchanged(r *request) *reply {
	text := r.url.RawQuery + "\n" + string(r.body)
	for code, g := range p.codes {
		if !strings.Contains(text, code) {
			continue
		}
		if g.used {
			p.end(g.family)
			return refuse(http.StatusBadRequest, "invalid_grant", "the code was used before (RFC 6749 4.1.2)")
		}
		g.used = true
		return nil
	}
	if p.served[exchanges] > 0 {
		return nil // a further request of the method
	}
	return refuse(http.StatusBadRequest, "invalid_grant", "the code of the login is not in the request")
}

// alive lists the credentials that are good for something, the newest first.
func (p *Provider) alive(good func(*Provider, *Token) bool) []*known {
	var list []*known
	seen := map[string]bool{} // what the tokens are, of those that were looked at
	for _, k := range slices.Backward(p.known) {
		fine, in, access := true, "", false
		for _, t := range p.tokens {
			if strings.Contains(k.texts, t.Text) {
				in += t.Text + " "
				access = access || !t.Refresh
				fine = fine && good(p, t)
			}
		}
		fine = fine && (access || in == "")
		if in == "" && len(p.tokens) > 0 || seen[in] {
			continue // an older, unfinished form of one
		}
		seen[in] = true
		if fine {
			list = append(list, k)
		}
	}
	return list
}

// usable tells whether a token does not keep a credential from being used.
func (p *Provider) usable(t *Token) bool { return t.Refresh || !t.Dead && !p.expired(t) }

// refreshable tells whether a token does not keep a credential from being
// refreshed.
func (p *Provider) refreshable(t *Token) bool { return !t.Dead }

// accepted accepts a request that is as one of the credentials makes it.
func (p *Provider) accepted(step string, r *request, good []*known) *reply {
	if len(good) == 0 {
		return unauthorized("the credential has ended: its token has expired, or was used or revoked")
	}
	why := ""
	var demand *reply
	for _, k := range good {
		reason, first := p.fits(step, r, k)
		if reason == "" {
			return nil
		}
		if why == "" {
			why, demand = reason, first
		}
	}
	if demand != nil {
		return demand
	}
	return unauthorized("the credential in the request is not one that is good: " + why)
}

// fits says in which part a request is not one that a credential makes.
func (p *Provider) fits(step string, r *request, k *known) (why string, demand *reply) {
	key := fmt.Sprint(step, " ", p.facts.Now().UnixNano()) // what is sent may depend on the time
	expected, ok := k.expected[key]
	if !ok {
		p.mu.Unlock() // it runs the spec, which may ask this provider
		expected = p.facts.Expect(step, k.credential)
		p.mu.Lock()
		k.expected[key] = expected
	}
	proves := false
	if len(expected) == 0 && step != obtains {
		return "the client sends nothing with what the provider gave", nil
	}
	if i := p.served[step]; len(expected) > 0 {
		e := &expected[i%len(expected)]
		if part := e.missing(r); part != "" {
			return part, nil
		}
		if e.Peer && !r.peer {
			return "the client showed no certificate", nil
		}
		proves = len(e.Parts) > 0 || e.Peer
	}
	if step == obtains || step == refreshes || p.facts.Signer == nil {
		p.proved = p.proved || proves && step != obtains && step != refreshes
		return "", nil
	}
	signer, _, err := p.facts.Signer(k.credential, replayed(p.facts.Now(), nil))
	if err == nil && signer == nil {
		p.proved = p.proved || proves
		return "", nil
	}
	why, demand = p.signed(k.credential, r)
	p.proved = p.proved || why == ""
	return why, demand
}

func unauthorized(why string) *reply {
	a := refuse(http.StatusUnauthorized, "invalid_token", "%s", why)
	a.header = http.Header{"Www-Authenticate": {`Bearer realm="simulated", error="invalid_token"`}}
	return a
}
