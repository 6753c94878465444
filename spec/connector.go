package spec

import (
	"strings"

	"github.com/connector-spec/connector/formula"
)

// A Connector is one connector as its files say it.
type Connector struct {
	// File is the spec file, and Root the directory that its other files are
	// relative to; both with slashes, in the file system it was loaded from.
	File, Root string
	// Generation of the format: 1 has method files beside a plain spec, 2 an
	// auth object, 3 is flat.
	Generation int
	// Meta is what the spec says of the connector as a whole.
	Meta formula.Value
	// Auth is what it says of authentication, in the flat form of the third
	// generation whatever it is written in: type, ui, methods {type, mapping |
	// code}, options.
	Auth formula.Value

	source  *Source  // of File
	bodies  []*body  // method files
	origins []origin // where the parts of Auth come from
	said    []Diagnostic
	alone   bool // it was read without a file system

	recordings []string // that there are, sorted
	unlisted   error    // why they are not known
}

// A body is a file beside the spec: of a method, of an operation, or of the
// questions to the user.
type body struct {
	file    string
	kind    string
	method  *methodName // nil for what is no method
	option  string      // "" for the base
	source  *Source     // nil for a script
	script  *Source     // nil for what is no script
	pointer string      // of the method in Auth
	// definition is what the file of no method must meet; "" for a script.
	definition string
}

// An origin says that the part of Auth at prefix is written at pointer in a
// source.
type origin struct {
	prefix  string
	source  *Source
	pointer string
}

// Source returns the spec file.
func (c *Connector) Source() *Source { return c.source }

// Alone tells whether the connector was read from the text of its spec, so that
// nobody knows what its other files hold.
func (c *Connector) Alone() bool { return c.alone }

// Said returns what [Load] said about the connector's files.
func (c *Connector) Said() []Diagnostic { return c.said }

// Key returns the key of the connector, "" if it has none.
func (c *Connector) Key() string { return c.Meta.Get("key").Text() }

// Name returns the name of the connector; its key or its file if it has none.
func (c *Connector) Name() string {
	for _, s := range []string{c.Meta.Get("name").Text(), c.Key(), c.Root} {
		if s != "" && s != "." {
			return s
		}
	}
	return c.File
}

// Dialect returns the dialect that the spec's formulas are in.
func (c *Connector) Dialect() formula.Dialect {
	if c.Meta.Get("dialect").Text() == "membrane" {
		return formula.DialectMembrane
	}
	return formula.DialectConnector
}

// Diagnose returns a diagnostic at a value of Auth, where it was written.
func (c *Connector) Diagnose(code string, severity Severity, pointer string, at At, message, hint string) Diagnostic {
	s, p := c.locate(pointer)
	return s.Diagnose(code, severity, p, at, message, hint)
}

// DiagnoseMeta returns a diagnostic at a value of Meta.
func (c *Connector) DiagnoseMeta(code string, severity Severity, pointer string, at At, message, hint string) Diagnostic {
	return c.source.Diagnose(code, severity, pointer, at, message, hint)
}

// locate returns where the value of Auth at pointer is written.
func (c *Connector) locate(pointer string) (*Source, string) {
	for i := len(c.origins) - 1; i >= 0; i-- { // a later one is nearer
		o := &c.origins[i]
		if rest, ok := strings.CutPrefix(pointer, o.prefix); ok && (rest == "" || rest[0] == '/') {
			return o.source, o.pointer + rest
		}
	}
	return c.source, pointer
}

// written tells whether the author wrote a value at pointer of Auth.
func (c *Connector) written(pointer string) bool {
	s, p := c.locate(pointer)
	return s.Has(p)
}
