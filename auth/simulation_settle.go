package auth

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/connector-spec/connector/auth/simulate"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// How often a run is repeated with other answers and values, at most. A script
// is slow, and nobody knows what it reads.
const (
	maxTries       = 600
	maxScriptTries = 8
)

// settle runs the life, and where formulas cannot use what was made up, again
// with something else in its place, until all is well or nothing is left to try.
// It gives the last run, or the first one if none passed.
func (m *simulation) settle(ctx context.Context) (*Result, error) {
	first := m.run(ctx)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if fine(first) {
		return first, nil
	}
	s := &search{simulation: m, best: first, left: maxTries}
	if m.scripted() {
		s.left = maxScriptTries
	}
	for s.improve(ctx) {
		if fine(s.best) || s.left <= 0 {
			break
		}
	}
	if s.best.OK {
		return s.best, ctx.Err()
	}
	if step := m.lastScript(s.best); step != "" {
		return skippedResult(m.Subject, fmt.Sprintf("its script %s did not work with what a simulation answers, which cannot know what a script reads (%s): record the test instead", step, s.best.Message)), ctx.Err()
	}
	return s.best, ctx.Err()
}

// fine tells whether nothing is left to be wished for.
func fine(r *Result) bool { return r.OK && r.Note == "" }

// lastScript returns the last step of a run that is a script: what it made of the
// answers is what the steps after it work with. "" stands for none.
func (m *simulation) lastScript(r *Result) string {
	for _, step := range slices.Backward(r.Steps) {
		if m.scriptAt(step.Name) {
			return step.Name
		}
	}
	return ""
}

// scripted tells whether a method of the life is a script.
func (m *simulation) scripted() bool {
	for _, name := range []string{credentialsMethod, refreshMethod, "getOAuthConfig", "getTokenData", "makeApiClient", "test", disconnectMethod, operationStep} {
		if m.scriptAt(name) {
			return true
		}
	}
	return false
}

// scriptAt tells whether a step is a script.
func (m *simulation) scriptAt(step string) bool {
	return m.provider.Scripted(step) || step != operationStep && m.Methods.Scripted(step)
}

// A change puts something else in the place of what was made up. Undo takes it
// back; nil says that nothing changed.
type change func() (undo func())

// A search looks for answers and values that formulas can use.
type search struct {
	*simulation
	best *Result
	left int
}

// improve tries one other thing after another until a run is better than the
// best, and keeps it.
func (s *search) improve(ctx context.Context) bool {
	for _, change := range append(s.changes(), s.pairs()...) {
		undo := change()
		if undo == nil {
			continue
		}
		s.left--
		r := s.run(ctx)
		if s.better(r, s.best) {
			s.best = r
			return true
		}
		undo()
		if s.left <= 0 || ctx.Err() != nil {
			return false
		}
	}
	return false
}

// better compares two runs: by whether they passed, by how far they got, by how
// much is wrong with what they gave, and by whether their label could be made.
func (s *search) better(a, b *Result) bool {
	if a.OK != b.OK {
		return a.OK
	}
	if !a.OK {
		if passed(a) != passed(b) {
			return passed(a) > passed(b)
		}
		return s.problems(a) < s.problems(b)
	}
	return a.Note == "" && b.Note != ""
}

// problems counts what is wrong with what an operation gave.
func (s *search) problems(r *Result) int {
	if s.Operation == "" || r.Value.IsUndefined() {
		return math.MaxInt
	}
	problems, err := spec.CheckInputs(s.operation().OutputSchema(), r.Value)
	if err != nil {
		return math.MaxInt
	}
	return len(problems)
}

func passed(r *Result) int {
	n := 0
	for _, s := range r.Steps {
		if s.OK {
			n++
		}
	}
	return n
}

// changes lists what may be changed: first what is answered to the step that
// failed, then what is answered before, then what the user entered.
func (s *search) changes() []change {
	var list []change
	seen := map[string]bool{}
	for i := len(s.best.Steps) - 1; i >= 0; i-- {
		name := s.best.Steps[i].Name
		if seen[name] {
			continue
		}
		seen[name] = true
		list = append(list, s.answersTo(name)...)
	}
	for _, parameter := range []bool{false, true} {
		side := s.values.Inputs
		if parameter {
			side = s.values.Parameters
		}
		for _, name := range side.Keys() {
			for _, v := range enteredInstead() {
				list = append(list, func() func() { return s.enter(parameter, name, v) })
			}
		}
	}
	return list
}

