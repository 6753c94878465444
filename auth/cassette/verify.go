package cassette

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
)

// A LeakError says that a recording would give a secret away, or does, and
// where. The secret is not in it.
type LeakError struct {
	Step    string // empty outside of steps
	Pointer string // JSON Pointer (RFC 6901) in the recording; empty if only the file's text shows it
	Line    int    // in the file, from 1, where Pointer is empty
	Found   string // what was found
	Mend    string // what to do about it; empty if there is nothing to say
	Written bool   // it was found in a file, rather than in what was about to be one
}

func (e *LeakError) Error() string {
	where := e.Pointer
	if where == "" {
		where = fmt.Sprintf("line %d", e.Line)
	}
	if e.Step != "" {
		where = fmt.Sprintf("step %q, %s", e.Step, where)
	}
	text := "the recording is not written: "
	if e.Written {
		text = "the recording cannot be used: "
	}
	text += where + " holds " + e.Found
	if e.Mend != "" {
		text += "; " + e.Mend
	}
	return text
}

// What to do about a leak.
const (
	markInput = "mark the input it comes from as sensitive"
	putBack   = "a recording holds placeholders: take the secret back where it was given out, since a file may have been read by others, and make the recording anew with --record"
)

// NoSecrets marks the error as one that may be shown as it is.
func (e *LeakError) NoSecrets() {}

// Verify searches a recording and its file, the text that is about to be
// written, for every secret that the redactor knows, in all its encodings, and
// for what looks like a secret. Anything found is a [*LeakError], and the file
// must not be written. Only these are passed over: the spec's digest and the
// seed, and signatures and the like that [Shadow.Recording] has seen to be
// made of placeholders.
func Verify(file []byte, rec *Recording, r *secret.Redactor) error {
	if err := rec.verify(r); err != nil {
		return err
	}
	text := string(file)
	line := func(offset int) int { return 1 + strings.Count(text[:offset], "\n") }
	if found := r.Find(file); len(found) > 0 {
		return &LeakError{Line: line(found[0].Start), Found: known(found[0])}
	}
	// What may look like a secret is blanked, lines stay where they are.
	harmless := []string{rec.Spec, strings.TrimPrefix(rec.Spec, "sha256:"), rec.Seed}
	harmless = append(harmless, slices.Sorted(maps.Keys(rec.derived))...)
	for _, step := range rec.Steps {
		for _, x := range step.Exchanges {
			for _, body := range [][2]string{{x.Request.Body, x.Request.BodyEncoding}, {x.Response.Body, x.Response.BodyEncoding}} {
				if body[1] != "" {
					harmless = append(harmless, body[0]) // searched decoded
				}
			}
		}
	}
	// The longest first: a part of a signature, blanked, would leave another.
	slices.SortStableFunc(harmless, func(a, b string) int { return len(b) - len(a) })
	for _, word := range harmless {
		if len(word) >= secret.MinLength {
			text = strings.ReplaceAll(text, word, strings.Repeat(" ", len(word)))
		}
	}
	if found := secret.Lookalikes(text); len(found) > 0 {
		return &LeakError{Line: line(found[0].Start), Found: looks(found[0]), Mend: markInput}
	}
	return nil
}

func known(m secret.Match) string {
	name := m.Name
	if name == "" {
		name = "without a name"
	}
	return fmt.Sprintf("the secret %s (as %s)", name, m.Encoding)
}

func looks(m secret.Match) string {
	return fmt.Sprintf("what looks like a secret (%s)", m.Name)
}

// verify searches the recording field by field.
func (rec *Recording) verify(r *secret.Redactor) error {
	var leak error
	report := func(step, pointer, found, mend string) {
		if leak == nil {
			leak = &LeakError{Step: step, Pointer: pointer, Found: found, Mend: mend}
		}
	}
	for _, field := range [][2]string{{"/spec", rec.Spec}, {"/seed", rec.Seed}} {
		for _, m := range r.Find([]byte(field[1])) {
			report("", field[0], known(m), "")
		}
	}
	rec.texts(true, func(step, pointer, text string) {
		for _, m := range r.Find([]byte(text)) {
			report(step, pointer, known(m), "")
		}
		for _, m := range secret.Lookalikes(text) {
			if !rec.derived[text[m.Start:m.End]] {
				report(step, pointer, looks(m), markInput)
			}
		}
	})
	return leak
}

