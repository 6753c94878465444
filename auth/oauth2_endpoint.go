package auth

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/connector-spec/connector/auth/token"
	"github.com/connector-spec/connector/formula"
)

// at returns the token endpoint, or another one that is asked in the same way.
func (r *oauth2Run) at(field string) (*token.Endpoint, error) {
	address, ok := r.endpoints[field]
	if !ok {
		return nil, fmt.Errorf("the configuration has no %s%s", field, r.undiscovered())
	}
	e := &token.Endpoint{
		URL: address.URL, Issuer: r.issuer, Client: r.client, Server: r.server,
		Rename: renames(r.config.Get("parameterNames")),
	}
	return e, nil
}

// tokenEndpoint returns an endpoint that gives tokens.
func (r *oauth2Run) tokenEndpoint(field string) (*token.Endpoint, error) {
	e, err := r.at(field)
	if err != nil {
		return nil, err
	}
	e.Method, e.Format, e.Header, e.Shape = r.text("tokenMethod"), r.text("tokenFormat"), http.Header{}, r.shape()
	headers := r.config.Get("tokenHeaders")
	for i, name := range headers.Keys() {
		_, v := headers.At(i)
		for _, item := range listOf(v) {
			e.Header.Add(name, textOf(item))
		}
	}
	return e, nil
}

func renames(v formula.Value) map[string]string {
	names := make(map[string]string, v.Len())
	for i, name := range v.Keys() {
		_, to := v.At(i)
		names[name] = textOf(to)
	}
	return names
}

// shape returns where the answers of the token endpoint keep things.
func (r *oauth2Run) shape() token.Shape {
	v := r.config.Get("tokenResponse")
	s := token.Shape{
		AccessToken: finder(v.Get("accessToken")), RefreshToken: finder(v.Get("refreshToken")),
		ExpiresIn: finder(v.Get("expiresIn")), ExpiresAt: finder(v.Get("expiresAt")),
		Scope: finder(v.Get("scope")), TokenType: finder(v.Get("tokenType")),
		Milliseconds: v.Get("expiresUnit").Text() == "milliseconds",
	}
	if n, ok := r.config.Get("expiresIn").AsNumber(); ok && n > 0 {
		s.Lifetime = time.Duration(n * float64(time.Second))
	}
	return s
}

// finder returns what finds the value at a locator; nil without one.
func finder(v formula.Value) func(any) any {
	if v.IsMissing() {
		return nil
	}
	locator, err := formula.ParseLocator(v.Text())
	if err != nil {
		return func(any) any { return nil }
	}
	return func(answer any) any {
		text, err := json.Marshal(answer)
		if err != nil {
			return nil
		}
		parsed, err := formula.ParseJSON(text)
		if err != nil {
			return nil
		}
		found := locator.Find(parsed)
		if n, ok := found.AsNumber(); ok {
			return json.Number(formula.FormatNumber(n))
		}
		return found.ToAny()
	}
}
