package auth

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/method"
)

// A Plan is what the runs of an option would send, phase after phase. Values
// that come from a user, a server or a credential are placeholders, such as
// {{input.apiKey}}, {{response.data.token}} and {{credentials.token}}.
type Plan struct{ Phases []Phase }

// A Phase is one method of an option, or one operation.
type Phase struct {
	Name string // of the method, or the key of the operation
	// Operation tells that it is one.
	Operation bool
	Kind      string // its implementation type
	Place     Place
	Parts     []Part // of what a mapping gives
	Requests  []PlannedRequest
	Note      string // what is not known before it runs
}

// A PlannedRequest is a request that would be sent.
type PlannedRequest struct {
	Method, URL string
	Parts       []Part
}

// A Part is a part of a request or of a result, with where the spec says it.
type Part struct {
	Name, Text string
	Place      Place // the zero Place for what the program adds
}

// A Place is a line of one of the connector's files.
type Place struct {
	File string
	Line int
}

// Explain plans what the option would send. It opens no socket and runs no
// script.
func Explain(ctx context.Context, s Subject) *Plan {
	s.Engine = nil // nothing runs
	p := &planner{Subject: s, redactor: secret.NewRedactor(), standIns: make(map[string]string)}
	p.values = Values{Inputs: p.inputs("inputSchema", "input."), Parameters: p.inputs("parametersSchema", "parameter."), Input: formula.Object()}
	p.life = newLife(s, p.values, p, epoch, [32]byte{})
	masquerade(p.life)
	p.life.begin, p.life.wait = p.beginStep, atOnce
	if _, err := p.life.redirectURI(); err != nil { // it is made of a value
		address := "https://" + p.standIn("redirectUri").Text() + ".example"
		p.redactor.Add("redirectUri", address)
		p.life.redirect = address
	}
	p.credentials = p.allCredentials()
	if s.Methods.Has(credentialsMethod) {
		p.method(ctx, credentialsMethod)
	}
	p.login(ctx)
	p.note("makeApiClient", p.client())
	for _, name := range []string{"test", refreshMethod} {
		if s.Methods.Has(name) {
			p.method(ctx, name)
		}
	}
	p.refresh(ctx)
	if s.Methods.Has(disconnectMethod) {
		p.method(ctx, disconnectMethod)
	}
	p.revoke(ctx)
	for _, o := range s.Connector.Operations() {
		p.operation(ctx, o)
	}
	return &Plan{p.phases}
}

// A planner runs methods with stand-ins for values: texts that may stand
// anywhere, and that are shown as placeholders afterwards.
type planner struct {
	Subject
	life        *life
	values      Values
	credentials formula.Value
	config      *method.ClientConfig
	clientError error
	redactor    *secret.Redactor
	standIns    map[string]string // by name

	quiet  []string // steps of a login that are not shown again
	hidden bool     // in one of these

	phases  []Phase
	current string // the method whose requests are being planned
	pointer string // of its body
	sent    int
}

// standIn returns the text that stands for a value. It may be part of a host.
func (p *planner) standIn(name string) formula.Value {
	text := p.standIns[name]
	if text == "" {
		sum := sha256.Sum256([]byte(name))
		text = "p" + hex.EncodeToString(sum[:10])
		p.standIns[name] = text
		p.redactor.Add(name, text) // which is as lower() and trim() give it
		p.redactor.Add("upper("+name+")", strings.ToUpper(text))
	}
	return formula.String(text)
}

// inputs returns what is used in place of the values that a schema asks for:
// a default where there is one, and it is no secret.
func (p *planner) inputs(schema, prefix string) formula.Value {
	secrets := make(map[string]bool)
	for _, in := range p.Methods.Secrets() {
		if in.Parameter == (prefix == "parameter.") {
			secrets[in.Name] = true
		}
	}
	return p.standInsOf(p.Option.Value.Get(schema), prefix, secrets)
}

func (p *planner) standInsOf(schema formula.Value, prefix string, secrets map[string]bool) formula.Value {
	properties := schema.Get("properties")
	b := formula.NewObject(properties.Len())
	for i, name := range properties.Keys() {
		_, property := properties.At(i)
		if d := property.Get("default"); !d.IsUndefined() && !secrets[name] && !spec.IsSensitive(property) {
			b.Set(name, d)
			continue
		}
		b.Set(name, p.standIn(prefix+name))
	}
	return b.Value()
}

