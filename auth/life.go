package auth

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/method"
)

// A life is one run of an option's methods.
type life struct {
	Subject
	values    Values
	run       formula.Run
	transport *meter
	begin     func(step string) // tells who records or replays
	timeout   time.Duration
	learned   func(credentials formula.Value)
	redactor  *secret.Redactor // of a run with real values

	result *Result
}

// newLife starts a run over a transport. Seed is that of its randomness.
func newLife(s Subject, v Values, transport http.RoundTripper, now time.Time, seed [32]byte) *life {
	return &life{
		Subject: s, values: v,
		run:       formula.Run{Now: func() time.Time { return now }, Rand: rand.NewChaCha8(seed)},
		transport: &meter{next: transport},
		begin:     func(string) {},
		learned:   func(formula.Value) {},
		result:    &Result{Connector: s.Connector.Name(), Option: s.Option.Key},
	}
}

// test runs the methods up to the test and its label.
func (l *life) test(ctx context.Context) *Result {
	r := l.result
	credentials, err := l.credentials(ctx)
	if err != nil {
		return r
	}
	config, err := l.client(credentials)
	if err != nil {
		return r
	}
	answer, err := l.check(ctx, credentials, config)
	if err != nil {
		return r
	}
	r.OK = true
	r.Label, err = l.label(credentials, answer)
	if err != nil {
		r.Note = fmt.Sprintf("the label could not be made: %v", err)
	}
	return r
}

// variables returns what formulas see, with more beside what they see
// everywhere.
func (l *life) variables(more ...formula.Member) formula.Value {
	b := formula.NewObject(8)
	b.Set("connectorParameters", l.values.Parameters)
	b.Set("connectionInput", l.values.Inputs)
	b.Set("connectionParameters", l.values.Inputs)
	for _, m := range more {
		b.Set(m.Key, m.Value)
	}
	return b.Value()
}

func withCredentials(credentials formula.Value) []formula.Member {
	return []formula.Member{{Key: "credentials", Value: credentials}, {Key: "authData", Value: credentials}}
}

// step runs one step and notes how it went.
func (l *life) step(name string, work func(step *Step) error) error {
	l.begin(name)
	l.transport.reset()
	s := Step{Name: name}
	start := time.Now()
	err := work(&s)
	s.Duration = time.Since(start)
	s.OK = err == nil
	s.Method, s.URL, s.Status = l.transport.method, l.transport.url, l.transport.status
	if err != nil {
		s.Message = l.message(err)
		l.result.fail(name, s.Message, err)
		if l.result.Hint == "" {
			l.result.Hint = answerHint(s.Status)
		}
	}
	l.result.Steps = append(l.result.Steps, s)
	return err
}

// maxDetail bounds what is shown of a server's own words, in characters.
const maxDetail = 200

// message returns what an error says. The words of a server are redacted
// before they are cut: a redactor finds whole secrets only.
func (l *life) message(err error) string {
	var status *method.StatusError
	if !errors.As(err, &status) || status.Detail == "" {
		return err.Error()
	}
	shown := *status
	if l.redactor != nil {
		shown.Detail = l.redactor.Redact(shown.Detail)
	}
	if r := []rune(shown.Detail); len(r) > maxDetail {
		shown.Detail = string(r[:maxDetail]) + "…"
	}
	return strings.Replace(err.Error(), status.Error(), shown.Error(), 1)
}

// credentialsMethod obtains a credential that needs nobody's consent.
const credentialsMethod = "getCredentialsFromConnectionParameters"

// credentials obtains the credential: what the user entered, with what the
// method makes of it over it.
func (l *life) credentials(ctx context.Context) (formula.Value, error) {
	credentials := l.values.Inputs
	if !l.Methods.Has(credentialsMethod) {
		return credentials, nil
	}
	err := l.step(credentialsMethod, func(*Step) error {
		result, err := l.Methods.Run(ctx, credentialsMethod, method.Call{
			Variables: l.variables(), Run: l.run, Client: &bareClient{l},
		})
		if err != nil {
			return err
		}
		if result.Value.IsMissing() {
			return &VerdictError{"the method gives no credential: what it reads is not there" + kindOf(result.Response)}
		}
		if !result.Value.IsObject() {
			return fmt.Errorf("the method gives %s; credentials are an object", result.Value.Kind())
		}
		b := credentials.Builder()
		for i, key := range result.Value.Keys() {
			_, v := result.Value.At(i)
			b.Set(key, v)
		}
		credentials = b.Value()
		if result.Response != nil {
			l.learned(result.Value)
		} else {
			l.learned(l.derived(result.Value))
		}
		return nil
	})
	return credentials, err
}

// client makes the API client.
func (l *life) client(credentials formula.Value) (*method.ClientConfig, error) {
	var config *method.ClientConfig
	err := l.step("makeApiClient", func(*Step) (err error) {
		config, err = l.Methods.Client(l.variables(withCredentials(credentials)...), l.run)
		if err == nil && (!config.Sign.IsMissing() || !config.TLS.IsMissing()) {
			err = errors.New("the API client signs requests or has a certificate, which this version does not do")
		}
		return err
	})
	return config, err
}

