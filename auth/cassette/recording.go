// Package cassette records HTTP exchanges without secrets and replays them.
//
// A recording is made in two runs, so that no request made with a real secret
// is ever written. The first run goes through a [Tape] over the network. The
// second is the same run with placeholders such as {{input.apiKey}} as inputs,
// through the tape's [Shadow], which answers with what the first run was
// answered, cleaned of secrets, and keeps the requests it is sent:
//
//	tape := cassette.NewTape(network, opts)
//	tape.Step("test")
//	... // the run with the real credential, over tape
//	shadow, err := tape.Shadow(redactor)
//	shadow.Step("test")
//	... // the same run with placeholders, over shadow
//	rec, err := shadow.Recording()
//	file := ... // rec as text
//	err = cassette.Verify(file, rec, redactor) // nothing is written on an error
//
// A [Replayer] answers a later run, again with the placeholders as inputs,
// from the recording, and opens no socket.
package cassette

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
)

// Version is the version of the recording format that this package writes.
const Version = 1

// A Recording is what a file of recordings/ holds, but for its syntax.
type Recording struct {
	Version    int             `json:"version"`
	Source     string          `json:"source"`               // live, loopback or simulated
	Tool       string          `json:"tool,omitempty"`       // version of the program
	Spec       string          `json:"spec,omitempty"`       // digest of the spec
	Option     string          `json:"option,omitempty"`     // key of the auth option
	Scenario   string          `json:"scenario,omitempty"`   // what follows the test; empty for nothing
	RecordedAt string          `json:"recordedAt,omitempty"` // RFC 3339
	Seed       string          `json:"seed,omitempty"`       // of the run's randomness
	Inputs     json.RawMessage `json:"inputs,omitempty"`     // an object; secrets as placeholders
	Parameters json.RawMessage `json:"parameters,omitempty"` // an object; secrets as placeholders
	Redirect   string          `json:"redirect,omitempty"`   // where the login came back to, if it is not what the spec says
	Operation  string          `json:"operation,omitempty"`  // key of the operation that was run; empty for the test
	Input      json.RawMessage `json:"input,omitempty"`      // of the operation, an object; secrets as placeholders
	Steps      []Step          `json:"steps"`
	Outcome    Outcome         `json:"outcome"`

	// derived are texts of requests that look like secrets and are made of
	// placeholders, such as signatures; see Shadow.Recording.
	derived map[string]bool
}

// An Outcome is how the recorded run ended.
type Outcome struct {
	OK    bool   `json:"ok"`
	Label string `json:"label,omitempty"`
}

// A Step is one part of a run with its exchanges in their order. Names are
// unique in a recording.
type Step struct {
	Name      string     `json:"name"`
	Exchanges []Exchange `json:"exchanges"`
}

// An Exchange is a request and its answer.
type Exchange struct {
	Request  Request  `json:"request"`
	Response Response `json:"response"`
}

// A Request is what was asked, as it is compared: as it was sent, but for
// placeholders, which are not escaped in the URL and in forms. Headers have
// canonical names; several values are joined by a comma and a blank.
// BodyEncoding is base64, or empty where the body is text.
//
// In a file it is written for people, and [Parse] undoes that.
type Request struct {
	Method       string
	URL          string
	Headers      map[string]string
	Body         string
	BodyEncoding string
}

// requestFile is a request as it stands in a file.
type requestFile struct {
	Method       string            `json:"method"`
	URL          string            `json:"url"`
	Query        fields            `json:"query,omitempty"`
	Headers      map[string]string `json:"headers,omitempty"`
	Form         fields            `json:"form,omitempty"`
	Body         string            `json:"body,omitempty"`
	BodyEncoding string            `json:"bodyEncoding,omitempty"`
}

// MarshalJSON writes the request as it stands in a file.
func (r Request) MarshalJSON() ([]byte, error) { return json.Marshal(readableRequest(&r)) }

