package auth_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/store"
)

// storedConnection logs in to a provider and keeps the connection in a store.
func storedConnection(t *testing.T, p *provider) (*kept, *store.Store, *store.Connection) {
	t.Helper()
	k := connectKept(t, p, "", nil, nil)
	record := &store.Connection{Name: "work", Connector: "acme"}
	if err := auth.PutCredential(record, k.Credential()); err != nil {
		t.Fatal(err)
	}
	s, _, err := store.Create(store.Options{Dir: t.TempDir() + "/store", Getenv: func(string) string { return "" }}, store.None, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Add(t.Context(), record); err != nil {
		t.Fatal(err)
	}
	k.world.Keeper = keeperIn(s, record.ID)
	return k, s, record
}

func keeperIn(s *store.Store, id string) auth.Keeper {
	return auth.Kept(func(ctx context.Context) (*store.Locked, error) { return s.Lock(ctx, id) })
}

func inStore(t *testing.T, s *store.Store) *store.Connection {
	t.Helper()
	record, err := s.Connection(t.Context(), "work")
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// TestKeptRefresh wants a refresh to be kept, with what lists say of it, and
// another process to take what is kept.
func TestKeptRefresh(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	k, s, first := storedConnection(t, p)
	one := k.open(t, k.v)
	k.world.Keeper = keeperIn(s, first.ID)
	other := k.open(t, k.v)
	if err := one.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	now := inStore(t, s)
	credential, err := auth.KeptCredential(now)
	if err != nil || credential.Generation != one.Credential().Generation || !credential.Values.Equal(one.Credential().Values) {
		t.Errorf("the store does not have the new credential: %v", err)
	}
	if !now.Expiry.Equal(credential.Expiry) || strings.Join(now.Scopes, " ") != strings.Join(credential.Scopes, " ") || now.Expiry.IsZero() {
		t.Errorf("the record says %v, %q", now.Expiry, now.Scopes)
	}
	asked := len(p.seen())
	if err := other.Refresh(t.Context()); err != nil || !other.Credential().Values.Equal(credential.Values) {
		t.Errorf("another process did not take what is kept: %v", err)
	}
	if got := len(p.seen()); got != asked {
		t.Errorf("another process asked the server %d times", got-asked)
	}
}

// TestKeptRefused wants a refusal to be kept: the next process knows that a
// login is needed.
func TestKeptRefused(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	k, s, record := storedConnection(t, p)
	one := k.open(t, k.v)
	k.change(func() { p.refresh = "" })
	var ended *auth.LoginError
	if err := one.Refresh(t.Context()); !errors.As(err, &ended) {
		t.Fatalf("got %v", err)
	}
	if now := inStore(t, s); now.NeedsLogin == "" {
		t.Error("the record does not say that a login is needed")
	}
	k.world.Keeper = keeperIn(s, record.ID)
	if err := k.open(t, k.v).Refresh(t.Context()); !errors.As(err, &ended) || ended.Err != nil {
		t.Errorf("the next process got %v", err)
	}
}

// TestKeptRemoved wants nobody to bring back a connection that was removed.
func TestKeptRemoved(t *testing.T) {
	t.Parallel()
	k, s, record := storedConnection(t, &provider{})
	one := k.open(t, k.v)
	l, err := s.Lock(t.Context(), record.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.Release()
	var ended *auth.LoginError
	if err := one.Refresh(t.Context()); !errors.As(err, &ended) || !strings.Contains(err.Error(), "removed meanwhile") {
		t.Errorf("got %v", err)
	}
	if list, _ := s.Connections(t.Context()); len(list) > 0 {
		t.Error("it is there again")
	}
}
