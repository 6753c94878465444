package simulate

import (
	"net/http"
	"slices"

	"github.com/connector-spec/connector/formula"
)

// Open tells whether the API accepted no request so far that proves who sends
// it: none was sent, or nothing in them depends on a secret.
func (p *Provider) Open() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.proved
}

// Tokens lists what was given away, for who ends some of it before its time.
func (p *Provider) Tokens() []*Token {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*Token(nil), p.tokens...)
}

// Refusals lists why requests were refused, in their order.
func (p *Provider) Refusals() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.refused...)
}

// Expire ends all access tokens now, as if their time were over.
func (p *Provider) Expire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.tokens {
		if !t.Refresh {
			t.End = p.facts.Now()
		}
	}
}

// Credentials makes the credentials of another connector's connection, for
// options that use one.
func (p *Provider) Credentials() formula.Value {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := len(p.tokens)
	v, err := formula.ParseJSON(p.grantTokens(&Config{Value: formula.Object()}, &request{header: http.Header{}}, 0, "", true).body)
	if err != nil {
		return formula.Object()
	}
	if !p.readsToken() { // the other one has a key, or a user name and a password
		p.tokens = p.tokens[:before]
		v = v.Without("access_token").Without("refresh_token").Without("expires_in")
	}
	return v
}

// readsToken tells whether the spec may read an access token of a credential.
func (p *Provider) readsToken() bool {
	return p.facts.Option.Get("makeApiClient").Has("code") || slices.ContainsFunc(p.facts.Reads, func(r Read) bool {
		path := r.Path.Steps()
		return len(path) > 0 && (path[0].Property == "credentials" || path[0].Property == "authData") && (len(path) == 1 || path[1].Property == "access_token")
	})
}

// Given lists the texts of the tokens that were given away.
func (p *Provider) Given() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []string
	for _, t := range p.tokens {
		list = append(list, t.Text)
		if t.Secret != "" {
			list = append(list, t.Secret)
		}
	}
	return list
}
