package script

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// A Language is what a script is written in.
type Language uint8

// The languages of scripts. JSX is in neither.
const (
	JavaScript Language = iota
	TypeScript
)

// A Span is a range of bytes of the source.
type Span struct{ Offset, Length int }

// A Problem is something that keeps a script from being read.
type Problem struct {
	Span
	Message, Hint string
}

// A Script is what is known of a script.
type Script struct {
	// Default is what the script exports by default: with export default, as
	// { x as default }, as module.exports or as exports.default; nil if it
	// exports nothing so.
	Default *Export
	// Named are its exports of other names, in the order of the script.
	Named []Export
	// Dynamic tells that module or exports is used in a way that is not
	// understood, so that there may be more exports.
	Dynamic bool
	// Imports are the modules that it imports or requires by a literal name.
	Imports []Literal
	// URLs are the absolute URLs that it writes out, at least up to the end of
	// their host.
	URLs []Literal
}

// An Export is one thing that a script exports.
type Export struct {
	Name string // "default" for the default export
	// Span is where it is exported.
	Span
	// Function is the function that is exported. It is nil if that is made
	// elsewhere, or if what is exported is certainly no function.
	Function *Function
	// Callable is false if what is exported is certainly no function.
	Callable bool
}

// A Literal is a text that a script writes out, decoded.
type Literal struct {
	Span
	Text string
}

// A Function is what is known of an exported function without running it.
type Function struct {
	// Parameters is how many parameters it has. Second is where the second
	// one stands.
	Parameters int
	Second     Span
	// Reads are the properties that it takes of its first parameter, each
	// place of each.
	Reads []Read
	// Open tells that it may take more of it: by a rest element, or by passing
	// it on as a whole.
	Open bool
	// Returns tells that it returns a value somewhere, functions within it not
	// counted. Throws is the same for throw; OnlyThrows tells that it ends by a
	// throw and returns nothing.
	Returns, Throws, OnlyThrows bool
	// BodyStatus are the places where the status of an answer's body is
	// compared with an HTTP status: the API client gives the body, which is not
	// the response that has a status.
	BodyStatus []Span
}

// A Read is a property that a function takes of its parameter.
type Read struct {
	Span
	Name     string
	Optional bool // it has a default
}

// Method returns the export that is called for a method: the default export,
// else the one of the method's name; nil if there is neither.
func (s *Script) Method(name string) *Export {
	if s.Default != nil {
		return s.Default
	}
	for i := range s.Named {
		if s.Named[i].Name == name {
			return &s.Named[i]
		}
	}
	return nil
}

// The bounds of a script. A script past them is answered with a Problem.
const (
	// MaxSize is the number of bytes a script may have.
	MaxSize = 256 << 10
	// maxTime is how long the libraries may take. What gets past the bounds of
	// [measure] takes a fraction of it.
	maxTime = 5 * time.Second
	// maxProblems is how many problems of a script are reported.
	maxProblems = 100
)

// Parse reads a script and says what it exports. The Script is nil if there is
// a problem. Whatever the source is, Parse ends, and its work is bounded.
func Parse(source string, language Language) (*Script, []Problem) {
	if p := unreadable(source); p != nil {
		return nil, []Problem{*p}
	}
	marks, p := measure(source, language)
	if p != nil {
		return nil, []Problem{*p}
	}
	type outcome struct {
		script   *Script
		problems []Problem
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if recover() != nil { // a fault of a library: no reason to fall
				o = outcome{problems: []Problem{{Message: "the script cannot be read", Hint: "write it in a simpler way"}}}
			}
			done <- o
		}()
		o.script, o.problems = read(source, language, marks)
	}()
	timer := time.NewTimer(maxTime)
	defer timer.Stop()
	select {
	case o := <-done:
		return o.script, o.problems
	case <-timer.C:
		return nil, []Problem{{Message: "reading the script takes too long", Hint: "write it in a simpler way"}}
	}
}

// read reads a script that is within the bounds.
func read(source string, language Language, marks []mark) (*Script, []Problem) {
	plain, problems := strip(source, language)
	if len(problems) > 0 {
		return nil, problems
	}
	s := &Script{}
	t, err := parseTree(plain, source)
	if err != nil {
		// It is valid, and in a way of writing that is not understood.
		s.Dynamic = true
		return s, nil
	}
	t.fill(s, marks)
	return s, nil
}

// unreadable returns what is wrong with the bytes of a script.
func unreadable(source string) *Problem {
	if len(source) > MaxSize {
		return &Problem{Message: fmt.Sprintf("the script is larger than %d KiB", MaxSize>>10), Hint: "a script of a method is short; large libraries do not belong into it"}
	}
	for i, r := range source {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(source[i:]); n == 1 {
				return &Problem{Span: Span{i, 1}, Message: "the script is not UTF-8", Hint: "save it as UTF-8"}
			}
		}
	}
	if i := strings.IndexByte(source, 0); i >= 0 {
		return &Problem{Span: Span{i, 1}, Message: "a NUL character stands in the script", Hint: "remove it"}
	}
	return nil
}
