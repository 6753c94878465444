package auth

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/method"
)

// The steps of a login and of what follows it that are no methods of a spec.
const (
	discoverStep  = "discover"
	pushStep      = "pushAuthorization"
	authorizeStep = "authorize"
	deviceStep    = "deviceAuthorization"
	tokenStep     = "token"
	refreshStep   = "refresh"
	revokeStep    = "revoke"
	requestStep   = "requestToken"
	accessStep    = "accessToken"
)

// maxEndpointBytes bounds the answer of an endpoint of an authorization server.
const maxEndpointBytes = 1 << 20

// oauthConfig runs getOAuthConfig as a step.
func (l *life) oauthConfig(ctx context.Context, redirectURI, state string) (*method.OAuthConfig, error) {
	var config *method.OAuthConfig
	err := l.step("getOAuthConfig", func() (err error) {
		config, err = l.evaluateOAuth(ctx, redirectURI, state)
		return err
	})
	return config, err
}

// evaluateOAuth runs getOAuthConfig and notes where its endpoints are.
func (l *life) evaluateOAuth(ctx context.Context, redirectURI, state string) (*method.OAuthConfig, error) {
	vars := l.variables(
		formula.Member{Key: "redirectUri", Value: formula.String(redirectURI)},
		formula.Member{Key: "state", Value: formula.String(state)},
	)
	config, err := l.Methods.OAuth(ctx, l.call(method.Call{Variables: vars}))
	if err != nil {
		return nil, err
	}
	for _, field := range slices.Sorted(maps.Keys(config.Endpoints)) {
		address := config.Endpoints[field]
		origin, err := client.ParseOrigin(address.URL)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", field, err)
		}
		origin.Literal = address.Literal
		l.endpoint(origin)
	}
	return config, nil
}

// learnEndpoints notes the endpoints of the authorization server in a run that
// does not log in: its credential may go there, too.
func (l *life) learnEndpoints(ctx context.Context) error {
	if len(l.endpoints) > 0 || !l.Methods.Has("getOAuthConfig") {
		return nil
	}
	redirect, err := l.redirectURI()
	if err != nil {
		return err
	}
	config, err := l.evaluateOAuth(ctx, redirect, "")
	if l.Option.Type() == "oauth1" {
		l.oauth1 = config
		return err
	}
	return nil // who has a token needs no configuration to use it
}

// endpoint notes the origin of an endpoint of the authorization server:
// requests of the connection may go there.
func (l *life) endpoint(o client.Origin) {
	l.result.host(o.String())
	if !slices.ContainsFunc(l.endpoints, o.Same) {
		l.endpoints = append(l.endpoints, o)
	}
}

// epoch is the clock of runs whose time does not matter.
var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// RedirectURI returns where a login of the subject comes back to: what
// auth.redirect says, or http://127.0.0.1:47920/callback.
func (s Subject) RedirectURI(v Values) (string, error) {
	return newLife(s, v, nil, epoch, [32]byte{}).redirectURI()
}

// RedirectLacks returns those of the problems of values that have a part in where
// a login comes back to: with them [Subject.RedirectURI] may tell another address.
func (s Subject) RedirectLacks(problems []ValueProblem) []ValueProblem {
	var lacks []ValueProblem
	for _, p := range problems {
		reads := func(r method.Read) bool {
			root, name := r.Path.Names()
			return r.Method == "redirect" && (root == "connectorParameters") == p.Parameter && (name == "" || name == topName(p.Name))
		}
		if slices.ContainsFunc(s.Methods.Reads(), reads) {
			lacks = append(lacks, p)
		}
	}
	return lacks
}

// topName returns the name of the value that a problem is in.
func topName(name string) string {
	top, _, _ := strings.Cut(name, ".")
	return top
}

func (l *life) redirectURI() (string, error) {
	if l.redirect != "" {
		return l.redirect, nil
	}
	r, err := l.Methods.Redirect(l.variables(), l.run)
	if err != nil {
		return "", fmt.Errorf("redirect: %w", err)
	}
	if uri := r.Get("uri").Text(); uri != "" {
		if _, err := client.ParseOrigin(uri); err != nil {
			return "", fmt.Errorf("redirect.uri: %w", err)
		}
		if strings.Contains(uri, "#") {
			return "", errors.New("redirect.uri has a fragment, which RFC 6749 3.1.2 forbids")
		}
		return uri, nil
	}
	host, port, path := "127.0.0.1", "47920", "/callback" // one fixed address, so that it can be registered
	if h := r.Get("host"); !h.IsMissing() {
		host = textOf(h)
	}
	if p := r.Get("port"); !p.IsMissing() {
		port = textOf(p)
	}
	if p := r.Get("path"); !p.IsMissing() {
		path = "/" + strings.TrimPrefix(textOf(p), "/")
	}
	u := url.URL{Scheme: "http", Host: host + ":" + port, Path: path}
	if _, err := client.ParseOrigin("http://" + host); err != nil {
		return "", errors.New("redirect.host is 127.0.0.1, localhost or [::1]")
	}
	return u.String(), nil
}

// An endpointTransport sends requests to the endpoints of an authorization
// server, with nothing of the connection's: each to the origin of its URL
// alone, never redirected, never repeated.
type endpointTransport struct {
	*life
	tls        *client.TLS
	unrecorded bool // the request is no part of the run
}

// RoundTrip sends one request.
func (e *endpointTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	origin, err := client.ParseOrigin(req.URL.String())
	if err != nil {
		return nil, err
	}
	e.result.host(origin.String())
	for _, known := range slices.Concat(e.endpoints, e.others) {
		if known.Same(origin) {
			origin.Literal = known.Literal
			break
		}
	}
	var network http.RoundTripper = e.transport
	if e.unrecorded {
		network = e.network
	}
	c, err := client.New(client.Config{
		Origins: []client.Origin{origin}, NoRedirects: true, MaxResponseBytes: maxEndpointBytes,
		Timeout: e.requestTimeout(0), TLS: e.tls,
	}, network)
	if err != nil {
		return nil, err
	}
	return c.Do(req)
}

// learnText tells the redactor a secret of this run by the name of its
// placeholder.
func (l *life) learnText(name, text string) {
	if text != "" {
		l.learned(name, formula.String(text))
	}
}
