package store

import (
	"context"
	"errors"
	"sync"
)

// A Locked is a connection that nobody else changes until it is released. It is
// for one goroutine.
type Locked struct {
	connection *Connection
	save       func(context.Context, *Connection) error
	remove     func(context.Context) error
	unlock     func()
	once       sync.Once
	released   bool
	removed    bool
}

var errReleased = errors.New("the lock of the connection was released")

// Connection gives a copy of the connection as it is kept.
func (l *Locked) Connection() *Connection { return l.connection.clone() }

// Save keeps the connection in place of the last. When it has returned, no crash
// brings the last one back; if it fails, the last one is kept, whole. The id,
// the name and the connector stay as they are: see [Store.Rename].
func (l *Locked) Save(ctx context.Context, c *Connection) error {
	switch k := l.connection; {
	case l.released:
		return errReleased
	case l.removed:
		return &MissingError{Kind: connections.name, Name: k.Name}
	case c.ID != k.ID || c.Name != k.Name || c.Connector != k.Connector:
		return errors.New("a connection that is saved must have the id, name and connector that it had")
	}
	kept := c.clone()
	if err := l.save(ctx, kept); err != nil {
		return err
	}
	l.connection = kept
	return nil
}

// Remove removes the connection for good.
func (l *Locked) Remove(ctx context.Context) error {
	if l.released {
		return errReleased
	}
	if err := l.remove(ctx); err != nil {
		return err
	}
	l.removed = true
	return nil
}

// Release lets others change the connection. It may be called again.
func (l *Locked) Release() {
	l.once.Do(func() {
		l.released = true
		l.unlock()
	})
}

// Lock waits until nobody else, in this process or another, holds the connection
// of an id, and gives it as it is kept then. The error is a *[MissingError] if
// it was removed meanwhile. While it is held, nothing is to be added, renamed or
// removed by way of the store: a change of the key, which waits for the
// connection, keeps that from going on.
func (s *Store) Lock(ctx context.Context, id string) (*Locked, error) {
	if !isID(id) {
		return nil, &MissingError{Kind: connections.name, Name: id}
	}
	unlock, err := s.lockRecord(ctx, id)
	if err != nil {
		return nil, err
	}
	r, fields, err := s.read(ctx, connections, id, nil)
	var c *Connection
	if err == nil {
		c, err = decodeConnection(s.file(connections, id), r.header, fields)
	}
	if err != nil {
		unlock()
		return nil, err
	}
	return &Locked{
		connection: c,
		unlock:     unlock,
		save: func(ctx context.Context, c *Connection) error {
			fields, err := c.fields()
			if err != nil {
				return err
			}
			return s.write(ctx, connections, r, fields)
		},
		remove: func(context.Context) error { return removePrivate(s.file(connections, id)) },
	}, nil
}

// lockRecord waits for the lock of one connection. Who needs the lock of the
// store, too, takes that one first.
func (s *Store) lockRecord(ctx context.Context, id string) (release func(), err error) {
	if err := makeDir(s.path(locksDir)); err != nil {
		return nil, err
	}
	return s.locks.lock(ctx, s.path(locksDir, id+".lock"), "the connection")
}
