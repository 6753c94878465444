package cli

import (
	"context"
	"fmt"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/store"
)

// A shelf is where a record lies: in the store, in a sealed file, or in a
// variable, which cannot be changed.
type shelf struct {
	record *store.Connection
	store  *store.Store // nil for another place
	lock   func(context.Context) (*store.Locked, error)
}

// shelfOf reads the record that the options name.
func (g *global) shelfOf(ctx context.Context, o storedOptions) (*shelf, error) {
	switch {
	case o.connection != "" && o.connectionFile != "":
		return nil, usagef("--connection and --connection-file name a connection each: give one of them")
	case o.connectionFile != "":
		key, err := store.EnvironmentKey(g.Getenv)
		if err != nil {
			return nil, err
		}
		sealed, err := store.OpenSealed(o.connectionFile, key)
		if err != nil {
			return nil, err
		}
		return &shelf{record: sealed.Connection(), lock: sealed.Lock}, nil
	case o.connection == "" && g.Getenv(sealedVariable) != "":
		key, err := store.EnvironmentKey(g.Getenv)
		if err != nil {
			return nil, err
		}
		record, err := store.Unseal(key, g.Getenv(sealedVariable))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", sealedVariable, err)
		}
		return &shelf{record: record}, nil
	case o.connection == "":
		return nil, usagef("which connection? --connection NAME says it; connector connections list shows them")
	}
	s, err := g.openStore()
	if err != nil {
		return nil, err
	}
	record, err := s.Connection(ctx, o.connection)
	if err != nil {
		return nil, err
	}
	return shelfIn(s, record), nil
}

// shelfIn is the shelf of a record of the store.
func shelfIn(s *store.Store, record *store.Connection) *shelf {
	return &shelf{record, s, func(ctx context.Context) (*store.Locked, error) { return s.Lock(ctx, record.ID) }}
}

// keeper returns what keeps the credential of one use of the record.
func (s *shelf) keeper(g *global) auth.Keeper {
	if s.lock == nil {
		last, _ := auth.KeptCredential(s.record)
		return &loser{global: g, name: s.record.Name, last: last}
	}
	return countedKeeper{auth.Kept(s.lock), g.refreshes}
}

// update changes the record, where it can be changed.
func (s *shelf) update(ctx context.Context, change func(*store.Connection)) error {
	if s.lock == nil {
		change(s.record)
		return nil
	}
	locked, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer locked.Release()
	record := locked.Connection()
	change(record)
	if err := locked.Save(ctx, record); err != nil {
		return err
	}
	s.record = record
	return nil
}

// A loser is the keeper of a connection that nothing can be kept of: it says so
// when that costs something.
type loser struct {
	*global
	name string
	last *auth.Credential // as it is in this run
}

// Lock gives what there was last.
func (l *loser) Lock(context.Context) (*auth.Credential, func(), error) {
	return l.last, func() {}, nil
}

// Save says that a new credential is lost at the end of the run.
func (l *loser) Save(_ context.Context, c *auth.Credential) error {
	token := c.Values.Get("refresh_token")
	if !c.Pending && !token.IsMissing() && !token.Equal(l.last.Values.Get("refresh_token")) {
		fmt.Fprintf(l.Stderr, "connector: warning: the refresh token of %q was replaced, and %s cannot keep the new one: this run goes on, the next one may have to log in anew; --connection-file keeps it\n", l.name, sealedVariable)
	}
	l.last = c
	return nil
}
