package cli

import (
	"context"

	"github.com/connector-spec/connector/auth"
)

// checkSimulate refuses what a simulation is not.
func (opts *testOptions) checkSimulate() error {
	if opts.simulate && (opts.live || opts.record || opts.replay) {
		return usagef("--simulate is neither --live nor --record nor --replay: give one of them")
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
	return auth.Simulate(ctx, c.subject, options)
}
