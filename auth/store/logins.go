package store

import (
	"context"
	"slices"
	"time"
)

// loginDetails are the details of a login as they are sealed.
type loginDetails struct {
	Created time.Time `json:"created"`
}

// KeepLogin keeps a login that was begun, gives it an id and, where it is not
// set, its time, and removes those that have ended.
func (s *Store) KeepLogin(ctx context.Context, l *Login) error {
	release, err := s.lockAll(ctx)
	if err != nil {
		return err
	}
	defer release()
	s.endLogins(ctx)
	created := l.Created
	s.date(&created)
	fields, err := encodeFields(map[string]any{"details": loginDetails{created}, "data": l.Data})
	if err != nil {
		return err
	}
	r := &record{}
	if err := s.add(ctx, logins, r, fields); err != nil {
		return err
	}
	l.ID, l.Created = r.ID, created
	return nil
}

// endLogins removes logins that have ended. The store is locked.
func (s *Store) endLogins(ctx context.Context) {
	list, _ := all(ctx, s, logins, func(id string, failed failures) (*Login, error) { return s.login(ctx, id, failed) })
	for _, l := range list {
		if s.ended(l) {
			_ = removePrivate(s.file(logins, l.ID)) // the next time then
		}
	}
}

func (s *Store) ended(l *Login) bool { return !s.o.Now().Before(l.Created.Add(LoginLife)) }

// Login gives a login that was begun. The error is a *[MissingError] if there is
// none, or it has ended, or was finished.
func (s *Store) Login(ctx context.Context, id string) (*Login, error) {
	l, err := s.login(ctx, id, nil)
	if err == nil && s.ended(l) {
		return nil, &MissingError{Kind: logins.name, Name: id}
	}
	return l, err
}

func (s *Store) login(ctx context.Context, id string, failed failures) (*Login, error) {
	r, fields, err := s.read(ctx, logins, id, failed)
	if err != nil {
		return nil, err
	}
	var d loginDetails
	var data []byte
	if strictly(fields["details"], &d) != nil || strictly(fields["data"], &data) != nil {
		return nil, &TamperedError{File: s.file(logins, id), Reason: "its fields are not of the right form"}
	}
	return &Login{ID: r.ID, Created: d.Created, Data: data}, nil
}

// Logins gives the logins that were begun and can be finished, the last first.
func (s *Store) Logins(ctx context.Context) ([]*Login, []error) {
	list, problems := all(ctx, s, logins, func(id string, failed failures) (*Login, error) { return s.login(ctx, id, failed) })
	list = slices.DeleteFunc(list, s.ended)
	slices.SortFunc(list, func(a, b *Login) int { return b.Created.Compare(a.Created) })
	return list, problems
}

// RemoveLogin removes a login. Of all who do, one gets no error, and may finish
// it; the others get a *[MissingError].
func (s *Store) RemoveLogin(ctx context.Context, id string) error {
	release, err := s.lockAll(ctx)
	if err != nil {
		return err
	}
	defer release()
	if _, err := s.readSealed(logins, id); isMissing(err) {
		return err
	}
	return removePrivate(s.file(logins, id))
}
