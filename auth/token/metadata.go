package token

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/connector-spec/connector/auth/sign"
)

// Metadata is what an authorization server says about itself (RFC 8414 2,
// OpenID Connect Discovery 3). Its URLs are https, or http to this machine.
type Metadata struct {
	Issuer string

	AuthorizationEndpoint, TokenEndpoint                 string
	RevocationEndpoint, IntrospectionEndpoint            string
	DeviceAuthorizationEndpoint                          string // RFC 8628
	PushedAuthorizationRequestEndpoint, UserinfoEndpoint string // RFC 9126, OpenID Connect
	JWKSURI                                              string
	// MTLSEndpoints replace the endpoints of these names for a client that
	// shows a certificate (RFC 8705 5).
	MTLSEndpoints map[string]string

	RequirePushed bool // authorization requests have to be pushed
	// IssParameter says that callbacks name the issuer (RFC 9207).
	IssParameter bool
	// What the server supports; nil where it does not say.
	CodeChallengeMethods, TokenAuthMethods, DPoPAlgorithms, GrantTypes, Scopes []string
}

// The places of the document, by their standards: RFC 8414 3.1, which puts it
// before the issuer's path, and OpenID Connect Discovery 4, which puts it after.
var wellKnown = []func(issuer *url.URL) string{
	func(u *url.URL) string { return "/.well-known/oauth-authorization-server" + issuerPath(u) },
	func(u *url.URL) string { return issuerPath(u) + "/.well-known/openid-configuration" },
}

func issuerPath(u *url.URL) string { return strings.TrimSuffix(u.EscapedPath(), "/") }

// Discover reads the metadata of the server that is the issuer (RFC 8414,
// OpenID Connect Discovery). The document must name that very issuer (RFC 8414
// 3.3). No redirect is followed, and the document has at most 1 MiB. Every error
// is an [*Error].
func Discover(ctx context.Context, issuer string, rt http.RoundTripper) (*Metadata, error) {
	u, err := url.Parse(issuer)
	if err == nil {
		_, err = checkEndpoint(issuer, true)
	}
	if err == nil && (u.RawQuery != "" || u.ForceQuery || strings.Contains(issuer, "#")) {
		err = errors.New("it has a query or a fragment")
	}
	if err != nil {
		return nil, &Error{Kind: Unsent, Problem: "the issuer cannot be used: " + err.Error(), Err: err}
	}
	var best *Error
	for _, place := range wellKnown {
		address := *u
		address.RawPath = place(u)
		if address.Path, err = url.PathUnescape(address.RawPath); err != nil {
			return nil, &Error{Kind: Unsent, Problem: "the issuer cannot be used: its path has a broken escape"}
		}
		found, failed := discoverAt(ctx, issuer, &address, rt)
		if failed == nil {
			return found, nil
		}
		if failed.Kind == Unanswered || failed.Kind == Unsent {
			return nil, failed
		}
		if best == nil || failed.Kind == Unexpected {
			best = failed
		}
	}
	return nil, best
}

// discoverAt reads the document at one place.
func discoverAt(ctx context.Context, issuer string, address *url.URL, rt http.RoundTripper) (*Metadata, *Error) {
	r, failed := fetch(ctx, rt, address, maxAnswer)
	if failed != nil {
		return nil, failed
	}
	if r.status != http.StatusOK {
		return nil, &Error{Kind: Failed, Origin: r.origin, Status: r.status, Problem: "no metadata at " + plain(address.Path, maxOrigin)}
	}
	var document map[string]any
	decoder := json.NewDecoder(bytes.NewReader(r.body))
	if err := decoder.Decode(&document); err != nil || decoder.Decode(new(any)) != io.EOF {
		return nil, r.unusable("the metadata is no JSON object")
	}
	if got := member(document, "issuer"); got != issuer {
		return nil, r.unusable(fmt.Sprintf("the metadata is of the issuer %q and not of %q; both must be the same to the letter",
			plain(got, maxOrigin), plain(issuer, maxOrigin)))
	}
	m, err := readMetadata(document)
	if err != nil {
		return nil, r.unusable(err.Error())
	}
	return m, nil
}

