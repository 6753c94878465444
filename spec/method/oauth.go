package method

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/connector-spec/connector/formula"
)

// An OAuthConfig is what getOAuthConfig gives.
type OAuthConfig struct {
	// Endpoints are the addresses in it, by the names of their fields; those
	// that it does not give are not there.
	Endpoints map[string]formula.Address
	// Value is an object of the rest.
	Value formula.Value
}

// endpointFields are the fields of an OAuth configuration that are addresses.
var endpointFields = []string{
	"issuer", "authorizeUri", "tokenUri", "refreshUri", "revokeUri", "deviceAuthorizationUri", "parUri", "requestTokenUri",
}

// An oauthMapping is a compiled getOAuthConfig that is a mapping. What its
// author wrote of the host of an endpoint stays what it is, whatever values
// there are.
type oauthMapping struct {
	// whole gives all of the configuration, its endpoints as what their
	// formulas give.
	whole *formula.Program
	// endpoints and the rest are nil if the mapping is a formula as a whole.
	endpoints map[string]*formula.URLProgram
	rest      *formula.Program
}

func compileOAuth(c *compilation) runner {
	m := &oauthMapping{}
	if !c.body.IsObject() || formula.LooksLikeFormula(c.body) {
		c.hiddenURLs("", c.body, endpointFields)
		m.whole = c.formula("", c.body)
		c.result = m.whole.Result()
		return m
	}
	m.endpoints = make(map[string]*formula.URLProgram)
	rest := c.body
	for _, field := range endpointFields {
		if uri := rest.Get(field); !uri.IsMissing() {
			rest = rest.Without(field)
			m.endpoints[field] = c.url(formula.Pointer(field), uri, formula.URLEndpoint)
		}
	}
	m.rest = c.formula("", rest)
	m.whole, _ = formula.Compile(c.body, c.options(nil)) // its problems are those of the parts
	c.result = m.whole.Result()
	return m
}

// config evaluates the mapping.
func (m *oauthMapping) config(variables formula.Value, run formula.Run) (*OAuthConfig, error) {
	if m.endpoints == nil {
		v, err := m.whole.Eval(variables, run)
		if err != nil {
			return nil, err
		}
		return checkedConfig(v)
	}
	v, err := m.rest.Eval(variables, run)
	if err != nil {
		return nil, err
	}
	config := &OAuthConfig{Value: v, Endpoints: make(map[string]formula.Address)}
	for _, field := range slices.Sorted(maps.Keys(m.endpoints)) {
		address, err := m.endpoints[field].Eval(variables, run)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", field, err)
		}
		if address.URL != "" {
			config.Endpoints[field] = address
		}
	}
	return config, nil
}

// checkedConfig returns a configuration whose endpoints were not compiled as
// URLs, so that nobody knows who wrote their hosts.
func checkedConfig(v formula.Value) (*OAuthConfig, error) {
	if !v.IsObject() {
		return nil, fmt.Errorf("getOAuthConfig gives %s; an OAuth configuration is an object", kindWords(v))
	}
	config := &OAuthConfig{Value: v, Endpoints: make(map[string]formula.Address)}
	for _, field := range endpointFields {
		uri := v.Get(field)
		if uri.IsMissing() {
			continue
		}
		text, ok := uri.AsString()
		if !ok {
			return nil, fmt.Errorf("%s: a URL is text, not %s", field, formula.KindWords(uri))
		}
		if err := formula.CheckEndpoint(text); err != nil {
			return nil, fmt.Errorf("%s: %w", field, err)
		}
		config.Endpoints[field] = formula.Address{URL: text}
		config.Value = config.Value.Without(field)
	}
	return config, nil
}

// run gives the configuration as one object, and checks no addresses.
func (m *oauthMapping) run(_ context.Context, call Call) (Result, error) {
	v, err := m.whole.Eval(call.Variables, call.Run)
	return Result{Value: v, Mapped: true}, err
}

// OAuth runs getOAuthConfig.
func (s *Set) OAuth(ctx context.Context, call Call) (*OAuthConfig, error) {
	switch m := s.methods["getOAuthConfig"].(type) {
	case *oauthMapping:
		return m.config(call.Variables, call.Run)
	case *scripted:
		call.Client = nil // there is none yet
		v, err := m.value(ctx, &scriptHost{call: call, scripts: call.Scripts})
		if err != nil {
			return nil, err
		}
		config, err := checkedConfig(v)
		if err != nil {
			return nil, m.wrong(err.Error(), "")
		}
		return config, nil
	}
	if err := s.Supported("getOAuthConfig"); err != nil {
		return nil, err
	}
	return nil, errors.New("the option has no getOAuthConfig")
}

// Endpoints are the addresses that a getOAuthConfig which is no script gives, by
// the names of their fields, as far as the variables are enough: one whose path
// lacks a value is there with its origin alone, one whose host does is not.
func (s *Set) Endpoints(variables formula.Value, run formula.Run) map[string]formula.Address {
	m, ok := s.methods["getOAuthConfig"].(*oauthMapping)
	if !ok {
		return nil
	}
	if m.endpoints == nil {
		config, err := m.config(variables, run)
		if err != nil {
			return nil
		}
		return config.Endpoints
	}
	known := make(map[string]formula.Address)
	for field, program := range m.endpoints {
		address, err := program.Eval(variables, run)
		if err != nil {
			address, err = program.EvalOrigin(variables, run)
		}
		if err == nil && address.URL != "" {
			known[field] = address
		}
	}
	return known
}

// Redirect evaluates auth.redirect; the result is undefined if there is none.
func (s *Set) Redirect(variables formula.Value, run formula.Run) (formula.Value, error) {
	if s.redirect == nil {
		return formula.Undefined, nil
	}
	return s.redirect.Eval(variables, run)
}

// Enabled tells whether the option is offered. One whose formula needs what is
// not there, such as the id of a client, is not.
func (s *Set) Enabled(variables formula.Value, run formula.Run) (bool, error) {
	if s.enabled == nil {
		return true, nil
	}
	v, err := s.enabled.Eval(variables, run)
	if isMissing(err) {
		return false, nil
	}
	return v.Truthy(), err
}
