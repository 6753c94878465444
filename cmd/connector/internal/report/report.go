// Package report prints results for people and for programs: one file per
// output format.
package report

import (
	"io"
	"time"

	"github.com/connector-spec/connector/spec"
)

// A Diagnostics prints diagnostics as they come.
type Diagnostics interface {
	Write(Checked) error
	// Close prints what stands at the end.
	Close(Summary) error
}

// A Checked is a connector with what is said about it. One that could not be
// read has a Failure and nothing else.
type Checked struct {
	File        string // of the spec, as the user would write it
	Diagnostics []spec.Diagnostic
	Failure     string
}

// A Summary counts what was printed.
type Summary struct {
	Connectors, Errors, Warnings int
	Unread                       int // connectors that could not be read
	Fixable                      int // what has a certain fix
	Quiet                        bool
}

// Add counts diagnostics.
func (s *Summary) Add(list []spec.Diagnostic) {
	for _, d := range list {
		if d.Fix != nil {
			s.Fixable++
		}
		switch d.Severity {
		case spec.Error:
			s.Errors++
		case spec.Warning:
			s.Warnings++
		}
	}
}

// A Rule describes a code to readers of a report.
type Rule struct {
	Code    string
	Summary string // one sentence
	Reason  string // paragraphs; may be empty
}

// Options say how diagnostics are printed.
type Options struct {
	Color   bool
	Strict  bool   // warnings fail, too
	Version string // of the program
	Now     func() time.Time
	Rule    func(code string) Rule
}

// diagnosticFormats lists the formats of diagnostics, the default first: one
// format, one file, one line here.
var diagnosticFormats = []struct {
	name string
	open func(io.Writer, Options) Diagnostics
}{
	{"text", openText},
	{"json", openJSON},
	{"sarif", openSARIF},
	{"github", openGitHub},
	{"junit", openJUnit},
}

// DiagnosticFormats returns the names of the formats of diagnostics, the
// default first.
func DiagnosticFormats() []string {
	names := make([]string, len(diagnosticFormats))
	for i, f := range diagnosticFormats {
		names[i] = f.name
	}
	return names
}

// OpenDiagnostics returns what prints in a format, which must be one of
// [DiagnosticFormats].
func OpenDiagnostics(format string, w io.Writer, o Options) Diagnostics {
	for _, f := range diagnosticFormats {
		if f.name == format {
			return f.open(w, o)
		}
	}
	panic("report: no format " + format)
}
