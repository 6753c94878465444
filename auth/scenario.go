package auth

import "context"

// A Course is what a run does after the test.
type Course string

// The courses of a run. A recording of another than Plain is a scenario of its
// own.
const (
	Plain      Course = ""           // nothing more
	Refresh    Course = "refresh"    // the credential is refreshed twice, and tested again
	Disconnect Course = "disconnect" // the permission is taken away at the provider
)

// Courses lists what runs of an option may do, the plain one first.
func Courses() []Course { return []Course{Plain, Refresh, Disconnect} }

// Scenario returns what the recording of the subject is called besides its
// option; "" for the test.
func (s Subject) Scenario() string {
	if s.Operation == "" {
		return string(s.Course)
	}
	return "operation-" + s.Operation
}

// CheckCourse says why the option has no such course; nil if it may have. Whether
// a server gives a refresh token only a run tells.
func (s Subject) CheckCourse() error {
	l := newLife(s, Values{}, nil, epoch, [32]byte{})
	switch {
	case s.Course == Refresh && l.renewal() == nil:
		return ErrNoRefresh
	case s.Course == Disconnect && !s.Methods.Has(disconnectMethod) && s.Option.Type() != "oauth2" && s.Option.Type() != "oauth1":
		return ErrNoRevocation
	}
	return nil
}

// perform runs what the subject is: the test and its course, or an operation.
func (l *life) perform(ctx context.Context) *Result {
	if l.Operation == "" && l.Course == Plain {
		return l.test(ctx)
	}
	work := l.follow
	if l.Operation != "" {
		work = l.runOperation
	}
	if err := work(ctx); err != nil {
		l.result.OK = false
		return l.failed(err)
	}
	l.result.OK = true
	return l.result
}

// follow runs the test and what comes after it.
func (l *life) follow(ctx context.Context) error {
	if l.test(ctx); !l.result.OK {
		return l.result.Err
	}
	if l.Course == Disconnect {
		return l.disconnect(ctx)
	}
	for i := range 2 {
		old := l.credential()
		if err := l.renew(ctx, old); err != nil {
			return err
		}
		l.noteRefresh(i+1, old)
		config, err := l.client(ctx)
		if err != nil {
			return err
		}
		if _, err := l.check(ctx, config); err != nil {
			return err
		}
	}
	return nil
}

// runOperation runs the operation in place of the test.
func (l *life) runOperation(ctx context.Context) error {
	if err := l.have(ctx); err != nil {
		return err
	}
	config, err := l.client(ctx)
	if err != nil {
		return err
	}
	return l.operate(ctx, config)
}
