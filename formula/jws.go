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
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
)

// SignJWS returns the signature of data (RFC 7515) by an algorithm of RFC 7518
// 3.1, such as the function jwt makes. The key is a secret for HS256 and the
// like, else a private key in PEM, whatever became of its line breaks. Rand is
// read by PS256 and the like alone. No error holds the key.
func SignJWS(alg, key string, data []byte, rand io.Reader) ([]byte, error) {
	a, err := findJWS(alg)
	if err != nil {
		return nil, err
	}
	return a.sign(a, key, data, rand)
}

// JWSAlgorithms lists the algorithms of [SignJWS].
func JWSAlgorithms() []string {
	names := make([]string, len(jwsAlgorithms))
	for i, a := range jwsAlgorithms {
		names[i] = a.name
	}
	return names
}

// A jwsAlgorithm is one of RFC 7518, 3.1.
type jwsAlgorithm struct {
	name string
	hash crypto.Hash
	size int // of a number in an ES signature, in bytes
	sign func(a *jwsAlgorithm, key string, data []byte, rand io.Reader) ([]byte, error)
}

var jwsAlgorithms = []jwsAlgorithm{
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

func findJWS(alg string) (*jwsAlgorithm, error) {
	for i := range jwsAlgorithms {
		if jwsAlgorithms[i].name == alg {
			return &jwsAlgorithms[i], nil
		}
	}
	if alg == "none" {
		return nil, errors.New("a token without a signature is not made")
	}
	return nil, fmt.Errorf("unknown algorithm %q; there are %s", alg, JoinWords(JWSAlgorithms(), "and"))
}

// isShared tells whether the key is a secret that both sides know.
func (a *jwsAlgorithm) isShared() bool { return strings.HasPrefix(a.name, "HS") }

func (a *jwsAlgorithm) digest(data []byte) []byte {
	h := a.hash.New()
	h.Write(data)
	return h.Sum(nil)
}

func signHS(a *jwsAlgorithm, key string, data []byte, _ io.Reader) ([]byte, error) {
	if key == "" {
		return nil, errors.New("the key is empty")
	}
	h := hmac.New(a.hash.New, []byte(key))
	h.Write(data)
	return h.Sum(nil), nil
}

// maxKeyBits bounds RSA keys, with which the time of a signature grows fast.
const maxKeyBits = 8192

// keyFor returns the private key of type K that is in text.
func keyFor[K any](a *jwsAlgorithm, text, wanted string) (key K, err error) {
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

func rsaKeyFor(a *jwsAlgorithm, text string) (*rsa.PrivateKey, error) {
	key, err := keyFor[*rsa.PrivateKey](a, text, "an RSA key")
	if err == nil && key.N.BitLen() > maxKeyBits {
		err = fmt.Errorf("the RSA key has more than %d bits", maxKeyBits)
	}
	return key, err
}

func signRS(a *jwsAlgorithm, text string, data []byte, _ io.Reader) ([]byte, error) {
	key, err := rsaKeyFor(a, text)
	if err != nil {
		return nil, err
	}
	s, err := rsa.SignPKCS1v15(nil, key, a.hash, a.digest(data))
	return s, signatureError(err)
}

func signPS(a *jwsAlgorithm, text string, data []byte, rand io.Reader) ([]byte, error) {
	key, err := rsaKeyFor(a, text)
	if err != nil {
		return nil, err
	}
	if rand == nil {
		return nil, errNoRand
	}
	s, err := rsa.SignPSS(rand, key, a.hash, a.digest(data), &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	return s, signatureError(err)
}

// signES signs without randomness (RFC 6979), so that a recording replays.
func signES(a *jwsAlgorithm, text string, data []byte, _ io.Reader) ([]byte, error) {
	key, err := keyFor[*ecdsa.PrivateKey](a, text, "an elliptic curve key")
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

func signEd(a *jwsAlgorithm, text string, data []byte, _ io.Reader) ([]byte, error) {
	key, err := keyFor[ed25519.PrivateKey](a, text, "an Ed25519 key")
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