// readMetadata reads a document whose issuer was checked. A member of a wrong
// type counts as absent.
func readMetadata(document map[string]any) (*Metadata, error) {
	m := &Metadata{
		Issuer:               member(document, "issuer"),
		CodeChallengeMethods: listOf(document, "code_challenge_methods_supported"),
		TokenAuthMethods:     listOf(document, "token_endpoint_auth_methods_supported"),
		DPoPAlgorithms:       listOf(document, "dpop_signing_alg_values_supported"),
		GrantTypes:           listOf(document, "grant_types_supported"),
		Scopes:               listOf(document, "scopes_supported"),
	}
	m.RequirePushed, _ = document["require_pushed_authorization_requests"].(bool)
	m.IssParameter, _ = document["authorization_response_iss_parameter_supported"].(bool)
	issuer, _ := url.Parse(m.Issuer)
	// What comes from another machine must not lead credentials to this one.
	local := isLoopback(issuer.Hostname())
	for _, endpoint := range []struct {
		name string
		to   *string
	}{
		{"authorization_endpoint", &m.AuthorizationEndpoint},
		{"token_endpoint", &m.TokenEndpoint},
		{"revocation_endpoint", &m.RevocationEndpoint},
		{"introspection_endpoint", &m.IntrospectionEndpoint},
		{"device_authorization_endpoint", &m.DeviceAuthorizationEndpoint},
		{"pushed_authorization_request_endpoint", &m.PushedAuthorizationRequestEndpoint},
		{"userinfo_endpoint", &m.UserinfoEndpoint},
		{"jwks_uri", &m.JWKSURI},
	} {
		text := member(document, endpoint.name)
		if text == "" {
			continue
		}
		if _, err := checkEndpoint(text, local); err != nil {
			return nil, fmt.Errorf("the metadata has a %s that cannot be used: %w", endpoint.name, err)
		}
		*endpoint.to = text
	}
	m.MTLSEndpoints = mtlsEndpoints(document, local)
	return m, nil
}

// mtlsEndpoints gives the endpoints for clients with a certificate, without
// those that cannot be used.
func mtlsEndpoints(document map[string]any, local bool) map[string]string {
	var endpoints map[string]string
	aliases, _ := document["mtls_endpoint_aliases"].(map[string]any)
	for name := range aliases {
		text := member(aliases, name)
		if _, err := checkEndpoint(text, local); err != nil {
			continue
		}
		if endpoints == nil {
			endpoints = map[string]string{}
		}
		endpoints[name] = text
	}
	return endpoints
}

// listOf gives a member that is a list, without what is no text.
func listOf(document map[string]any, name string) []string {
	items, _ := document[name].([]any)
	var list []string
	for _, item := range items {
		if text, ok := item.(string); ok {
			list = append(list, text)
		}
	}
	return list
}

// checkEndpoint reads a URL that a server gave: https, or, where local is true,
// http to this machine.
func checkEndpoint(text string, local bool) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		return nil, errors.New("it is not an absolute URL")
	case u.User != nil:
		return nil, errors.New("it holds a user or a password")
	case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		return nil, errors.New("it is not https (http is accepted for localhost and loopback addresses only)")
	case !local && isLoopback(u.Hostname()):
		return nil, errors.New("it leads to this machine, and the server is another one")
	}
	return u, nil
}

// fetch gets a document of a server: without credentials, without following a
// redirect, and of at most limit bytes.
func fetch(ctx context.Context, rt http.RoundTripper, address *url.URL, limit int64) (*reply, *Error) {
	origin := originOf(address)
	if rt == nil {
		return nil, &Error{Kind: Unsent, Origin: origin, Problem: "there is no transport"}
	}
	header := http.Header{"Accept": {"application/json"}, "User-Agent": {"connector"}}
	req := outgoing(ctx, &sign.Request{Method: http.MethodGet, URL: address, Header: header})
	req.Body = nil // a GET like any other
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return nil, unanswered(ctx, origin, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		failed := redirected(address, resp)
		failed.Problem = "it redirects" + redirectTarget(address, resp) + ", which was not followed: correct the address"
		return nil, failed
	}
	r := &reply{origin: origin, status: resp.StatusCode, header: resp.Header}
	if r.body, err = io.ReadAll(io.LimitReader(resp.Body, limit+1)); err != nil {
		return nil, unanswered(ctx, origin, err)
	}
	if int64(len(r.body)) > limit {
		return nil, &Error{
			Kind: TooLarge, Origin: origin, Status: r.status,
			Problem: fmt.Sprintf("the answer is larger than %d bytes", limit),
		}
	}
	return r, nil
}

// redirectTarget says where an answer leads: its origin.
func redirectTarget(from *url.URL, resp *http.Response) string {
	to, err := from.Parse(resp.Header.Get("Location"))
	if err != nil || to.Host == "" {
		return ""
	}
	return " to " + plain(originOf(to), maxOrigin)
}

// A Discoverer reads metadata and keeps it, by issuer. It is safe for
// concurrent use.
type Discoverer struct {
	Transport http.RoundTripper

	mu    sync.Mutex
	known map[string]*Metadata
}

// Discover gives what the function [Discover] read of an issuer, or reads it.
// The metadata are to be read only. Failures are not kept.
func (d *Discoverer) Discover(ctx context.Context, issuer string) (*Metadata, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if m := d.known[issuer]; m != nil {
		return m, nil
	}
	m, err := Discover(ctx, issuer, d.Transport)
	if err != nil {
		return nil, err
	}
	if d.known == nil {
		d.known = map[string]*Metadata{}
	}
	d.known[issuer] = m
	return m, nil
}
