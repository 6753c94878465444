package auth

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/auth/token"
)

// oauthHint says what to do about an error of a login; "" if there is nothing
// to advise.
func oauthHint(err error) string {
	var refused *token.Error
	var denied *login.DeniedError
	var state *login.StateError
	var issuer *login.IssuerError
	var answer *login.AnswerError
	var ended *LoginError
	var stray *strayError
	switch {
	case errors.Is(err, errNoReturn):
		return "read that page; check the client id, and that the redirect URI is registered at the provider exactly as it is sent"
	case errors.As(err, &refused):
		return tokenHint(refused)
	case errors.As(err, &denied) && denied.Code == "access_denied":
		return "log in again and allow it; if nobody denied it, ask who administers the account whether the application may be used"
	case errors.As(err, &denied):
		return deniedHint(denied)
	case errors.As(err, &state):
		return "begin the login anew: what came back belongs to another one, or to nobody's"
	case errors.As(err, &issuer):
		return "do not go on: something led the login to another server; check issuer in the spec"
	case errors.As(err, &answer):
		return danceHint(answer)
	case errors.As(err, &ended):
		return "log in again"
	case errors.As(err, &stray):
		return "if the server showed a page, read it; check the client id, and that the redirect URI is registered at the provider exactly as it is sent"
	}
	return ""
}

// deniedHint says what usually is behind an error on the callback (RFC 6749
// 4.1.2.1).
func deniedHint(e *login.DeniedError) string {
	if hint := wordsHint(e.Description); hint != "" {
		return hint
	}
	switch e.Code {
	case "invalid_scope":
		return tokenHints["invalid_scope"]
	case "unauthorized_client", "invalid_client":
		return "check clientId, and that the registered application may use this grant"
	case "server_error", "temporarily_unavailable":
		return "the server has a problem of its own: try again later"
	}
	return "compare the redirect URI and the parameters with what is registered at the provider; --verbose shows the request"
}

// tokenHints are what to do about the errors of a token endpoint (RFC 6749
// 5.2, RFC 8628 3.5, RFC 9449 5).
var tokenHints = map[string]string{
	"invalid_client":         "check clientId and clientSecret, and that clientAuthLocation and clientAuthEncoding are what the server wants",
	"invalid_client_id":      "check clientId: the server does not know it",    // Slack
	"bad_client_id":          "check clientId: the server does not know it",    // HubSpot
	"bad_client_secret":      "check clientSecret: it is not that of clientId", // HubSpot, Slack
	"invalid_grant":          "the code or token has ended, was used before or revoked, or was given to another client or redirect URI: log in again",
	"unauthorized_client":    "the registered application may not use this grant: allow it at the provider",
	"unsupported_grant_type": "the server does not know this grantType",
	"invalid_scope":          "check the scopes: the server does not know one of them, or does not give it to this application; scopeSeparator says how they are joined, by a blank if it is left away",
	"invalid_request":        "compare the parameters of the request with the provider's documents; --verbose shows it",
	"expired_token":          "the code of the device has ended: begin the login anew",
	"access_denied":          "log in again and allow it",
	"use_dpop_nonce":         "the server asks for a nonce again and again: check that it is one server behind one address",
	"invalid_dpop_proof":     "check that this machine's clock is right",
}

// wordHints are what to do about what servers say in words, where the code says
// little: the first of which all words are in the description.
var wordHints = []struct {
	words []string
	hint  string
}{
	{[]string{"code_challenge"}, "the server requires PKCE: leave pkce: none away"},
	{[]string{"pkce"}, "the server requires PKCE: leave pkce: none away"},
	{[]string{"grant type", "not allowed"}, "the registered application may not use this grant: allow it at the provider, or check grantType"},
	{[]string{"content-type"}, "the server wants the parameters in another form: check tokenFormat, which is a form if it is left away"},
	{[]string{"authorization header", "decoded"}, "the server wants id and secret form-encoded in the header (RFC 6749 2.3.1): leave clientAuthEncoding: raw away"},
	{[]string{"redirect_uri"}, "register the redirect URI at the provider exactly as it is sent"},
}

func wordsHint(description string) string {
	description = strings.ToLower(description)
	for _, h := range wordHints {
		if !slices.ContainsFunc(h.words, func(w string) bool { return !strings.Contains(description, w) }) {
			return h.hint
		}
	}
	return ""
}

func tokenHint(e *token.Error) string {
	if hint := wordsHint(e.Description); hint != "" && strings.EqualFold(e.Code, "invalid_request") {
		return hint
	}
	switch {
	case e.Kind == token.Failed && e.Code == "" && (e.Status == http.StatusNotFound || e.Status == http.StatusMethodNotAllowed):
		return "no endpoint answers there: check tokenUri, or the address of this step, in the OAuth configuration, and tokenMethod, which is POST if it is left away"
	case e.Kind == token.Unexpected && strings.Contains(e.Problem, "issuer"):
		return "write issuer as the server writes its own name, to the slash at the end"
	case e.Kind == token.Unexpected && strings.Contains(e.Problem, "HTML"):
		return "a page for people answers there: check tokenUri, or the address of this step, in the OAuth configuration"
	case e.Kind == token.Unanswered, e.Kind == token.Redirected:
		return "" // the transport says more
	case tokenHints[strings.ToLower(e.Code)] != "":
		return tokenHints[strings.ToLower(e.Code)]
	case e.Kind == token.Unexpected:
		return "compare the answer with what the spec says of it in tokenResponse; --verbose shows it"
	case e.Kind == token.TooLarge:
		return "an answer with a token is small: check that the address is the token endpoint"
	case e.Kind == token.Unsent:
		return "mend this in the OAuth configuration of the spec"
	case e.Status == http.StatusTooManyRequests:
		return statusHint(e.Status)
	case e.Transient():
		return "the server has a problem of its own: try again later"
	case e.Kind == token.Failed:
		return statusHint(e.Status)
	}
	return ""
}
