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

// A LeakError says that a recording would give a secret away, and where. The
// secret is not in it.
type LeakError struct {
	Step    string // empty outside of steps
	Pointer string // JSON Pointer (RFC 6901) in the recording; empty if only the file's text shows it
	Line    int    // in the file, from 1, where Pointer is empty
	Found   string // what was found
}

func (e *LeakError) Error() string {
	where := e.Pointer
	if where == "" {
		where = fmt.Sprintf("line %d", e.Line)
	}
	if e.Step != "" {
		where = fmt.Sprintf("step %q, %s", e.Step, where)
	}
	return fmt.Sprintf("the recording is not written: %s holds %s", where, e.Found)
}

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
	for _, word := range harmless {
		if len(word) >= secret.MinLength {
			text = strings.ReplaceAll(text, word, strings.Repeat(" ", len(word)))
		}
	}
	if found := secret.Lookalikes(text); len(found) > 0 {
		return &LeakError{Line: line(found[0].Start), Found: looks(found[0])}
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
	return fmt.Sprintf("what looks like a secret (%s); mark the input it comes from as sensitive", m.Name)
}

// verify searches the recording field by field.
func (rec *Recording) verify(r *secret.Redactor) error {
	var leak error
	report := func(step, pointer, found string) {
		if leak == nil {
			leak = &LeakError{Step: step, Pointer: pointer, Found: found}
		}
	}
	search := func(step, pointer, text string) {
		for _, m := range r.Find([]byte(text)) {
			report(step, pointer, known(m))
		}
		for _, m := range secret.Lookalikes(text) {
			if !rec.derived[text[m.Start:m.End]] {
				report(step, pointer, looks(m))
			}
		}
	}
	for _, field := range [][2]string{{"/spec", rec.Spec}, {"/seed", rec.Seed}} {
		for _, m := range r.Find([]byte(field[1])) {
			report("", field[0], known(m))
		}
	}
	search("", "/source", rec.Source)
	search("", "/tool", rec.Tool)
	search("", "/option", rec.Option)
	search("", "/recordedAt", rec.RecordedAt)
	searchObject(rec.Inputs, "/inputs", search)
	searchObject(rec.Parameters, "/parameters", search)
	search("", "/operation", rec.Operation)
	searchObject(rec.Input, "/input", search)
	for i := range rec.Steps {
		step := &rec.Steps[i]
		search("", fmt.Sprintf("/steps/%d/name", i), step.Name)
		for j := range step.Exchanges {
			x, at := &step.Exchanges[j], fmt.Sprintf("/steps/%d/exchanges/%d", i, j)
			x.Request.fields(func(field, text string) { search(step.Name, at+"/request"+field, text) })
			x.Response.fields(func(field, text string) { search(step.Name, at+"/response"+field, text) })
		}
	}
	search("", "/outcome/label", rec.Outcome.Label)
	return leak
}

// searchObject searches the fields of a JSON object one by one, then its whole
// text, where names and values stand side by side.
func searchObject(object json.RawMessage, pointer string, search func(step, pointer, text string)) {
	if len(bytes.TrimSpace(object)) == 0 {
		return
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(object, &fields) == nil {
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			search("", pointer+"/"+pointerToken(name), string(fields[name]))
		}
	}
	search("", pointer, string(object))
}
