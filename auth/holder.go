package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/token"
	"github.com/connector-spec/connector/spec/method"
)

// A Keeper keeps the credential of one connection where other processes find
// it, too.
type Keeper interface {
	// Lock keeps other processes from refreshing the connection until release
	// is called, and gives the credential as it is kept now.
	Lock(ctx context.Context) (kept *Credential, release func(), err error)
	// Save keeps a credential in place of the last, durably: after it has
	// returned, no crash brings the last one back.
	Save(ctx context.Context, c *Credential) error
}

// A holder is the credential of a connection as it changes. All runs of a
// connection share one.
type holder struct {
	current atomic.Pointer[Credential]
	keeper  Keeper // nil if nobody else uses the connection
	mu      sync.Mutex
	// failed is how often renewing has failed, and failure how it did the last
	// time. Both are guarded by mu but for reading failed.
	failed  atomic.Int64
	failure error
}

func newHolder(c *Credential, keeper Keeper) *holder {
	h := &holder{keeper: keeper}
	h.current.Store(c)
	return h
}

// renew puts a new credential in place of old, unless somebody has already: one
// of this process, or another. Obtain makes the new one, of the one that it is
// given. Who waited for an attempt that failed shares its failure. A credential
// is kept before it is used.
//
// The work is not given up when ctx ends: a refresh token that was sent is used
// up, whether or not anybody still waits for the answer.
func (h *holder) renew(ctx context.Context, old *Credential, obtain func(context.Context, *Credential) (*Credential, error)) error {
	failed := h.failed.Load()
	h.mu.Lock()
	defer h.mu.Unlock()
	if !same(h.current.Load(), old) {
		return nil
	}
	if h.failed.Load() != failed {
		return h.failure
	}
	err := h.replace(context.WithoutCancel(ctx), old, obtain)
	if err != nil {
		h.failure = err
		h.failed.Add(1)
	}
	return err
}

// replace is renew for who holds mu.
func (h *holder) replace(ctx context.Context, old *Credential, obtain func(context.Context, *Credential) (*Credential, error)) error {
	if h.keeper != nil {
		kept, release, err := h.keeper.Lock(ctx)
		if err != nil {
			return fmt.Errorf("the connection cannot be locked: %w", err)
		}
		defer release()
		switch {
		case kept == nil:
		case !same(kept, old):
			h.current.Store(kept)
			return nil
		case kept.Pending:
			old = kept
		}
	}
	if old.NeedsLogin != "" {
		return &LoginError{Reason: old.NeedsLogin}
	}
	unsure := old.Pending
	pending := *old
	pending.Pending = true
	if err := h.save(ctx, &pending); err != nil {
		return err // nothing is used up that could not be kept
	}
	fresh, err := obtain(ctx, old)
	switch {
	case err == nil:
		h.current.Store(fresh) // even if it cannot be kept: the last one is used up
		return h.save(ctx, fresh)
	case !isRefusal(err):
		if isUnsure(err) {
			h.current.Store(&pending)
			return err
		}
		return errors.Join(err, h.save(ctx, old))
	}
	ended := *old
	ended.Pending, ended.NeedsLogin = false, reasonOf(err, unsure)
	h.current.Store(&ended)
	return errors.Join(&LoginError{Reason: ended.NeedsLogin, Err: err}, h.save(ctx, &ended))
}

// save keeps a credential, if there is who keeps it.
func (h *holder) save(ctx context.Context, c *Credential) error {
	if h.keeper == nil {
		return nil
	}
	if err := h.keeper.Save(ctx, c); err != nil {
		return &KeepError{err, !c.Pending}
	}
	return nil
}

// same tells whether two credentials are one, whatever is known of their
// refresh.
func same(a, b *Credential) bool {
	return a == b || a.Obtained.Equal(b.Obtained) && a.Expiry.Equal(b.Expiry) && a.Key == b.Key && a.Values.Equal(b.Values)
}

// A KeepError says that a credential could not be kept. A new one is lost when
// the program ends; if there is none yet, none was asked for.
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

// A LoginError says that a connection needs a new login.
type LoginError struct {
	Reason string
	Err    error // the refusal, if it happened now
}

func (e *LoginError) Error() string { return "a new login is needed: " + e.Reason }

// Unwrap gives the refusal.
func (e *LoginError) Unwrap() error { return e.Err }

// isRefusal tells whether an error says that a credential cannot be refreshed
// any more, rather than that it could not be this time.
func isRefusal(err error) bool {
	var refused *token.Error
	var status *method.StatusError
	var ended *LoginError
	switch {
	case errors.As(err, &ended):
		return true
	case errors.As(err, &refused):
		return refused.Refused()
	case errors.As(err, &status):
		return status.Status == http.StatusUnauthorized || status.Key == method.KeyDefunct
	}
	return false
}

// isUnsure tells whether nobody knows if a request had its effect: it was sent,
// and no answer came.
func isUnsure(err error) bool {
	var timeout *client.TimeoutError
	var network *client.NetworkError
	switch {
	case errors.As(err, &timeout):
		return timeout.Phase != client.Connecting && timeout.Phase != client.Handshake
	case errors.As(err, &network):
		return network.Kind == "closed" || network.Kind == "protocol"
	}
	return false
}

// reasonOf says why a login is needed after a refusal.
func reasonOf(err error, unsure bool) string {
	reason := err.Error()
	var ended *LoginError
	if errors.As(err, &ended) {
		reason = ended.Reason
	}
	if unsure {
		return "the outcome of the last refresh is unknown, and its token is not accepted any more: " + reason
	}
	return reason
}
