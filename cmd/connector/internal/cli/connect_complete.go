package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/store"
)

// A begunLogin is a login that was begun without anybody to wait for: what it
// takes to finish it by connect --complete.
type begunLogin struct {
	Version      int             `json:"version"`
	Spec         string          `json:"spec"`
	Digest       string          `json:"digest"`
	Option       string          `json:"option"`
	Name         string          `json:"name,omitempty"`
	Environment  string          `json:"environment,omitempty"`
	Client       string          `json:"client,omitempty"`
	Through      string          `json:"through,omitempty"`
	Scopes       []string        `json:"scopes,omitempty"`
	Untested     bool            `json:"untested,omitempty"`
	Force        bool            `json:"force,omitempty"`
	Routes       []string        `json:"routes,omitempty"`
	AllowRemote  bool            `json:"allowRemote,omitempty"`
	AllowPrivate bool            `json:"allowPrivate,omitempty"`
	Redirect     string          `json:"redirect,omitempty"` // "" for what the spec says
	Inputs       json.RawMessage `json:"inputs"`
	Parameters   json.RawMessage `json:"parameters"`
	Own          json.RawMessage `json:"own"` // those of the parameters that are the connection's own
	Begun        json.RawMessage `json:"begun"`
}

// begin begins a login that somebody finishes elsewhere, and says how.
func (c *connecting) begin(ctx context.Context, l *userLogin) error {
	world := c.world()
	l.world(&world)
	begun, result, err := auth.Begin(ctx, c.subject, c.values, world)
	switch {
	case err != nil:
		return err
	case begun == nil:
		return c.refused(result)
	}
	kept, err := c.keptLogin(begun, c.redirectTold(l))
	if err != nil {
		return err
	}
	if err := c.store.KeepLogin(context.WithoutCancel(ctx), &store.Login{Data: kept}); err != nil {
		return err
	}
	fmt.Fprintf(c.Stderr, "connector: log in to %s at this address, in a browser on any machine:\n\n", secret.PrintableLine(c.subject.Connector.Name()))
	fmt.Fprintf(c.direct, "  %s\n", secret.PrintableLine(l.routed(begun.URL)))
	fmt.Fprintf(c.Stderr, "\nThe browser ends at %s, and may say that it cannot reach it. Copy the whole\naddress from its address bar, and within an hour give it to this command, which reads\nit from its input:\n\n  connector connect --complete -\n",
		secret.PrintableLine(begun.Redirect))
	return exit{exitNoCredential}
}

// keptLogin encodes a login that was begun, with the redirect URI that it was
// told.
func (c *connecting) keptLogin(begun *auth.Begun, redirect string) ([]byte, error) {
	file, err := c.place.absolute()
	if err != nil {
		return nil, err
	}
	data, err := begun.Encode()
	if err != nil {
		return nil, err
	}
	return json.Marshal(begunLogin{
		Version: 1, Spec: file, Digest: c.consent.Digest(), Option: c.subject.Option.Key, Name: c.opts.name,
		Environment: c.environment, Client: c.client, Through: c.opts.through, Scopes: c.values.Scopes,
		Untested: c.opts.noTest, Force: c.opts.force,
		Routes: c.opts.network.routes, AllowRemote: c.opts.network.allowRemote, AllowPrivate: c.opts.network.allowPrivate,
		Redirect: redirect,
		Inputs:   c.values.Inputs.AppendJSON(nil), Parameters: c.values.Parameters.AppendJSON(nil), Own: c.parameters.AppendJSON(nil),
		Begun: data,
	})
}

// complete finishes a login that was begun here, by the address at which its user
// came back; - reads that from standard input.
func (g *global) complete(ctx context.Context, opts connectOptions) error {
	callback, err := g.callbackGiven(ctx, opts.complete)
	if err != nil {
		return err
	}
	s, err := g.storeFor(opts)
	if err != nil {
		return err
	}
	if err := s.Check(ctx); err != nil {
		return err
	}
	kept, last, begun, err := loginFor(ctx, s, callback)
	if err != nil {
		return err
	}
	if begun == nil {
		return g.handOver(ctx, callback)
	}
	c, err := g.newConnecting(ctx, last.options(opts))
	if err != nil {
		return err
	}
	defer c.end()
	if err := c.resume(last); err != nil {
		return err
	}
	if err := s.RemoveLogin(ctx, kept.ID); err != nil { // from here on it is finished once
		return err
	}
	world := c.world()
	connection, result, err := auth.Finish(ctx, c.subject, c.values, world, begun, callback)
	if err != nil {
		return err
	}
	if connection == nil && result.Unreachable() { // it may be tried again
		err := s.KeepLogin(context.WithoutCancel(ctx), &store.Login{ID: kept.ID, Created: kept.Created, Data: kept.Data})
		return errors.Join(c.refused(result), err)
	}
	return c.finish(ctx, made{connection, result, last.Redirect})
}

