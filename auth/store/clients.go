package store

import (
	"context"
	"errors"
	"slices"
	"time"
)

// clientDetails are the details of a client as they are sealed.
type clientDetails struct {
	Created time.Time `json:"created,omitzero"`
	Changed time.Time `json:"changed,omitzero"`
}

func (c *Client) fields() (map[string][]byte, error) {
	if !isObject(c.Parameters) {
		return nil, errors.New("the parameters of a client must be a JSON object")
	}
	return encodeFields(map[string]any{
		"details": clientDetails{c.Created, c.Changed}, "parameters": c.Parameters,
	})
}

// AddClient keeps a new client under its name, and gives it an id and, where they
// are not set, its times. The error is a *[NameError] if the name is taken.
func (s *Store) AddClient(ctx context.Context, c *Client) error {
	release, err := s.lockAll(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := s.checkFree(clients, c.Name, ""); err != nil {
		return err
	}
	kept := *c
	s.date(&kept.Created, &kept.Changed)
	fields, err := kept.fields()
	if err != nil {
		return err
	}
	r := &record{header: header{Name: kept.Name, Connector: kept.Connector}}
	if err := s.add(ctx, clients, r, fields); err != nil {
		return err
	}
	c.ID, c.Created, c.Changed = r.ID, kept.Created, kept.Changed
	return nil
}

// Client gives the client of a name, whatever the case of its letters. The
// errors are as those of [Store.Connection].
func (s *Store) Client(ctx context.Context, name string) (*Client, error) {
	id, err := s.find(clients, name)
	if err != nil {
		return nil, err
	}
	c, err := s.client(ctx, id, nil)
	return c, named(err, name)
}

func (s *Store) client(ctx context.Context, id string, failed failures) (*Client, error) {
	r, fields, err := s.read(ctx, clients, id, failed)
	if err != nil {
		return nil, err
	}
	var d clientDetails
	if strictly(fields["details"], &d) != nil || !isObject(fields["parameters"]) {
		return nil, &TamperedError{File: s.file(clients, id), Name: r.Name, Reason: "its fields are not of the right form"}
	}
	return &Client{
		ID: r.ID, Name: r.Name, Connector: r.Connector,
		Created: d.Created, Changed: d.Changed, Parameters: fields["parameters"],
	}, nil
}

// Clients gives all clients by their names, and why others cannot be read.
func (s *Store) Clients(ctx context.Context) ([]*Client, []error) {
	list, problems := all(ctx, s, clients, func(id string, failed failures) (*Client, error) {
		return s.client(ctx, id, failed)
	})
	slices.SortFunc(list, func(a, b *Client) int { return compareNames(a.Name, b.Name) })
	return list, problems
}

// SaveClient keeps a client, whose id stays, in place of the last; its name and
// its connector may be others. The errors are *[MissingError], *[NameError] and
// those of writing.
func (s *Store) SaveClient(ctx context.Context, c *Client) error {
	release, err := s.lockAll(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := s.checkFree(clients, c.Name, c.ID); err != nil {
		return err
	}
	r, _, err := s.read(ctx, clients, c.ID, nil)
	if err != nil {
		return named(err, c.Name)
	}
	fields, err := c.fields()
	if err != nil {
		return err
	}
	r.Name, r.Connector = c.Name, c.Connector
	return s.write(ctx, clients, r, fields)
}

// RemoveClient removes a client for good. No key is needed.
func (s *Store) RemoveClient(ctx context.Context, name string) error {
	release, err := s.lockAll(ctx)
	if err != nil {
		return err
	}
	defer release()
	id, err := s.find(clients, name)
	if err != nil {
		return err
	}
	return removePrivate(s.file(clients, id))
}
