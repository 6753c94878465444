package token

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth/secret"
)

// An Answer is a token answer (RFC 6749 5.1). However it is printed or
// encoded, its tokens are hidden.
type Answer struct {
	AccessToken, RefreshToken, IDToken string
	// TokenType is Bearer, DPoP, or what a Shape found.
	TokenType string
	// Scopes are those that were granted; nil: the server does not say.
	Scopes []string
	// Expiry is the zero time where it is unknown. Lifetime is the time from
	// the answer to Expiry.
	Expiry   time.Time
	Lifetime time.Duration
	// Raw is the whole answer as one JSON object with the server's members in
	// the server's order. What is no object stands in it as member answer.
	Raw json.RawMessage
	// Notes are sentences about what was odd, with nothing secret.
	Notes []string
}

// Format hides the tokens.
func (a Answer) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "token answer "+secret.Mask) }

// MarshalText hides the tokens.
func (a Answer) MarshalText() ([]byte, error) { return []byte("token answer " + secret.Mask), nil }

func (a *Answer) note(format string, args ...any) {
	a.Notes = append(a.Notes, fmt.Sprintf(format, args...))
}

// ReadAnswer reads the answer of a token endpoint that came at the time now:
// JSON or a form, by its content type and by its look. It takes what servers
// do to numbers, names and scopes; what it requires is an access token and a
// type of token that it knows. Every error is an [*Error].
func ReadAnswer(status int, header http.Header, body []byte, shape Shape, now time.Time) (*Answer, error) {
	if len(body) > maxAnswer {
		return nil, tooLarge(status)
	}
	d := decode(header, body)
	r := &answerReader{document: d, shape: shape, answer: &Answer{Raw: d.raw}}
	failed := d.failure(status)
	if failed == nil {
		failed = r.read(status, now)
	}
	if failed != nil {
		failed.RetryAfter = retryAfter(header, now)
		return nil, failed
	}
	return r.answer, nil
}

// An answerReader fills an answer.
type answerReader struct {
	*document
	shape  Shape
	answer *Answer
}

// read fills the answer, or gives the reason why it cannot be used.
func (r *answerReader) read(status int, now time.Time) *Error {
	token, problem := r.accessToken()
	if problem != "" {
		if failed := r.complains(status); failed != nil {
			return failed
		}
		return r.unusable(status, problem)
	}
	r.answer.AccessToken = token
	r.answer.RefreshToken = r.token("refresh_token", r.find(r.shape.RefreshToken, "refresh_token", "refreshToken"))
	r.answer.IDToken = r.token("id_token", r.find(nil, "id_token", "idToken"))
	r.answer.Scopes = r.scopes(r.find(r.shape.Scope, "scope", "scopes"))
	if problem := r.tokenType(); problem != "" {
		return r.unusable(status, problem)
	}
	r.expiry(now)
	return nil
}

// find gives the value at a place, nil for none. Without a place it is the
// member of the first name, else that of another one that servers use.
func (r *answerReader) find(place func(any) any, names ...string) any {
	if place != nil {
		if r.value == nil {
			return nil
		}
		return place(r.value)
	}
	for i, name := range names {
		if v := r.object[name]; v != nil {
			if i > 0 {
				r.answer.note("the answer says %s for %s", name, names[0])
			}
			return v
		}
	}
	return nil
}

func (r *answerReader) accessToken() (token, problem string) {
	v := r.find(r.shape.AccessToken, "access_token", "accessToken")
	name := "the access_token"
	if r.shape.AccessToken != nil {
		name = "what tokenResponse.accessToken finds"
	}
	token, ok := scalar(v)
	switch {
	case v == nil:
		return "", r.missingToken()
	case !ok:
		return "", name + " is " + kindOf(v) + ", not a text"
	case strings.TrimSpace(token) == "":
		return "", name + " is empty"
	case strings.ContainsFunc(token, isControl):
		return "", name + " holds a line break or another control character, which no header can carry"
	}
	if _, ok := v.(string); !ok {
		r.answer.note("the access_token is %s and was taken as text", kindOf(v))
	}
	return token, ""
}

