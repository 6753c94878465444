package formula

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// A Run is what an evaluation takes from the run it is part of. The zero Run
// has no clock and no randomness: a formula that asks for them fails.
type Run struct {
	Now  func() time.Time // the run's clock, the same for a recording as for its replay
	Rand io.Reader        // the run's randomness
	// ThrowAway tells that values are placeholders. A text that is no private
	// key then stands for one, and [ThrowAwayKey] signs in its place.
	ThrowAway bool
}

// The bounds of one evaluation: no formula takes more, whatever its variables
// hold. They are far above what a connector needs: half a million steps are
// 10,000 records of 40 members.
const (
	maxSteps  = 500_000  // parts made and operations done; long texts count as several
	maxOutput = 1 << 20  // bytes of one text
	maxBuilt  = 8 << 20  // bytes of all texts together
	maxMade   = 32 << 20 // weight of one list or object
	maxLevels = 500      // lists and objects within each other
	maxSource = 4 << 10  // bytes of one expression
	maxNodes  = 2_000    // parts of one expression
)

// An Error says where in an authored value evaluation went wrong.
type Error struct {
	Pointer string // of the culprit in the authored value
	// Offset and Length, in bytes, are the expression's place in the text at
	// Pointer; a negative Offset means the whole text.
	Offset, Length int
	Err            error
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// A MissingError says that a value which a ${expression} needs is not there.
type MissingError struct {
	Path string // what was looked for, as the author wrote it
	Null bool   // it is there and null
}

func (e *MissingError) Error() string {
	if e.Null {
		return fmt.Sprintf("%q is null", e.Path)
	}
	return fmt.Sprintf("%q has no value", e.Path)
}

var (
	errSteps  = errors.New("the formula takes too long: it was stopped after 500,000 steps")
	errOutput = errors.New("the formula builds a text of more than 1 MiB")
	errBuilt  = errors.New("the formula builds more than 8 MiB of text")
	errMade   = errors.New("the formula builds a value of more than 32 MiB")
	errLevels = errors.New("the formula builds a value nested deeper than 500 levels")
)

// A frame is the state of one evaluation.
type frame struct {
	vars   Value
	run    Run
	locals []Value // of let and of predicates
	steps  int64
	built  int

	converted map[*node]any // what package jsonata has been given
}

// Eval evaluates the program over variables, an object. The result may be
// undefined. An error is an [Error] with the place of the culprit.
func (p *Program) Eval(variables Value, run Run) (Value, error) {
	if p.root.eval == nil {
		return p.root.value, nil
	}
	f := frame{vars: variables, run: run}
	v, err := p.root.eval(&f)
	if err == nil && v.node != nil && v.node.copies {
		v, err = f.copyAll(v)
	}
	if err != nil {
		return Undefined, errorAt("", err)
	}
	return v, nil
}

// errorAt returns err as an [Error] at pointer, unless it has a place already.
func errorAt(pointer string, err error) error {
	var placed *Error
	if errors.As(err, &placed) {
		return err
	}
	return &Error{Pointer: pointer, Offset: -1, Err: err}
}

// spend counts n operations.
func (f *frame) spend(n int) error {
	if f.steps += int64(n); f.steps > maxSteps {
		return errSteps
	}
	return nil
}

// bytesOfStep is how much text is looked through in a step.
const bytesOfStep = 64

// read counts the operations of looking through values.
func (f *frame) read(values ...Value) error {
	for i := range values {
		if f.steps += values[i].weight() / bytesOfStep; f.steps > maxSteps {
			return errSteps
		}
	}
	return nil
}

// made returns v, which the formula has built, unless it is too large.
func (f *frame) made(v Value) (Value, error) {
	switch {
	case v.node == nil:
		return v, nil
	case v.node.weight > maxMade:
		return Undefined, errMade
	case v.node.depth > maxLevels:
		return Undefined, errLevels
	}
	return v, nil
}

// equal compares v and w as [Value.Equal] does, counting what it looks at.
func (f *frame) equal(v, w Value) (bool, error) {
	if v.kind != w.kind {
		return false, f.spend(1)
	}
	if v.node != nil && v.node == w.node {
		return true, f.spend(1)
	}
	if err := f.read(v, w); err != nil {
		return false, err
	}
	return v.Equal(w), f.spend(1)
}

// build counts n bytes of new text.
func (f *frame) build(n int) error {
	if n > maxOutput {
		return errOutput
	}
	if f.built += n; f.built > maxBuilt {
		return errBuilt
	}
	return nil
}

// appendText appends v as JavaScript's String(v) gives it, within the bounds.
func (f *frame) appendText(b []byte, v Value) ([]byte, error) {
	if len(b)+len(v.str) > maxOutput {
		return b, errOutput
	}
	if v.kind == KindList {
		text, err := f.appendList(nil, v)
		return append(b, text...), err
	}
	return v.appendScalar(b), nil
}

func (f *frame) appendList(b []byte, v Value) ([]byte, error) {
	if err := f.spend(1 + v.Len()); err != nil {
		return b, err
	}
	var err error
	for i, item := range v.node.items {
		if i > 0 {
			b = append(b, ',')
		}
		switch {
		case item.IsMissing():
			continue
		case len(b)+len(item.str) > maxOutput:
			return b, errOutput
		case item.kind == KindList:
			if b, err = f.appendList(b, item); err != nil {
				return b, err
			}
		default:
			b = item.appendScalar(b)
		}
	}
	return b, nil
}

// text returns what JavaScript's String(v) gives, within the bounds.
func (f *frame) text(v Value) (string, error) {
	if v.kind == KindString {
		return v.str, nil
	}
	b, err := f.appendText(nil, v)
	if err == nil {
		err = f.build(len(b))
	}
	return string(b), err
}
