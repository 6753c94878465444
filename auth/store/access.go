package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// failures remember why keys could not be had, so that a list of records does
// not wait for a locked keyring with each of them.
type failures map[string]error

// read reads a record of a kind and opens its fields.
func (s *Store) read(ctx context.Context, k kind, id string, failed failures) (*record, map[string][]byte, error) {
	last, lastErr := "", error(nil)
	for {
		r, err := s.readSealed(k, id)
		if err != nil {
			return nil, nil, err
		}
		if lastErr != nil && r.Key == last { // nobody changed its key meanwhile
			return nil, nil, lastErr
		}
		m, err := s.meta()
		if err != nil {
			return nil, nil, err
		}
		var key Key
		if key, err = s.readingKey(ctx, m, s.file(k, id), r, failed); err == nil {
			fields, err := r.open(s.file(k, id), key, m.ID)
			return r, fields, err
		}
		last, lastErr = r.Key, err
	}
}

// readSealed reads a record without opening its fields.
func (s *Store) readSealed(k kind, id string) (*record, error) {
	if !isID(id) {
		return nil, &MissingError{Kind: k.name, Name: id}
	}
	file := s.file(k, id)
	data, err := readPrivate(file, false)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &MissingError{Kind: k.name, Name: id}
	case err != nil:
		return nil, err
	}
	return decodeRecord(file, data, k, id)
}

// readingKey gives the key of a record. One that is not sealed is read in a
// store of plain text only: else it was put there.
func (s *Store) readingKey(ctx context.Context, m *meta, file string, r *record, failed failures) (Key, error) {
	ref, ok := m.ref(r.Key)
	if !ok {
		reason := fmt.Sprintf("it is sealed with the key %s, which is not a key of the store", shown(r.Key))
		if r.Key == "" {
			reason = "it is plain text in a store that is encrypted"
		}
		return Key{}, &TamperedError{File: file, Name: r.Name, Reason: reason}
	}
	if err := failed[ref.ID]; err != nil {
		return Key{}, err
	}
	key, err := s.key(ctx, m, ref)
	if err != nil && failed != nil {
		failed[ref.ID] = err
	}
	return key, err
}

// write seals a record and keeps it in its file. The caller holds its lock.
func (s *Store) write(ctx context.Context, k kind, r *record, fields map[string][]byte) error {
	m, err := s.meta()
	if err != nil {
		return err
	}
	key, _, err := s.writingKey(ctx, m)
	if err != nil {
		return err
	}
	r.Version, r.Kind = version, k.name
	r.Revision++
	if err := r.seal(key, m.ID, fields); err != nil {
		return err
	}
	data, err := r.encode()
	if err != nil {
		return fmt.Errorf("encode the %s: %w", k.name, err)
	}
	return writePrivate(s.file(k, r.ID), data)
}

// headers reads the headers of all records of a kind, in the order of their
// ids. Those that cannot be read are errors.
func (s *Store) headers(k kind) ([]header, []error) {
	ids, err := s.ids(k)
	if err != nil {
		return nil, []error{err}
	}
	var list []header
	var problems []error
	for _, id := range ids {
		r, err := s.readSealed(k, id)
		switch {
		case err == nil:
			list = append(list, r.header)
		case !isMissing(err): // else it was removed just now
			problems = append(problems, err)
		}
	}
	return list, problems
}

// find gives the id of a name, whatever the case of its letters.
func (s *Store) find(k kind, name string) (id string, err error) {
	list, problems := s.headers(k)
	var names []string
	for _, h := range list {
		if strings.EqualFold(h.Name, name) {
			return h.ID, nil
		}
		names = append(names, h.Name)
	}
	return "", &MissingError{Kind: k.name, Name: name, Near: nearest(name, names), Unreadable: problems}
}

// checkFree refuses a name that cannot be one, or that another record has.
func (s *Store) checkFree(k kind, name, id string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	list, _ := s.headers(k)
	for _, h := range list {
		if h.ID != id && strings.EqualFold(h.Name, name) {
			return &NameError{Name: name}
		}
	}
	return nil
}

// add keeps a new record under an id that it makes. The store is locked.
func (s *Store) add(ctx context.Context, k kind, r *record, fields map[string][]byte) error {
	sweep(s.path(k.dir))
	id, err := newID(s.o.Rand)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(s.file(k, id)); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the id %s, which was to be random, is taken", id)
	}
	r.ID = id
	return s.write(ctx, k, r, fields)
}

// all reads every record of a kind. Those that cannot be read are errors, each
// cause told once.
func all[T any](ctx context.Context, s *Store, k kind, one func(id string, failed failures) (T, error)) ([]T, []error) {
	ids, err := s.ids(k)
	if err != nil {
		return nil, []error{err}
	}
	var list []T
	var problems []error
	told := map[string]bool{}
	failed := failures{}
	for _, id := range ids {
		if ctx.Err() != nil {
			return list, append(problems, context.Cause(ctx))
		}
		item, err := one(id, failed)
		switch {
		case err == nil:
			list = append(list, item)
		case !isMissing(err) && !told[err.Error()]:
			told[err.Error()] = true
			problems = append(problems, err)
		}
	}
	return list, problems
}

func isMissing(err error) bool {
	var missing *MissingError
	return errors.As(err, &missing)
}
