package lint

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/method"
)

// ReadRecording reads a recording of a connector's test from its file and says
// what is wrong with it. The recording is nil beside an error. It is not
// replayed.
func ReadRecording(name string, data []byte) (*cassette.Recording, *spec.Source, []spec.Diagnostic) {
	source, diagnostics := spec.Parse(name, data)
	if !source.Readable() {
		return nil, source, diagnostics
	}
	// The version first: what another one holds would all be called wrong.
	if n, ok := source.Value().Get("version").AsNumber(); ok && n != cassette.Version {
		other := &cassette.VersionError{Version: int(n)}
		return nil, source, append(diagnostics, source.Diagnose("recording-version", spec.Error, "/version", spec.AtValue(), other.Error(), "update connector, or make the recording anew with --record"))
	}
	for _, d := range spec.CheckRecording(source) {
		if d.Code == "missing-field" && d.Pointer == "/outcome" {
			d.Code, d.Message = "cut-off-recording", `the recording is cut off: "outcome", its last part, is missing`
			d.Hint = "make it anew with --record"
		}
		diagnostics = append(diagnostics, d)
	}
	for _, d := range diagnostics {
		if d.Severity == spec.Error {
			return nil, source, diagnostics
		}
	}
	rec, err := cassette.Read(source.Value())
	if err == nil {
		err = rec.Inspect()
	}
	if err != nil {
		return nil, source, append(diagnostics, diagnoseRecording(source, err))
	}
	return rec, source, diagnostics
}

// diagnoseRecording places what is wrong with a recording that its schema
// accepts. A secret is not shown.
func diagnoseRecording(source *spec.Source, err error) spec.Diagnostic {
	var wrong *cassette.FormatError
	var leak *cassette.LeakError
	switch {
	case errors.As(err, &leak):
		where := "the recording"
		if leak.Step != "" {
			where = fmt.Sprintf("step %q", leak.Step)
		}
		d := source.Diagnose("secret-in-recording", spec.Error, leak.Pointer, spec.AtKey(), where+" holds "+leak.Found, leak.Mend)
		d.Text = ""
		return d
	case errors.As(err, &wrong):
		return source.Diagnose("unusable-recording", spec.Error, wrong.Pointer, spec.AtKey(), "the recording cannot be replayed: "+wrong.Problem, "make it anew with --record")
	}
	return source.Diagnose("unusable-recording", spec.Error, "", spec.AtKey(), "the recording cannot be replayed: "+err.Error(), "make it anew with --record")
}

// A recorded is what a file of a recording is of, as its name says.
type recorded struct {
	option, scenario, operation string
	methods                     *method.Set
}

// recordings says what is wrong with the recordings of a connector. Whether
// they are of it is known only if it is as its author meant it.
func (f *findings) recordings(c *spec.Connector, checked []Checked, files fs.FS) []spec.Diagnostic {
	list, err := c.Recordings()
	if err != nil {
		return []spec.Diagnostic{unreadable(path.Dir(c.RecordingFile("", "")), err)}
	}
	if len(list) == 0 {
		return nil
	}
	known := recordedFiles(c, checked)
	whole := !f.hasErrors(c)
	var diagnostics []spec.Diagnostic
	for _, name := range list {
		data, err := spec.ReadFile(files, name, spec.MaxFileSize)
		if err != nil {
			diagnostics = append(diagnostics, unreadable(name, err))
			continue
		}
		rec, source, problems := ReadRecording(name, data)
		diagnostics = append(diagnostics, problems...)
		if of, ok := known[name]; whole && !ok {
			diagnostics = append(diagnostics, unusedRecording(c, known, source))
		} else if whole && rec != nil {
			diagnostics = append(diagnostics, of.compare(c, rec, source, files)...)
		}
	}
	return diagnostics
}

// unreadable says that recordings could not be looked at.
func unreadable(name string, err error) spec.Diagnostic {
	return spec.Diagnostic{
		Code: "unreadable-recording", Severity: spec.Error, File: name, Line: 1, Column: 1,
		Message: "the recording cannot be read: " + cmp.Or(errors.Unwrap(err), err).Error(),
		Hint:    "a recording is a file in the connector's own directory that you may read",
	}
}

// recordedFiles lists the files of all recordings that a connector may have.
func recordedFiles(c *spec.Connector, checked []Checked) map[string]recorded {
	known := make(map[string]recorded)
	for _, o := range checked {
		for _, scenario := range []string{"", "refresh", "disconnect"} {
			known[c.RecordingFile(o.Option.Key, scenario)] = recorded{o.Option.Key, scenario, "", o.Methods}
		}
		for _, operation := range c.Operations() {
			known[c.RecordingFile(o.Option.Key, "operation-"+operation.Key)] = recorded{o.Option.Key, "", operation.Key, o.Methods}
		}
	}
	return known
}

// unusedRecording says that a recording is of nothing that the connector has.
func unusedRecording(c *spec.Connector, known map[string]recorded, source *spec.Source) spec.Diagnostic {
	option, rest, _ := strings.Cut(strings.TrimSuffix(path.Base(source.Name()), ".yml"), ".")
	operation, isOperation := strings.CutPrefix(rest, "operation-")
	what, words := fmt.Sprintf("option %q", option), []string{}
	isOption := false
	for _, o := range c.Options() {
		isOption = isOption || o.Key == option
		words = append(words, o.Key)
	}
	wrong := option
	switch {
	case isOption && isOperation:
		what, wrong, words = fmt.Sprintf("operation %q", operation), operation, nil
		for _, o := range c.Operations() {
			words = append(words, o.Key)
		}
	case isOption:
		what, wrong, words = fmt.Sprintf("scenario %q", rest), rest, []string{"refresh", "disconnect"}
	}
	return source.Diagnose("unused-recording", spec.Warning, "", spec.AtKey(), fmt.Sprintf("the recording is never replayed: the connector has no %s", what),
		meant(wrong, words, "remove the file, or name it for what it is of: OPTION.yml, OPTION.SCENARIO.yml or OPTION.operation-KEY.yml"))
}

// compare says where a recording is of something else than its name says, or of
// another state of the spec.
func (r recorded) compare(c *spec.Connector, rec *cassette.Recording, source *spec.Source, files fs.FS) []spec.Diagnostic {
	for _, part := range []struct{ name, is, want string }{
		{"option", rec.Option, r.option}, {"operation", rec.Operation, r.operation}, {"scenario", rec.Scenario, r.scenario},
	} {
		if part.is == part.want {
			continue
		}
		message := fmt.Sprintf("the recording is of %s %q, and its file is named for %q", part.name, part.is, part.want)
		if part.is == "" {
			message = fmt.Sprintf("the recording is of no %s, and its file is named for %q", part.name, part.want)
		} else if part.want == "" {
			message = fmt.Sprintf("the recording is of %s %q, and its file is named for none", part.name, part.is)
		}
		scenario := rec.Scenario
		if rec.Operation != "" {
			scenario = "operation-" + rec.Operation
		}
		return []spec.Diagnostic{source.Diagnose("misnamed-recording", spec.Error, formula.Pointer(part.name), spec.AtValue(), message,
			fmt.Sprintf("name it %s, or make it anew with --record", path.Base(c.RecordingFile(rec.Option, scenario))))}
	}
	if rec.Spec == "" || rec.Spec == method.Digest(c, r.methods, files) {
		return nil
	}
	return []spec.Diagnostic{source.Diagnose("stale-recording", spec.Warning, "/spec", spec.AtValue(), "the spec has changed since the recording was made",
		"connector test --auth --replay says whether it still sends the same; --record makes the recording anew")}
}