// callbackGiven reads the address at which a user came back.
func (g *global) callbackGiven(ctx context.Context, given string) (string, error) {
	text := given
	switch {
	case given == "-" && g.someone():
		var err error
		if text, err = g.asker().Secret(ctx, "The whole address at which the browser ended (it is not shown): "); err != nil {
			return "", err
		}
	case given == "-":
		line, err := bufio.NewReader(io.LimitReader(g.Stdin, maxCallbackText)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		text = line
	}
	callback, err := login.Pasted(text, "")
	if err != nil {
		return "", usagef("--complete: %w", err)
	}
	if u, err := url.Parse(callback); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return "", usagef("--complete takes the whole address at which the browser ended, such as http://127.0.0.1:47920/callback?code=…&state=…, or - to read it from the input")
	}
	return callback, nil
}

// maxCallbackText bounds what is read of an address, in bytes.
const maxCallbackText = 64 << 10

// loginFor finds the login that an answer is for; nil if there is none.
func loginFor(ctx context.Context, s *store.Store, callback string) (*store.Login, *begunLogin, *auth.Begun, error) {
	kept, problems := s.Logins(ctx)
	for _, k := range kept {
		var b begunLogin
		if err := json.Unmarshal(k.Data, &b); err != nil || b.Version != 1 {
			problems = append(problems, errors.New("a login that was begun is of another version of this program: begin it anew"))
			continue
		}
		begun, err := auth.DecodeBegun(b.Begun)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if begun.Fits(callback) {
			return k, &b, begun, nil
		}
	}
	return nil, nil, nil, errors.Join(problems...)
}

// options returns what connect was told when the login was begun.
func (b *begunLogin) options(now connectOptions) connectOptions {
	return connectOptions{
		path: b.Spec, option: b.Option, name: b.Name, client: b.Client, through: b.Through, scopes: b.Scopes,
		noTest: b.Untested, force: b.Force || now.force, draft: true, yes: now.yes, insecure: now.insecure,
		network: networkOptions{routes: b.Routes, allowRemote: b.AllowRemote, allowPrivate: b.AllowPrivate, timeout: now.network.timeout},
	}
}

// resume takes the values of a login that was begun. A connector that has
// changed since begins anew.
func (c *connecting) resume(b *begunLogin) error {
	c.environment, c.client = b.Environment, b.Client
	c.values = auth.Values{Inputs: parsed(b.Inputs), Parameters: parsed(b.Parameters), Scopes: b.Scopes}
	c.parameters = parsed(b.Own)
	consent, err := c.subject.Consent(c.values)
	if err != nil {
		return err
	}
	if consent.Digest() != b.Digest {
		return noError{fmt.Errorf("%s has changed since the login was begun, in its hosts, scripts or requests: begin it anew", c.subject.Connector.Name())}
	}
	c.consent = consent
	return nil
}

// handOver hands an answer to a login that waits on this machine.
func (g *global) handOver(ctx context.Context, callback string) error {
	nobody := &hinted{
		credentialError{errors.New("no login that was begun here is finished by this address: it was finished already, it is older than an hour, or it was begun elsewhere")},
		"begin it with connector connect --no-browser",
	}
	u, err := url.Parse(callback)
	if err != nil {
		return nobody
	}
	at := *u
	at.RawQuery, at.Fragment = "", ""
	if !login.Served(at.String()) {
		return nobody
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, callback, nil)
	if err != nil {
		return nobody
	}
	c := http.Client{
		Transport: &http.Transport{Proxy: nil}, Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := c.Do(req)
	if err != nil {
		return nobody
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusBadRequest {
		return nobody
	}
	_, err = fmt.Fprintf(g.Stderr, "connector: handed to the login that waits at %s\n", secret.PrintableLine(u.Scheme+"://"+u.Host))
	return err
}
