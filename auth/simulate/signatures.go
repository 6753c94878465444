package simulate

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth/sign"
	"github.com/connector-spec/connector/formula"
)

// replayed is the clock and the randomness of a signature that was made before.
func replayed(at time.Time, nonce []byte) sign.World {
	return sign.World{Now: func() time.Time { return at }, Rand: io.MultiReader(bytes.NewReader(nonce), zeros{})}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// signed says why a request of the API is not signed with what the credential
// has; "" if it is. A reply is what the server demands first. A signature is
// verified by making it again.
func (p *Provider) signed(credential any, r *request) (why string, demand *reply) {
	s, v, err := p.facts.Signer(credential, replayed(p.facts.Now(), nil))
	if err != nil {
		return "its signature cannot be made: " + err.Error(), nil
	}
	switch s := s.(type) {
	case nil:
		return "", nil
	case *sign.OAuth1:
		own := oauthParams(r, s.Location)
		return p.verifyOAuth1(r, s, own), nil
	case *sign.DPoP:
		scheme, token, _ := strings.Cut(r.header.Get("Authorization"), " ")
		if scheme != "DPoP" {
			return "the header Authorization has not the scheme DPoP (RFC 9449 7.1)", nil
		}
		if bad := p.proof(nil, r, token); bad != nil {
			return bad.why, bad
		}
		return "", nil
	case *sign.Digest:
		return p.digest(r, s)
	case *sign.JWT:
		return p.signedJWT(r, v), nil
	case *sign.SigV4:
		return p.resigned(credential, r, [][]byte{nil}, "Authorization"), nil
	case *sign.WSSE:
		return p.resigned(credential, r, noncesIn(r), "X-Wsse"), nil
	default:
		return p.resigned(credential, r, noncesIn(r), ""), nil
	}
}

// resigned signs a request again with each nonce that it may have been signed
// with, and compares a header; "" compares all headers and the query.
func (p *Provider) resigned(credential any, r *request, nonces [][]byte, header string) string {
	for _, nonce := range nonces {
		s, _, err := p.facts.Signer(credential, replayed(p.facts.Now(), nonce))
		if err != nil {
			return "its signature cannot be made: " + err.Error()
		}
		again := r.signed()
		if header != "" {
			again.Header.Del(header)
		}
		if err := s.Sign(again); err != nil {
			return "its signature cannot be made: " + err.Error()
		}
		same := header == "" && again.URL.RawQuery == r.url.RawQuery && maps.EqualFunc(again.Header, r.header, slices.Equal)
		if header != "" {
			same = again.Header.Get(header) == r.header.Get(header) && again.Header.Get(header) != ""
		}
		if same {
			return ""
		}
	}
	return "its signature is not that of this request with the right secret"
}

var (
	hexNonce    = regexp.MustCompile(`[0-9a-fA-F]{32}`)
	base64Nonce = regexp.MustCompile(`Nonce="([^"]+)"`)
)

// noncesIn returns what a request may have been signed with: what looks like a
// nonce in it, or nothing.
func noncesIn(r *request) [][]byte {
	list := [][]byte{}
	var texts []string
	for name := range r.header {
		texts = append(texts, r.header.Get(name))
	}
	slices.Sort(texts)
	texts = append(texts, r.url.RawQuery, string(r.body))
	for _, text := range texts {
		for _, m := range base64Nonce.FindAllStringSubmatch(text, -1) {
			if b, err := base64.StdEncoding.DecodeString(m[1]); err == nil {
				list = append(list, b)
			}
		}
		for _, m := range hexNonce.FindAllString(text, -1) {
			if b, err := hex.DecodeString(m); err == nil {
				list = append(list, b)
			}
		}
	}
	return append(list, nil)
}

// signedJWT verifies the token that each request of a client brings.
func (p *Provider) signedJWT(r *request, v formula.Value) string {
	name := scalar(v.Get("name"))
	text := r.url.Query().Get(name)
	if scalar(v.Get("in")) != "query" {
		if name == "" {
			name = "Authorization"
		}
		text = r.header.Get(name)
	}
	text = text[strings.LastIndexAny(text, " =:")+1:]
	claims, header, err := verifyJWT(text, scalar(v.Get("key")))
	if err != nil {
		return "its token " + err.Error()
	}
	if alg := scalar(v.Get("alg")); alg != "" && header["alg"] != alg {
		return "its token is signed by another algorithm than " + alg
	}
	if kid := scalar(v.Get("kid")); kid != "" && header["kid"] != kid {
		return "its token names another key (kid)"
	}
	if end, ok := claims["exp"].(float64); ok && p.facts.Now().Unix() >= int64(end) {
		return "its token has ended"
	}
	return ""
}

var digestField = regexp.MustCompile(`(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^,\s]+))`)

// digest demands and checks HTTP Digest with SHA-256 (RFC 7616).
func (p *Provider) digest(r *request, s *sign.Digest) (why string, demand *reply) {
	const realm = "simulated"
	if p.nonce == "" {
		p.nonce = "simnonce" + p.random(8)
	}
	list, ok := strings.CutPrefix(r.header.Get("Authorization"), "Digest ")
	if !ok {
		a := refuse(http.StatusUnauthorized, "unauthorized", "the server wants HTTP Digest")
		a.why = ""
		a.header = http.Header{"Www-Authenticate": {fmt.Sprintf(`Digest realm=%q, qop="auth", algorithm=SHA-256, nonce=%q`, realm, p.nonce)}}
		return "the request has no credentials of HTTP Digest", a
	}
	f := map[string]string{}
	for _, m := range digestField.FindAllStringSubmatch(list, -1) {
		f[m[1]] = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(m[2]) + m[3]
	}
	hash := func(parts ...string) string {
		sum := sha256.Sum256([]byte(strings.Join(parts, ":")))
		return hex.EncodeToString(sum[:])
	}
	want := hash(hash(s.Username, realm, s.Password), p.nonce, f["nc"], f["cnonce"], f["qop"], hash(r.method, f["uri"]))
	switch {
	case f["username"] != s.Username || f["realm"] != realm || f["nonce"] != p.nonce || f["uri"] != r.url.RequestURI():
		return "its credentials of HTTP Digest are not for this user, server or address", nil
	case f["response"] != want:
		return "its credentials of HTTP Digest are not made with the right password (RFC 7616 3.4.1)", nil
	}
	return "", nil
}
