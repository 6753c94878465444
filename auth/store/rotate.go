package store

import (
	"context"
	"errors"
	"fmt"
)

// A Rotated says how the key of a store was changed.
type Rotated struct {
	Place    KeyPlace
	File     string // for [File]
	ID       string // of the new key
	OldPlace KeyPlace
	OldFile  string // for [File]: the old key still stands there
	OldID    string // "" if the store was plain text
	Records  int    // that were sealed anew
	Existing bool   // the new key was there before
	// Resumed says that a change that was begun before was finished, and that no
	// other one was made.
	Resumed bool
	// Left says why the old key could not be removed from the keyring; nil if it
	// was, or was not there.
	Left error
}

// Rotate changes the key of the store to a new one in a place, which may be
// another one, and seals all records with it; those of a store of plain text for
// the first time. At each moment all records can be read, and after a process
// was killed within it, the next Rotate finishes its work.
//
// A new key for the environment must be in [NewKeyVariable]: the error is a
// *[NewKeyError] if it is not. Other errors are *[KeyError], *[WriteError] and
// those of records that cannot be read; while there are such, both keys stay.
func (s *Store) Rotate(ctx context.Context, place KeyPlace, keyFile string) (*Rotated, error) {
	if place == None {
		return nil, errors.New("a store that is encrypted does not become plain text; make another one")
	}
	release, err := s.lockAll(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	m, err := s.meta()
	if err != nil {
		return nil, err
	}
	if m.Next != nil {
		resume, err := s.resumes(ctx, m)
		if err != nil {
			return nil, err
		}
		if resume {
			return s.reseal(ctx, m, &Rotated{Resumed: true})
		}
	}
	if _, err := s.key(ctx, m, m.Key); err != nil {
		return nil, err
	}
	p := &placing{last: m.Key.ID}
	next, err := s.placeKey(ctx, m.ID, keyRef{Place: place, File: keyFile}, p)
	if err != nil {
		return nil, err
	}
	m.Next = &next
	if err := s.saveMeta(m); err != nil {
		return nil, err
	}
	return s.reseal(ctx, m, &Rotated{Existing: p.existing})
}

// resumes tells whether a change that was begun can be finished. It need not be
// if its key is lost and nothing was sealed with it.
func (s *Store) resumes(ctx context.Context, m *meta) (bool, error) {
	_, err := s.key(ctx, m, *m.Next)
	if err == nil {
		return true, nil
	}
	for _, k := range kinds() {
		list, problems := s.headers(k)
		if len(problems) > 0 {
			return false, errors.Join(append(problems, err)...)
		}
		for _, h := range list {
			if h.Key == m.Next.ID {
				return false, err
			}
		}
	}
	return false, nil
}

// reseal seals all records with the next key, and makes it that of the store.
func (s *Store) reseal(ctx context.Context, m *meta, done *Rotated) (*Rotated, error) {
	var problems []error
	for _, k := range kinds() {
		ids, err := s.ids(k)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			changed, err := s.resealOne(ctx, m, k, id)
			switch {
			case ctx.Err() != nil:
				return nil, context.Cause(ctx)
			case err != nil && !isMissing(err): // else it was removed meanwhile
				problems = append(problems, err)
			case changed:
				done.Records++
			}
		}
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("these records cannot be sealed with the new key, so the change is not finished, and both keys are needed: %w", errors.Join(problems...))
	}
	old := m.Key
	m.Key, m.Next = *m.Next, nil
	if err := s.saveMeta(m); err != nil {
		return nil, err
	}
	done.Place, done.File, done.ID = m.Key.Place, m.Key.File, m.Key.ID
	done.OldPlace, done.OldFile, done.OldID = old.Place, old.File, old.ID
	if old.Place == Keyring {
		done.Left = s.forgetRingKey(ctx, m.ID, old.ID)
	}
	s.mu.Lock()
	delete(s.keys, old.ID)
	s.mu.Unlock()
	return done, nil
}

// resealOne seals one record with the next key, if it is not yet. A connection
// is waited for: who holds it may be about to write it with the old key.
func (s *Store) resealOne(ctx context.Context, m *meta, k kind, id string) (bool, error) {
	if k.name == connections.name {
		unlock, err := s.lockRecord(ctx, id)
		if err != nil {
			return false, err
		}
		defer unlock()
	}
	r, fields, err := s.read(ctx, k, id, nil)
	if err != nil || r.Key == m.Next.ID {
		return false, err
	}
	return true, s.write(ctx, k, r, fields)
}
