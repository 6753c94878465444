package cli

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/cmd/connector/internal/report"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

type testOptions struct {
	paths        []string
	auth         bool
	live         bool
	record       bool
	replay       bool
	option       string
	timeout      time.Duration
	jobs         int
	routes       []string
	allowRemote  bool
	allowPrivate bool
	values       valueOptions
}

func newTest(g *global) *cobra.Command {
	var opts testOptions
	cmd := &cobra.Command{
		Use:   "test [PATH...]",
		Short: "Test the authentication of connectors, from recordings or for real",
		Long: `Test runs the auth life of each option of each connector: it obtains the
credential, makes the API client and sends the spec's test request.

An option that has a recording is tested from it: no socket is opened and no
account is needed. One without is tested against the real API if its inputs
are given, and skipped if they are not.

Inputs come from --input-file, from variables such as CONNECTOR_INPUT_API_KEY,
from a prompt, or, for what is not secret, from --input.

Exit codes: 0 passed, 1 failed, 2 wrong command line, 3 no answer, or a file
that could not be read, 4 no credential.`,
		Example: `  connector test --auth examples/openweather
  CONNECTOR_INPUT_API_KEY=… connector test --auth --live examples/openweather
  connector test --auth --record --input-file key.yml --route https://api.openweathermap.org=http://127.0.0.1:9000 examples/openweather`,
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.paths = args
			return runTest(cmd.Context(), g, opts)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&opts.auth, "auth", false, "test authentication (what is tested when nothing is said)")
	f.BoolVar(&opts.live, "live", false, "test against the real API, also where there is a recording")
	f.BoolVar(&opts.record, "record", false, "test against the real API and keep a recording, without secrets")
	f.BoolVar(&opts.replay, "replay", false, "test from recordings only, never over the network")
	f.StringVar(&opts.option, "option", "", "test one `option` only; the base is \"default\"")
	f.DurationVar(&opts.timeout, "timeout", 0, "bound each request to this `duration`, such as 10s")
	f.IntVar(&opts.jobs, "jobs", 0, "test this many connectors at once (default: one for each core)")
	f.StringArrayVar(&opts.routes, "route", nil, "send requests for ORIGIN to another server: `ORIGIN=URL`")
	f.BoolVar(&opts.allowRemote, "allow-remote-route", false, "let --route lead to another machine")
	f.BoolVar(&opts.allowPrivate, "allow-private", false, "let hosts that come from inputs be private addresses")
	opts.values.flags(f)
	cmd.MarkFlagsMutuallyExclusive("live", "replay")
	cmd.MarkFlagsMutuallyExclusive("record", "replay")
	g.formatFlag(cmd, "text", "json")
	return cmd
}

func runTest(ctx context.Context, g *global, opts testOptions) error {
	places, diagnostics, err := find(opts.paths)
	if err != nil {
		return err
	}
	t, err := newTester(g, opts)
	if err != nil {
		return err
	}
	if err := t.printDiagnostics(diagnostics); err != nil {
		return err
	}
	cases, err := t.cases(ctx, places)
	if err != nil {
		return err
	}
	if err := t.oneLive(cases); err != nil {
		return err
	}
	out := report.NewTests(g.format, g.Stdout, report.TestOptions{
		Color: g.useColor(g.StdoutTerminal), Verbose: g.verbose, Quiet: g.quiet, Routes: opts.routes,
	})
	var codes []int
	if len(diagnostics) > 0 {
		codes = append(codes, exitNo)
	}
	err = inOrderBy(ctx, opts.jobs, 1, cases, func(c *testCase) report.Test {
		return t.run(ctx, c)
	}, func(c *testCase, r report.Test) error {
		codes = append(codes, c.code)
		return out.Write(r)
	})
	if err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	return exitWith(testCode(codes))
}

