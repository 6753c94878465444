package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"golang.org/x/oauth2"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/sign"
	"github.com/connector-spec/connector/spec/method"
)

// A Connection is a credential of an option as it lives: it is refreshed before
// it ends and when the API refuses it, once for all who use it, and it goes
// where the spec says and nowhere else. It is safe for concurrent use. No error
// of it holds a secret that it knows.
//
// It is an [http.RoundTripper], for clients of other libraries, and gives its
// access token as an [oauth2.TokenSource].
type Connection struct {
	subject Subject
	values  Values
	world   World
	holder  *holder
	known   *discovered
	// anywhere tells that nothing is known of where its owner sends the
	// credential: it is made up, for a simulation of who borrows it.
	anywhere bool

	mu        sync.Mutex
	used      *Credential // that client was made with
	client    *client.Client
	unhelpful *Credential // that the API refused though it was new
	proof     proof       // of all requests
	config    *method.OAuthConfig
}

// A proof is what proves possession of a key (RFC 9449), with what servers told
// it to sign with.
type proof struct {
	key  string
	dpop *sign.DPoP
}

// Format hides the connection.
func (c *Connection) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, "connection of "+c.subject.Connector.Name()+" "+secret.Mask)
}

// newConnection returns a connection of a credential, which is nil before a
// login.
func newConnection(s Subject, v Values, w World, credential *Credential) (*Connection, error) {
	w, err := w.complete()
	if err != nil {
		return nil, err
	}
	c := &Connection{subject: s, values: v, world: w, holder: newHolder(credential, nil), known: &discovered{}}
	c.holder.detached, c.holder.redact, c.holder.adopted = true, w.Redactor.Redact, c.learn
	s.learn(w.Redactor, v)
	if credential != nil {
		c.learn(credential)
	}
	return c, nil
}

// learn tells the redactor the secrets of a credential.
func (c *Connection) learn(credential *Credential) {
	addSecret(c.world.Redactor, "credentials", secretMembers(credential.Values))
	c.world.Redactor.Add("credentials.key", credential.Key)
}

// Connect obtains a credential of the option, by a login if it takes one, and
// tests it. The connection is nil where there is no credential; if there is one
// and the test failed, both are returned, and the result says why. An error is
// returned if it could not be tried. The keeper of the world keeps the
// credential of a test that passed, in place of any other of the connection;
// what failed its test is kept by [Connection.Keep].
func Connect(ctx context.Context, s Subject, v Values, w World) (*Connection, *Result, error) {
	c, err := newConnection(s, v, w, nil)
	if err != nil {
		return nil, nil, err
	}
	l, err := c.life()
	if err != nil {
		return nil, nil, err
	}
	return c.connect(ctx, l)
}

// connect is [Connect] by a run of a connection that has no credential yet.
func (c *Connection) connect(ctx context.Context, l *life) (*Connection, *Result, error) {
	result := l.perform(ctx)
	c.holder.keeper = c.world.Keeper
	if c.holder.current.Load() == nil || l.obtaining {
		return nil, result, nil
	}
	c.keep(l)
	if result.OK {
		if err := c.Keep(ctx); err != nil {
			return c, result, err
		}
	}
	return c, result, nil
}

// Open returns the connection of a credential that was obtained before.
func Open(s Subject, v Values, w World, credential *Credential) (*Connection, error) {
	if credential == nil {
		return nil, errors.New("there is no credential to open a connection with")
	}
	c, err := newConnection(s, v, w, credential)
	if err == nil {
		c.holder.keeper = w.Keeper
	}
	return c, err
}

// life begins a run of the connection's methods.
func (c *Connection) life() (*life, error) {
	seed, err := newSeed(rand.Reader)
	if err != nil {
		return nil, err
	}
	return c.lifeOf(seed), nil
}

// lifeOf begins a run whose randomness is that of a seed.
func (c *Connection) lifeOf(seed [32]byte) *life {
	l := liveOver(c.subject, c.values, c.world, seed, nil)
	l.holder, l.known = c.holder, c.known
	l.renewer = c.renew
	c.mu.Lock()
	defer c.mu.Unlock()
	l.proof, l.oauth1 = c.proof, c.config
	return l
}

// keep notes what a run learnt that others need not learn again.
func (c *Connection) keep(l *life) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.proof, c.config = l.proof, l.oauth1
}

// renew obtains another credential in place of old by a run of its own, and says
// which steps that took.
func (c *Connection) renew(ctx context.Context, old *Credential) ([]Step, error) {
	l, err := c.life()
	if err != nil {
		return nil, err
	}
	l.renewer = nil
	if l.renewal() == nil {
		return nil, ErrNoRefresh
	}
	err = c.holder.renew(ctx, old, l.obtainAnew)
	if ctx.Err() != nil {
		return nil, err // it may still run
	}
	c.keep(l)
	return l.result.Steps, err
}

// Credential returns the credential as it is, which may have ended.
func (c *Connection) Credential() *Credential { return c.holder.current.Load() }

// Keep has the keeper keep the credential as it is.
func (c *Connection) Keep(ctx context.Context) error { return c.shown(c.holder.keep(ctx)) }

