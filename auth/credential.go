package auth

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/formula"
)

// A Credential is what a login gives and a refresh changes: all that is kept of
// a connection beside what its user entered. It does not change; a refresh
// makes a new one. How it is printed or encoded, but for [Credential.Encode],
// shows nothing of it.
type Credential struct {
	// Values are what formulas see as credentials: what the user entered, the
	// answer to the token request over it, and what methods add over that.
	Values formula.Value
	// Obtained is when it was, and Expiry when it ends; the zero time if nobody
	// said so: then it is used until the API refuses it.
	Obtained, Expiry time.Time
	// Scopes were granted; nil if the server did not say, which means those
	// that were asked for (RFC 6749 5.1). Asked were asked for.
	Scopes, Asked []string
	// Key is the private key in PEM that its tokens are bound to (RFC 9449); ""
	// if they are bound to none.
	Key string
	// Generation counts the credentials of a connection: what was obtained later
	// has a greater one.
	Generation int64
	// Pending says that a refresh was begun and nobody knows how it ended.
	Pending bool
	// NeedsLogin says why nothing but a new login helps; "" if a refresh may.
	NeedsLogin string
}

// Format hides the credential.
func (c Credential) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, secret.Mask) }

// MarshalText hides the credential.
func (c Credential) MarshalText() ([]byte, error) { return []byte(secret.Mask), nil }

// margin is how long before its end a credential is refreshed.
const margin = time.Minute

// Due tells whether the credential is to be refreshed before it is used: a
// minute before it ends, but never in the first half of its life. Spread, from
// 0 up to 1, brings that forward by up to ten seconds, so that processes that
// share a credential do not all refresh it in one moment.
func (c *Credential) Due(now time.Time, spread float64) bool {
	if c.Expiry.IsZero() {
		return false
	}
	due := c.Expiry.Add(-margin - time.Duration(spread*float64(10*time.Second)))
	if half := c.Obtained.Add(c.Expiry.Sub(c.Obtained) / 2); half.After(due) {
		due = half
	}
	return !now.Before(due)
}

// Expired tells whether the credential has ended.
func (c *Credential) Expired(now time.Time) bool { return !c.Expiry.IsZero() && !now.Before(c.Expiry) }

// Missing lists the scopes that were asked for and not granted. A refresh token
// is offline_access, whether or not the server lists that.
func (c *Credential) Missing() []string {
	if c.Scopes == nil {
		return nil
	}
	refreshable := !c.Values.Get("refresh_token").IsMissing()
	return slices.DeleteFunc(slices.Clone(c.Asked), func(s string) bool {
		return slices.Contains(c.Scopes, s) || s == "offline_access" && refreshable
	})
}

// credentialVersion is the version of what Encode gives.
const credentialVersion = 1

// An encodedCredential is a credential as JSON.
type encodedCredential struct {
	Version    int             `json:"version"`
	Values     json.RawMessage `json:"values"`
	Obtained   time.Time       `json:"obtained,omitzero"`
	Expiry     time.Time       `json:"expiry,omitzero"`
	Scopes     []string        `json:"scopes,omitempty"`
	Said       bool            `json:"scopesSaid,omitempty"` // tells no scopes from scopes not said
	Asked      []string        `json:"asked,omitempty"`
	Key        string          `json:"key,omitempty"`
	Generation int64           `json:"generation,omitempty"`
	Pending    bool            `json:"pending,omitempty"`
	NeedsLogin string          `json:"needsLogin,omitempty"`
}

// Encode gives the credential as JSON, with its secrets, for a store that
// encrypts it.
func (c *Credential) Encode() ([]byte, error) {
	return json.Marshal(encodedCredential{
		Version: credentialVersion, Values: c.Values.AppendJSON(nil), Obtained: c.Obtained, Expiry: c.Expiry,
		Scopes: c.Scopes, Said: c.Scopes != nil, Asked: c.Asked, Key: c.Key,
		Generation: c.Generation, Pending: c.Pending, NeedsLogin: c.NeedsLogin,
	})
}

// DecodeCredential reads what Encode gave. No error holds a part of it.
func DecodeCredential(data []byte) (*Credential, error) {
	var e encodedCredential
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, fmt.Errorf("the stored credential cannot be read: it is no JSON of a credential")
	}
	if e.Version != credentialVersion {
		return nil, fmt.Errorf("the stored credential has version %d, and this program knows version %d", e.Version, credentialVersion)
	}
	values, err := formula.ParseJSON(e.Values)
	if err != nil || !values.IsObject() {
		return nil, fmt.Errorf("the stored credential cannot be read: its values are no object")
	}
	c := &Credential{
		Values: values, Obtained: e.Obtained, Expiry: e.Expiry, Scopes: e.Scopes, Asked: e.Asked,
		Key: e.Key, Generation: e.Generation, Pending: e.Pending, NeedsLogin: e.NeedsLogin,
	}
	if e.Said && c.Scopes == nil {
		c.Scopes = []string{}
	}
	return c, nil
}
