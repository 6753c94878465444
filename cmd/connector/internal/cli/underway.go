package cli

import (
	"context"
	"sync"
	"time"

	"github.com/connector-spec/connector/auth"
)

// refreshPatience is how long the program waits at its end for the answer to a
// refresh; a second Ctrl-C ends it at once.
const refreshPatience = time.Minute

// An underway counts what is under way and must not be cut off.
type underway struct {
	mu   sync.Mutex
	n    int
	none chan struct{} // closed when nothing is; nil if nobody waits
}

func (u *underway) begin() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.n++
}

func (u *underway) end() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.n--; u.n == 0 && u.none != nil {
		close(u.none)
		u.none = nil
	}
}

// ended returns what is closed when nothing is under way.
func (u *underway) ended() <-chan struct{} {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.none == nil {
		u.none = make(chan struct{})
	}
	none := u.none
	if u.n == 0 {
		close(u.none)
		u.none = nil
	}
	return none
}

// settle waits until what was refreshed is kept: a refresh token that was sent
// is used up, and the answer holds the only one that follows it.
func (g *global) settle() {
	ended := g.refreshes.ended()
	select {
	case <-ended:
		return
	case <-time.After(time.Second):
		g.say("waiting for the answer to a refresh, which would be lost; Ctrl-C again ends at once")
	}
	select {
	case <-ended:
	case <-time.After(refreshPatience):
	}
}

// A counted keeper counts as under way while the credential is changed.
type countedKeeper struct {
	auth.Keeper
	refreshes *underway
}

// Lock locks the connection.
func (k countedKeeper) Lock(ctx context.Context) (*auth.Credential, func(), error) {
	kept, release, err := k.Keeper.Lock(ctx)
	if err != nil {
		return nil, nil, err
	}
	k.refreshes.begin()
	return kept, func() { release(); k.refreshes.end() }, nil
}