// testCode returns the exit code of a run: skipped tests count only if there
// was nothing else.
func testCode(codes []int) int {
	var ran []int
	for _, c := range codes {
		if c != exitSkipped {
			ran = append(ran, c)
		}
	}
	if len(ran) == 0 && len(codes) > 0 {
		return exitNoCredential
	}
	return worst(ran...)
}

// exitSkipped stands for a test that did not run; it is no exit code.
const exitSkipped = -1

// A tester is what the tests of one command share.
type tester struct {
	*global
	opts    testOptions
	routes  []client.Route
	network http.RoundTripper
}

func newTester(g *global, opts testOptions) (*tester, error) {
	t := &tester{global: g, opts: opts}
	options := client.TransportOptions{AllowPrivate: opts.allowPrivate}
	for _, text := range opts.routes {
		route, err := client.ParseRoute(text, opts.allowRemote)
		if err != nil {
			return nil, usageError{fmt.Errorf("--route: %w", err)}
		}
		options.Routes = append(options.Routes, route)
	}
	t.routes = options.Routes
	if g.caFile != "" {
		data, err := os.ReadFile(g.caFile)
		if err != nil {
			return nil, fmt.Errorf("--ca-file: %w", err)
		}
		if options.CA, err = client.ParseCA(data); err != nil {
			return nil, usageError{fmt.Errorf("--ca-file: %w", err)}
		}
	}
	t.network = g.Network(options)
	if g.verbose {
		t.network = &wiretap{next: t.network, w: g.Stderr}
	}
	return t, t.opts.values.read(g)
}

// A testCase is one option of one connector to be tested.
type testCase struct {
	place     place
	connector *spec.Connector
	subject   auth.Subject
	live      bool
	values    auth.Values
	broken    int    // number of errors in the spec
	skip      string // why it does not run
	missing   error  // the credential that it lacks
	failure   error  // why it cannot run at all
	recording *loadedRecording

	code int // what came out
}

// cases loads the connectors and decides for each option how it is tested.
func (t *tester) cases(ctx context.Context, places []place) ([]*testCase, error) {
	var cases []*testCase
	type loaded struct {
		connector   *spec.Connector
		checked     []lint.Checked
		diagnostics []spec.Diagnostic
		err         error
	}
	err := inOrder(ctx, places, func(p place) loaded {
		c, diagnostics, err := p.load()
		if err != nil {
			return loaded{err: err}
		}
		checked, more := lint.Run(c)
		p.rename(more)
		return loaded{c, checked, append(diagnostics, more...), nil}
	}, func(p place, l loaded) error {
		if l.err != nil {
			return l.err
		}
		var s report.Summary
		s.Add(l.diagnostics)
		if s.Errors > 0 {
			if err := t.printDiagnostics(l.diagnostics); err != nil {
				return err
			}
			cases = append(cases, &testCase{place: p, connector: l.connector, broken: s.Errors})
			return nil
		}
		found := false
		for _, o := range l.checked {
			if t.opts.option != "" && o.Option.Key != t.opts.option {
				continue
			}
			found = true
			cases = append(cases, t.newCase(p, auth.Subject{Connector: l.connector, Option: o.Option, Methods: o.Methods}))
		}
		if !found && t.opts.option != "" && len(places) == 1 {
			return usagef("%s has no option %q; it has %s", l.connector.Name(), t.opts.option, optionNames(l.checked))
		}
		return nil
	})
	return cases, err
}

func optionNames(checked []lint.Checked) string {
	s := ""
	for i, c := range checked {
		if i > 0 {
			s += ", "
		}
		s += fmt.Sprintf("%q", c.Option.Key)
	}
	return s
}

