package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/zalando/go-keyring"
)

// A Ring is a keyring. It may hang, as one does that waits for its owner to
// unlock it; nobody waits for it longer than three seconds.
type Ring interface {
	Get(service, user string) (string, error)
	Set(service, user, secret string) error
	Delete(service, user string) error
}

// ErrNoEntry is what a [Ring] gives where it has no entry.
var ErrNoEntry = keyring.ErrNotFound

// errNoService says that there is no keyring to ask.
var errNoService = errors.New("nothing offers one")

const (
	ringService  = "connector"
	ringPatience = 3 * time.Second
)

// systemRing is the keyring of the system.
type systemRing struct{ getenv func(string) string }

func (r systemRing) Get(service, user string) (string, error) {
	if !hasRing(r.getenv) {
		return "", errNoService
	}
	return keyring.Get(service, user)
}

func (r systemRing) Set(service, user, secret string) error {
	if !hasRing(r.getenv) {
		return errNoService
	}
	return keyring.Set(service, user, secret)
}

func (r systemRing) Delete(service, user string) error {
	if !hasRing(r.getenv) {
		return errNoService
	}
	return keyring.Delete(service, user)
}

// ringUser is the entry of one key of one store. A change of the key has two.
func ringUser(storeID, keyID string) string { return storeID + "/" + keyID }

// ringKey reads a key from the keyring.
func (s *Store) ringKey(ctx context.Context, storeID, keyID string) (Key, error) {
	var text string
	err := s.askRing(ctx, keyID, func() (err error) {
		text, err = s.o.Keyring.Get(ringService, ringUser(storeID, keyID))
		return err
	})
	if err != nil {
		return Key{}, err
	}
	k, err := ParseKey(text)
	if err != nil {
		return Key{}, &KeyError{Place: Keyring, ID: keyID, Problem: KeyInvalid, Err: err}
	}
	return k, nil
}

// newRingKey makes a key in the keyring, and looks whether it is there.
func (s *Store) newRingKey(ctx context.Context, storeID string) (Key, error) {
	k, err := NewKey(s.o.Rand)
	if err != nil {
		return Key{}, err
	}
	err = s.askRing(ctx, k.ID(), func() error {
		return s.o.Keyring.Set(ringService, ringUser(storeID, k.ID()), k.Text().Reveal())
	})
	if err != nil {
		return Key{}, err
	}
	kept, err := s.ringKey(ctx, storeID, k.ID())
	if err == nil && kept.ID() != k.ID() {
		err = &KeyError{Place: Keyring, ID: k.ID(), Problem: KeyWrong}
	}
	return k, err
}

// forgetRingKey removes a key from the keyring.
func (s *Store) forgetRingKey(ctx context.Context, storeID, keyID string) error {
	return s.askRing(ctx, keyID, func() error {
		return s.o.Keyring.Delete(ringService, ringUser(storeID, keyID))
	})
}

// askRing calls the keyring and waits for it as long as it is worth.
func (s *Store) askRing(ctx context.Context, keyID string, call func() error) error {
	ctx, cancel := context.WithTimeout(ctx, ringPatience)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- call() }()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err == nil {
		return nil
	}
	e := &KeyError{Place: Keyring, ID: keyID, Problem: ringProblem(err), Err: err}
	if e.Problem == KeyMissing || errors.Is(err, context.DeadlineExceeded) {
		e.Err = nil // the problem says it all
	}
	return e
}

// ringProblem tells the ways apart in which a keyring fails. Only one of them
// has an error of its own.
func ringProblem(err error) KeyProblem {
	text := err.Error()
	says := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(text, w) {
				return true
			}
		}
		return false
	}
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return KeyMissing
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled),
		says("unlock", "locked", "dismissed", "-25308", "interaction is not allowed", "exit status 36"):
		return KeyLocked
	}
	return KeyNoService
}
