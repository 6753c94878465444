// Package formpage shows the form of a connection as a page on loopback, and
// how the connection is made, in the user's browser.
//
// The page is open to one visitor, the first who comes to its [Server.URL]. It
// works without script; with it, fields that depend on others come and go as
// the user types, and progress is shown as it is made. What is secret goes from
// the browser to this process and never back.
//
//	server, err := formpage.Serve(ctx, formpage.ServeOptions{Page: page})
//	if err != nil {
//		return err
//	}
//	defer server.Close(ctx)
//	open(server.URL())
//	answers, err := server.Answers(ctx)
//	...
//	server.Step("Test", formpage.Running, "")
//	...
//	server.Done(formpage.Outcome{OK: true, Label: "ada@example.com"})
package formpage

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/connector-spec/connector/cmd/connector/internal/form"
	"github.com/connector-spec/connector/formula"
)

// A Page says what the form asks and of what it tells. Its texts may be those
// of a spec: they are shown without what could change the page.
type Page struct {
	Title       string // the name of the connector
	Description string
	Logo        []byte
	LogoType    string // the media type of Logo; what browsers do not show as an image is left out
	// Options are what can be connected, at least one. Of several the user
	// chooses.
	Options []Option
	Chosen  string // the key of the option that is chosen at first; the first one if empty
	// Preview, if there is one, says what follows from the answers so far. They
	// may be incomplete or wrong. It is called by several requests at once.
	Preview func(Answers) Preview
}

// A Preview is what follows from answers.
type Preview struct {
	Hosts       []string // where the credentials will go: origins, and words for what is not known yet
	RedirectURI string   // what the user registers with the provider; "" if there is no such thing
}

// An Option is one way to connect.
type Option struct {
	Key, Title, Description string
	Form                    *form.Form // what a connection needs; nil asks nothing
	Parameters              *form.Form // what the application needs, such as a client ID; nil asks nothing
	// Given and GivenParameters are objects of values that are known already.
	// The form shows those that are not secret; of a secret it says that it is
	// there, and a field that is left empty keeps it.
	Given, GivenParameters formula.Value
	Environments           []form.Choice
	Environment            string // the one that is chosen at first, as text; the first one if empty
	OptionalScopes         []form.Choice
	Scopes                 []string // of OptionalScopes those that are chosen at first
	// Registration says how an application is registered with the provider,
	// and RegistrationURI where.
	Registration, RegistrationURI string
}

// Answers are what the user answered. No verb of package fmt shows them.
type Answers struct {
	Option      string // the key
	Environment string // "" where there is no choice
	// Inputs and Parameters are objects, of the values that were given before
	// and those that were typed. A field that was left empty is absent, so that
	// its default applies.
	Inputs, Parameters formula.Value
	Scopes             []string
}

const hidden = "[answers]"

// String gives no answer.
func (Answers) String() string { return hidden }

// GoString gives no answer.
func (Answers) GoString() string { return hidden }

// Format writes no answer, for every verb and flag.
func (Answers) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// MarshalJSON gives no answer.
func (Answers) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }

// LogValue gives no answer.
func (Answers) LogValue() slog.Value { return slog.StringValue(hidden) }

// A State is how far a step is.
type State string

// The states of a step.
const (
	Waiting State = "waiting"
	Running State = "running"
	Passed  State = "passed"
	Failed  State = "failed"
	Skipped State = "skipped"
)

// An Outcome is how it ended.
type Outcome struct {
	OK      bool
	Label   string // what was connected, such as the name of an account
	Message string // what came of it, or what went wrong
	Hint    string // what to do now
}
