package simulate

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/connector-spec/connector/auth/sign"
	"github.com/connector-spec/connector/formula"
)

// The steps of a run that are requests of a standard. Any other step is a method
// of the spec.
const (
	StepDiscover  = "discover"
	StepPush      = "pushAuthorization"
	StepAuthorize = "authorize"
	StepDevice    = "deviceAuthorization"
	StepToken     = "token"
	StepRefresh   = "refresh"
	StepRevoke    = "revoke"
	StepRequest   = "requestToken"
	StepAccess    = "accessToken"
	StepBorrow    = "proxy" // from the connection of another connector
)

// Facts are what a provider is made from.
type Facts struct {
	// Option is the option in its runnable form, Operation the pointer of the
	// operation that runs in place of the test, "" for the test. TestOperation is
	// that of the operation that is the test, "" if it is none.
	Option                   formula.Value
	Operation, TestOperation string
	// Reads are what the formulas of the option read.
	Reads []Read
	// Now is the provider's clock.
	Now func() time.Time
	// Config evaluates the OAuth configuration with the values that the provider
	// knows; nil for options without one.
	Config func() (*Config, error)
	// Expect gives the requests of a step as they are sent with a credential, for
	// the provider to hold those against that it gets.
	Expect func(step string, credential any) []Expected
	// Signer gives what signs the requests of the API with a credential, and the
	// type of the signature; nil if they are not signed.
	Signer func(credential any, w sign.World) (sign.Signer, formula.Value, error)
}

// A Read says that a formula of a method reads a variable.
type Read struct {
	Method, Pointer string
	Path            formula.Locator
}

// A Config is an OAuth configuration, evaluated.
type Config struct {
	Value     formula.Value
	Endpoints map[string]string // by their fields
	Redirect  string
	Scopes    []string
	// Username, Password and RefreshToken are what the user entered, for the
	// grants that take it.
	Username, Password, RefreshToken string
}

// A Fault makes the provider fail on purpose. The first that answers a request
// wins.
type Fault struct {
	// Step is the step whose requests it is about; "" is any.
	Step string
	// After passes over so many requests of the step, and Times is how many
	// requests are answered then; 0 is all.
	After, Times int
	// Answer replaces the answer to a request. Good is what the provider would
	// have answered; calling it has the effect that the request has. A nil answer
	// with a nil error is none: the good answer is given.
	Answer func(req *http.Request, good func() *http.Response) (*http.Response, error)

	seen int
}

// A Provider is an authorization server and an API in memory. It is safe for
// concurrent use, but for its fields, which are set before a run.
type Provider struct {
	// Faults are its failures; see [Fault].
	Faults []*Fault
	// Fixed are what its answers hold at a place, by [Leaf.Key], in place of what
	// it makes up. Undefined leaves the place empty.
	Fixed map[string]formula.Value
	// Free makes its API take every request: for finding out what is sent.
	Free bool

	facts Facts
	rand  io.Reader

	mu       sync.Mutex
	step     string
	served   map[string]int // successes by step
	codes    map[string]*grant
	devices  map[string]*grant
	pushed   map[string]url.Values
	tokens   []*Token
	known    []*known
	proofs   map[string]bool // ids of proofs and assertions that were used
	nonce    string          // for DPoP and Digest
	oauth1   map[string]*temporary
	refused  []string
	proved   bool // the API accepted a proof
	families int
}

// A Token is a secret that the provider gave away.
type Token struct {
	Text    string
	Refresh bool // it is for obtaining new ones
	Family  int  // of one login
	End     time.Time
	Dead    bool
	Key     string // thumbprint of the key that it is bound to
	Secret  string // of an OAuth 1 token
	Scope   string
}

// A known is a credential that the provider knows to be good.
type known struct {
	credential any
	texts      string // all that is in it
	expected   map[string][]Expected
}

// New returns a provider. Its tokens are made from rand.
func New(f Facts, rand io.Reader) *Provider {
	p := &Provider{facts: f, rand: rand, Fixed: map[string]formula.Value{}}
	p.Reset()
	return p
}

// Reset forgets all that was given away.
func (p *Provider) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.codes, p.devices, p.pushed = map[string]*grant{}, map[string]*grant{}, map[string]url.Values{}
	p.proofs, p.oauth1 = map[string]bool{}, map[string]*temporary{}
	p.tokens, p.known, p.nonce, p.refused, p.proved = nil, nil, "", nil, false
	p.served = map[string]int{}
}

// Begin begins a run.
func (p *Provider) Begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.served, p.step = map[string]int{}, ""
}

// Step says which step the requests from here on are of.
func (p *Provider) Step(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.step = name
}

