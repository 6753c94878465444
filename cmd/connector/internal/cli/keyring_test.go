package cli_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"sync"

	"github.com/connector-spec/connector/auth/store"
)

// A fileRing is a keyring in a file, for the processes of a script. A file that
// is no JSON is a keyring that is locked.
type fileRing string

func (f fileRing) entries() (map[string]string, error) {
	data, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, err
	}
	entries := map[string]string{}
	if json.Unmarshal(data, &entries) != nil {
		return nil, errors.New("the collection is locked")
	}
	return entries, nil
}

func (f fileRing) change(change func(entries map[string]string)) error {
	entries, err := f.entries()
	if err != nil {
		return err
	}
	change(entries)
	data, err := json.Marshal(entries)
	if err != nil {
		return err
	}
	return os.WriteFile(string(f), data, 0o600)
}

func (f fileRing) Get(service, user string) (string, error) {
	entries, err := f.entries()
	if err != nil {
		return "", err
	}
	text, ok := entries[service+" "+user]
	if !ok {
		return "", store.ErrNoEntry
	}
	return text, nil
}

func (f fileRing) Set(service, user, text string) error {
	return f.change(func(entries map[string]string) { entries[service+" "+user] = text })
}

func (f fileRing) Delete(service, user string) error {
	return f.change(func(entries map[string]string) { delete(entries, service+" "+user) })
}

// A memoryRing is a keyring of one test.
type memoryRing struct {
	mu      sync.Mutex
	entries map[string]string
	err     error // what it answers to everything; nil if it works
}

func (m *memoryRing) Get(service, user string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	text, ok := m.entries[service+" "+user]
	if m.err == nil && !ok {
		return "", store.ErrNoEntry
	}
	return text, m.err
}

func (m *memoryRing) Set(service, user, text string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries == nil {
		m.entries = map[string]string{}
	}
	if m.err == nil {
		m.entries[service+" "+user] = text
	}
	return m.err
}

func (m *memoryRing) Delete(service, user string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.entries, service+" "+user)
	return m.err
}