// newCase decides how an option is tested.
func (t *tester) newCase(p place, s auth.Subject) *testCase {
	c := &testCase{place: p, connector: s.Connector, subject: s}
	if err := s.Check(); err != nil {
		c.skip = err.Error()
		return c
	}
	forced := t.opts.live || t.opts.record
	if !forced {
		c.recording, c.failure = p.recording(s)
		if c.recording != nil || c.failure != nil {
			return c
		}
	}
	if t.opts.replay {
		c.skip = "it has no recording"
		return c
	}
	values, given, err := t.opts.values.of(t.global, s)
	if err != nil {
		c.failure = err
		return c
	}
	if !given && !forced {
		c.skip = "no recording, and no credential given: " + howToGive(s)
		return c
	}
	c.live = true
	c.values, c.missing, c.failure = t.complete(s, values)
	return c
}

// oneLive refuses inputs that name no connector when several run live: a
// credential goes to the connector it is for.
func (t *tester) oneLive(cases []*testCase) error {
	if !t.opts.values.unnamed(t.global) {
		return nil
	}
	var first *spec.Connector
	for _, c := range cases {
		if !c.live {
			continue
		}
		if first != nil && first != c.connector {
			return usagef("the inputs name no connector, and %s and %s would both get them: name one PATH, or give an input file with one entry for each connector key", first.Name(), c.connector.Name())
		}
		first = c.connector
	}
	return nil
}

// printDiagnostics shows what is wrong with specs that are to be tested.
func (t *tester) printDiagnostics(list []spec.Diagnostic) error {
	spec.SortDiagnostics(list)
	return report.NewDiagnostics("text", t.Stderr, t.useColor(t.StderrTerminal)).Write(list)
}

// run runs one test and decides what it counts for.
func (t *tester) run(ctx context.Context, c *testCase) report.Test {
	r := report.Test{Connector: c.connector.Name(), Option: c.subject.OptionKey(), Mode: "recorded"}
	if c.live {
		r.Mode = "live"
	}
	fail := func(code int, err error) report.Test {
		c.code, r.Message = code, err.Error()
		return r
	}
	switch {
	case c.broken > 0:
		return fail(exitNo, fmt.Errorf("the spec has %d error(s)", c.broken))
	case c.skip != "":
		c.code, r.Skipped = exitSkipped, c.skip
		return r
	case c.failure != nil:
		return fail(exitFailed, c.failure)
	case c.missing != nil:
		return fail(exitNoCredential, c.missing)
	}
	result, err := t.test(ctx, c)
	if result != nil {
		r.Fill(result)
	}
	switch {
	case err != nil:
		r.OK = false
		return fail(exitFailed, err)
	case ctx.Err() != nil:
		c.code = exitInterrupted
	case result.OK:
		c.code = exitOK
	case result.Unreachable():
		c.code = exitFailed
	default:
		c.code = exitNo
	}
	return r
}

// test runs a test from its recording, or for real.
func (t *tester) test(ctx context.Context, c *testCase) (*auth.Result, error) {
	if !c.live {
		return auth.Replay(ctx, c.subject, c.recording.Recording)
	}
	world := auth.World{Network: t.network, Now: t.Now, Redactor: t.redactor, Timeout: t.opts.timeout}
	if !t.opts.record {
		return auth.Test(ctx, c.subject, c.values, world, t.Rand)
	}
	source := func(hosts []string) string { return t.source(hosts) }
	result, rec, err := auth.Record(ctx, c.subject, c.values, world, t.Rand, "connector "+version())
	if err != nil || rec == nil {
		return result, err
	}
	rec.Source = source(result.Hosts)
	file, err := c.place.writeRecording(c.subject, rec, t.redactor)
	if err == nil {
		result.Note = "recorded in " + file
	}
	return result, err
}

// source says where the answers of a run came from: loopback if every host
// was this machine, or was routed to it.
func (t *tester) source(hosts []string) string {
	for _, h := range hosts {
		origin, err := client.ParseOrigin(h)
		if err != nil {
			return "live"
		}
		for _, r := range t.routes {
			if r.Origin.Same(origin) {
				origin = r.Target
				break
			}
		}
		if !origin.Loopback() {
			return "live"
		}
	}
	return "loopback"
}