// Know tells the provider that a credential is one that it gave, or that its
// user entered, so that its API accepts it while the tokens in it are good.
// Texts are all texts that are in it.
func (p *Provider) Know(credential any, texts []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known = append(p.known, &known{credential: credential, texts: strings.Join(texts, "\x00"), expected: map[string][]Expected{}})
}

// RoundTrip answers a request.
func (p *Provider) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	in, err := read(req)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	step := p.step
	var faults []*Fault
	for _, f := range p.Faults {
		if f.Step != "" && f.Step != step {
			continue
		}
		f.seen++
		if f.seen > f.After && (f.Times == 0 || f.seen <= f.After+f.Times) {
			faults = append(faults, f)
		}
	}
	p.mu.Unlock()
	good := func() *http.Response { return p.serve(step, in).response(req) }
	for _, f := range faults {
		if resp, err := f.Answer(req, good); resp != nil || err != nil {
			if resp != nil && resp.Request == nil {
				resp.Request = req
			}
			return resp, err
		}
	}
	return good(), nil
}

// serve answers a request of a step.
func (p *Provider) serve(step string, r *request) *reply {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out *reply
	switch step {
	case StepDiscover:
		out = p.discover(r)
	case StepPush:
		out = p.push(r)
	case StepDevice:
		out = p.device(r)
	case StepToken, StepRefresh:
		out = p.token(r)
	case StepRevoke:
		out = p.revoke(r)
	case StepRequest, StepAccess:
		out = p.dance(step, r)
	case StepAuthorize:
		out = &reply{status: http.StatusMethodNotAllowed}
	default:
		out = p.method(step, r)
	}
	if out.status >= http.StatusBadRequest && out.why != "" {
		p.refused = append(p.refused, out.why)
	}
	if out.status < http.StatusBadRequest {
		p.served[step]++
	}
	return out
}

// A request is one that was read.
type request struct {
	method string
	url    *url.URL
	header http.Header
	body   []byte
	peer   bool // the client showed a certificate
}

// read reads a request whole, and leaves it as it was.
func read(req *http.Request) (*request, error) {
	r := &request{method: req.Method, url: req.URL, header: req.Header, peer: req.TLS != nil && len(req.TLS.PeerCertificates) > 0}
	if req.Body == nil {
		return r, nil
	}
	var err error
	r.body, err = io.ReadAll(req.Body)
	_ = req.Body.Close()
	req.Body = io.NopCloser(bytes.NewReader(r.body))
	return r, err
}

// signed returns the request for a signer, a copy.
func (r *request) signed() *sign.Request {
	u := *r.url
	return &sign.Request{Method: r.method, URL: &u, Header: r.header.Clone(), Body: bytes.Clone(r.body)}
}

// A reply is an answer.
type reply struct {
	status int
	header http.Header
	kind   string // content type
	body   []byte
	why    string // of a refusal
}

func (a *reply) response(req *http.Request) *http.Response {
	h := a.header.Clone()
	if h == nil {
		h = http.Header{}
	}
	if a.kind != "" {
		h.Set("Content-Type", a.kind)
	}
	body := a.body
	if req.Method == http.MethodHead {
		body = nil
	}
	return &http.Response{
		StatusCode: a.status, Status: fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}
}

// object answers with a JSON object.
func object(status int, v formula.Value) *reply {
	return &reply{status: status, kind: "application/json", body: v.AppendJSON(nil)}
}

// refuse answers with an error in the shape of RFC 6749 5.2, and says why.
func refuse(status int, code, format string, args ...any) *reply {
	why := fmt.Sprintf(format, args...)
	body, err := json.Marshal(map[string]string{"error": code, "error_description": why})
	if err != nil {
		body = []byte("{}")
	}
	return &reply{status: status, kind: "application/json", body: body, why: why}
}

// random returns so many random bytes as hexadecimal digits.
func (p *Provider) random(n int) string {
	b := make([]byte, n)
	_, _ = io.ReadFull(p.rand, b)
	return hex.EncodeToString(b)
}

// issue makes a token.
func (p *Provider) issue(kind string, refresh bool, family int) *Token {
	t := &Token{Text: "sim" + kind + p.random(16), Refresh: refresh, Family: family}
	p.tokens = append(p.tokens, t)
	return t
}

// find returns the token of a text; nil if there is none.
func (p *Provider) find(text string) *Token {
	for _, t := range p.tokens {
		if t.Text == text && text != "" {
			return t
		}
	}
	return nil
}

// end ends the tokens of a family.
func (p *Provider) end(family int) {
	for _, t := range p.tokens {
		if t.Family == family {
			t.Dead = true
		}
	}
}

func (p *Provider) expired(t *Token) bool { return !t.End.IsZero() && !p.facts.Now().Before(t.End) }
