package spec

import (
	"cmp"
	"fmt"
	"slices"
)

// A Severity says how much a [Diagnostic] matters. The zero Severity is Error.
type Severity uint8

// The severities, most severe first.
const (
	Error   Severity = iota // the file cannot be used as it is
	Warning                 // there is a better way
	Info                    // worth knowing
)

// String returns the word for s: error, warning or info.
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	default:
		return "info"
	}
}

// MarshalText writes the word for s, in JSON too.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what [Severity.MarshalText] writes.
func (s *Severity) UnmarshalText(text []byte) error {
	for _, known := range [...]Severity{Error, Warning, Info} {
		if string(text) == known.String() {
			*s = known
			return nil
		}
	}
	return fmt.Errorf("unknown severity %q", text)
}

// A Diagnostic is something to say about one place of one file. It is data,
// not an error: whoever finds it returns it.
type Diagnostic struct {
	// Code names the problem in kebab-case. Codes never change their meaning.
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`

	File string `json:"file"`
	// Line and Column are the place, counted from 1; a column is a count of
	// code points. EndLine and EndColumn are where it ends, exclusive, or both
	// 0 if that is not known.
	Line      int `json:"line"`
	Column    int `json:"column"`
	EndLine   int `json:"endLine,omitempty"`
	EndColumn int `json:"endColumn,omitempty"`
	// Pointer is the JSON Pointer of the value in question in the document of
	// File. It may name a value that is missing there.
	Pointer string `json:"pointer"`

	// Message is one sentence, lower case, with the culprit in quotes. Hint is
	// advice, and may be empty.
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	// Fix mends the problem, if there is a change that certainly does.
	Fix *Fix `json:"fix,omitempty"`

	// Text is the source line at Line, for a code frame: raw, so whoever
	// prints it takes care of control characters in it.
	Text string `json:"-"`
}

// A Fix is a change of the file that certainly mends a problem and leaves
// everything else as it is.
type Fix struct {
	Title string `json:"title"`
	// Edits are in the order of the file and do not overlap.
	Edits []Edit `json:"edits"`
}

// An Edit replaces the bytes from Start up to End of a file by New.
type Edit struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	New   string `json:"new"`
}

// String returns d as one line: file, line and column, message and code.
func (d Diagnostic) String() string {
	return fmt.Sprintf("%s:%d:%d: %s [%s]", d.File, d.Line, d.Column, d.Message, d.Code)
}

// SortDiagnostics sorts list by file and place; at the same place the more
// severe comes first. The order does not depend on the order before.
func SortDiagnostics(list []Diagnostic) {
	slices.SortStableFunc(list, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Pointer, b.Pointer),
			cmp.Compare(a.Message, b.Message),
		)
	})
}
