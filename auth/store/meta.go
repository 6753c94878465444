package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"
)

// A meta is what stands in store.json: nothing that is secret.
type meta struct {
	Version int       `json:"version"`
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Key     keyRef    `json:"key"`
	// Next is the key that records are being changed to: from then on they are
	// written with it, and those of either key are read.
	Next *keyRef `json:"next,omitempty"`
}

// A keyRef says where a key is kept, and which one it is.
type keyRef struct {
	Place KeyPlace `json:"place"`
	File  string   `json:"file,omitempty"` // absolute
	ID    string   `json:"id,omitempty"`
}

// meta reads store.json anew: another process may have changed the key.
func (s *Store) meta() (*meta, error) {
	file := s.path(metaFile)
	data, err := readPrivate(file, false)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &NotMadeError{Dir: s.o.Dir}
	case err != nil:
		return nil, err
	}
	return decodeMeta(file, data)
}

func decodeMeta(file string, data []byte) (*meta, error) {
	if err := checkVersion(file, data); err != nil {
		return nil, err
	}
	m := &meta{}
	if strictly(data, m) != nil || !m.valid() {
		return nil, &TamperedError{File: file, Reason: fmt.Sprintf("it does not describe a store of version %d", version)}
	}
	return m, nil
}

func (s *Store) saveMeta(m *meta) error {
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", metaFile, err)
	}
	return writePrivate(s.path(metaFile), append(data, '\n'))
}

// valid tells whether this program can have written it. No change of the key
// leads to plain text: who says so wants the records to be written in clear.
func (m *meta) valid() bool {
	return isID(m.ID) && m.Key.valid() && (m.Next == nil || m.Next.valid() && m.Next.Place != None)
}

func (r keyRef) valid() bool {
	switch r.Place {
	case None:
		return r == keyRef{Place: None}
	case File:
		return filepath.IsAbs(r.File) && r.ID != ""
	case Keyring, Environment:
		return r.File == "" && r.ID != ""
	}
	return false
}

// refs are the keys that records may be sealed with.
func (m *meta) refs() []keyRef {
	if m.Next != nil {
		return []keyRef{*m.Next, m.Key}
	}
	return []keyRef{m.Key}
}

// ref finds the key of an id; "" stands for none.
func (m *meta) ref(id string) (keyRef, bool) {
	for _, r := range m.refs() {
		if r.ID == id {
			return r, true
		}
	}
	return keyRef{}, false
}
