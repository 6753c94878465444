package formula

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	_ "crypto/sha256" // so that crypto.SHA256 is there
	_ "crypto/sha512"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
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

// A jwtAlgorithm is one of RFC 7518, 3.1.
type jwtAlgorithm struct {
	name string
	hash crypto.Hash
	size int // of a number in an ES signature, in bytes
	sign func(f *frame, a *jwtAlgorithm, key string, data []byte) ([]byte, error)
}

var jwtAlgorithms = []jwtAlgorithm{
	{"HS256", crypto.SHA256, 0, signHS},
	{"HS384", crypto.SHA384, 0, signHS},
	{"HS512", crypto.SHA512, 0, signHS},
	{"RS256", crypto.SHA256, 0, signRS},
	{"RS384", crypto.SHA384, 0, signRS},
	{"RS512", crypto.SHA512, 0, signRS},
	{"PS256", crypto.SHA256, 0, signPS},
	{"PS384", crypto.SHA384, 0, signPS},
	{"PS512", crypto.SHA512, 0, signPS},
	{"ES256", crypto.SHA256, 32, signES},
	{"ES384", crypto.SHA384, 48, signES},
	{"ES512", crypto.SHA512, 66, signES},
	{"EdDSA", 0, 0, signEd},
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

// sign returns the signature of data, without the bytes of a key in any error.
func (f *frame) sign(alg, key string, data []byte) ([]byte, error) {
	var names []string
	for i := range jwtAlgorithms {
		if a := &jwtAlgorithms[i]; a.name == alg {
			return a.sign(f, a, key, data)
		}
		names = append(names, jwtAlgorithms[i].name)
	}
	if alg == "none" {
		return nil, errors.New("a token without a signature is not made")
	}
	return nil, fmt.Errorf("unknown algorithm %q; there are %s", alg, JoinWords(names, "and"))
}

func (a *jwtAlgorithm) digest(data []byte) []byte {
	h := a.hash.New()
	h.Write(data)
	return h.Sum(nil)
}

func signHS(f *frame, a *jwtAlgorithm, key string, data []byte) ([]byte, error) {
	if key == "" {
		return nil, errors.New("the key is empty")
	}
	h := hmac.New(a.hash.New, []byte(key))
	h.Write(data)
	return h.Sum(nil), f.spend(4 + (len(key)+len(data))/bytesOfStep)
}

// stepsOfSignature is what a signature with a private key counts.
const stepsOfSignature = 20_000

// maxKeyBits bounds RSA keys, with which the time of a signature grows fast.
const maxKeyBits = 8192

// keyFor returns the private key of type K that is in text.
func keyFor[K any](f *frame, a *jwtAlgorithm, text, wanted string) (key K, err error) {
	if err := f.spend(stepsOfSignature); err != nil {
		return key, err
	}
	parsed, err := parsePrivateKey(text)
	if err != nil {
		return key, err
	}
	key, ok := parsed.(K)
	if !ok {
		return key, fmt.Errorf("%s wants %s, and the key is another one", a.name, wanted)
	}
	return key, nil
}

func rsaKeyFor(f *frame, a *jwtAlgorithm, text string) (*rsa.PrivateKey, error) {
	key, err := keyFor[*rsa.PrivateKey](f, a, text, "an RSA key")
	if err == nil && key.N.BitLen() > maxKeyBits {
		err = fmt.Errorf("the RSA key has more than %d bits", maxKeyBits)
	}
	return key, err
}

func signRS(f *frame, a *jwtAlgorithm, text string, data []byte) ([]byte, error) {
	key, err := rsaKeyFor(f, a, text)
	if err != nil {
		return nil, err
	}
	s, err := rsa.SignPKCS1v15(nil, key, a.hash, a.digest(data))
	return s, signatureError(err)
}

func signPS(f *frame, a *jwtAlgorithm, text string, data []byte) ([]byte, error) {
	key, err := rsaKeyFor(f, a, text)
	if err != nil {
		return nil, err
	}
	if f.run.Rand == nil {
		return nil, errNoRand
	}
	s, err := rsa.SignPSS(f.run.Rand, key, a.hash, a.digest(data), &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	return s, signatureError(err)
}

// signES signs without randomness (RFC 6979), so that a recording replays.
func signES(f *frame, a *jwtAlgorithm, text string, data []byte) ([]byte, error) {
	key, err := keyFor[*ecdsa.PrivateKey](f, a, text, "an elliptic curve key")
	if err != nil {
		return nil, err
	}
	if size := (key.Params().BitSize + 7) / 8; size != a.size {
		return nil, fmt.Errorf("%s wants a key on another curve than %s", a.name, key.Params().Name)
	}
	der, err := key.Sign(nil, a.digest(data), a.hash)
	if err != nil {
		return nil, signatureError(err)
	}
	var numbers struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &numbers); err != nil {
		return nil, signatureError(err)
	}
	s := make([]byte, 2*a.size)
	numbers.R.FillBytes(s[:a.size])
	numbers.S.FillBytes(s[a.size:])
	return s, nil
}

func signEd(f *frame, a *jwtAlgorithm, text string, data []byte) ([]byte, error) {
	key, err := keyFor[ed25519.PrivateKey](f, a, text, "an Ed25519 key")
	if err != nil {
		return nil, err
	}
	return ed25519.Sign(key, data), nil
}

// signatureError leaves the details out, which might speak of the key.
func signatureError(err error) error {
	if err == nil {
		return nil
	}
	return errors.New("the key cannot sign: it is too small, or damaged")
}
