package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The fields of a connection as they are sealed.
type (
	details struct {
		Title          string    `json:"title,omitempty"`
		Option         string    `json:"option,omitempty"`
		Environment    string    `json:"environment,omitempty"`
		Client         string    `json:"client,omitempty"`
		Label          string    `json:"label,omitempty"`
		Account        string    `json:"account,omitempty"`
		Created        time.Time `json:"created,omitzero"`
		Changed        time.Time `json:"changed,omitzero"`
		Untested       bool      `json:"untested,omitempty"`
		Spec           string    `json:"spec,omitempty"`
		Digest         string    `json:"digest,omitempty"`
		Hosts          []string  `json:"hosts,omitempty"`
		Routes         []string  `json:"routes,omitempty"`
		Redirect       string    `json:"redirect,omitempty"`
		OptionalScopes []string  `json:"optionalScopes,omitempty"`
		Lender         string    `json:"lender,omitempty"`
		AllowPrivate   bool      `json:"allowPrivate,omitempty"`
		Expiry         time.Time `json:"expiry,omitzero"`
		Scopes         []string  `json:"scopes,omitempty"`
		NeedsLogin     string    `json:"needsLogin,omitempty"`
	}
	entered struct {
		Inputs     json.RawMessage `json:"inputs,omitempty"`
		Parameters json.RawMessage `json:"parameters,omitempty"`
	}
)

func (c *Connection) details() details {
	return details{
		Title: c.Title, Option: c.Option, Environment: c.Environment, Client: c.Client, Label: c.Label,
		Account: c.Account, Created: c.Created, Changed: c.Changed, Untested: c.Untested, Spec: c.Spec,
		Digest: c.Digest, Hosts: c.Hosts, Routes: c.Routes, Redirect: c.Redirect,
		OptionalScopes: c.OptionalScopes, Lender: c.Lender, AllowPrivate: c.AllowPrivate, Expiry: c.Expiry, Scopes: c.Scopes, NeedsLogin: c.NeedsLogin,
	}
}

func (d details) connection() *Connection {
	return &Connection{
		Title: d.Title, Option: d.Option, Environment: d.Environment, Client: d.Client, Label: d.Label,
		Account: d.Account, Created: d.Created, Changed: d.Changed, Untested: d.Untested, Spec: d.Spec,
		Digest: d.Digest, Hosts: d.Hosts, Routes: d.Routes, Redirect: d.Redirect,
		OptionalScopes: d.OptionalScopes, Lender: d.Lender, AllowPrivate: d.AllowPrivate, Expiry: d.Expiry, Scopes: d.Scopes, NeedsLogin: d.NeedsLogin,
	}
}

// fields gives what is sealed of a connection.
func (c *Connection) fields() (map[string][]byte, error) {
	for name, value := range map[string]json.RawMessage{"inputs": c.Inputs, "parameters": c.Parameters} {
		if value != nil && !isObject(value) {
			return nil, fmt.Errorf("the %s of a connection must be a JSON object", name)
		}
	}
	return encodeFields(map[string]any{
		"details": c.details(), "inputs": entered{c.Inputs, c.Parameters}, "credential": c.Credential,
	})
}

// encodeFields gives each field as JSON.
func encodeFields(values map[string]any) (map[string][]byte, error) {
	fields := map[string][]byte{}
	for name, value := range values {
		data, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("the field %s cannot be written as JSON", name)
		}
		fields[name] = data
	}
	return fields, nil
}

func isObject(data json.RawMessage) bool {
	return json.Valid(data) && bytes.HasPrefix(bytes.TrimSpace(data), []byte("{"))
}

