package auth

import (
	"context"
	"time"

	"github.com/connector-spec/connector/auth/cassette"
)

// SimulateRecording makes a recording of the option's life, or of its operation,
// against a provider that is made from the spec, as [Simulate] makes it. It
// replays as one of the real provider does, and its source says that it is none.
// There is no recording where the result is not OK.
func SimulateRecording(ctx context.Context, s Subject, o SimulateOptions, tool string) (*Result, *cassette.Recording, error) {
	m, skipped := newSimulation(s, o)
	if skipped != "" {
		return skippedResult(s, skipped), nil, nil
	}
	settled, err := m.settle(ctx) // now the provider knows what the test reads
	if err != nil || !settled.OK {
		return settled, nil, err
	}
	m.mu.Lock()
	m.clock, m.latest = m.options.Now.UTC().Truncate(time.Second), nil
	m.mu.Unlock()
	m.provider.Reset()
	r, rec, err := RecordOver(ctx, m.Subject, m.values, m.world(), &seeded{seed: m.seed, purpose: "recording"}, tool, nil)
	if rec != nil {
		rec.Source = "simulated"
	}
	return r, rec, err
}
