package store

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// A locker takes locks that hold within this process and against others. The
// system releases those of a process that ends.
type locker struct {
	mu    sync.Mutex
	slots map[string]chan struct{} // by path
}

// The first and the longest pause between two attempts to get a lock that
// another process has.
const (
	firstPause   = time.Millisecond
	longestPause = 25 * time.Millisecond
)

// lock waits for the lock whose file is path. The file is never removed: who
// waits has it open. Release may be called once.
func (l *locker) lock(ctx context.Context, path, what string) (release func(), err error) {
	slot := l.slot(path)
	select {
	case slot <- struct{}{}:
	case <-ctx.Done():
		return nil, busy(ctx, what)
	}
	f := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR|noFollow), flock.SetPermissions(0o600))
	if err := waitFor(ctx, f, what); err != nil {
		<-slot
		return nil, err
	}
	return func() {
		_ = f.Unlock() // closes the file, which releases the lock in any case
		<-slot
	}, nil
}

func (l *locker) slot(path string) chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.slots == nil {
		l.slots = map[string]chan struct{}{}
	}
	if l.slots[path] == nil {
		l.slots[path] = make(chan struct{}, 1)
	}
	return l.slots[path]
}

// waitFor waits until no other process has the lock.
func waitFor(ctx context.Context, f *flock.Flock, what string) error {
	for pause := firstPause; ; pause = min(pause*2, longestPause) {
		ok, err := f.TryLock()
		switch {
		case err != nil:
			return &WriteError{File: f.Path(), Err: err}
		case ok:
			if err := giveOwner(f.Path(), 0o600); err != nil {
				return &WriteError{File: f.Path(), Err: err}
			}
			return nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return busy(ctx, what)
		}
	}
}

// busy says that the time to wait for a lock was over.
func busy(ctx context.Context, what string) error {
	return fmt.Errorf("%s is in use by another run of this program: %w", what, context.Cause(ctx))
}
