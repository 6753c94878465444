package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth/sign"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/method"
)

// signers make the signers of the types of sign.
var signers = map[string]func(l *life, v formula.Value, config *method.ClientConfig) (sign.Signer, error){
	"aws-sigv4": func(l *life, v formula.Value, _ *method.ClientConfig) (sign.Signer, error) {
		return &sign.SigV4{
			Service: textOf(v.Get("service")), Region: textOf(v.Get("region")),
			AccessKeyID: textOf(v.Get("accessKeyId")), SecretAccessKey: textOf(v.Get("secretAccessKey")),
			SessionToken: textOf(v.Get("sessionToken")), World: l.signWorld(),
		}, nil
	},
	"oauth1": func(l *life, v formula.Value, _ *method.ClientConfig) (sign.Signer, error) {
		return l.oauth1Signer(v), nil
	},
	"hmac": (*life).hmacSigner,
	"jwt": func(l *life, v formula.Value, _ *method.ClientConfig) (sign.Signer, error) {
		s := &sign.JWT{
			JWS: l.jws, Alg: textOf(v.Get("alg")), Key: textOf(v.Get("key")), KeyID: textOf(v.Get("kid")),
			Header: membersOf(v.Get("header")), Claims: membersOf(v.Get("claims")),
			In: textOf(v.Get("in")), Name: textOf(v.Get("name")), Prefix: "Bearer", World: l.signWorld(),
		}
		if s.Name != "" && s.Name != "Authorization" || s.In == "query" {
			s.Prefix = ""
		}
		if prefix := v.Get("prefix"); !prefix.IsMissing() {
			s.Prefix = textOf(prefix)
		}
		if n, ok := v.Get("lifetime").AsNumber(); ok {
			s.Lifetime = time.Duration(n * float64(time.Second))
		}
		return s, nil
	},
	"digest": func(l *life, v formula.Value, _ *method.ClientConfig) (sign.Signer, error) {
		return &sign.Digest{Username: textOf(v.Get("username")), Password: textOf(v.Get("password")), World: l.signWorld()}, nil
	},
	"wsse": func(l *life, v formula.Value, _ *method.ClientConfig) (sign.Signer, error) {
		return &sign.WSSE{
			Username: textOf(v.Get("username")), Password: textOf(v.Get("password")),
			HexNonce: v.Get("nonce").Text() == "hex", HexDigest: v.Get("digest").Text() == "hex", World: l.signWorld(),
		}, nil
	},
	"dpop": func(l *life, _ formula.Value, _ *method.ClientConfig) (sign.Signer, error) {
		c := l.credential()
		if c == nil || c.Key == "" {
			return nil, errors.New("its tokens are bound to no key: write dpop: true into the OAuth configuration")
		}
		return l.prover(c.Key)
	},
}

// signerOf returns what signs the requests of a client; nil if nothing does. A
// connection of OAuth 1, and one whose tokens are bound to a key, sign without
// being told to.
func (l *life) signerOf(config *method.ClientConfig) (sign.Signer, error) {
	v := config.Sign
	kind := v.Get("type").Text()
	switch {
	case config.HMAC != nil:
		kind = "hmac"
	case v.IsMissing() && l.Option.Type() == "oauth1":
		return l.signOAuth1()
	case v.IsMissing() && l.Option.Type() == "oauth2" && l.credential() != nil && l.credential().Key != "":
		kind = "dpop"
	case v.IsMissing():
		return nil, nil
	}
	make := signers[kind]
	if make == nil {
		return nil, fmt.Errorf("sign: there is no type %q", kind)
	}
	s, err := make(l, v, config)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return s, nil
}

// signWorld is the clock and the randomness of signatures.
func (l *life) signWorld() sign.World { return sign.World{Now: l.clock, Rand: l.signRand} }

// prover returns what proves possession of a key. One does for all requests of
// a run, since servers tell it what to sign with.
func (l *life) prover(key string) (*sign.DPoP, error) {
	if l.run.ThrowAway {
		key = formula.ThrowAwayKey("ES256")
	}
	if l.proof.key != key {
		p, err := sign.NewDPoP(key, l.signWorld())
		if err != nil {
			return nil, err
		}
		l.proof.key, l.proof.dpop = key, p
	}
	return l.proof.dpop, nil
}

