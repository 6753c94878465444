package cli

import (
	"context"

	"github.com/connector-spec/connector/auth"
)

// checkFaults refuses flags that exclude each other. Faults that need nothing of
// a real server are for --live; all are simulated.
func (opts *testOptions) checkFaults() error {
	switch {
	case !opts.faults:
		return nil
	case opts.record || opts.replay || opts.compare:
		return usagef("--faults are simulated, or with --live tried on the real API: it goes with none of --record, --replay and --compare")
	case opts.refresh || opts.disconnect:
		return usagef("--refresh and --disconnect are runs of their own: --faults refreshes, too")
	case opts.operations && !opts.auth:
		return usagef("--faults belongs to --auth")
	}
	opts.auth, opts.simulate = true, !opts.live
	return nil
}

// liveFaults tries on the real API what may go wrong without its help.
func (t *tester) liveFaults(ctx context.Context, c *testCase, world auth.World) (*auth.Result, error) {
	return auth.TestFaults(ctx, c.subject, c.values, world, t.Rand)
}
