package auth

import (
	"context"
	"errors"

	"github.com/connector-spec/connector/auth/store"
)

// Kept returns the keeper of a stored connection, which lock locks and reads
// anew: one of a store, or that of a sealed file. It is for one connection in
// use.
func Kept(lock func(context.Context) (*store.Locked, error)) Keeper { return &kept{lock: lock} }

// A kept keeps the credential of one record.
type kept struct {
	lock   func(context.Context) (*store.Locked, error)
	locked *store.Locked // from Lock to release
}

// Lock locks the record and reads its credential as it is now.
func (k *kept) Lock(ctx context.Context) (*Credential, func(), error) {
	locked, err := k.lock(ctx)
	var missing *store.MissingError
	if errors.As(err, &missing) { // it was disconnected
		return nil, func() {}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	credential, err := KeptCredential(locked.Connection())
	if err != nil {
		locked.Release()
		return nil, nil, err
	}
	k.locked = locked
	return credential, func() { k.locked = nil; locked.Release() }, nil
}

// Save keeps the credential in the record.
func (k *kept) Save(ctx context.Context, c *Credential) error {
	if k.locked == nil {
		return errors.New("the connection was removed meanwhile")
	}
	record := k.locked.Connection()
	if err := PutCredential(record, c); err != nil {
		return err
	}
	return k.locked.Save(ctx, record)
}

// KeptCredential returns the credential of a record; nil if it has none.
func KeptCredential(record *store.Connection) (*Credential, error) {
	if len(record.Credential) == 0 {
		return nil, nil
	}
	return DecodeCredential(record.Credential)
}

// PutCredential puts a credential into a record, with what lists say of it.
func PutCredential(record *store.Connection, c *Credential) error {
	data, err := c.Encode()
	if err != nil {
		return err
	}
	record.Credential = data
	record.Expiry, record.Scopes, record.NeedsLogin = c.Expiry, c.Scopes, c.NeedsLogin
	return nil
}
