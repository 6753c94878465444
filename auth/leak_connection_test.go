package auth_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/testdata/leaks"
)

// TestNoLeaksOfConnections uses, refreshes and ends connections whose servers
// send back what they are sent, and prints all that there is of them.
func TestNoLeaksOfConnections(t *testing.T) {
	t.Parallel()
	connected, failed := 0, 0
	for i, kind := range leakKinds {
		for j, place := range leaks.Places() {
			for at := 1; at <= 6; at++ {
				r := rand.New(rand.NewPCG(uint64(i), uint64(j*10+at)))
				encodings := leaks.Encodings()
				way := leaks.Way{Encoding: encodings[r.IntN(len(encodings))], Place: place, At: at}
				s := newLeakSpec(r, kind.make)
				l := &leakCheck{t: t, canaries: s.canaries, name: fmt.Sprintf("%s, %v", kind.name, way), spec: s.text(t)}
				ok, errors := l.connection(s, way)
				if ok {
					connected++
				}
				failed += errors
				if !place.Ends() || raced {
					break
				}
			}
		}
	}
	t.Logf("%d connections, %d errors of their uses", connected, failed)
	if !raced && (connected < 500 || failed < 100) {
		t.Errorf("too little was tested: %d connections, %d errors of their uses", connected, failed)
	}
}

// connection makes a connection and uses it.
func (l *leakCheck) connection(s *leakSpec, way leaks.Way) (connected bool, failed int) {
	l.t.Helper()
	world, echo := s.world(way)
	echo.Forgets = true  // a connection does not remember what it has signed
	world.Redactor = nil // it makes its own
	subject := subjectOf(l.t, l.spec)
	values := s.values(l.t, subject)
	c, result, err := auth.Connect(l.t.Context(), subject, values, world)
	l.search("what there is of the values", fmt.Sprintf("%v %+v %#v", values, values, values))
	said := func(what string, err error) {
		if err != nil {
			failed++
			l.search(what, err.Error())
		}
	}
	said("the error of connect", err)
	if result != nil {
		l.search("connect: the message", result.Message+"\n"+result.Hint+"\n"+result.Note+"\n"+fmt.Sprint(result.Warnings, result.Notes))
	}
	if c == nil {
		return false, failed
	}
	l.canaries.Add("the key of the tokens", c.Credential().Key)
	l.search("the connection", fmt.Sprintf("%v %+v %#v %v %+v", c, c, c, c.Credential(), c.Credential()))
	_, err = get(c, "/me")
	said("the error of a request", err)
	said("the error of a refresh", c.Refresh(l.t.Context()))
	if result, err := c.Test(l.t.Context()); result != nil {
		said("the error of a test", err)
		l.search("the message of a test", result.Message+"\n"+result.Hint)
	}
	if result, err := c.Disconnect(l.t.Context()); result != nil {
		said("the error of disconnect", err)
		l.search("the message of disconnect", result.Message+"\n"+result.Hint)
	}
	return true, failed
}
