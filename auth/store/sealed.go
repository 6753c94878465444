package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// sealedPrefix begins the text of a sealed connection; its version, the id of
// the key and what is sealed follow, with dots between them.
const sealedPrefix = "connector-sealed-"

// Seal gives a connection as one line of text that only the key opens, for a
// machine without a store.
func Seal(k Key, c *Connection) (string, error) {
	if k.IsZero() {
		return "", errors.New("sealing a connection needs a key")
	}
	p, err := c.portable()
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(p)
	if err != nil {
		return "", errors.New("the connection cannot be written as JSON")
	}
	sealed := sealer(k.derive("", "connector sealed connections")).Seal(nil, nil, data, aboutSealed(k.ID()))
	return sealedPrefix + strconv.Itoa(version) + "." + k.ID() + "." + base64.RawURLEncoding.EncodeToString(sealed), nil
}

func aboutSealed(keyID string) []byte {
	return sealedWith("connector sealed connection", strconv.Itoa(version), keyID)
}

// Unseal gives the connection of what Seal wrote, with blanks around it or not.
// The errors are *[TamperedError], *[NewerError] and *[KeyError]; none shows a
// part of the text.
func Unseal(k Key, text string) (*Connection, error) { return unseal("", k, text) }

func unseal(file string, k Key, text string) (*Connection, error) {
	tampered := func(reason string) error { return &TamperedError{File: file, Reason: reason} }
	rest, ok := strings.CutPrefix(strings.TrimSpace(text), sealedPrefix)
	parts := strings.Split(rest, ".")
	n, err := strconv.Atoi(parts[0])
	switch {
	case !ok || err != nil || n < 1:
		return nil, tampered("it is no sealed connection, which begins with " + sealedPrefix + "1")
	case n > version:
		return nil, &NewerError{File: file, Version: n, Known: version}
	case len(parts) != 3:
		return nil, tampered("it is cut off, or something follows its end")
	case k.IsZero():
		return nil, errors.New("opening a sealed connection needs a key")
	case parts[1] != k.ID():
		return nil, &KeyError{Place: Environment, ID: parts[1], Problem: KeyWrong}
	}
	sealed, err := base64.RawURLEncoding.DecodeString(parts[2])
	var data []byte
	if err == nil {
		data, err = sealer(k.derive("", "connector sealed connections")).Open(nil, nil, sealed, aboutSealed(k.ID()))
	}
	if err != nil {
		return nil, tampered("it is cut off, or not as it was sealed")
	}
	var p portable
	if strictly(data, &p) != nil {
		return nil, tampered("what it holds is no connection")
	}
	c, err := p.connection()
	if err != nil {
		return nil, tampered("what it holds is no connection: " + err.Error())
	}
	return c, nil
}

// A Sealed is a file with a sealed connection, which is written back when its
// credential changes. Its lock is a file beside it.
type Sealed struct {
	file       string
	key        Key
	connection *Connection
	locks      locker
}

// OpenSealed reads the connection of a file. The errors are those of [Unseal].
// Whoever may read the file is no matter: without the key it tells nothing.
func OpenSealed(file string, k Key) (*Sealed, error) {
	path, err := filepath.EvalSymlinks(file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", shown(file), plainCause(err))
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, fmt.Errorf("find %s: %w", shown(file), err)
	}
	s := &Sealed{file: path, key: k}
	s.connection, err = s.read()
	return s, err
}

// Connection gives the connection as it was when the file was opened.
func (s *Sealed) Connection() *Connection { return s.connection.clone() }

func (s *Sealed) read() (*Connection, error) {
	f, err := os.Open(s.file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", shown(s.file), plainCause(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", shown(s.file), plainCause(err))
	}
	return unseal(s.file, s.key, string(data))
}

// Lock is [Store.Lock] for the connection of the file. Remove removes the file.
func (s *Sealed) Lock(ctx context.Context) (*Locked, error) {
	unlock, err := s.locks.lock(ctx, s.file+".lock", "the connection")
	if err != nil {
		return nil, err
	}
	c, err := s.read()
	if err != nil {
		unlock()
		return nil, err
	}
	return &Locked{
		connection: c,
		unlock:     unlock,
		save: func(_ context.Context, c *Connection) error {
			text, err := Seal(s.key, c)
			if err != nil {
				return err
			}
			return writePrivate(s.file, []byte(text+"\n"))
		},
		remove: func(context.Context) error { return removePrivate(s.file) },
	}, nil
}
