package auth

import "context"

// Impostor simulates the option and tests it with wrong secrets. Open tells
// whether the API of the simulation asked for no proof.
func Impostor(ctx context.Context, s Subject) (good, wrong *Result, open bool) {
	m, skipped := newSimulation(s, SimulateOptions{})
	if skipped != "" {
		return skippedResult(s, skipped), nil, false
	}
	if good, _ = m.settle(ctx); !good.OK {
		return good, nil, false
	}
	l := m.start(ctx)
	open = m.provider.Open()
	if l.credential() == nil {
		return l.result, nil, open
	}
	return l.result, m.impostor(ctx, l.credential()), open
}
