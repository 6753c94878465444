package method

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// SigningKeys lists the fields of a signature that hold keys.
func SigningKeys() []string { return slices.Clone(signingKeys) }

var signingKeys = []string{"key", "secretAccessKey", "sessionToken", "consumerSecret", "token", "tokenSecret", "privateKey", "password"}

// A signProgram is the compiled sign of a client: one of its programs, or that
// of an HMAC, is there.
type signProgram struct {
	once *formula.Program // evaluated with the client
	hmac *hmacProgram     // evaluated for each request
}

// An hmacProgram is a compiled HMAC. Its headers go with the signature and may
// be part of what is signed, so they are made first.
type hmacProgram struct {
	headers *formula.Program // nil if there are none
	rest    *formula.Program
}

// signedVariables are what an HMAC is made of.
var signedVariables = []variable{
	{Key: "request", Type: formula.ObjectType(
		variable{Key: "method", Type: formula.TextType()},
		variable{Key: "host", Type: formula.TextType()},
		variable{Key: "path", Type: formula.TextType()},
		variable{Key: "query", Type: formula.TextType()},
		variable{Key: "headers", Type: formula.TextsType()},
		variable{Key: "body", Type: formula.TextType()},
		variable{Key: "bodySha256", Type: formula.BytesType()},
	)},
	{Key: "timestamp", Type: formula.NumberType()},
	{Key: "nonce", Type: formula.TextType()},
}

// signature compiles what signs requests. An HMAC is over the parts of a
// request, so it waits for one.
func (p *clientProgram) signature(c *compilation, at string, sign formula.Value) {
	if sign.IsMissing() {
		return
	}
	c.checkSign(at, sign)
	if sign.Get("type").Text() != "hmac" {
		p.sign = &signProgram{once: c.formula(at, sign)}
		return
	}
	h := &hmacProgram{}
	if headers := sign.Get("headers"); !headers.IsMissing() {
		h.headers = c.formula(at+"/headers", headers, signedVariables...)
		c.wantTexts(at+"/headers", "headers", h.headers.Result())
	}
	h.rest = c.formula(at, sign.Without("headers"), signedVariables...)
	p.sign = &signProgram{hmac: h}
}

// checkSign reports what a signature lacks.
func (c *compilation) checkSign(at string, sign formula.Value) {
	lacks := func(field, message, hint string) {
		c.report("missing-field", spec.Error, at+formula.Pointer(field), spec.AtKey(), message, hint)
	}
	switch sign.Get("type").Text() {
	case "oauth1":
		method := sign.Get("signatureMethod").Text()
		switch isRSA := strings.HasPrefix(method, "RSA-"); {
		case isRSA && sign.Get("privateKey").IsMissing():
			lacks("privateKey", fmt.Sprintf(`"signatureMethod: %s" needs "privateKey"`, method), "the private key in PEM, as a formula")
		case !isRSA && sign.Get("consumerSecret").IsMissing() && sign.Get("privateKey").IsMissing():
			lacks("consumerSecret", `the signature has no "consumerSecret"`, "the secret of the registered application, as a formula")
		}
	case "dpop":
		config := c.option.Value.Get("getOAuthConfig")
		if c.option.Type() != "oauth2" {
			c.report("unknown-value", spec.Error, at+"/type", spec.AtValue(), fmt.Sprintf(`auth type %q has no tokens that are bound to a key, as the signature "dpop" proves`, c.option.Type()), "remove the signature")
		} else if m := config.Get("mapping"); m.IsObject() && !formula.LooksLikeFormula(m) && m.Get("dpop").IsMissing() {
			c.report("missing-field", spec.Error, at+"/type", spec.AtValue(), `the signature "dpop" needs tokens that are bound to a key`, "write dpop: true into the mapping of getOAuthConfig")
		}
	}
}

// errNoMapping says why an HMAC that is not compiled cannot sign.
var errNoMapping = errors.New("sign: the text that an HMAC signs is made from each request, so it is no part of a result: write it as a mapping, makeApiClient: {…, sign: {type: hmac, …}}")

// signed gives a config the signature of a client: v is what was evaluated with
// it.
func (p *signProgram) signed(config *ClientConfig, v, variables formula.Value, run formula.Run) (err error) {
	switch {
	case p == nil:
		config.Sign = v
	case p.hmac != nil:
		config.Sign = formula.Object(formula.Member{Key: "type", Value: formula.String("hmac")})
		config.HMAC = func(run formula.Run, more ...formula.Member) (formula.Value, error) {
			return p.hmac.eval(variables, run, more)
		}
		return nil
	default:
		if config.Sign, err = p.once.Eval(variables, run); err != nil {
			return err
		}
	}
	if config.Sign.Get("type").Text() == "hmac" {
		return errNoMapping
	}
	return nil
}

// eval evaluates an HMAC over a request.
func (h *hmacProgram) eval(variables formula.Value, run formula.Run, more []formula.Member) (formula.Value, error) {
	for _, m := range more {
		variables = variables.With(m.Key, m.Value)
	}
	headers := formula.Undefined
	if h.headers != nil {
		var err error
		if headers, err = h.headers.Eval(variables, run); err != nil {
			return formula.Undefined, err
		}
		request, err := withHeaders(variables.Get("request"), headers)
		if err != nil {
			return formula.Undefined, err
		}
		variables = variables.With("request", request)
	}
	v, err := h.rest.Eval(variables, run)
	if err != nil || headers.IsMissing() {
		return v, err
	}
	return v.With("headers", headers), nil
}

// withHeaders returns a request, as formulas see it, with more headers. Their
// names are in lower case there.
func withHeaders(request, headers formula.Value) (formula.Value, error) {
	list, err := fields(headers, "header")
	if err != nil {
		return request, err
	}
	added := make(map[string][]string)
	for _, f := range list {
		name := strings.ToLower(f.Name)
		added[name] = append(added[name], f.Value)
	}
	b := request.Get("headers").Builder()
	for _, f := range list {
		name := strings.ToLower(f.Name)
		b.Set(name, formula.String(strings.Join(added[name], ", ")))
	}
	return request.With("headers", b.Value()), nil
}
