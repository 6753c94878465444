package cli

import (
	"context"
	"fmt"

	"github.com/connector-spec/connector/auth"
)

// checkSimulate refuses what a simulation is not.
func (opts *testOptions) checkSimulate() error {
	if opts.simulate && (opts.live || opts.replay) {
		return usagef("--simulate is neither --live nor --replay: give one of them")
	}
	return nil
}

// simulate tests a subject against a provider made from its spec. No value that
// somebody gave is used.
func (t *tester) simulate(ctx context.Context, c *testCase) (*auth.Result, error) {
	options := auth.SimulateOptions{Redactor: c.redactor, Log: t.log}
	if t.opts.faults {
		return auth.SimulateFaults(ctx, c.subject, options)
	}
	if t.opts.record {
		return t.recordSimulated(ctx, c, options)
	}
	return auth.Simulate(ctx, c.subject, options)
}

// recordSimulated keeps a recording of a simulation, in place of no recording or
// of another simulation.
func (t *tester) recordSimulated(ctx context.Context, c *testCase, options auth.SimulateOptions) (*auth.Result, error) {
	previous, err := c.place.previous(c.subject)
	if err != nil {
		return nil, err
	}
	if previous != nil && previous.Source != "simulated" {
		return &auth.Result{Skipped: fmt.Sprintf("it has a recording of a %s test, which says more than a simulation: remove the file to record one", previous.Source)}, nil
	}
	result, rec, err := auth.SimulateRecording(ctx, c.subject, options, "connector "+version())
	if err != nil || rec == nil {
		return result, err
	}
	return result, t.keepRecording(c, rec, previous, result)
}