// check sends the test request and looks at what it gives.
func (l *life) check(ctx context.Context, credentials formula.Value, config *method.ClientConfig) (formula.Value, error) {
	answer := formula.Undefined
	err := l.step("test", func(s *Step) error {
		c, err := l.open(config)
		if err != nil {
			return err
		}
		vars := l.variables(withCredentials(credentials)...)
		result, err := l.Methods.Run(ctx, "test", method.Call{Variables: vars, Run: l.run, Client: c})
		if err != nil {
			return err
		}
		answer = result.Value
		return verdict(result)
	})
	return answer, err
}

// A VerdictError says that a request was answered, and that the answer is no
// credential, or no proof of a working one.
type VerdictError struct{ Reason string }

func (e *VerdictError) Error() string { return e.Reason }

// verdict decides whether the answer of the test is a yes.
func verdict(r method.Result) error {
	page := r.Response != nil && r.Response.IsHTML()
	switch {
	case page:
		return &VerdictError{"the answer is an HTML page, not data: a login page, or an address that is not the API's"}
	case r.Mapped && r.Value.IsMissing():
		return &VerdictError{"the responseMapping of the test gives nothing: what it reads is not in the answer" + kindOf(r.Response)}
	case r.Mapped && !r.Value.Truthy():
		return &VerdictError{fmt.Sprintf("the responseMapping of the test gives %v, which means no", r.Value)}
	}
	return nil
}

// kindOf says what an answer is if it is no JSON.
func kindOf(r *method.Response) string {
	switch {
	case r == nil:
		return ""
	case r.Data.IsUndefined():
		return ", which is empty"
	case r.Data.Kind() == formula.KindString && r.ContentType != "":
		return fmt.Sprintf(", which is %s and not JSON", r.ContentType)
	}
	return ""
}

// label returns what the connection would be called.
func (l *life) label(credentials, answer formula.Value) (string, error) {
	vars := l.variables(append(withCredentials(credentials), formula.Member{Key: "test", Value: answer})...)
	label, err := l.Methods.Label(vars, l.run)
	if label != "" || err != nil {
		return label, err
	}
	label = l.Connector.Name()
	if v := l.Connector.Meta.Get("version").Text(); v != "" {
		label += " " + v
	}
	if len(l.Connector.Options()) > 1 {
		label += " (" + l.Option.Title() + ")"
	}
	return label, nil
}

// open makes the HTTP client of a config: it goes to the base and to the
// origins that the spec names, and nowhere else.
func (l *life) open(config *method.ClientConfig) (*client.Client, error) {
	base, err := client.ParseOrigin(config.Base.URL)
	if err != nil {
		return nil, err
	}
	base.Literal = config.Base.Literal
	origins := []client.Origin{base}
	named, err := l.namedOrigins()
	if err != nil {
		return nil, err
	}
	origins = append(origins, named...)
	for _, o := range origins {
		l.result.host(o.String())
	}
	c := client.Config{
		Base: config.Base.URL, Origins: origins,
		Header: fieldsOf(config.Headers), Query: fieldsOf(config.Query), Cookies: fieldsOf(config.Cookies),
		Timeout: l.requestTimeout(config.Timeout), MaxResponseBytes: config.MaxResponseBytes,
	}
	if config.Basic != nil {
		c.Basic = &client.Basic{Username: config.Basic.Username, Password: config.Basic.Password}
	}
	if data, ok := config.Data.ToAny().(map[string]any); ok {
		c.Data = data
	}
	return client.New(c, l.transport)
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
	texts := l.Methods.LiteralOrigins()
	allowed, _ := l.Option.Value.Get("allowedOrigins").AsList()
	for _, v := range allowed {
		texts = append(texts, v.Text())
	}
	var list []client.Origin
	for _, text := range texts {
		o, err := client.ParseOrigin(text)
		if err != nil {
			return nil, err
		}
		o.Literal = true
		list = append(list, o)
	}
	return list, nil
}

// A bareClient sends requests of methods that run before there is a client:
// their URLs are absolute, or relative to auth.baseUri, and no credential is
// added to them.
type bareClient struct{ *life }

// Do sends a request to the origin that the spec built for it.
func (b *bareClient) Do(req *http.Request) (*http.Response, error) {
	c := client.Config{Timeout: b.requestTimeout(0)}
	target := req.URL.String()
	literal := method.LiteralHost(req)
	if !req.URL.IsAbs() {
		base, err := b.Methods.Base(b.variables(), b.run)
		if err != nil {
			return nil, err
		}
		c.Base, target, literal = base.URL, base.URL, base.Literal
	}
	origin, err := client.ParseOrigin(target)
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

// A meter notes the last request of a step.
type meter struct {
	next        http.RoundTripper
	method, url string
	status      int
}

func (m *meter) reset() { m.method, m.url, m.status = "", "", 0 }

// RoundTrip sends the request on.
func (m *meter) RoundTrip(req *http.Request) (*http.Response, error) {
	u := *req.URL
	u.RawQuery, u.Fragment, u.User = "", "", nil
	m.method, m.url, m.status = req.Method, u.String(), 0
	resp, err := m.next.RoundTrip(req)
	if err == nil {
		m.status = resp.StatusCode
	}
	return resp, err
}
