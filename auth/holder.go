package auth

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
)

// A Keeper keeps the credential of one connection where other processes find
// it, too.
type Keeper interface {
	// Lock keeps other processes from changing the connection until release,
	// which is not nil, is called, and gives the credential as it is kept now;
	// nil if none is. It is not called again before release.
	Lock(ctx context.Context) (kept *Credential, release func(), err error)
	// Save keeps a credential in place of the last, durably: after it has
	// returned, no crash brings the last one back. It is called within Lock.
	Save(ctx context.Context, c *Credential) error
}

// A holder is the credential of a connection as it changes. All runs of a
// connection share one.
type holder struct {
	current atomic.Pointer[Credential]
	keeper  Keeper // nil if nobody else uses the connection
	// adopted is told a credential that another process obtained; redact takes
	// the secrets out of a text that is kept.
	adopted func(*Credential)
	redact  func(string) string
	// detached lets the work go on when nobody waits for it any more. The holder
	// of a single run ends with the run.
	detached bool

	turn chan struct{} // held by who renews
	kept bool          // the connection has been kept; guarded by turn
	// failed is how often renewing has failed, and failure how it did the last
	// time, which turn guards.
	failed  atomic.Int64
	failure error
}

func newHolder(c *Credential, keeper Keeper) *holder {
	h := &holder{
		keeper: keeper, kept: c != nil, turn: make(chan struct{}, 1),
		adopted: func(*Credential) {}, redact: func(text string) string { return text },
	}
	h.current.Store(c)
	return h
}

// An obtaining makes a new credential of an old one. What it gives beside an
// error is new as well: the old one is used up, and something after that failed.
type obtaining func(ctx context.Context, old *Credential) (*Credential, error)