// decodeConnection makes a connection of its header and fields.
func decodeConnection(file string, h header, fields map[string][]byte) (*Connection, error) {
	var d details
	var e entered
	var credential []byte
	for name, into := range map[string]any{"details": &d, "inputs": &e, "credential": &credential} {
		if strictly(fields[name], into) != nil {
			return nil, &TamperedError{File: file, Name: h.Name, Reason: "its field " + name + " is not of the right form"}
		}
	}
	c := d.connection()
	c.ID, c.Name, c.Connector = h.ID, h.Name, h.Connector
	c.Inputs, c.Parameters, c.Credential = e.Inputs, e.Parameters, credential
	return c, nil
}

// clone gives a copy that shares nothing.
func (c *Connection) clone() *Connection {
	d := *c
	d.Hosts, d.Routes = slices.Clone(c.Hosts), slices.Clone(c.Routes)
	d.OptionalScopes, d.Scopes = slices.Clone(c.OptionalScopes), slices.Clone(c.Scopes)
	d.Inputs, d.Parameters = slices.Clone(c.Inputs), slices.Clone(c.Parameters)
	d.Credential = slices.Clone(c.Credential)
	return &d
}

// Add keeps a new connection under its name, and gives it an id and, where they
// are not set, its times. The error is a *[NameError] if the name is taken.
func (s *Store) Add(ctx context.Context, c *Connection) error {
	release, err := s.lockAll(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := s.checkFree(connections, c.Name, ""); err != nil {
		return err
	}
	kept := c.clone()
	s.date(&kept.Created, &kept.Changed)
	fields, err := kept.fields()
	if err != nil {
		return err
	}
	r := &record{header: header{Name: kept.Name, Connector: kept.Connector}}
	if err := s.add(ctx, connections, r, fields); err != nil {
		return err
	}
	c.ID, c.Created, c.Changed = r.ID, kept.Created, kept.Changed
	return nil
}

// date sets times that are not set.
func (s *Store) date(times ...*time.Time) {
	for _, t := range times {
		if t.IsZero() {
			*t = s.now()
		}
	}
}

// Connection gives the connection of a name, whatever the case of its letters,
// as it is kept now. The errors are *[MissingError], *[TamperedError],
// *[KeyError], *[ModeError] and *[NewerError].
func (s *Store) Connection(ctx context.Context, name string) (*Connection, error) {
	id, err := s.find(connections, name)
	if err != nil {
		return nil, err
	}
	c, err := s.connection(ctx, id, nil)
	return c, named(err, name)
}

// named puts the name that somebody asked for into an error that has an id.
func named(err error, name string) error {
	var missing *MissingError
	if errors.As(err, &missing) {
		missing.Name = name
	}
	return err
}

func (s *Store) connection(ctx context.Context, id string, failed failures) (*Connection, error) {
	r, fields, err := s.read(ctx, connections, id, failed)
	if err != nil {
		return nil, err
	}
	return decodeConnection(s.file(connections, id), r.header, fields)
}

// Connections gives all connections by their names, and why others cannot be
// read.
func (s *Store) Connections(ctx context.Context) ([]*Connection, []error) {
	list, problems := all(ctx, s, connections, func(id string, failed failures) (*Connection, error) {
		return s.connection(ctx, id, failed)
	})
	slices.SortFunc(list, func(a, b *Connection) int { return compareNames(a.Name, b.Name) })
	return list, problems
}

func compareNames(a, b string) int {
	if c := strings.Compare(strings.ToLower(a), strings.ToLower(b)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

// Rename gives a connection another name, which may be the same in other
// letters. The errors are those of Connection and *[NameError].
func (s *Store) Rename(ctx context.Context, old, name string) error {
	release, err := s.lockAll(ctx)
	if err != nil {
		return err
	}
	defer release()
	id, err := s.find(connections, old)
	if err != nil {
		return err
	}
	if err := s.checkFree(connections, name, id); err != nil {
		return err
	}
	unlock, err := s.lockRecord(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	r, fields, err := s.read(ctx, connections, id, nil)
	if err != nil {
		return named(err, old)
	}
	r.Name = name
	return s.write(ctx, connections, r, fields)
}
