package cli

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/cmd/connector/internal/report"
	"github.com/connector-spec/connector/spec"
)

type testOptions struct {
	paths      []string
	auth       bool
	operations bool
	everything bool // auth, and the operations that change nothing
	live       bool
	record     bool
	replay     bool
	compare    bool
	refresh    bool
	disconnect bool
	simulate   bool
	faults     bool
	option     string
	jobs       int
	network    networkOptions
	login      loginOptions
	values     valueOptions
	stored     storedOptions

	connectionOf []string // KEY=NAME, of stored connections that proxies borrow from
}

func newTest(g *global) *cobra.Command {
	var opts testOptions
	cmd := &cobra.Command{
		Use:   "test [PATH...]",
		Short: "Test connectors, from recordings or for real",
		Long: `Test runs the auth life of each option of each connector: it obtains the
credential, makes the API client and sends the spec's test request. In place of
that request it runs each operation of the connector, with the defaults and
examples of its inputSchema as input, and holds the result against its
outputSchema. --auth and --operations restrict it to one of these.

An option that has a recording is tested from it: no socket is opened and no
account is needed. One without is tested against the real API if its inputs
are given, and skipped if they are not. An operation that may change something
is run for real only by --operations with --live or --record. With --simulate a
provider is made from each spec, and whole lives run against it in memory: that
tests the spec, and nothing about the real provider.

Inputs come from --input-file, from variables such as CONNECTOR_INPUT_API_KEY,
from a prompt, or, for what is not secret, from --input. In their place
--connection uses a stored connection, for real, with the spec that it was made
with, or the one at PATH; what a refresh makes of it is kept. --connection-file,
and CONNECTOR_CONNECTION where nothing is recorded, use a sealed one. An option
of type proxy borrows from the only stored connection of its connector, or from
the one that --connection-of names.

Exit codes: 0 passed, 1 failed, 2 wrong command line, 3 no answer, or a file
that could not be read, 4 no credential.`,
		Example: `  connector test --auth examples/openweather
  connector test --operations --replay examples/github
  connector test --auth --faults examples/github
  CONNECTOR_INPUT_API_KEY=… connector test --auth --live examples/openweather
  connector test --connection work
  connector test --auth --record --input-file key.yml --route https://api.openweathermap.org=http://127.0.0.1:9000 examples/openweather`,
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.paths = args
			if opts.replay && (opts.live || opts.record) {
				return usagef("--replay never uses the network, and --live and --record do: give one of them")
			}
			if err := opts.checkFaults(); err != nil {
				return err
			}
			if err := opts.checkSimulate(); err != nil {
				return err
			}
			if err := opts.checkRecordings(); err != nil {
				return err
			}
			if err := opts.login.check(); err != nil {
				return err
			}
			if opts.network.timeout < 0 || opts.jobs < 0 {
				return usagef("--timeout and --jobs cannot be negative")
			}
			if !opts.auth && !opts.operations {
				opts.auth, opts.everything = true, true
			}
			if err := opts.checkStored(); err != nil {
				return err
			}
			return runTest(cmd.Context(), g, opts)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&opts.auth, "auth", false, "test authentication only, unless there is --operations, too")
	f.BoolVar(&opts.operations, "operations", false, "test operations only, unless there is --auth, too")
	f.BoolVar(&opts.live, "live", false, "test against the real API, also where there is a recording")
	f.BoolVar(&opts.record, "record", false, "test against the real API, or with --simulate, and keep a recording, without secrets")
	f.BoolVar(&opts.replay, "replay", false, "test from recordings only, never over the network")
	f.BoolVar(&opts.simulate, "simulate", false, "test against a provider made from the spec, in memory and without an account")
	f.BoolVar(&opts.faults, "faults", false, "simulate what may go wrong, one fault after the other; with --live what can be tried on the real API")
	f.BoolVar(&opts.compare, "compare", false, "test against the real API, and say where its answers are not what was recorded")
	f.BoolVar(&opts.refresh, "refresh", false, "refresh the credential twice after the test, and test again")
	f.BoolVar(&opts.disconnect, "disconnect", false, "take the permission away at the provider after the test; only with --live or --record")
	f.StringVar(&opts.option, "option", "", "test one option only, by its `key`; the base is \"default\"")
	f.IntVar(&opts.jobs, "jobs", 0, "test this many connectors at once (default: one for each core)")
	opts.networkFlags(f)
	opts.login.browserFlags(f)
	opts.storedFlags(f)
	g.formatFlag(cmd, report.TestFormats()...)
	return cmd
}

