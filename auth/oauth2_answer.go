package auth

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/token"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/method"
)

// exchange runs the token request of a login and makes credentials of its
// answer.
func (r *oauth2Run) exchange(ctx context.Context, ask func(context.Context) (*token.Answer, error), query formula.Value) error {
	var answer *token.Answer
	err := r.step(tokenStep, func() (err error) {
		if answer, err = ask(ctx); err != nil {
			return err
		}
		return r.accept(answer)
	})
	if err != nil {
		return err
	}
	return r.extract(ctx, "getCredentialsFromAccessTokenResponse", answer, query)
}

// accept puts the answer to a token request over the credentials.
func (r *oauth2Run) accept(answer *token.Answer) error {
	raw, err := formula.ParseJSON(answer.Raw)
	if err != nil {
		return err
	}
	last := r.life.credential()
	b := last.Values.Builder()
	overlay(b, raw)
	b.Set("access_token", formula.String(answer.AccessToken))
	if answer.RefreshToken != "" {
		b.Set("refresh_token", formula.String(answer.RefreshToken))
	}
	fresh := *last
	fresh.Values, fresh.Obtained, fresh.Pending = b.Value(), r.clock(), false
	fresh.Expiry = r.ending(answer.Expiry)
	fresh.Asked, fresh.Key = r.scopes, ""
	if answer.TokenType == "DPoP" {
		fresh.Key = r.key
	}
	if answer.Scopes != nil || last.Scopes == nil {
		fresh.Scopes = answer.Scopes
	}
	r.learnAnswer(fresh.Values, answer)
	r.put(&fresh)
	r.result.Notes = append(r.result.Notes, r.notable(answer)...)
	if missing := fresh.Missing(); len(missing) > 0 {
		r.result.warn("the server granted fewer scopes than were asked for: " + formula.JoinWords(missing, "and") + " missing")
	}
	return nil
}

// notable returns the notes on an answer. Of what type a token is says nothing
// where the API client of the spec puts the token itself, and no key is bound.
func (r *oauth2Run) notable(answer *token.Answer) []string {
	if r.dpop != nil || !r.placesToken() {
		return answer.Notes
	}
	return slices.DeleteFunc(slices.Clone(answer.Notes), func(note string) bool { return note == token.NoType })
}

// placesToken tells whether the author of the spec says where the token stands in
// requests.
func (s Subject) placesToken() bool {
	all := s.Connector.Auth
	switch {
	case !all.Get("makeApiClient").IsObject() && !all.Get("options").Get(s.Option.Key).Get("makeApiClient").IsObject():
		return false // what is there was made of baseUri
	case s.Methods.Scripted("makeApiClient"):
		return true
	}
	return slices.ContainsFunc(s.Methods.Reads(), func(read method.Read) bool {
		root, name := read.Path.Names()
		return read.Method == "makeApiClient" && (root == "credentials" || root == "authData") && (name == "" || name == "access_token")
	})
}

// overlay puts the members of an answer over a credential. An answer that says no
// refresh token, in whatever way, leaves the last one.
func overlay(b *formula.ObjectBuilder, answer formula.Value) {
	for i, name := range answer.Keys() {
		_, v := answer.At(i)
		if name == "refresh_token" && (v.IsMissing() || v.Text() == "" && v.Kind() == formula.KindString) {
			continue
		}
		b.Set(name, v)
	}
}

// ending returns when a credential ends; the zero time, which is unknown, if that
// is past already: then a clock is wrong, or a unit.
func (l *life) ending(expiry time.Time) time.Time {
	if !expiry.IsZero() && !expiry.After(l.clock()) {
		l.result.Notes = append(l.result.Notes, "by the answer the credential has ended already, so its end is taken for unknown: compare this machine's clock, and the unit of the lifetime")
		return time.Time{}
	}
	return expiry
}

// extract adds what a method makes of the answer to a token request.
func (r *oauth2Run) extract(ctx context.Context, name string, answer *token.Answer, query formula.Value) error {
	if !r.Methods.Has(name) {
		return nil
	}
	raw, err := formula.ParseJSON(answer.Raw)
	if err != nil {
		return err
	}
	return r.step(name, func() error {
		vars := r.variables(append(withCredentials(r.life.credential().Values),
			formula.Member{Key: "tokenResponse", Value: raw},
			formula.Member{Key: "queryParameters", Value: query})...)
		return r.ask(ctx, name, vars, "extracted")
	})
}

// learnAnswer learns the secrets of a token answer.
func (r *oauth2Run) learnAnswer(values formula.Value, answer *token.Answer) {
	raw, _ := formula.ParseJSON(answer.Raw)
	secrets := secretMembers(raw).Builder()
	for _, name := range []string{"access_token", "refresh_token"} {
		if v := values.Get(name); !v.IsMissing() {
			secrets.Set(name, v)
		}
	}
	r.learned(r.called(), secrets.Value())
}

// credentialWords are in the names of what may be secret in a token answer.
var credentialWords = []string{
	"token", "secret", "key", "password", "code", "ticket", "session", "cookie", "assertion", "signature", "jwt", "credential", "handle", "auth", "sid", "hash",
}

// openNames are members of token answers that have such a word and are no
// secrets.
var openNames = []string{"token_type", "issued_token_type", "tokentype", "token_use", "auth_time", "code", "key_id", "kid", "author", "authority", "country_code"}

// secretMembers returns what of a token answer may be a secret: texts under
// names that say so, and texts that look like one.
func secretMembers(v formula.Value) formula.Value {
	b := formula.NewObject(v.Len())
	for i := range v.Len() {
		name, item := v.At(i)
		if name == "" {
			name = strconv.Itoa(i)
		}
		switch item.Kind() {
		case formula.KindObject, formula.KindList:
			if below := secretMembers(item); below.Len() > 0 {
				b.Set(name, below)
			}
		case formula.KindString:
			if isCredentialName(name) || len(secret.Lookalikes(item.Text())) > 0 {
				b.Set(name, item)
			}
		case formula.KindNumber:
			if isCredentialName(name) {
				b.Set(name, item)
			}
		}
	}
	return b.Value()
}

func isCredentialName(name string) bool {
	name = strings.ToLower(name)
	return !slices.Contains(openNames, name) && !strings.Contains(name, "expires") &&
		slices.ContainsFunc(credentialWords, func(w string) bool { return strings.Contains(name, w) })
}
