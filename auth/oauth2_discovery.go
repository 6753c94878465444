package auth

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/token"
	"github.com/connector-spec/connector/formula"
)

// discoverable are the endpoints that a server's metadata has (RFC 8414 2), by
// the field of the configuration that comes before it; for a client that shows a
// certificate those that ask for one (RFC 8705 5).
func discoverable(m *token.Metadata, certificate bool) map[string]string {
	found := map[string]string{
		"authorizeUri": m.AuthorizationEndpoint, "tokenUri": m.TokenEndpoint, "revokeUri": m.RevocationEndpoint,
		"deviceAuthorizationUri": m.DeviceAuthorizationEndpoint, "parUri": m.PushedAuthorizationRequestEndpoint,
		"jwksUri": m.JWKSURI,
	}
	if !certificate {
		return found
	}
	for field, name := range map[string]string{
		"tokenUri": "token_endpoint", "revokeUri": "revocation_endpoint",
		"deviceAuthorizationUri": "device_authorization_endpoint", "parUri": "pushed_authorization_request_endpoint",
	} {
		if alias := m.MTLSEndpoints[name]; alias != "" {
			found[field] = alias
		}
	}
	return found
}

// A discovered keeps what issuers say of themselves, for all runs of a
// connection.
type discovered struct {
	mu       sync.Mutex
	metadata map[string]*token.Metadata
}

func (d *discovered) of(issuer string) *token.Metadata {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.metadata[issuer]
}

func (d *discovered) keep(issuer string, m *token.Metadata) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.metadata == nil {
		d.metadata = make(map[string]*token.Metadata)
	}
	d.metadata[issuer] = m
}

// discover asks the issuer for what the configuration does not say.
func (r *oauth2Run) discover(ctx context.Context) error {
	address, ok := r.endpoints["issuer"]
	if !ok {
		return nil
	}
	r.issuer = address.URL
	if r.metadata = r.known.of(r.issuer); r.metadata != nil {
		return r.takeEndpoints(address)
	}
	return r.step(discoverStep, func() error {
		m, err := token.Discover(ctx, r.issuer, &endpointTransport{life: r.life})
		if err != nil {
			return err
		}
		r.metadata = m
		r.known.keep(r.issuer, m)
		return r.takeEndpoints(address)
	})
}

// takeEndpoints takes the endpoints that the configuration does not say from the
// metadata of its issuer. What an issuer says is data: only an endpoint at its
// own origin is as trusted as that is, and none is an origin of the API.
func (r *oauth2Run) takeEndpoints(issuer formula.Address) error {
	own, err := client.ParseOrigin(issuer.URL)
	if err != nil {
		return err
	}
	r.endpoints = maps.Clone(r.endpoints)
	found := discoverable(r.metadata, r.text("clientAuthLocation") == token.AuthTLS)
	for _, field := range slices.Sorted(maps.Keys(found)) {
		uri := found[field]
		if _, said := r.endpoints[field]; said || uri == "" {
			continue
		}
		origin, err := client.ParseOrigin(uri)
		if err != nil {
			return fmt.Errorf("the %s that the issuer names: %w", field, err)
		}
		origin.Literal = issuer.Literal && origin.Same(own)
		r.others = append(r.others, origin)
		if field != "authorizeUri" && field != "jwksUri" { // which get no credential
			r.result.host(origin.String())
		}
		r.endpoints[field] = formula.Address{URL: uri, Literal: origin.Literal}
	}
	return nil
}

func (r *oauth2Run) undiscovered() string {
	if r.issuer == "" {
		return ", and no issuer that says it"
	}
	return ", and the issuer does not say it"
}
