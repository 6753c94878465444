package auth

import (
	"errors"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/sign"
	"github.com/connector-spec/connector/auth/token"
	"github.com/connector-spec/connector/formula"
)

// bind makes the key that tokens are bound to, if they are.
func (r *oauth2Run) bind() (err error) {
	if !r.flag("dpop") {
		return nil
	}
	if r.key == "" {
		r.key = r.begunKey
	}
	if r.key == "" {
		if r.key, err = sign.NewDPoPKey(r.signRand); err != nil {
			return err
		}
		r.learnText("credentials.key", r.key)
	}
	r.dpop, err = r.prover(r.key)
	return err
}

// identify says who the client is.
func (r *oauth2Run) identify() error {
	r.client = token.Client{
		ID: r.text("clientId"), Secret: secret.New(r.text("clientSecret")),
		Auth: r.text("clientAuthLocation"), Raw: r.text("clientAuthEncoding") == "raw",
		Assertion: r.assertion(r.config.Get("clientAssertion")),
	}
	if r.client.Auth == "" {
		r.client.Auth = formerLocation(r.config)
	}
	if r.client.ID == "" && r.grant != "jwt_bearer" && r.grant != "password" {
		return errors.New("the configuration has no clientId: the formula of it gave nothing; is the connector parameter given?")
	}
	r.server = token.Server{Now: r.clock, Rand: r.signRand, JWS: r.jws, DPoP: r.dpop}
	transport := &endpointTransport{life: r.life}
	if t := r.config.Get("tls"); !t.IsMissing() {
		transport.tls = tlsOf(t)
	}
	r.server.Transport = transport
	return nil
}

// formerLocation reads the two flags that clientAuthLocation replaced.
func formerLocation(config formula.Value) string {
	if config.Get("skipClientAuthInHeader").Truthy() {
		return token.AuthBody
	}
	return ""
}

// assertion reads what an assertion is made of.
func (r *oauth2Run) assertion(v formula.Value) token.Assertion {
	a := token.Assertion{
		Key: secret.New(textOf(v.Get("key"))), Alg: textOf(v.Get("alg")), KeyID: textOf(v.Get("kid")),
		Audience: textOf(v.Get("audience")), Header: membersOf(v.Get("header")), Claims: membersOf(v.Get("claims")),
	}
	if n, ok := v.Get("lifetime").AsNumber(); ok {
		a.Lifetime = time.Duration(n * float64(time.Second))
	}
	if r.run.ThrowAway {
		a.Key, a.Alg = r.throwAway(a)
	}
	return a
}

// throwAway returns what a run with placeholders signs an assertion with.
func (r *oauth2Run) throwAway(a token.Assertion) (key secret.Secret, alg string) {
	shared := strings.HasPrefix(a.Alg, "HS") || a.Alg == "" && r.text("clientAuthLocation") == token.AuthSecretJWT
	switch {
	case shared && a.Alg == "":
		return a.Key, "HS256"
	case shared:
		return a.Key, a.Alg
	case a.Alg == "":
		a.Alg = "ES256"
	}
	return secret.New(r.signingKey(a.Alg, a.Key.Reveal())), a.Alg
}

func tlsOf(t formula.Value) *client.TLS {
	return &client.TLS{Certificate: t.Get("certificate").Text(), Key: t.Get("key").Text(), CA: t.Get("ca").Text()}
}
