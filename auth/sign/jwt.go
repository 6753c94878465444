package sign

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"
)

// A JWT makes a new JSON Web Token (RFC 7519) for each request, for APIs that
// take one in place of a fixed key.
type JWT struct {
	JWS JWS
	// Alg is an algorithm of RFC 7518 3.1, and Key what it signs with; see JWS.
	Alg, Key string
	// KeyID is the kid of the header; "" for none.
	KeyID string
	// Header holds more members of the header, and Claims the claims, as
	// encoding/json writes them. iat and exp are added where Claims has none.
	Header, Claims map[string]any
	// Lifetime is the time from the request to exp; 0 is five minutes.
	Lifetime time.Duration
	// In is header ("" too) or query. Name is that of the header, "" for
	// Authorization, or of the query parameter, which needs one.
	In, Name string
	// Prefix stands before the token, with a blank between unless it ends in
	// one, or in = or :. "" is none.
	Prefix string
	World
}

// defaultLifetime is that of a JWT which says nothing else.
const defaultLifetime = 5 * time.Minute

// Sign puts a new token into the request, in place of an earlier one.
func (j *JWT) Sign(r *Request) error {
	p := place{j.In, j.Name, j.Prefix}
	if p.name == "" && p.in != "query" {
		p.name = "Authorization"
	}
	if err := p.check(); err != nil {
		return err
	}
	claims, err := j.claims()
	if err != nil {
		return err
	}
	header := j.Header
	if j.KeyID != "" {
		header = maps.Clone(header)
		if header == nil {
			header = map[string]any{}
		}
		header["kid"] = j.KeyID
	}
	token, err := Token(j.JWS, j.Alg, j.Key, header, claims)
	if err != nil {
		return err
	}
	return p.put(r, token)
}

// Format prints the name alone.
func (j JWT) Format(s fmt.State, _ rune) { hidden(s, "JWT") }

func (j *JWT) claims() (map[string]any, error) {
	lifetime := j.Lifetime
	switch {
	case lifetime < 0:
		return nil, fmt.Errorf("the lifetime of a token is positive, not %s", lifetime)
	case lifetime == 0:
		lifetime = defaultLifetime
	}
	now := j.Now()
	claims := map[string]any{"iat": now.Unix(), "exp": now.Add(lifetime).Unix()}
	maps.Copy(claims, j.Claims)
	return claims, nil
}

// Token gives a signed JSON Web Token in its compact form (RFC 7515 7.1). Its
// header is alg, typ JWT, and what header holds, which may replace typ but not
// alg. Members are in alphabetical order.
func Token(jws JWS, alg, key string, header, claims map[string]any) (string, error) {
	if given, ok := header["alg"]; ok && given != alg {
		return "", errors.New("the header of a token must not name another algorithm than alg does")
	}
	whole := map[string]any{"typ": "JWT"}
	maps.Copy(whole, header)
	whole["alg"] = alg
	h, err := json.Marshal(whole)
	if err != nil {
		return "", errors.New("the header of a token cannot be written as JSON")
	}
	if claims == nil {
		claims = map[string]any{}
	}
	c, err := json.Marshal(claims)
	if err != nil {
		return "", errors.New("the claims of a token cannot be written as JSON")
	}
	text := base64url(h) + "." + base64url(c)
	signature, err := jws(alg, key, []byte(text))
	if err != nil {
		return "", err
	}
	return text + "." + base64url(signature), nil
}
