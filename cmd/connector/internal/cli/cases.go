package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/cmd/connector/internal/report"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// A testCase is one option of one connector to be tested.
type testCase struct {
	place     place
	connector *spec.Connector // nil if it could not be read
	subject   auth.Subject
	live      bool
	simulated bool
	kept      bool // it is run with the stored connection of the run
	unnamed   bool // some of its values name no connector
	values    auth.Values
	broken    int    // number of errors in the spec
	skip      string // why it does not run
	failure   error  // why it cannot run
	recording *loadedRecording

	code     int              // what came out
	redactor *secret.Redactor // of this test alone, while others run beside it
}

// name returns the name of the connector, its file if it could not be read.
func (c *testCase) name() string {
	if c.connector == nil {
		return c.place.display(c.place.file)
	}
	return c.connector.Name()
}

// A loaded is a connector that was read, or why it could not be.
type loaded struct {
	connector   *spec.Connector
	checked     []lint.Checked
	diagnostics []spec.Diagnostic
	err         error
}

// loadChecked reads and checks a connector that is to be run. No configuration
// holds there: only a real error, which none can switch off, keeps a spec from
// running, and a warning that a project raised to an error does not.
func loadChecked(p place) loaded {
	l := p.check(lint.Options{ErrorsOnly: true})
	var s report.Summary
	if s.Add(l.diagnostics); s.Errors > 0 { // then all is said
		l = p.check(lint.Options{})
	}
	return l
}

// theConnector loads the one connector that the command line names. What is
// wrong with its spec is printed.
func (g *global) theConnector(paths []string) (place, loaded, error) {
	places, diagnostics, err := find(paths)
	if err != nil {
		return place{}, loaded{}, err
	}
	if len(places) > 1 {
		return place{}, loaded{}, usagef("there are %d connectors here: name the PATH of one", len(places))
	}
	var l loaded
	if len(diagnostics) == 0 {
		l = loadChecked(places[0])
		diagnostics = l.diagnostics
	}
	var s report.Summary
	if s.Add(diagnostics); s.Errors > 0 {
		if err := g.printDiagnostics(diagnostics); err != nil {
			return place{}, l, err
		}
		return place{}, l, exit{exitNo}
	}
	return places[0], l, l.err
}

// cases loads the connectors and decides for each option how it is tested.
func (t *tester) cases(ctx context.Context, places []place) ([]*testCase, error) {
	t.many = len(places) > 1
	forced := t.opts.forced()
	var cases []*testCase
	var keys []string // of options that there are
	found := false
	err := inOrder(ctx, places, loadChecked, func(p place, l loaded) error {
		var s report.Summary
		s.Add(l.diagnostics)
		switch {
		case l.err != nil:
			found = true
			cases = append(cases, &testCase{place: p, live: forced, failure: l.err})
			return nil
		case s.Errors > 0:
			found = true
			cases = append(cases, &testCase{place: p, connector: l.connector, live: forced, broken: s.Errors})
			return t.printDiagnostics(l.diagnostics)
		}
		for _, o := range l.checked {
			if !slices.Contains(keys, o.Option.Key) {
				keys = append(keys, o.Option.Key)
			}
			if t.opts.option == "" || o.Option.Key == t.opts.option {
				found = true
				subjects, err := t.subjects(p, l.connector, o)
				if err != nil {
					return err
				}
				for _, s := range subjects {
					cases = append(cases, t.newCase(ctx, p, s, l.checked))
				}
			}
		}
		return nil
	})
	if err == nil && !found && t.opts.option != "" {
		return nil, usagef("--option: there is no option %q%s", t.opts.option, thereAre("there is", keys))
	}
	return cases, err
}

// subjects returns what is tested of an option: its authentication and the
// operations of the connector.
func (t *tester) subjects(p place, c *spec.Connector, o lint.Checked) ([]auth.Subject, error) {
	engine, err := t.engine(p)
	if err != nil {
		return nil, err
	}
	var list []auth.Subject
	s := auth.Subject{Connector: c, Option: o.Option, Methods: o.Methods, Engine: engine, Files: rootFiles(p.dir)}
	if t.opts.auth {
		courses, err := t.courses(c, o.Option.Key)
		if err != nil {
			return nil, err
		}
		for _, s.Course = range courses {
			list = append(list, s)
		}
		s.Course = auth.Plain
	}
	if t.opts.operations || t.opts.everything {
		for _, operation := range c.Operations() {
			s.Operation = operation.Key
			list = append(list, s)
		}
	}
	return list, nil
}