// renew puts a new credential in place of old, unless somebody has already: one
// of this process, or another. Who waited for an attempt that failed shares its
// failure. A credential is kept before it is used.
//
// Ctx bounds how long the caller waits. The work itself is not given up with it:
// a refresh token that was sent is used up, whether or not anybody still waits
// for the answer.
func (h *holder) renew(ctx context.Context, old *Credential, obtain obtaining) error {
	failed := h.failed.Load()
	select {
	case h.turn <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if !same(h.current.Load(), old) {
		<-h.turn
		return nil
	}
	if h.failed.Load() != failed {
		defer func() { <-h.turn }()
		return h.failure
	}
	if !h.detached {
		return h.attempt(ctx, old, obtain)
	}
	done := make(chan error, 1)
	go func() { done <- h.attempt(ctx, old, obtain) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// attempt is renew for whose turn it is, which it ends.
func (h *holder) attempt(ctx context.Context, old *Credential, obtain obtaining) error {
	defer func() { <-h.turn }()
	err := h.replace(ctx, old, obtain)
	var locked *lockError
	if gaveUp := errors.As(err, &locked) && ctx.Err() != nil; err != nil && !gaveUp { // others may have more time
		h.failure = err
		h.failed.Add(1)
	}
	return err
}

// replace is attempt without its bookkeeping.
func (h *holder) replace(ctx context.Context, old *Credential, obtain obtaining) error {
	if h.keeper != nil {
		kept, release, err := h.keeper.Lock(ctx)
		if err != nil {
			return &lockError{err}
		}
		defer release()
		var adopted bool
		if old, adopted, err = h.compare(kept, old); adopted || err != nil {
			return err
		}
	}
	if old.NeedsLogin != "" {
		return &LoginError{Reason: old.NeedsLogin}
	}
	if h.detached {
		ctx = context.WithoutCancel(ctx)
	}
	pending := *old
	pending.Pending = true
	if err := h.save(ctx, &pending); err != nil {
		return &KeepError{Err: err}
	}
	fresh, err := obtain(ctx, old)
	switch {
	case fresh != nil && !same(fresh, old):
		return errors.Join(err, h.accept(ctx, old, fresh))
	case err == nil:
		return h.restore(ctx, old)
	case isRefusal(err):
		ended := *old
		ended.Pending, ended.NeedsLogin = false, h.redact(reasonOf(err, old.Pending))
		return errors.Join(&LoginError{Reason: ended.NeedsLogin, Err: err}, h.restore(ctx, &ended))
	case isUnsure(err):
		h.current.Store(&pending)
		return err
	}
	return errors.Join(err, h.restore(ctx, old))
}

// compare holds the credential that is kept against ours, and says which of
// them is to be renewed, or that another one was adopted in its place.
func (h *holder) compare(kept, old *Credential) (_ *Credential, adopted bool, err error) {
	switch {
	case kept == nil && h.kept:
		return nil, false, &LoginError{Reason: "the connection was removed meanwhile"}
	case kept == nil, kept.Generation < old.Generation: // ours could not be kept
		return old, false, nil
	case same(kept, old):
		return kept, false, nil
	}
	h.adopted(kept)
	h.current.Store(kept)
	if kept.NeedsLogin != "" {
		return nil, true, &LoginError{Reason: kept.NeedsLogin}
	}
	return nil, true, nil
}

// accept takes a new credential into use, and keeps it before that; even if it
// cannot be kept, since the last one is used up.
func (h *holder) accept(ctx context.Context, old, fresh *Credential) error {
	fresh.Generation = old.Generation + 1
	err := h.save(ctx, fresh)
	h.current.Store(fresh)
	if err != nil {
		return &KeepError{Err: err, New: true}
	}
	return nil
}

// restore puts back what a refresh began with, or that record with why it ended.
func (h *holder) restore(ctx context.Context, c *Credential) error {
	h.current.Store(c)
	if err := h.save(ctx, c); err != nil {
		return &KeepError{Err: err}
	}
	return nil
}

// save keeps a credential, if there is who keeps it.
func (h *holder) save(ctx context.Context, c *Credential) error {
	if h.keeper == nil {
		return nil
	}
	err := h.keeper.Save(ctx, c)
	h.kept = h.kept || err == nil
	return err
}

// keep keeps the credential as it is in place of whatever was kept.
func (h *holder) keep(ctx context.Context) error {
	if h.keeper == nil {
		return nil
	}
	select {
	case h.turn <- struct{}{}:
		defer func() { <-h.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	kept, release, err := h.keeper.Lock(ctx)
	if err != nil {
		return &lockError{err}
	}
	defer release()
	c := *h.current.Load()
	if kept != nil && kept.Generation >= c.Generation && !same(kept, &c) {
		c.Generation = kept.Generation + 1
	}
	if err := h.save(context.WithoutCancel(ctx), &c); err != nil {
		return &KeepError{Err: err, New: true}
	}
	h.current.Store(&c)
	return nil
}

// same tells whether two credentials are one, whatever is known of their
// refresh.
func same(a, b *Credential) bool {
	return a == b || a != nil && b != nil && a.Generation == b.Generation &&
		a.Obtained.Equal(b.Obtained) && a.Expiry.Equal(b.Expiry) && a.Key == b.Key && a.Values.Equal(b.Values)
}

// A KeepError says that a credential could not be kept. A new one is in use and
// lost when the program ends; if there is none, none was asked for.
type KeepError struct {
	Err error
	New bool // the credential was obtained, and the last one may be used up
}

func (e *KeepError) Error() string {
	if e.New {
		return "the new credential could not be kept, and the last one may be used up: " + e.Err.Error()
	}
	return "the connection cannot be written, so it was not refreshed: " + e.Err.Error()
}

// Unwrap gives why.
func (e *KeepError) Unwrap() error { return e.Err }

// Transient says that it may be kept later.
func (e *KeepError) Transient() bool { return true }

// A lockError says that another process did not let go of the connection, or
// that its lock cannot be had.
type lockError struct{ err error }

func (e *lockError) Error() string   { return fmt.Sprintf("the connection cannot be locked: %v", e.err) }
func (e *lockError) Unwrap() error   { return e.err }
func (e *lockError) Transient() bool { return true }

// A LoginError says that a connection needs a new login.
type LoginError struct {
	Reason string
	Err    error // the refusal, if it happened now
}

func (e *LoginError) Error() string { return "a new login is needed: " + e.Reason }

// Unwrap gives the refusal.
func (e *LoginError) Unwrap() error { return e.Err }

// Transient says that it stays as it is.
func (e *LoginError) Transient() bool { return false }