func (r *answerReader) missingToken() string {
	if r.object == nil {
		return "the answer is " + r.what + ", not an object with an access_token"
	}
	if r.shape.AccessToken != nil {
		return "tokenResponse.accessToken finds nothing in the answer; it has " + membersOf(r.object)
	}
	return "the answer has no access_token; it has " + membersOf(r.object) + "; tokenResponse.accessToken can say where the token is"
}

// token reads a token that an answer need not have.
func (r *answerReader) token(name string, v any) string {
	if v == nil {
		return ""
	}
	text, ok := scalar(v)
	if !ok || strings.ContainsFunc(text, isControl) {
		r.answer.note("the %s is no text that can be sent, and was left out", name)
		return ""
	}
	return strings.TrimSpace(text)
}

// The types of tokens that can be used.
const (
	typeBearer = "Bearer"
	typeDPoP   = "DPoP"
)

// tokenTypes are the types of tokens by their names in lower case: RFC 6750
// and RFC 9449, then the names that servers give to bearer tokens.
var tokenTypes = map[string]string{
	"bearer": typeBearer,
	"dpop":   typeDPoP,

	"bearertoken":              typeBearer, // Apigee
	"bot":                      typeBearer, // Slack
	"user":                     typeBearer, // Slack
	"application access token": typeBearer, // eBay
	"user access token":        typeBearer, // eBay
}

// NoType is the note of an answer that does not say the type of its token.
const NoType = "the answer has no token_type; the token was taken for a Bearer token"

// tokenType reads the type, without which nobody can say how the token is
// sent. A type that is neither known nor declared is an error (RFC 6749 7.1).
func (r *answerReader) tokenType() (problem string) {
	v := r.find(r.shape.TokenType, "token_type", "tokenType")
	text, ok := scalar(v)
	text = strings.TrimSpace(text)
	known := tokenTypes[strings.ToLower(text)]
	switch {
	case v == nil || ok && text == "":
		r.answer.TokenType = typeBearer
		r.answer.note(NoType)
	case !ok:
		return "the token_type is " + kindOf(v) + ", not a text"
	case known != "":
		r.answer.TokenType = known
		if !strings.EqualFold(known, text) && r.shape.TokenType == nil {
			r.answer.note("the token_type is %s, which was taken for %s", plain(text, maxCode), known)
		}
	case r.shape.TokenType != nil && !strings.ContainsFunc(text, isControl):
		r.answer.TokenType = text
	default:
		return "the token_type is " + quote(text) + ", and Bearer or DPoP was expected; tokenResponse.tokenType can say what it stands for"
	}
	return ""
}

func (r *answerReader) scopes(v any) []string {
	list, ok := scopesOf(v)
	if !ok {
		r.answer.note("the scope is %s, and was left out", kindOf(v))
	}
	return list
}

// scopesOf reads scopes: a text separated by blanks (RFC 6749 3.3) or commas,
// or a list of texts. It is nil for nil.
func scopesOf(v any) (scopes []string, ok bool) {
	list := []string{}
	switch v := v.(type) {
	case nil:
		return nil, true
	case string:
		return append(list, strings.FieldsFunc(v, func(c rune) bool { return c == ',' || c <= ' ' })...), true
	case []string:
		return append(list, v...), true
	case []any:
		for _, item := range v {
			text, ok := item.(string)
			if !ok {
				return nil, false
			}
			list = append(list, text)
		}
		return list, true
	}
	return nil, false
}

func (r *answerReader) expiry(now time.Time) {
	in := r.find(r.shape.ExpiresIn, "expires_in", "expiresIn")
	var at any
	if _, known := Expiry(in, nil, r.shape.Milliseconds, now); !known {
		at = r.find(r.shape.ExpiresAt, "expires_at", "expires_on", "expiresAt", "expiresOn")
	}
	when, notes := readExpiry(in, at, r.shape.Milliseconds, now)
	r.answer.Notes = append(r.answer.Notes, notes...)
	if when.IsZero() && r.shape.Lifetime > 0 {
		when = now.Add(min(r.shape.Lifetime, maxLifetime)).UTC()
	}
	if r.answer.Expiry = when; !when.IsZero() {
		r.answer.Lifetime = max(when.Sub(now), 0)
	}
}