// newCase decides how a subject is tested.
func (t *tester) newCase(ctx context.Context, p place, s auth.Subject, siblings []lint.Checked) *testCase {
	c := &testCase{place: p, connector: s.Connector, subject: s}
	if err := s.Check(); err != nil {
		c.skip = err.Error()
		return c
	}
	if err := s.CheckCourse(); err != nil {
		c.skip = err.Error()
		return c
	}
	if c.simulated = t.opts.simulate; c.simulated {
		return c
	}
	forced := t.opts.forced()
	if !forced || t.opts.compare {
		c.recording, c.failure = p.recording(s)
		switch {
		case c.failure != nil, c.recording != nil && !forced:
			return c
		case c.recording == nil && t.opts.compare:
			c.skip = "it has no recording to compare with; --record makes one"
			return c
		}
	}
	if t.opts.replay {
		c.skip = "it has no recording"
		return c
	}
	if t.kept.fits(s) {
		return t.keptCase(c)
	}
	if c.skip = t.unattended(ctx, s); c.skip != "" {
		if !forced {
			c.skip = "no recording, and " + c.skip
		}
		return c
	}
	if c.skip = t.unfit(s); c.skip != "" {
		return c
	}
	values, given, unnamed, err := t.opts.values.of(t.global, s, siblings)
	c.unnamed = unnamed
	if err == nil && s.Operation != "" {
		values.Input, _, err = s.CompleteInput(s.ExampleInput())
	}
	switch {
	case err != nil:
		c.live, c.failure = true, err
	case given || forced || t.opts.borrows(s):
		c.live, c.values = true, values
	default:
		c.skip = "no recording, and no credential given: " + t.howToGive(s)
	}
	return c
}

// unattended says why a subject cannot run here; "" if it can.
func (t *tester) unattended(ctx context.Context, s auth.Subject) string {
	switch {
	case s.Interactive() && !t.opts.forced():
		return "its login needs its user: --live logs in"
	case s.Interactive():
		return t.nobody(s)
	case s.Option.Type() == "proxy" && !t.lends(ctx, s):
		return fmt.Sprintf("it uses a connection of %q, of which there is none here", s.Option.Value.Get("proxyKey").Text())
	}
	return ""
}

// unfit says why an operation is not run for real; "" if it is.
func (t *tester) unfit(s auth.Subject) string {
	if s.Operation == "" {
		return ""
	}
	if s.Methods.Changes(s.Operation) && !(t.opts.operations && (t.opts.live || t.opts.record)) {
		return "no recording, and it may change something: --operations --live runs it all the same"
	}
	_, problems, err := s.CompleteInput(s.ExampleInput())
	switch {
	case err != nil:
		return err.Error()
	case len(problems) > 0:
		return fmt.Sprintf("its input %q %s: give it a default or an example in inputSchema", problems[0].Name, problems[0].Message)
	}
	return ""
}

// refuse says what is wrong with the command line as a whole, and completes
// the values of what runs live: nobody is asked before it is known that the
// credential goes to one connector alone.
func (t *tester) refuse(ctx context.Context, cases []*testCase) error {
	if err := t.oneLive(cases); err != nil {
		return err
	}
	for _, c := range cases {
		if c.failure == nil {
			c.failure = t.lent(ctx, c)
		}
		var usage usageError
		if errors.As(c.failure, &usage) {
			return c.failure
		}
	}
	for _, c := range cases {
		switch {
		case c.kept && c.failure == nil:
			if err := t.kept.open(ctx, t, c); err != nil {
				return err
			}
		case c.live && c.failure == nil && c.subject.Option != nil:
			c.values, c.failure = t.complete(ctx, c.subject, c.values)
		}
	}
	return nil
}

// oneLive refuses inputs that name no connector when several run live: a
// credential goes to the connector it is for.
func (t *tester) oneLive(cases []*testCase) error {
	unnamed := t.opts.values.unnamed(t.global)
	byKey := make(map[string]*spec.Connector)
	var first *spec.Connector
	several := false
	for _, c := range cases {
		if !c.live || c.kept || c.subject.Option == nil {
			continue
		}
		unnamed = unnamed || c.unnamed
		if first == nil {
			first = c.connector
		}
		several = several || first != c.connector
		if several && unnamed {
			return usagef("the inputs name no connector, and %s and %s would both get them: name one PATH, or give an input file with one entry for each connector key, or variables such as CONNECTOR_INPUT_%s__…",
				first.Name(), c.connector.Name(), lint.UpperSnake(first.Key()))
		}
		key := lint.UpperSnake(c.connector.Key())
		if other := byKey[key]; other != nil && other != c.connector {
			return usagef("%s and %s have the same key, so that the credential of one would go to the other, too: test one of them, or give it another key", other.File, c.connector.File)
		}
		byKey[key] = c.connector
	}
	return nil
}

// noteUnused says so where values were given on the command line and every
// test is recorded.
func (t *tester) noteUnused(cases []*testCase) {
	v := &t.opts.values
	given := len(v.inputs)+len(v.params) > 0 || v.inputSource != nil || v.paramsSrc != nil
	live := slices.ContainsFunc(cases, func(c *testCase) bool { return c.live || c.recording == nil })
	if given && !live && len(cases) > 0 && !t.quiet {
		fmt.Fprintln(t.Stderr, "connector: the values given are not used, since recordings are played; --live tests with them")
	}
}

// codeOf returns the exit code that an error of one test counts for.
func codeOf(err error) int {
	var missing *missingError
	var credential credentialError
	if errors.As(err, &missing) || errors.As(err, &credential) {
		return exitNoCredential
	}
	return codeOfStored(err)
}
