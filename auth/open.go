package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/method"
)

// maxRepeats is how often a request is repeated that failed for a reason that
// passes.
const maxRepeats = 2

// errNoURL says that a base address cannot be read.
var errNoURL error = &client.FieldError{Where: "url", Problem: "it is not a URL"}

// open makes the HTTP client of a config.
func (l *life) open(ctx context.Context, config *method.ClientConfig) (*client.Client, error) {
	c, err := l.configOf(ctx, config)
	if err != nil {
		return nil, err
	}
	return client.New(c, l.transport)
}

// configOf says what the HTTP client of a config does: it goes to the base and
// to the origins that the spec names, and nowhere else.
func (l *life) configOf(ctx context.Context, config *method.ClientConfig) (client.Config, error) {
	address, err := config.Base.Parse()
	if err != nil {
		return client.Config{}, errNoURL
	}
	base, err := client.OriginOf(address)
	if err != nil {
		return client.Config{}, err
	}
	base.Literal = config.Base.Literal
	l.base = base
	origins := []client.Origin{base}
	named, err := l.namedOrigins()
	if err != nil {
		return client.Config{}, err
	}
	origins = append(origins, named...)
	origins = append(origins, l.endpoints...)
	for _, o := range origins {
		l.result.host(o.String())
	}
	c := l.patient(config.Judge)
	c.ByStatus = !config.JudgesBodies()
	c.Base, c.BaseURL, c.Origins = config.Base.URL, address, origins
	c.Header, c.Query, c.Cookies = fieldsOf(config.Headers), fieldsOf(config.Query), fieldsOf(config.Cookies)
	c.Timeout, c.MaxResponseBytes = l.requestTimeout(config.Timeout), config.MaxResponseBytes
	if err := l.lent(ctx, &c); err != nil {
		return client.Config{}, err
	}
	c.Refresh = l.refresher(l.credential())
	if c.Sign, err = l.signerOf(config); err != nil {
		return client.Config{}, err
	}
	if config.Basic != nil {
		c.Basic = &client.Basic{Username: config.Basic.Username, Password: config.Basic.Password}
	}
	if data, ok := config.Data.ToAny().(map[string]any); ok {
		c.Data = data
	}
	if t := config.TLS; !t.IsMissing() {
		c.TLS = tlsOf(t)
	}
	return c, nil
}

// patient returns a config that judges answers and repeats requests.
func (l *life) patient(judge func(*http.Response) error) client.Config {
	return client.Config{
		Judge:      func(resp *http.Response) client.Verdict { return verdictOn(judge(resp)) },
		Repeats:    maxRepeats,
		Repeatable: method.Repeatable,
		Wait:       l.wait, Jitter: l.spread,
	}
}

// spread gives random numbers for the pauses before repeats. They are not those
// that formulas get: a request may be repeated for a reason that is not
// recorded, and the formulas of a replay get the same.
func (l *life) spread() float64 {
	l.spreading.Lock()
	defer l.spreading.Unlock()
	if l.jitter == nil {
		l.jitter = rand.New(rand.NewChaCha8(sha256.Sum256(l.seed[:])))
	}
	return l.jitter.Float64()
}

// verdictOn says what becomes of a request whose answer was judged.
func verdictOn(err error) client.Verdict {
	var status *method.StatusError
	if !errors.As(err, &status) {
		return client.Verdict{}
	}
	v := client.Verdict{Wait: status.RetryAfter}
	switch {
	case status.Key == method.KeyExpired:
		v.Outcome = client.Expired
	case status.Key == method.KeyRateLimit && status.Status == http.StatusTooManyRequests:
		v.Outcome = client.Limited
	case status.Key == method.KeyRateLimit, status.Transient():
		v.Outcome = client.Transient
	}
	return v
}

// requestTimeout returns the smaller of the spec's bound and the run's.
func (l *life) requestTimeout(d time.Duration) time.Duration {
	if l.timeout > 0 && (d == 0 || l.timeout < d) {
		return l.timeout
	}
	return d
}

func fieldsOf(list []method.Field) []client.Field {
	fields := make([]client.Field, len(list))
	for i, f := range list {
		fields[i] = client.Field(f)
	}
	return fields
}

// namedOrigins returns the origins that the spec writes out: its
// allowedOrigins and the absolute URLs of its requests.
func (l *life) namedOrigins() ([]client.Origin, error) {
	list := originsOf(l.Methods.LiteralOrigins())
	allowed, _ := l.Option.Value.Get("allowedOrigins").AsList()
	for _, v := range allowed {
		text, literal, err := l.allowed(v)
		if err != nil {
			return nil, fmt.Errorf("allowedOrigins: %w", err)
		}
		if text == "" {
			continue
		}
		o, err := client.ParseOrigin(text)
		if err != nil {
			return nil, err
		}
		o.Literal = literal
		list = append(list, o)
	}
	return list, nil
}

// allowed returns an origin of allowedOrigins, "" for one that nobody entered, and
// whether its author wrote it out.
func (l *life) allowed(v formula.Value) (text string, literal bool, err error) {
	program, _ := formula.Compile(v, formula.Options{})
	if _, constant := program.Constant(); constant {
		return v.Text(), true, nil
	}
	made, err := program.Eval(l.variables(), l.run)
	var missing *formula.MissingError
	if errors.As(err, &missing) {
		err = nil
	}
	return textOf(made), false, err
}

// originsOf returns the origins of addresses that are written out. What no
// request can go to, such as the name of an XML name space, is none.
func originsOf(texts []string) []client.Origin {
	var list []client.Origin
	for _, text := range texts {
		if o, err := client.ParseOrigin(text); err == nil {
			o.Literal = true
			list = append(list, o)
		}
	}
	return list
}

// A bareClient sends requests of methods that run before there is a client:
// their URLs are absolute, or relative to auth.baseUri, no credential is added
// to them, and they are never redirected, since the credential is in them.
type bareClient struct{ *life }

// Do sends a request to the origin that the spec built for it.
func (b *bareClient) Do(req *http.Request) (*http.Response, error) {
	c := b.patient(func(resp *http.Response) error { return method.Judge(resp, b.run) })
	c.Timeout, c.NoRedirects = b.requestTimeout(0), true
	target, literal := req.URL, method.LiteralHost(req)
	if !target.IsAbs() {
		base, err := b.Methods.Base(b.variables(), b.run)
		if err != nil {
			return nil, err
		}
		if target, err = base.Parse(); err != nil {
			return nil, errNoURL
		}
		c.Base, c.BaseURL, literal = base.URL, target, base.Literal
	}
	origin, err := client.OriginOf(target)
	if err != nil {
		return nil, err
	}
	origin.Literal = literal
	b.result.host(origin.String())
	c.Origins = []client.Origin{origin}
	opened, err := client.New(c, b.transport)
	if err != nil {
		return nil, err
	}
	return opened.Do(req)
}