// Inspect searches a recording that was read for what looks like a secret, which
// a hand has put there: a [*LeakError], if there is any. What requests hold may
// have been made of placeholders, such as a signature: there, only tokens of
// known shapes and private keys are taken for secrets, and all else is left to a
// replay, which makes the requests anew.
func (rec *Recording) Inspect() error {
	var leak error
	note := func(step, pointer string, m secret.Match) {
		if leak == nil {
			leak = &LeakError{Step: step, Pointer: pointer, Found: looks(m), Mend: putBack, Written: true}
		}
	}
	rec.texts(false, func(step, pointer, text string) {
		for _, m := range secret.Lookalikes(text) {
			note(step, pointer, m)
		}
	})
	for i := range rec.Steps {
		for j := range rec.Steps[i].Exchanges {
			r := &rec.Steps[i].Exchanges[j].Request
			if !r.holdsIssued() {
				continue
			}
			r.fields(func(field, text string) { // the same once more, for the place
				if m, ok := issuedIn(text); ok {
					note(rec.Steps[i].Name, fmt.Sprintf("/steps/%d/exchanges/%d/request%s", i, j, field), m)
				}
			})
		}
	}
	return leak
}

// holdsIssued says whether a request holds what looks like a token of a known
// shape, or a private key.
func (r *Request) holdsIssued() bool {
	for _, value := range r.Headers {
		if _, ok := issuedIn(value); ok {
			return true
		}
	}
	if _, ok := issuedIn(r.URL); ok {
		return true
	}
	body, err := decodeBody(r.Body, r.BodyEncoding)
	_, ok := issuedIn(string(body))
	return err == nil && ok
}

// issuedIn finds a token of a known shape in a text, also behind a word such as
// Bearer, which says less of it.
func issuedIn(text string) (secret.Match, bool) {
	for _, m := range secret.Lookalikes(text) {
		if !secret.IsIssued(m.Name) {
			if inner := secret.Lookalikes(text[m.Start:m.End]); len(inner) > 0 {
				m = inner[0]
			}
		}
		if secret.IsIssued(m.Name) {
			return m, true
		}
	}
	return secret.Match{}, false
}

// texts calls visit with every text of a recording that may hold a secret, or
// with all but the requests.
func (rec *Recording) texts(requests bool, visit func(step, pointer, text string)) {
	plain := func(pointer, text string) {
		if text != "" {
			visit("", pointer, text)
		}
	}
	plain("/source", rec.Source)
	plain("/tool", rec.Tool)
	plain("/option", rec.Option)
	plain("/scenario", rec.Scenario)
	plain("/recordedAt", rec.RecordedAt)
	searchObject(rec.Inputs, "/inputs", plain)
	searchObject(rec.Parameters, "/parameters", plain)
	plain("/operation", rec.Operation)
	searchObject(rec.Input, "/input", plain)
	for i := range rec.Steps {
		step := &rec.Steps[i]
		plain(fmt.Sprintf("/steps/%d/name", i), step.Name)
		for j := range step.Exchanges {
			x, at := &step.Exchanges[j], fmt.Sprintf("/steps/%d/exchanges/%d", i, j)
			if requests {
				x.Request.fields(func(field, text string) { visit(step.Name, at+"/request"+field, text) })
			}
			x.Response.fields(func(field, text string) { visit(step.Name, at+"/response"+field, text) })
		}
	}
	plain("/outcome/label", rec.Outcome.Label)
}

// searchObject searches the fields of a JSON object one by one, then its whole
// text, where names and values stand side by side.
func searchObject(object json.RawMessage, pointer string, visit func(pointer, text string)) {
	if len(bytes.TrimSpace(object)) == 0 {
		return
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(object, &fields) == nil {
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			visit(pointer+"/"+pointerToken(name), string(fields[name]))
		}
	}
	visit(pointer, string(object))
}
