package auth

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth/simulate"
)

// tenMinutes is how wrong a clock is that is wrong.
const tenMinutes = 10 * time.Minute

// renewed is what lets an ended token be refreshed.
const renewed = "leave a 401 to be one, or give its response handler the error key access_token_expired: then the credential is refreshed"

// faultTable lists what goes wrong besides wrong values: one fault, one line.
var faultTable = []fault{
	{name: "unit of the lifetime", at: atLogin, want: always(isPassed), check: lifetimeOf},
	{name: "access token ended before its time", at: atTest, prepare: expired, want: renews, mend: renewed},
	{name: "access token whose time is over", at: atTest, prepare: timeOver, want: renews, mend: renewed},
	{name: "revoked grant", at: atTest, prepare: revoked, want: revokes, lasts: true},
	{name: "reused refresh token", at: atRefresh, prepare: reused, want: always(wantsLogin), lasts: true},

	{name: "429 with Retry-After", at: atTest, times: 1, answer: status(http.StatusTooManyRequests, "Retry-After", "7"), want: retries},
	{name: "429 without Retry-After", at: atTest, times: 1, answer: status(http.StatusTooManyRequests), want: retries},
	{name: "429 that stays", at: atTest, answer: status(http.StatusTooManyRequests), want: always(isExplained)},
	{name: "500", at: atTest, times: 1, answer: status(http.StatusInternalServerError), want: retries},
	{name: "502", at: atTest, times: 1, answer: status(http.StatusBadGateway), want: retries},
	{name: "503", at: atTest, times: 1, answer: status(http.StatusServiceUnavailable), want: retries},
	{name: "503 that stays", at: atTest, answer: status(http.StatusServiceUnavailable), want: always(isExplained)},
	{name: "timeout", at: atTest, answer: timeout, want: always(isExplained)},
	{name: "connection cut", at: atTest, times: 1, answer: cutOff, want: retries},
	{name: "truncated JSON", at: atTest, answer: truncated, want: reads},
	{name: "HTML page with 200", at: atTest, answer: page, want: always(isExplained)},
	{name: "empty body", at: atTest, answer: empty, want: reads, blame: "the test passes with an empty answer: its responseMapping gives a yes whatever the answer is", mend: "let responseMapping read something that only a right answer has, such as the id of the user"},
	{name: "403, a scope is missing", at: atTest, answer: scopeMissing, want: always(isExplained)},

	{name: "429 with Retry-After at the login", at: atLogin, times: 1, answer: status(http.StatusTooManyRequests, "Retry-After", "7"), want: always(isRetried, isExplained)},
	{name: "503 at the login", at: atLogin, answer: status(http.StatusServiceUnavailable), want: always(isExplained)},
	{name: "timeout at the login", at: atLogin, answer: timeout, want: always(isExplained)},
	{name: "connection cut at the login", at: atLogin, answer: cutOff, want: always(isExplained)},
	{name: "truncated answer to the login", at: atLogin, answer: truncated, want: always(isExplained)},
	{name: "HTML page for the answer to the login", at: atLogin, answer: page, want: always(isExplained)},
	{name: "empty answer to the login", at: atLogin, answer: empty, want: always(isExplained)},
	{name: "token answer without expires_in", at: atLogin, answer: withoutLifetime, want: lifetimes, blame: "the login needs to be told how long the token lasts, and not every answer says so", mend: "read the lifetime with $firstNotEmpty and a default, or leave it out"},
	{name: "error inside a 200 at the login", at: atLogin, answer: errorInside, want: always(isExplained, wantsLogin)},

	{name: "answer to the refresh without a refresh token", at: atRefresh, answer: withoutRefreshToken, want: always(isPassed), blame: "the refresh loses the refresh token where the answer has no new one (RFC 6749 6): the next refresh has none", mend: "keep the old one: refresh_token: {$firstNotEmpty: [{$var: response.data.refresh_token}, {$var: credentials.refresh_token}]}"},
	{name: "answer to the refresh with a new refresh token", at: atRefresh, answer: rotated, again: true, want: always(isPassed), blame: "the refresh loses the new refresh token that the answer has (RFC 6749 6): the next refresh is refused", mend: "keep it: refresh_token: {$firstNotEmpty: [{$var: response.data.refresh_token}, {$var: credentials.refresh_token}]}"},
	{name: "429 with Retry-After at the refresh", at: atRefresh, times: 1, answer: status(http.StatusTooManyRequests, "Retry-After", "7"), want: always(isRetried, isExplained)},
	{name: "503 at the refresh", at: atRefresh, answer: status(http.StatusServiceUnavailable), want: always(isExplained)},
	{name: "timeout at the refresh", at: atRefresh, answer: timeout, want: always(isExplained)},
	{name: "connection cut at the refresh", at: atRefresh, answer: cutOff, want: always(isExplained)},
	{name: "answer to the refresh lost", at: atRefresh, answer: answerLost, want: always(isExplained), lasts: true},
	{name: "truncated answer to the refresh", at: atRefresh, answer: truncated, want: always(isExplained)},
	{name: "HTML page for the answer to the refresh", at: atRefresh, answer: page, want: always(isExplained)},
	{name: "empty answer to the refresh", at: atRefresh, answer: empty, want: always(isExplained)},
	{name: "error inside a 200 at the refresh", at: atRefresh, answer: errorInside, want: always(isExplained, wantsLogin), lasts: true},

	{name: "clock 10 minutes behind the server's", at: atLogin, skew: -tenMinutes, want: always(isPassed, isRefreshed, isExplained)},
	{name: "clock 10 minutes ahead of the server's", at: atLogin, skew: tenMinutes, want: always(isPassed, isRefreshed, isExplained)},
}

