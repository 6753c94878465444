package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
)

// A KeyPlace is where the key of a store is kept.
type KeyPlace string

// The places for keys. One is chosen when the store is made, and no other one
// ever takes its place by itself.
const (
	Keyring     KeyPlace = "keyring"     // of the system
	File        KeyPlace = "file"        // its owner's alone
	Environment KeyPlace = "environment" // the variable [KeyVariable]
	None        KeyPlace = "none"        // nothing is encrypted
)

// The variables that hold keys: that of the store, and while it is changed to
// another one, that one.
const (
	KeyVariable    = "CONNECTOR_KEY"
	NewKeyVariable = "CONNECTOR_NEW_KEY"
)

// EnvironmentKey gives the key of [KeyVariable]. The error is a *[KeyError].
func EnvironmentKey(getenv func(string) string) (Key, error) {
	k, err := variable(getenv, KeyVariable)
	if err == nil && k.IsZero() {
		err = &KeyError{Place: Environment, Problem: KeyMissing}
	}
	return k, err
}

// variable reads the key of a variable; none if it is not set.
func variable(getenv func(string) string, name string) (Key, error) {
	text := getenv(name)
	if text == "" {
		return Key{}, nil
	}
	k, err := ParseKey(text)
	if err != nil {
		return Key{}, &KeyError{Place: Environment, File: name, Problem: KeyInvalid, Err: err}
	}
	return k, nil
}

// key gives a key from its place; the zero key for [None].
func (s *Store) key(ctx context.Context, m *meta, ref keyRef) (Key, error) {
	if ref.Place == None {
		return Key{}, nil
	}
	s.mu.Lock()
	k, ok := s.keys[ref.ID]
	s.mu.Unlock()
	if ok {
		return k, nil
	}
	k, err := s.fetch(ctx, m.ID, ref)
	if err != nil {
		return Key{}, err
	}
	if k.ID() != ref.ID {
		return Key{}, &KeyError{Place: ref.Place, File: ref.File, ID: ref.ID, Problem: KeyWrong}
	}
	s.mu.Lock()
	s.keys[ref.ID] = k
	s.mu.Unlock()
	return k, nil
}

// fetch reads a key from its place, which may hold another one.
func (s *Store) fetch(ctx context.Context, storeID string, ref keyRef) (Key, error) {
	switch ref.Place {
	case Keyring:
		return s.ringKey(ctx, storeID, ref.ID)
	case File:
		list, err := readKeys(ref.File)
		if err != nil {
			return Key{}, withID(err, ref.ID)
		}
		return pick(list, ref.ID), nil
	}
	var list []Key
	for _, name := range []string{KeyVariable, NewKeyVariable} {
		k, err := variable(s.o.Getenv, name)
		if err != nil {
			return Key{}, withID(err, ref.ID)
		}
		if !k.IsZero() {
			list = append(list, k)
		}
	}
	if len(list) == 0 {
		return Key{}, &KeyError{Place: Environment, ID: ref.ID, Problem: KeyMissing}
	}
	return pick(list, ref.ID), nil
}

// pick gives the key of an id, or else any.
func pick(list []Key, id string) Key {
	for _, k := range list {
		if k.ID() == id {
			return k
		}
	}
	return list[0]
}

func withID(err error, id string) error {
	var e *KeyError
	if errors.As(err, &e) {
		e.ID = id
	}
	return err
}

// writingKey gives the key that records are to be written with, and which one it
// is. While keys are changed it is the new one, or the last if only that can be
// had: such a record is changed later.
func (s *Store) writingKey(ctx context.Context, m *meta) (k Key, ref keyRef, err error) {
	for _, ref = range m.refs() {
		if k, err = s.key(ctx, m, ref); err == nil {
			return k, ref, nil
		}
	}
	return Key{}, keyRef{}, err
}

// A placing is the search for a key in a new place.
type placing struct {
	last     string // the id of the key that it is to replace; "" if there is none
	print    bool   // a new key for the environment may be made, and shown once
	existing bool   // the key was there
	key      Key
}

// placeKey puts a key into the place of want, if there is none but the last, and
// gives what store.json is to say of it.
func (s *Store) placeKey(ctx context.Context, storeID string, want keyRef, p *placing) (_ keyRef, err error) {
	if want.Place != File {
		want.File = ""
	}
	switch want.Place {
	case None:
		return want, nil
	case Keyring:
		p.key, err = s.newRingKey(ctx, storeID)
	case File:
		want.File, err = s.fileKey(want.File, p)
	case Environment:
		err = s.variableKey(p)
	default:
		err = fmt.Errorf("there is no place %q for a key", string(want.Place))
	}
	if err != nil {
		return keyRef{}, err
	}
	want.ID = p.key.ID()
	s.mu.Lock()
	s.keys[want.ID] = p.key
	s.mu.Unlock()
	return want, nil
}

// variableKey finds the key in the environment. If none is there, a new one is
// made only where nothing is sealed yet: a key that was shown and not kept
// would lose the records.
func (s *Store) variableKey(p *placing) error {
	for _, name := range []string{NewKeyVariable, KeyVariable} {
		k, err := variable(s.o.Getenv, name)
		if err != nil {
			return err
		}
		if !k.IsZero() && k.ID() != p.last {
			p.key, p.existing = k, true
			return nil
		}
	}
	if !p.print {
		return &NewKeyError{}
	}
	var err error
	p.key, err = NewKey(s.o.Rand)
	return err
}

// fileKey finds the first key of a file, if it is another one than the last, or
// else puts a new one before all others there.
func (s *Store) fileKey(file string, p *placing) (string, error) {
	if file == "" {
		return "", errors.New("a key in a file needs the name of the file")
	}
	file, err := filepath.Abs(file)
	if err != nil {
		return "", fmt.Errorf("find %s: %w", shown(file), err)
	}
	list, err := readKeys(file)
	var missing *KeyError
	switch {
	case errors.As(err, &missing) && missing.Problem == KeyMissing:
	case err != nil:
		return "", err
	case list[0].ID() != p.last:
		p.key, p.existing = list[0], true
		return file, nil
	}
	if p.key, err = NewKey(s.o.Rand); err != nil {
		return "", err
	}
	if err := makeDir(filepath.Dir(file)); err != nil {
		return "", err
	}
	return file, writePrivate(file, encodeKeys(append([]Key{p.key}, list...)))
}

// readKeys reads a key file: a key on each line, the newest first, which older
// records and other stores may need; lines with # are comments.
func readKeys(file string) ([]Key, error) {
	data, err := readPrivate(file, true)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &KeyError{Place: File, File: file, Problem: KeyMissing}
	case err != nil:
		return nil, err
	}
	return parseKeys(file, data)
}

func parseKeys(file string, data []byte) ([]Key, error) {
	var list []Key
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		k, err := ParseKey(line)
		if err != nil {
			return nil, &KeyError{Place: File, File: file, Problem: KeyInvalid, Err: err}
		}
		list = append(list, k)
	}
	if len(list) == 0 {
		return nil, &KeyError{Place: File, File: file, Problem: KeyInvalid, Err: errors.New("it is empty, and must be 32 bytes in base64")}
	}
	return list, nil
}

func encodeKeys(list []Key) []byte {
	var b bytes.Buffer
	b.WriteString("# Keys of connector's store, the newest first. Whoever has one reads what it sealed.\n")
	for _, k := range list {
		fmt.Fprintln(&b, k.Text().Reveal())
	}
	return b.Bytes()
}
