// Package simulate is a provider made from a spec: an authorization server and
// an API that behave as the spec says, strict where a client can go wrong.
//
//	p := simulate.New(facts, rand)
//	p.Begin()                   // a new run
//	p.Step("token")             // of the run; auth tells it
//	resp, err := p.RoundTrip(r) // no socket is opened
//
// It is an [http.RoundTripper]: whoever runs a credential's life over it needs no
// network and no account. It enforces what the spec declares, such as how the
// client authenticates, and what the standards demand: PKCE, one use of codes
// and refresh tokens, lifetimes, signatures. What it answers is derived from what
// the formulas of the spec read.
//
// It cannot know what only the real provider does: whether its endpoints exist,
// whether scopes have these names, whether answers have these members.
package simulate