// retries is wanted where a request may be repeated.
func retries(x *faulty) []outcome {
	config := x.Option.Value.Get("makeApiClient")
	if x.sends() != http.MethodGet || config.Get("mapping").Has("responseHandlers") || x.Methods.Scripted("makeApiClient") {
		return []outcome{isRetried, isExplained}
	}
	return []outcome{isRetried}
}

// sends returns the method of the test's requests; "" if they are not known.
func (x *faulty) sends() string {
	if s := testStep(x.last); s != nil {
		return s.Method
	}
	return ""
}

// renews is wanted where an access token has ended.
func renews(x *faulty) []outcome {
	switch {
	case !x.renewable:
		return []outcome{isExplained, wantsLogin}
	case x.sends() != http.MethodGet: // it may not be sent again
		return []outcome{isRefreshed, isExplained}
	}
	return []outcome{isRefreshed}
}

// revokes is wanted where the user took the permission away.
func revokes(x *faulty) []outcome {
	switch {
	case !x.renewable:
		return []outcome{isExplained, wantsLogin}
	case x.Methods.Has(refreshMethod), x.Option.Type() != "oauth2":
		return []outcome{wantsLogin, isRefreshed, isExplained}
	case textOf(x.begun.Values.Get("refresh_token")) == "":
		return []outcome{isRefreshed} // it needs nobody
	}
	return []outcome{wantsLogin}
}

// reads is wanted where an answer has nothing to read.
func reads(x *faulty) []outcome {
	mapping := x.Option.Value.Get("test").Get("mapping")
	if x.Methods.Scripted("test") || !mapping.Has("responseMapping") {
		return []outcome{isExplained, isPassed}
	}
	return []outcome{isExplained}
}

// lifetimes is wanted where a lifetime is missing.
func lifetimes(*faulty) []outcome { return []outcome{isPassed} }

// expired ends the access tokens, and nobody is told.
func expired(_ context.Context, x *faulty) bool {
	if !slices.ContainsFunc(x.provider.Tokens(), func(t *simulate.Token) bool { return !t.Refresh }) {
		return false
	}
	x.provider.Expire()
	return true
}

// timeOver lets the time of the access tokens pass.
func timeOver(ctx context.Context, x *faulty) bool {
	if x.holder.current.Load().Expiry.IsZero() {
		return false
	}
	return x.pass(ctx, simulate.Lifetime) == nil && expired(ctx, x)
}

// revoked ends all that was given away.
func revoked(_ context.Context, x *faulty) bool {
	tokens := x.provider.Tokens()
	for _, t := range tokens {
		t.Dead = true
	}
	return len(tokens) > 0
}

// reused refreshes and forgets the new credential.
func reused(ctx context.Context, x *faulty) bool {
	old := x.holder.current.Load()
	if err := x.life(x.values).renew(ctx, old); err != nil {
		return false
	}
	x.holder.current.Store(old)
	x.keeper.kept = old
	return slices.ContainsFunc(x.provider.Tokens(), func(t *simulate.Token) bool { return t.Refresh && t.Dead })
}

// lifetimeOf compares the lifetime that a credential is taken to have with the
// one that its answer says.
func lifetimeOf(x *faulty) *FaultError {
	c := x.holder.current.Load()
	if c == nil || c.Expiry.IsZero() {
		return nil
	}
	said := time.Duration(0)
	for _, t := range x.provider.Tokens() {
		if !t.Refresh && !t.End.IsZero() {
			said = t.End.Sub(c.Obtained)
		}
	}
	if said == 0 && x.readsLifetime() {
		said = simulate.Lifetime
	}
	taken := c.Expiry.Sub(c.Obtained)
	if said == 0 || taken > said/2 && taken < 2*said {
		return nil
	}
	return &FaultError{
		x.name, fmt.Sprintf("the credential is taken to last %v, and the answer says %v", taken.Round(time.Second), said),
		"expires_in is a lifetime in seconds, and expires_at a time: convert what the answer has, such as minutes by * 60",
	}
}

// readsLifetime tells whether a formula of a login reads how long it lasts.
func (x *faulty) readsLifetime() bool {
	for _, r := range x.Methods.Reads() {
		steps := r.Path.Steps()
		if len(steps) == 0 || !slices.Contains(stepsAt[atLogin], r.Method) {
			continue
		}
		name := strings.ToLower(steps[len(steps)-1].Property)
		if strings.Contains(name, "ttl") || strings.Contains(name, "expire") || strings.Contains(name, "lifetime") {
			return true
		}
	}
	return false
}
