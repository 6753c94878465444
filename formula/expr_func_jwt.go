package formula

import (
	"encoding/base64"
	"errors"
	"fmt"
)

var jwtFunc = ExprFunc{
	Name: "jwt", Args: "claims, key, {alg, header}", Summary: "a signed JSON Web Token (RFC 7519): the key is a secret for HS256, HS384 and HS512, and a private key in PEM for RS, PS and ES of the same sizes and for EdDSA; header has more members for its header, such as kid", min: 3, max: 3,
	takes: []kinds{ofObject, ofText | ofBytes, ofObject}, gives: textType,
	Examples: []Example{
		{In: `jwt({"iss": "app"}, "secret", {"alg": "HS256"})`, Want: `"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJhcHAifQ.SI3Xduxu6zAKlfOuhSepB1h7-OiisJFsCpn-cV2BoC0"`},
		{In: `jwt({"iss": id, "exp": now() + 300}, secret, {"alg": "HS256", "header": {"kid": "1"}})`, Vars: `{"id": "app", "secret": "s"}`, Want: `"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6IjEifQ.eyJpc3MiOiJhcHAiLCJleHAiOjE3MDY2OTY3MzB9.Aa1wNjAvh4uSwtcGfQxf26CiDq5coVgeHvdGaBcSpJM"`},
	},
	many: func(f *frame, args []Value) (Value, error) {
		if !args[0].IsObject() {
			return Undefined, fmt.Errorf("the claims are an object, not %s", kindWithArticle(args[0]))
		}
		key, err := binaryOf(args[1])
		if err != nil {
			return Undefined, fmt.Errorf("the key: %w", err)
		}
		alg, header, err := jwtHeader(args[2])
		if err != nil {
			return Undefined, err
		}
		if err := f.read(args[0], header); err != nil {
			return Undefined, err
		}
		if args[0].weight()+header.weight() > maxOutput {
			return Undefined, errOutput
		}
		b := base64.RawURLEncoding.AppendEncode(nil, header.AppendJSON(nil))
		b = append(b, '.')
		b = base64.RawURLEncoding.AppendEncode(b, args[0].AppendJSON(nil))
		signature, err := f.sign(alg, key, b)
		if err != nil {
			return Undefined, err
		}
		b = append(b, '.')
		b = base64.RawURLEncoding.AppendEncode(b, signature)
		return String(string(b)), f.build(len(b))
	},
}

// jwtHeader reads the options of jwt.
func jwtHeader(options Value) (alg string, header Value, err error) {
	if !options.IsObject() {
		return "", Undefined, fmt.Errorf("the third argument is {alg, header}, not %s", kindWithArticle(options))
	}
	for _, key := range options.Keys() {
		if key != "alg" && key != "header" {
			return "", Undefined, fmt.Errorf("unknown option %q; options are alg and header", key)
		}
	}
	alg, ok := options.Get("alg").AsString()
	if !ok {
		return "", Undefined, errors.New(`an algorithm is wanted, as in {"alg": "RS256"}`)
	}
	b := NewObject(4)
	b.Set("alg", String(alg))
	b.Set("typ", String("JWT"))
	more := options.Get("header")
	if !more.IsObject() && !more.IsMissing() {
		return "", Undefined, fmt.Errorf("the header is an object, not %s", kindWithArticle(more))
	}
	for i := range more.Len() {
		key, v := more.At(i)
		if key == "alg" && v.Text() != alg {
			return "", Undefined, errors.New("the header must not name another algorithm")
		}
		b.Set(key, v)
	}
	return alg, b.Value(), nil
}

// stepsOfSignature is what a signature with a private key counts.
const stepsOfSignature = 20_000

// sign returns the signature of data and counts it.
func (f *frame) sign(alg, key string, data []byte) ([]byte, error) {
	a, err := findJWS(alg)
	if err != nil {
		return nil, err
	}
	steps := stepsOfSignature
	if a.isShared() {
		steps = 4 + (len(key)+len(data))/bytesOfStep
	} else if f.run.ThrowAway && isStandIn(key) {
		key = ThrowAwayKey(alg)
	}
	if err := f.spend(steps); err != nil {
		return nil, err
	}
	return a.sign(a, key, data, f.run.Rand)
}