// A Response is what was answered. Headers, Body and BodyEncoding are as in
// [Request].
type Response struct {
	Status       int               `json:"status"`
	Headers      map[string]string `json:"headers,omitempty"`
	Body         string            `json:"body,omitempty"`
	BodyEncoding string            `json:"bodyEncoding,omitempty"`
}

// Options are common to tapes and replayers.
type Options struct {
	// Headers gives the names of the headers of a request that the spec
	// produced; auth/client.SpecHeaders is made for it. They are stored, and
	// matched, beside Accept and Content-Type; nil means these two alone.
	Headers func(*http.Request) []string
	// Answers are the names of headers of answers that the spec reads. A tape
	// keeps them beside those that it keeps of every answer.
	Answers []string
	// Redactor, where it is set, puts the values that a MissError quotes into
	// placeholder form. A replay with placeholders as inputs needs none.
	Redactor *secret.Redactor
}

// MaxBytes is the most that a recording may be long, and MaxBodyBytes the most
// that a tape keeps of one body.
const (
	MaxBytes     = 32 << 20
	MaxBodyBytes = 10 << 20
)

// A VersionError says that a recording is of a version that this package does
// not know.
type VersionError struct{ Version int }

func (e *VersionError) Error() string {
	if e.Version > Version {
		return fmt.Sprintf("the recording has format version %d, and this program reads up to %d: a newer one wrote it", e.Version, Version)
	}
	return fmt.Sprintf("the recording has no known format version (%d); record it again", e.Version)
}

// A FormatError says what is wrong with a recording and where, as a JSON
// Pointer (RFC 6901).
type FormatError struct{ Pointer, Problem string }

func (e *FormatError) Error() string {
	return fmt.Sprintf("the recording cannot be used: %s: %s", e.Pointer, e.Problem)
}

// sources lists where a recording may come from.
var sources = map[string]bool{"live": true, "loopback": true, "simulated": true}

// Check says what is wrong with a recording: a [*VersionError] or a
// [*FormatError].
func (rec *Recording) Check() error {
	if rec.Version != Version {
		return &VersionError{Version: rec.Version}
	}
	if !sources[rec.Source] {
		return &FormatError{"/source", "it must be live, loopback or simulated"}
	}
	if !isObject(rec.Inputs) {
		return &FormatError{"/inputs", "it must be an object"}
	}
	if !isObject(rec.Parameters) {
		return &FormatError{"/parameters", "it must be an object"}
	}
	if !isObject(rec.Input) {
		return &FormatError{"/input", "it must be an object"}
	}
	seen := map[string]bool{}
	for i, step := range rec.Steps {
		at := fmt.Sprintf("/steps/%d", i)
		if step.Name == "" {
			return &FormatError{at + "/name", "a step needs a name"}
		}
		if seen[step.Name] {
			return &FormatError{at + "/name", "another step has this name"}
		}
		seen[step.Name] = true
		for j := range step.Exchanges {
			if err := step.Exchanges[j].check(fmt.Sprintf("%s/exchanges/%d", at, j)); err != nil {
				return err
			}
		}
	}
	return nil
}

// isObject says whether text is a JSON object, or nothing.
func isObject(text json.RawMessage) bool {
	text = bytes.TrimSpace(text)
	return len(text) == 0 || string(text) == "null" || text[0] == '{'
}

func (x *Exchange) check(at string) error {
	if x.Request.Method == "" {
		return &FormatError{at + "/request/method", "it is missing"}
	}
	if !strings.HasPrefix(x.Request.URL, "https://") && !strings.HasPrefix(x.Request.URL, "http://") {
		return &FormatError{at + "/request/url", "it must be an absolute URL"}
	}
	if x.Response.Status < 100 || x.Response.Status > 999 {
		return &FormatError{at + "/response/status", "it must be a number from 100 to 999"}
	}
	if _, err := decodeBody(x.Request.Body, x.Request.BodyEncoding); err != nil {
		return &FormatError{at + "/request/body", err.Error()}
	}
	if _, err := decodeBody(x.Response.Body, x.Response.BodyEncoding); err != nil {
		return &FormatError{at + "/response/body", err.Error()}
	}
	return nil
}