// oauth1Signer reads what signs by OAuth 1.
func (l *life) oauth1Signer(v formula.Value) *sign.OAuth1 {
	s := &sign.OAuth1{
		ConsumerKey: textOf(v.Get("consumerKey")), ConsumerSecret: textOf(v.Get("consumerSecret")),
		Token: textOf(v.Get("token")), TokenSecret: textOf(v.Get("tokenSecret")),
		Method: textOf(v.Get("signatureMethod")), Location: textOf(v.Get("signatureLocation")),
		Realm: textOf(v.Get("realm")), BodyHash: v.Get("bodyHash").Truthy(), World: l.signWorld(),
	}
	if key := textOf(v.Get("privateKey")); key != "" {
		s.PrivateKey = l.signingKey("RS256", key)
	}
	return s
}

// hmacSigner signs with what the spec's formulas make of each request.
func (l *life) hmacSigner(_ formula.Value, config *method.ClientConfig) (sign.Signer, error) {
	if config.HMAC == nil {
		return nil, errors.New("a signature over the parts of a request is a mapping, whose formulas are evaluated for each request")
	}
	evaluate := func(f sign.Facts) (sign.HMACFields, error) {
		run := l.run
		run.Now = func() time.Time { return f.Timestamp }
		v, err := config.HMAC(run, factsOf(f)...)
		if err != nil {
			return sign.HMACFields{}, err
		}
		fields := sign.HMACFields{
			Algorithm: textOf(v.Get("algorithm")), Key: bytesOf(v.Get("key")), Text: bytesOf(v.Get("stringToSign")),
			Encoding: textOf(v.Get("encoding")), In: textOf(v.Get("in")), Name: textOf(v.Get("name")), Prefix: textOf(v.Get("prefix")),
			Header: http.Header{},
		}
		l.signs(fields.Name, fields.Prefix)
		headers := v.Get("headers")
		for i, name := range headers.Keys() {
			_, value := headers.At(i)
			for _, item := range listOf(value) {
				fields.Header.Add(name, textOf(item))
			}
		}
		return fields, nil
	}
	return &sign.HMAC{Evaluate: evaluate, World: l.signWorld()}, nil
}

// bytesOf returns a value as the bytes that are signed, or signed with.
func bytesOf(v formula.Value) string {
	if b, ok := v.AsBytes(); ok {
		return string(b)
	}
	return textOf(v)
}

// factsOf returns what formulas see of a request that is to be signed.
func factsOf(f sign.Facts) []formula.Member {
	headers := formula.NewObject(len(f.Header))
	for name, values := range f.Header {
		headers.Set(strings.ToLower(name), formula.String(strings.Join(values, ", ")))
	}
	request := formula.Object(
		formula.Member{Key: "method", Value: formula.String(f.Method)},
		formula.Member{Key: "host", Value: formula.String(f.Host)},
		formula.Member{Key: "path", Value: formula.String(f.Path)},
		formula.Member{Key: "query", Value: formula.String(f.Query)},
		formula.Member{Key: "headers", Value: headers.Value()},
		formula.Member{Key: "body", Value: formula.String(string(f.Body))},
		formula.Member{Key: "bodySha256", Value: formula.Bytes(f.BodySHA256)},
	)
	return []formula.Member{
		{Key: "request", Value: request},
		{Key: "timestamp", Value: formula.Number(float64(f.Timestamp.Unix()))},
		{Key: "nonce", Value: formula.String(f.Nonce)},
	}
}

// jws signs with what formulas sign with.
func (l *life) jws(alg, key string, data []byte) ([]byte, error) {
	return formula.SignJWS(alg, l.signingKey(alg, key), data, l.signRand)
}

// signingKey returns a private key for an algorithm: a throw-away one where the
// run has a placeholder.
func (l *life) signingKey(alg, key string) string {
	if l.run.ThrowAway && !strings.HasPrefix(alg, "HS") && !strings.Contains(key, "PRIVATE KEY") {
		return formula.ThrowAwayKey(alg)
	}
	return key
}

// membersOf returns an object as encoding/json has it, its numbers as they are
// written.
func membersOf(v formula.Value) map[string]any {
	if !v.IsObject() {
		return nil
	}
	var members map[string]any
	d := json.NewDecoder(strings.NewReader(string(v.AppendJSON(nil))))
	d.UseNumber()
	if d.Decode(&members) != nil {
		return nil
	}
	return members
}
