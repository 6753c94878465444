package auth

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/connector-spec/connector/formula"
)

// noteRefresh notes what a refresh changed: the refresh token, the lifetime in
// the unit that the answer says it in, and the scopes.
func (l *life) noteRefresh(number int, old *Credential) {
	fresh := l.credential()
	parts := []string{rotation(old, fresh), l.lifetime(fresh)}
	if text := scopeChange(old, fresh); text != "" {
		parts = append(parts, text)
	}
	l.result.Notes = append(l.result.Notes, fmt.Sprintf("refresh %d: %s", number, strings.Join(parts, "; ")))
	if warning := l.unitWarning(fresh); warning != "" {
		l.result.warn(warning)
	}
}

// rotation says what became of the refresh token, or of what stands for it.
func rotation(old, fresh *Credential) string {
	var names []string
	for _, name := range fresh.Values.Keys() {
		if strings.Contains(strings.ToLower(name), "refresh") && !strings.Contains(strings.ToLower(name), "expire") && textOf(fresh.Values.Get(name)) != "" {
			names = append(names, name)
		}
	}
	switch {
	case len(names) == 0:
		return "there is no refresh token, the credential is obtained anew"
	case slices.ContainsFunc(names, func(n string) bool { return !fresh.Values.Get(n).Equal(old.Values.Get(n)) }):
		return "the refresh token rotated"
	}
	return "the refresh token stays the same"
}

// lifetime says how long a credential lasts, and by which words.
func (l *life) lifetime(c *Credential) string {
	if c.Expiry.IsZero() {
		return "nobody says how long the credential lasts: it is used until the API refuses it"
	}
	text := fmt.Sprintf("the credential lasts %v", c.Expiry.Sub(c.Obtained).Round(time.Second))
	for _, name := range []string{"expires_in", "expires_at"} {
		if said := textOf(c.Values.Get(name)); said != "" {
			return text + fmt.Sprintf(" (%s %s, read as %s)", name, said, l.unit(name))
		}
	}
	return text
}

// unit is what a lifetime is read as.
func (l *life) unit(name string) string {
	switch {
	case name == "expires_at":
		return "a time"
	case l.milliseconds():
		return "milliseconds"
	}
	return "seconds"
}

// milliseconds tells whether the spec says that lifetimes are milliseconds.
func (l *life) milliseconds() bool {
	shape := l.Option.Value.Get("getOAuthConfig").Get("mapping").Get("tokenResponse")
	return shape.Get("expiresUnit").Text() == "milliseconds"
}

// unitWarning says that a lifetime looks as if it were in another unit. Long
// lifetimes in seconds are whole days.
func (l *life) unitWarning(c *Credential) string {
	const day, shortest, longest = 86_400, 600_000, 86_400_000
	said, ok := c.Values.Get("expires_in").AsNumber()
	switch n := int64(said); {
	case !ok || c.Expiry.IsZero():
	case !l.milliseconds() && n%1000 == 0 && n >= shortest && n <= longest && (n%day != 0 || n == longest):
		return fmt.Sprintf("expires_in is %d, which looks like milliseconds and is read as seconds: tokenResponse.expiresUnit: milliseconds says so", n)
	case l.milliseconds() && n > 0 && n < shortest/6:
		return fmt.Sprintf("expires_in is %d, which looks like seconds and is read as milliseconds: leave tokenResponse.expiresUnit away", n)
	}
	return ""
}

// scopeChange says how the scopes changed; "" if they did not, or the server
// does not say.
func scopeChange(old, fresh *Credential) string {
	if fresh.Scopes == nil || old.Scopes == nil || sameWords(old.Scopes, fresh.Scopes) {
		return ""
	}
	return fmt.Sprintf("the scopes were %s and are %s", scopeWords(old.Scopes), scopeWords(fresh.Scopes))
}

func sameWords(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func scopeWords(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return formula.JoinWords(list, "and")
}
