package store

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/connector-spec/connector/auth/secret"
)

// A Connection is all that is kept of one. However it is printed or encoded, it
// shows nothing of itself.
type Connection struct {
	ID        string // of its file; stays through a rename
	Name      string // unique, whatever the case of its letters
	Connector string // the key of the connector
	Title     string // the name of the connector
	Option    string // the key of the auth option; "" for the base

	Environment string // of the spec; "" for none
	Client      string // the name of the stored client that the parameters come from
	Label       string // as the connector makes it
	Account     string // a digest that tells the accounts of a connector apart; "" if unknown

	Created, Changed time.Time // Changed is the last login or edit
	Untested         bool      // it was kept though its test failed or was left out

	Spec   string   // the absolute path of the spec
	Digest string   // of what sends the credential: hosts, methods, scripts
	Hosts  []string // the origins that the user was told of
	Routes []string // the values of --route

	Redirect       string   // the redirect URI of the login; "" for that of the spec
	OptionalScopes []string // that were asked for

	Lender       string // the ID of the connection that this one borrows its credential from; "" for its own
	AllowPrivate bool   // hosts that come from inputs may be private addresses

	// Expiry, Scopes and NeedsLogin are those of the credential, for lists.
	Expiry     time.Time
	Scopes     []string
	NeedsLogin string

	// Inputs and Parameters are JSON objects, and secret; nil for none.
	Inputs, Parameters json.RawMessage
	// Credential is as auth.Credential.Encode gives it, and secret.
	Credential []byte
}

// Format hides the connection.
func (c Connection) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, secret.Mask) }

// MarshalText hides the connection.
func (c Connection) MarshalText() ([]byte, error) { return []byte(secret.Mask), nil }

// A Client is an OAuth client that is kept once and used by many connections.
// However it is printed or encoded, it shows nothing of itself.
type Client struct {
	ID        string // of its file
	Name      string // unique among clients, whatever the case of its letters
	Connector string // the key of the connector it is for; "" for any

	Created, Changed time.Time
	// Parameters is a JSON object, and secret.
	Parameters json.RawMessage
}

// Format hides the client.
func (c Client) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, secret.Mask) }

// MarshalText hides the client.
func (c Client) MarshalText() ([]byte, error) { return []byte(secret.Mask), nil }

// A Login is one that was begun and is to be finished elsewhere. It ends after
// [LoginLife].
type Login struct {
	ID      string
	Created time.Time
	Data    []byte // secret
}

// LoginLife is how long a login that was begun can be finished.
const LoginLife = time.Hour

// Format hides the login.
func (l Login) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, secret.Mask) }

// MarshalText hides the login.
func (l Login) MarshalText() ([]byte, error) { return []byte(secret.Mask), nil }