// Fresh returns the credential, refreshed if it is due. One that could not be
// refreshed for a reason that passes, and has not ended, is returned as it is.
// Ctx bounds the wait; a refresh that has begun goes on.
func (c *Connection) Fresh(ctx context.Context) (*Credential, error) {
	if credential := c.Credential(); credential.Expiry.IsZero() || !credential.Due(c.world.Now(), 1) {
		return credential, nil
	}
	l, err := c.life()
	if err != nil {
		return nil, err
	}
	if err := l.have(ctx); err != nil {
		return nil, c.shown(err)
	}
	return c.Credential(), nil
}

// Refresh obtains the credential anew, whether or not it is due.
func (c *Connection) Refresh(ctx context.Context) error {
	_, err := c.renew(ctx, c.Credential())
	return c.shown(err)
}

// Renewable tells whether the credential can be obtained anew without its user.
func (c *Connection) Renewable() bool {
	l, err := c.life()
	return err == nil && l.renewal() != nil && c.Credential().NeedsLogin == ""
}

// Test runs the option's test with the connection, or its operation.
func (c *Connection) Test(ctx context.Context) (*Result, error) {
	l, err := c.life()
	if err != nil {
		return nil, err
	}
	defer c.keep(l)
	return l.perform(ctx), nil
}

// Disconnect takes the permission away at the provider: by the disconnect
// method of the spec, else by revoking its tokens (RFC 7009). The result says
// how it went; whatever that is, the credential is to be forgotten.
func (c *Connection) Disconnect(ctx context.Context) (*Result, error) {
	l, err := c.life()
	if err != nil {
		return nil, err
	}
	err = l.disconnect(ctx)
	l.result.OK = err == nil
	if err != nil && l.result.Err == nil {
		l.result.fail(disconnectMethod, l.message(err), err)
	}
	return l.result, nil
}

// Do sends a request with the credential, as [client.Client.Do] does: a URL
// without a host is joined to the base of the API.
func (c *Connection) Do(req *http.Request) (*http.Response, error) {
	ready, err := c.ready(req.Context())
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	resp, err := ready.Do(req)
	return resp, c.shown(err)
}

// RoundTrip is [Connection.Do], for an [http.Client]. A refusal by the API whose
// credential could not be renewed is an error, and no answer.
func (c *Connection) RoundTrip(req *http.Request) (*http.Response, error) { return c.Do(req) }

// A shownError is an error without the secrets of a connection.
type shownError struct {
	text string
	err  error
}

func (e *shownError) Error() string { return e.text }
func (e *shownError) Unwrap() error { return e.err }

// shown returns an error whose text has no secret that the connection knows.
func (c *Connection) shown(err error) error {
	if err == nil {
		return nil
	}
	if text := c.world.Redactor.Redact(err.Error()); text != err.Error() {
		return &shownError{text, err}
	}
	return err
}

// ready returns a client that sends the credential, which is fresh.
func (c *Connection) ready(ctx context.Context) (*client.Client, error) {
	credential, err := c.Fresh(ctx)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	made, used := c.client, c.used
	c.mu.Unlock()
	if made != nil && used == credential {
		return made, nil
	}
	config, err := c.clientConfig(ctx, credential)
	if err != nil {
		return nil, c.shown(err)
	}
	if made, err = client.New(config, c.world.Network); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.client, c.used = made, credential
	return made, nil
}

// clientConfig says what a client sends of a credential.
func (c *Connection) clientConfig(ctx context.Context, credential *Credential) (client.Config, error) {
	l, err := c.life()
	if err != nil {
		return client.Config{}, err
	}
	made, err := l.client(ctx)
	if err != nil {
		return client.Config{}, err
	}
	config, err := l.configOf(ctx, made)
	if err != nil {
		return client.Config{}, err
	}
	c.keep(l)
	c.mu.Lock()
	defer c.mu.Unlock()
	if config.Refresh == nil || c.unhelpful == credential {
		config.Refresh = nil
		return config, nil
	}
	config.Unhelpful = func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.unhelpful = credential
	}
	config.Refresh = func(ctx context.Context) (client.Config, error) {
		if _, err := c.renew(ctx, credential); err != nil {
			return client.Config{}, c.shown(err)
		}
		return c.clientConfig(ctx, c.Credential())
	}
	return config, nil
}

// TokenSource returns the connection's access token as x/oauth2 has it: fresh
// whenever it is asked for. Context bounds the requests that this takes.
func (c *Connection) TokenSource(ctx context.Context) oauth2.TokenSource {
	return tokenSource{c, ctx}
}

type tokenSource struct {
	connection *Connection
	ctx        context.Context
}

// Token returns the access token.
func (s tokenSource) Token() (*oauth2.Token, error) {
	c, err := s.connection.Fresh(s.ctx)
	if err != nil {
		return nil, err
	}
	return c.Token()
}

// Token returns the credential as a token of x/oauth2; an error if it has no
// access token. Its type is the word before the token in a header, however the
// server spelt it.
func (c *Credential) Token() (*oauth2.Token, error) {
	access := textOf(c.Values.Get("access_token"))
	if access == "" {
		return nil, fmt.Errorf("the credential has no access_token: only connections of OAuth 2 do")
	}
	t := &oauth2.Token{
		AccessToken: access, TokenType: "Bearer",
		RefreshToken: textOf(c.Values.Get("refresh_token")), Expiry: c.Expiry,
	}
	if c.Key != "" {
		t.TokenType = "DPoP"
	}
	extra, _ := c.Values.ToAny().(map[string]any)
	return t.WithExtra(extra), nil
}
