package auth

import (
	"context"
	"net/http"
	"slices"

	"github.com/connector-spec/connector/auth/client"
)

// Stream sends a request with the credential, as [client.Client.Stream] does: a
// success is read while it comes, however long it is, and its body is to be
// closed. A URL without a host is joined to the base of the API.
func (c *Connection) Stream(req *http.Request) (*http.Response, error) {
	ready, err := c.ready(req.Context())
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	resp, err := ready.Stream(req)
	if err != nil {
		return nil, c.shown(err)
	}
	return resp, nil
}

// Carriers are the names of the fields of a request that the credential goes
// out in, besides Authorization.
type Carriers struct{ Headers, Query []string }

// Carriers returns where the connection puts its credential: a request that
// says such a field itself would replace it. It makes no request but for a
// credential that is due to be refreshed.
func (c *Connection) Carriers(ctx context.Context) (Carriers, error) {
	credential, err := c.Fresh(ctx)
	if err != nil {
		return Carriers{}, err
	}
	config, err := c.clientConfig(ctx, credential)
	if err != nil {
		return Carriers{}, c.shown(err)
	}
	carriers := Carriers{c.secretFields(config.Header), c.secretFields(config.Query)}
	if len(config.Cookies) > 0 {
		carriers.Headers = append(carriers.Headers, "Cookie")
	}
	return carriers, nil
}

// secretFields returns the names of the fields that hold a secret.
func (c *Connection) secretFields(fields []client.Field) []string {
	var names []string
	for _, f := range fields {
		if c.world.Redactor.RedactWords(f.Value) != f.Value && !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	return names
}
