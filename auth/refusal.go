package auth

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/token"
	"github.com/connector-spec/connector/spec/method"
)

// grantRefusals are the errors of a token endpoint that say that a grant is not
// good any more: of RFC 6749 5.2, of OpenID Connect Core 3.1.2.6, then those that
// servers use in their place. What they say of the client is for who configures
// it to mend, and no login helps.
var grantRefusals = []string{
	"invalid_grant", "invalid_token", "expired_token", "consent_required", "interaction_required", "login_required",
	"bad_refresh_token", "invalid_refresh_token", "token_revoked", "token_expired", "account_inactive", "bad_verification_code",
}

// isRefusal tells whether an error says that a credential cannot be refreshed
// any more, rather than that it could not be this time.
func isRefusal(err error) bool {
	var refused *token.Error
	var status *method.StatusError
	var ended *LoginError
	switch {
	case errors.As(err, &ended):
		return true
	case errors.As(err, &refused):
		return refused.Refused() && slices.Contains(grantRefusals, strings.ToLower(refused.Code))
	case errors.As(err, &status):
		return status.Status == http.StatusUnauthorized || status.Key == method.KeyDefunct
	}
	return false
}

// A spentError is the failure of a request that uses up what it sends, such as a
// refresh token.
type spentError struct {
	error
	// answered says that the last answer was one of success, whatever could not
	// be read in it.
	answered bool
}

func (e *spentError) Unwrap() error { return e.error }

// isUnsure tells whether nobody knows if what a request sent is used up: it was
// sent, and no answer came that says so.
func isUnsure(err error) bool {
	var spent *spentError
	if !errors.As(err, &spent) {
		return false
	}
	var timeout *client.TimeoutError
	var network *client.NetworkError
	var size *client.SizeError
	var refused *token.Error
	var status *method.StatusError
	var query *method.GraphQLError
	var none *NoCredentialError
	switch {
	case errors.As(err, &size):
		return true
	case errors.As(err, &timeout):
		return timeout.Phase != client.Connecting && timeout.Phase != client.Handshake
	case errors.As(err, &network):
		return !slices.Contains([]string{"dns", "refused", "tls", "proxy"}, network.Kind)
	case errors.As(err, &refused):
		return refused.Kind == token.Unexpected || refused.Kind == token.TooLarge || refused.Kind == token.Unanswered && refused.Status != 0 ||
			refused.Kind == token.Failed && refused.Code == "" && refused.Status >= http.StatusInternalServerError
	case errors.As(err, &query), errors.As(err, &none) && none.Said != "":
		return false
	case errors.As(err, &status):
		return status.Status >= http.StatusInternalServerError
	}
	return spent.answered
}

// reasonOf says why a login is needed after a refusal.
func reasonOf(err error, unsure bool) string {
	reason := err.Error()
	var ended *LoginError
	if errors.As(err, &ended) {
		reason = ended.Reason
	}
	if unsure {
		return "the outcome of the last refresh is unknown, and its token is not accepted any more: " + reason
	}
	return reason
}