// pairs lists changes of two things at once in the answer to the step that failed,
// each to what a formula compares with.
func (s *search) pairs() []change {
	if len(s.best.Steps) == 0 || s.best.OK {
		return nil
	}
	step := s.best.Steps[len(s.best.Steps)-1].Name
	values := append(s.provider.Literals(step), formula.Bool(true), formula.Number(1000), formula.Number(1))
	leaves := s.provider.Leaves(step)
	var list []change
	for i, a := range leaves {
		for _, b := range leaves[i+1:] {
			for _, v := range values {
				for _, w := range values {
					list = append(list, s.both(s.fix(a.Key(), v), s.fix(b.Key(), w)))
				}
			}
		}
	}
	return list
}

// both makes two changes, or none.
func (s *search) both(a, b change) change {
	return func() func() {
		undo := a()
		if undo == nil {
			return nil
		}
		undoOther := b()
		if undoOther == nil {
			undo()
			return nil
		}
		return func() { undoOther(); undo() }
	}
}

// fix changes what an answer holds at a place.
func (s *search) fix(key string, v formula.Value) change {
	fixed := s.provider.Fixed
	return func() func() {
		old, had := fixed[key]
		if had && old.Equal(v) {
			return nil
		}
		fixed[key] = v
		return func() {
			if had {
				fixed[key] = old
			} else {
				delete(fixed, key)
			}
		}
	}
}

// answersTo lists other answers to a step.
func (s *search) answersTo(step string) []change {
	var list []change
	if s.scriptAt(step) {
		for _, v := range simulate.ScriptAnswers() {
			list = append(list, s.fix(simulate.Leaf{Step: step}.Key(), v))
		}
	}
	leaves := s.provider.Leaves(step)
	for _, l := range leaves {
		for _, v := range s.provider.Candidates(l) {
			list = append(list, s.fix(l.Key(), v))
		}
	}
	if step == "test" || step == operationStep || step == credentialsMethod {
		whole := simulate.Leaf{Step: step}
		for _, v := range s.provider.Candidates(whole) {
			if v.Kind() == formula.KindString || v.Len() > 0 {
				list = append(list, s.fix(whole.Key(), v))
			}
		}
	}
	return list
}

// enteredInstead are values that formulas may want where a schema does not say
// so.
func enteredInstead() []formula.Value {
	key := formula.ThrowAwayKey("RS256")
	account := formula.Object(
		formula.Member{Key: "type", Value: formula.String("service_account")},
		formula.Member{Key: "client_email", Value: formula.String("sim@acme.example")},
		formula.Member{Key: "private_key_id", Value: formula.String("1")},
		formula.Member{Key: "private_key", Value: formula.String(key)},
		formula.Member{Key: "client_id", Value: formula.String("1001")},
		formula.Member{Key: "project_id", Value: formula.String("acme")},
		formula.Member{Key: "token_uri", Value: formula.String("https://acme.example/token")})
	text := formula.String
	return []formula.Value{
		text("https://acme.example"), text("acme.example"), text("acme"), text(key), text(formula.ThrowAwayKey("ES256")), text(string(account.AppendJSON(nil))),
		text("sim0123456789abcdef0123456789:sim0123456789abcdef0123456789"), text("sim0123456789abcdef0123456789abcd-us1"), text("c2ltdWxhdGVkIHNpbXVsYXRlZCBzaW11bGF0ZWQ="),
		text("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"), text("1001"),
	}
}

// enter enters another value, if the schemas allow it.
func (s *search) enter(parameter bool, name string, v formula.Value) (undo func()) {
	old := s.values
	changed := old
	if parameter {
		changed.Parameters = changed.Parameters.With(name, v)
	} else {
		changed.Inputs = changed.Inputs.With(name, v)
	}
	if _, problems, err := s.Complete(changed); err != nil || len(problems) > 0 {
		return nil
	}
	s.values = changed
	return func() { s.values = old }
}
