package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/store"
)

// A lending finds the stored connection that an option of type proxy borrows
// from, and opens it once.
type lending struct {
	*network
	store *store.Store // nil if there is none
	name  string       // of the connection, as the user says it; "" if the user does not
	id    string       // of the connection that was chosen; "" if none was
	yes   bool

	opened map[string]*auth.Connection
}

// connection returns the connection of a connector.
func (l *lending) connection(ctx context.Context, key string, _ auth.Subject) (*auth.Connection, error) {
	if c := l.opened[key]; c != nil {
		return c, nil
	}
	if l.store == nil {
		return nil, fmt.Errorf("there is no store to borrow a connection from")
	}
	record, err := l.record(ctx, key)
	if err != nil {
		return nil, err
	}
	stored, err := l.openStored(ctx, shelfIn(l.store, record), storedOptions{yes: l.yes}, l.options)
	if err != nil {
		return nil, err
	}
	l.ends = append(l.ends, stored.end)
	if l.opened == nil {
		l.opened = make(map[string]*auth.Connection)
	}
	l.opened[key], l.id = stored.connection, record.ID
	return stored.connection, nil
}

// record returns the record of the connection that is borrowed from: the one
// that was chosen, or the only one of the connector.
func (l *lending) record(ctx context.Context, key string) (*store.Connection, error) {
	if l.name != "" {
		record, err := l.store.Connection(ctx, l.name)
		if err == nil && record.Connector != key {
			err = usagef("--through: %q is a connection of %q, and one of %q is wanted", record.Name, record.Connector, key)
		}
		return record, err
	}
	list, _ := l.store.Connections(ctx)
	list = slices.DeleteFunc(list, func(c *store.Connection) bool { return c.Connector != key || l.id != "" && c.ID != l.id })
	switch {
	case len(list) == 1:
		return list[0], nil
	case len(list) == 0 && l.id != "":
		return nil, &hinted{credentialError{fmt.Errorf("the connection of %q that this one borrows from was removed", key)}, "connect it anew, and then this one"}
	case len(list) == 0:
		return nil, &hinted{credentialError{fmt.Errorf("there is no connection of %q to borrow from", key)}, fmt.Sprintf("connect %s first", key)}
	}
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
	}
	return nil, usagef("there are several connections of %q: say by --through which one lends its credential%s", key, thereAre("there is", names))
}
