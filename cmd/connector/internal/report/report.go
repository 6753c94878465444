// Package report prints results for people and for programs: one file per
// output format.
package report

import (
	"io"

	"github.com/connector-spec/connector/spec"
)

// A Diagnostics prints diagnostics as they come.
type Diagnostics interface {
	Write([]spec.Diagnostic) error
	// Close prints what stands at the end.
	Close(Summary) error
}

// A Summary counts what was printed.
type Summary struct {
	Connectors, Errors, Warnings int
	Unread                       int // connectors that could not be read
	Quiet                        bool
}

// Add counts diagnostics.
func (s *Summary) Add(list []spec.Diagnostic) {
	for _, d := range list {
		switch d.Severity {
		case spec.Error:
			s.Errors++
		case spec.Warning:
			s.Warnings++
		}
	}
}

// NewDiagnostics returns what prints in a format: text or json.
func NewDiagnostics(format string, w io.Writer, color bool) Diagnostics {
	if format == "json" {
		return &jsonDiagnostics{w: w}
	}
	return &textDiagnostics{w: w, color: color}
}