// networkFlags adds the flags of a command that talks to APIs with values that
// it is given.
func (opts *testOptions) networkFlags(f *pflag.FlagSet) {
	opts.network.flags(f)
	opts.values.flags(f)
}

func runTest(ctx context.Context, g *global, opts testOptions) error {
	kept, err := g.keptFor(ctx, &opts)
	if err != nil {
		return err
	}
	places, diagnostics, err := find(opts.paths)
	if err != nil {
		return err
	}
	t, err := newTester(g, opts)
	if err != nil {
		return err
	}
	t.kept = kept
	defer t.end()
	if err := t.printDiagnostics(diagnostics); err != nil {
		return err
	}
	if len(places) > 100 {
		// All connectors are kept until they are tested: looking through them
		// often frees little.
		defer debug.SetGCPercent(debug.SetGCPercent(400))
	}
	cases, err := t.cases(ctx, places)
	if err == nil {
		cases, err = kept.only(cases)
	}
	if err != nil {
		return err
	}
	if err := t.refuse(ctx, cases); err != nil {
		return err
	}
	t.noteUnused(cases)
	var codes []int
	if len(diagnostics) > 0 {
		codes = append(codes, exitNo)
	}
	return t.report(ctx, cases, codes)
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
	*network
	opts testOptions
	many bool // there is more than one connector

	kept   *keptRun // the stored connection that is used; nil for none
	lender lender
	// connects tells that the values are for a connection that is kept.
	connects bool

	logins sync.Mutex // one at a time, since they come back to the same port and have one user

	status *status // of tests that are reported
}

func newTester(g *global, opts testOptions) (*tester, error) {
	n, err := g.newNetwork(opts.network)
	if err != nil {
		return nil, err
	}
	t := &tester{network: n, opts: opts}
	return t, t.opts.values.read(g)
}

// printDiagnostics shows what is wrong with specs that are to be run.
func (g *global) printDiagnostics(list []spec.Diagnostic) error {
	spec.SortDiagnostics(list)
	return report.NewText(g.Stderr, g.useColor(g.StderrTerminal)).Write(list)
}

// run runs one test and decides what it counts for.
func (t *tester) run(ctx context.Context, c *testCase) report.Test {
	r := report.Test{Connector: c.name(), File: c.place.display(c.place.file), Option: c.subject.OptionKey(), Operation: c.subject.Operation, Scenario: string(c.subject.Course), Mode: "recorded"}
	if c.live {
		r.Mode = "live"
	}
	if c.simulated {
		r.Mode = "simulated"
	}
	fail := func(code int, err error) report.Test {
		c.code, r.Message = code, err.Error()
		if hint := hintOf(err); hint != "" {
			r.Hint = hint
		}
		return r
	}
	switch {
	case c.broken > 0:
		what := "1 error"
		if c.broken > 1 {
			what = fmt.Sprintf("%d errors", c.broken)
		}
		r.Hint = fmt.Sprintf("connector validate %s says what they are", shellWord(c.place.display(c.place.file)))
		return fail(exitNo, fmt.Errorf("the spec has %s", what))
	case c.skip != "":
		c.code, r.Skipped = exitSkipped, c.skip
		return r
	case c.failure != nil:
		return fail(codeOf(c.failure), c.failure)
	}
	c.subject.Trace = t.verbose
	result, err := t.test(ctx, c)
	if result != nil {
		r.Fill(result)
		fillDrift(&r, result)
		hider{c.redactor, !c.live}.reveal(&r, result)
	}
	switch {
	case ctx.Err() != nil && !r.OK:
		c.code = exitInterrupted
	case err != nil:
		r.OK = false
		return fail(codeOf(err), err)
	case result.Skipped != "":
		c.code, r.Skipped = exitSkipped, result.Skipped
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
	t.separate(c)
	if c.simulated {
		return t.simulate(ctx, c)
	}
	if !c.live {
		return t.replay(ctx, c)
	}
	world := auth.World{Network: t.wire(c), Now: t.Now, Redactor: c.redactor, Timeout: t.timeout, Wait: t.wait, Log: t.log}
	if c.kept {
		return t.kept.test(ctx, c, world)
	}
	world.Connections = t.lend
	if c.subject.Interactive() {
		end, err := t.logIn(c, &world)
		if err != nil {
			return nil, err
		}
		defer end()
	}
	if t.opts.compare {
		return t.compare(ctx, c, world)
	}
	if t.opts.faults {
		return t.liveFaults(ctx, c, world)
	}
	if !t.opts.record {
		return auth.Test(ctx, c.subject, c.values, world, t.Rand)
	}
	return t.record(ctx, c, world)
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
