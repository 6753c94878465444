package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/connector-spec/connector/auth/secret"
)

// Options say where a store lies, and what it takes of the world.
type Options struct {
	Dir     string              // made by [Create] for its owner alone
	Getenv  func(string) string // nil: the environment is empty
	Keyring Ring                // nil: that of the system
	Now     func() time.Time    // nil: time.Now
	Rand    io.Reader           // for ids and keys; nil: that of the system
}

func (o Options) withDefaults() Options {
	if o.Getenv == nil {
		o.Getenv = func(string) string { return "" }
	}
	if o.Keyring == nil {
		o.Keyring = systemRing{o.Getenv}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	return o
}

// A Store is a directory of records. It is safe for many goroutines and many
// processes at once.
type Store struct {
	o     Options
	locks locker

	mu   sync.Mutex
	keys map[string]Key // those that were had, by id
}

// A Created says how a store was made.
type Created struct {
	Place    KeyPlace
	File     string // of the key, for [File]
	ID       string // of the key; "" for [None]
	Existing bool   // the key was there: in its file, or in the environment
	// Key is a new key for [Environment], to be shown once: it is kept nowhere.
	Key secret.Secret
}

// Names in the directory of a store.
const (
	metaFile = "store.json"
	lockFile = "store.lock"
	locksDir = "locks"
)

// Open finds the store of a directory. No key is needed yet. The errors are
// *[NotMadeError], *[NewerError], *[ModeError] and *[TamperedError].
func Open(o Options) (*Store, error) {
	s := &Store{o: o.withDefaults(), keys: map[string]Key{}}
	if _, err := os.Stat(s.path(metaFile)); errors.Is(err, fs.ErrNotExist) {
		return nil, &NotMadeError{Dir: o.Dir}
	}
	if err := checkDir(o.Dir, false); err != nil {
		return nil, err
	}
	if _, err := s.meta(); err != nil {
		return nil, err
	}
	for _, dir := range recordDirs() {
		if err := checkDir(s.path(dir), true); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return s, nil
}

// Create makes a store whose key is kept in a place: a new key, or the one that
// is there in keyFile, or in the environment. The errors are *[ExistsError],
// *[KeyError], *[ModeError] and *[WriteError].
func Create(o Options, place KeyPlace, keyFile string) (*Store, *Created, error) {
	s := &Store{o: o.withDefaults(), keys: map[string]Key{}}
	ctx := context.Background() // nothing here takes long
	release, err := s.lockAll(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer release()
	if _, err := os.Lstat(s.path(metaFile)); !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, &ExistsError{Dir: o.Dir}
	}
	id, err := newID(s.o.Rand)
	if err != nil {
		return nil, nil, err
	}
	m := &meta{Version: version, ID: id, Created: s.now(), Key: keyRef{Place: place, File: keyFile}}
	p := &placing{print: true}
	if m.Key, err = s.placeKey(ctx, id, m.Key, p); err != nil {
		return nil, nil, err
	}
	if err := s.saveMeta(m); err != nil {
		return nil, nil, err
	}
	created := &Created{Place: place, File: m.Key.File, ID: m.Key.ID, Existing: p.existing}
	if place == Environment && !p.existing {
		created.Key = p.key.Text()
	}
	return s, created, nil
}

// makeDirs makes the directories of the store, as far as they are missing: a
// backup may have left out those that were empty.
func (s *Store) makeDirs() error {
	if s.o.Dir == "" {
		return errors.New("a store needs a directory")
	}
	if err := makeDir(s.o.Dir); err != nil {
		return err
	}
	if err := checkDir(s.o.Dir, false); err != nil {
		return err
	}
	for _, dir := range recordDirs() {
		if err := makeDir(s.path(dir)); err != nil {
			return err
		}
		if err := checkDir(s.path(dir), true); err != nil {
			return err
		}
	}
	return nil
}

func recordDirs() []string {
	return []string{connections.dir, clients.dir, logins.dir, locksDir}
}

// Plain tells whether the store keeps plain text.
func (s *Store) Plain() bool {
	m, err := s.meta()
	return err == nil && m.Key.Place == None && m.Next == nil
}

// Check tells whether a connection can be kept: the key can be had and fits, and
// a file can be written and is on the disk then. It is called before anybody is
// sent to a login.
func (s *Store) Check(ctx context.Context) error {
	m, err := s.meta()
	if err != nil {
		return err
	}
	if _, _, err := s.writingKey(ctx, m); err != nil {
		return err
	}
	release, err := s.lockAll(ctx)
	if err != nil {
		return err
	}
	defer release()
	for _, k := range kinds() {
		sweep(s.path(k.dir))
	}
	probe := s.path(connections.dir, "probe")
	if err := writePrivate(probe, []byte("can be written\n")); err != nil {
		return err
	}
	return removePrivate(probe)
}

// A Status says how a store is.
type Status struct {
	Dir     string
	ID      string
	Version int
	Place   KeyPlace
	KeyFile string // for [File]
	KeyID   string // "" for plain text
	KeyErr  error  // why the key cannot be had
	Plain   bool   // nothing is encrypted
	// Rotating says that a change of the key was begun and not finished.
	Rotating                     bool
	Connections, Clients, Logins int
	// Problems are the records that cannot be read, each with its file. Without
	// a key, no more than the forms of the files are looked at.
	Problems []error
}

// Status tells all that can be told of the store, with its key or without.
func (s *Store) Status(ctx context.Context) Status {
	m, err := s.meta()
	if err != nil {
		return Status{Dir: s.o.Dir, Problems: []error{err}}
	}
	st := Status{
		Dir: s.o.Dir, ID: m.ID, Version: m.Version, Place: m.Key.Place, KeyFile: m.Key.File, KeyID: m.Key.ID,
		Plain: m.Key.Place == None && m.Next == nil, Rotating: m.Next != nil,
	}
	_, st.KeyErr = s.key(ctx, m, m.Key)
	count := func(k kind, n *int) {
		failed := failures{}
		ids, err := s.ids(k)
		if err != nil {
			st.Problems = append(st.Problems, err)
		}
		for _, id := range ids {
			var missing *MissingError
			var keyless *KeyError
			_, _, err := s.read(ctx, k, id, failed)
			switch {
			case errors.As(err, &missing):
				continue
			case err != nil && !errors.As(err, &keyless):
				st.Problems = append(st.Problems, err)
			}
			*n++
		}
	}
	count(connections, &st.Connections)
	count(clients, &st.Clients)
	count(logins, &st.Logins)
	return st
}

// lockAll keeps others from making, renaming and removing records, and from
// changing the key.
func (s *Store) lockAll(ctx context.Context) (release func(), err error) {
	if err := s.makeDirs(); err != nil {
		return nil, err
	}
	return s.locks.lock(ctx, s.path(lockFile), "the store")
}

func (s *Store) path(parts ...string) string {
	return filepath.Join(append([]string{s.o.Dir}, parts...)...)
}

func (s *Store) file(k kind, id string) string { return s.path(k.dir, id+".json") }

func (s *Store) now() time.Time { return s.o.Now().UTC().Round(0) }

// ids lists the records of a kind by the names of their files.
func (s *Store) ids(k kind) ([]string, error) {
	entries, err := os.ReadDir(s.path(k.dir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read %s: %w", shown(s.path(k.dir)), plainCause(err))
	}
	var ids []string
	for _, e := range entries {
		if id := e.Name(); filepath.Ext(id) == ".json" && isID(id[:len(id)-len(".json")]) {
			ids = append(ids, id[:len(id)-len(".json")])
		}
	}
	return ids, nil
}