// allCredentials returns what the user entered and stand-ins for what formulas
// read besides.
func (p *planner) allCredentials() formula.Value {
	v := p.values.Inputs
	for _, r := range p.Methods.Reads() {
		steps := r.Path.Steps()
		if len(steps) > 1 && (steps[0].Property == "credentials" || steps[0].Property == "authData") && !v.Has(steps[1].Property) {
			v = v.With(steps[1].Property, p.standIn("credentials."+steps[1].Property))
		}
	}
	return v
}

// derivedCredentials replaces those credentials that a method makes of what the
// user entered.
func (p *planner) derivedCredentials(result formula.Value) {
	for _, name := range result.Keys() {
		p.credentials = p.credentials.With(name, p.standIn("credentials."+name))
	}
}

// errScript is why nobody knows what a script gives.
var errScript = errors.New("it is a script")

// client makes the API client. A base that is wholly a value gets an address.
func (p *planner) client() error {
	if p.Option.Value.Get("makeApiClient").Get("type").Text() == spec.KindJavaScript {
		p.clientError = errScript
		return p.clientError
	}
	variables := p.life.variables(withCredentials(p.credentials)...)
	if p.config, p.clientError = p.Methods.Client(variables, p.life.run); p.clientError == nil {
		return nil
	}
	for _, r := range p.Methods.Reads() {
		steps := r.Path.Steps()
		if !strings.Contains(r.Pointer, "/baseUri") || len(steps) != 2 {
			continue
		}
		name := steps[1].Property
		address := func(owner formula.Value, prefix string) formula.Value {
			if !owner.Has(name) {
				return owner
			}
			text := "https://" + p.standIn(prefix+name).Text() + ".example"
			p.redactor.Add(prefix+name, text)
			return owner.With(name, formula.String(text))
		}
		switch steps[0].Property {
		case "connectorParameters":
			p.values.Parameters = address(p.values.Parameters, "parameter.")
		case "credentials", "authData":
			prefix := "credentials."
			if p.values.Inputs.Has(name) {
				prefix = "input."
			}
			p.credentials = address(p.credentials, prefix)
		default:
			p.values.Inputs = address(p.values.Inputs, "input.")
		}
	}
	p.life.values = p.values
	variables = p.life.variables(withCredentials(p.credentials)...)
	p.config, p.clientError = p.Methods.Client(variables, p.life.run)
	return p.clientError
}

// signature says what the client makes of each request beside what it adds; ""
// for nothing.
func (p *planner) signature() string {
	v := p.config.Sign
	kind := v.Get("type").Text()
	switch {
	case p.config.HMAC != nil:
		kind = "hmac"
	case v.IsMissing() && p.Option.Type() == "oauth1" && p.life.oauth1 != nil:
		kind, v = "oauth1", p.life.oauth1.Value
	case v.IsMissing() && p.Option.Type() == "oauth2" && p.life.credential() != nil && p.life.credential().Key != "":
		kind = "dpop"
	}
	switch kind {
	case "aws-sigv4":
		return fmt.Sprintf("AWS Signature Version 4, service %s, region %s", textOf(v.Get("service")), textOf(v.Get("region")))
	case "oauth1":
		return fmt.Sprintf("OAuth 1, %s, in the %s", cmp.Or(textOf(v.Get("signatureMethod")), "HMAC-SHA1"), cmp.Or(textOf(v.Get("signatureLocation")), "header"))
	case "hmac":
		return "an HMAC over its parts"
	case "jwt":
		return "a JSON Web Token, " + textOf(v.Get("alg"))
	case "digest":
		return "HTTP Digest"
	case "wsse":
		return "WSSE UsernameToken"
	case "dpop":
		return "a proof of possession (DPoP)"
	}
	return kind
}

// RoundTrip notes a request and gives an answer in which everything that the
// method reads is a stand-in.
func (p *planner) RoundTrip(req *http.Request) (*http.Response, error) {
	phase := &p.phases[len(p.phases)-1]
	if phase.Kind == stepKind {
		if !p.hidden {
			planned, err := p.describeStep(req)
			if err != nil {
				return nil, err
			}
			phase.Requests = append(phase.Requests, planned)
		}
		return p.answerStep(req), nil
	}
	planned, err := p.describe(req)
	if err != nil {
		return nil, err
	}
	phase.Requests = append(phase.Requests, planned)
	p.sent++
	return p.answer(req), nil
}
