package auth_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth"
)

// borrowerSpec is a connector that borrows from another; more is of its auth.
func borrowerSpec(key, from, base, more string) string {
	return `key: ` + key + `
name: Borrower
auth:
  type: proxy
  proxyKey: ` + from + `
  baseUri: ` + base + `
  makeApiClient:
    implementationType: mapping
    mapping: {headers: {Authorization: 'Bearer ${credentials.access_token}'}}
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /me, responseMapping: {name: '${response.data.name}'}}
` + more
}

const acmeBase = "https://api.acme.example/v1"

// TestBorrowedFromItself has connections borrow in a circle: none has anything
// to lend, and each says so, whether or not its caller waits for ever.
func TestBorrowedFromItself(t *testing.T) {
	t.Parallel()
	for name, from := range map[string]map[string]string{
		"itself":        {"a": "a"},
		"one another":   {"a": "b", "b": "a"},
		"three":         {"a": "b", "b": "c", "c": "a"},
		"a circle of b": {"a": "b", "b": "b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world, now := (&provider{lifetime: time.Hour}).world(t)
			list := map[string]*auth.Connection{}
			world.Connections = connectionsOf(list)
			for key, lender := range from {
				s := subjectOf(t, borrowerSpec(key, lender, acmeBase, ""))
				v, _, err := s.Complete(auth.Values{})
				if err != nil {
					t.Fatal(err)
				}
				list[key], err = auth.Open(s, v, world, &auth.Credential{Values: object(t, `{"access_token":"borrowed-0123456789"}`), Obtained: clock, Expiry: clock.Add(time.Hour)})
				if err != nil {
					t.Fatal(err)
				}
			}
			for _, when := range []string{"while the token lives", "after its end"} {
				done := make(chan error, 1)
				go func() {
					_, err := get(list["a"], "/me")
					done <- err
				}()
				select {
				case err := <-done:
					if err == nil || !strings.Contains(err.Error(), "borrowed from itself") {
						t.Errorf("%s: %v", when, err)
					}
				case <-time.After(10 * time.Second):
					t.Fatalf("%s: the caller still waits", when)
				}
				now.move(2 * time.Hour)
			}
		})
	}
}

// TestBorrowedTokenStays offers borrowed tokens to another origin in the ways of
// a spec. None may reach it, and the API of their owner is reached as before.
func TestBorrowedTokenStays(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, base, more string }{
		{"as its base", "https://evil.example", ""},
		{"as an allowed origin", acmeBase, "  allowedOrigins: ['https://evil.example']\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := &provider{lifetime: time.Hour}
			owner, _, world := connect(t, p, "")
			world.Connections = connectionsOf(map[string]*auth.Connection{"acme": owner})
			var reached []string
			intercept(&world, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
				if req.URL.Host == "evil.example" {
					reached = append(reached, req.Method+" "+req.URL.Path)
					return respond(req, http.StatusOK, `{"name":"Eve"}`), nil
				}
				return next.RoundTrip(req)
			})
			s := subjectOf(t, borrowerSpec("borrower", "acme", test.base, test.more))
			v, _, err := s.Complete(auth.Values{})
			if err != nil {
				t.Fatal(err)
			}
			c, result, err := auth.Connect(t.Context(), s, v, world)
			if err != nil || result.OK != (test.base == acmeBase) {
				t.Fatal(err, result)
			}
			if _, err := get(c, "https://evil.example/me"); err == nil || len(reached) > 0 {
				t.Errorf("got %v; the other origin saw %q", err, reached)
			}
		})
	}
}

// TestBorrowedTokenIsRefused has the API refuse a borrowed token: its owner
// obtains another one, for both, whoever of them is refused first, and lends no
// refresh token.
func TestBorrowedTokenIsRefused(t *testing.T) {
	t.Parallel()
	for _, borrowerFirst := range []bool{true, false} {
		refuseBorrowed(t, borrowerFirst)
	}
}

func refuseBorrowed(t *testing.T, borrowerFirst bool) {
	t.Helper()
	p := &provider{}
	owner, _, world := connect(t, p, "")
	world.Connections = connectionsOf(map[string]*auth.Connection{"acme": owner})
	s := subjectOf(t, borrowerSpec("borrower", "acme", acmeBase, ""))
	v, _, err := s.Complete(auth.Values{})
	if err != nil {
		t.Fatal(err)
	}
	c, result, err := auth.Connect(t.Context(), s, v, world)
	if err != nil || !result.OK {
		t.Fatal(err, result)
	}
	p.mu.Lock()
	p.access = nil
	p.mu.Unlock()
	order := []*auth.Connection{owner, c}
	if borrowerFirst {
		slices.Reverse(order)
	}
	for i, connection := range order {
		if status, err := get(connection, "/me"); err != nil || status != http.StatusOK {
			t.Errorf("borrower first: %v; request %d got %d, %v", borrowerFirst, i+1, status, err)
		}
	}
	if p.made != 2 || p.reused || refreshTokenOf(owner.Credential()) != p.refresh {
		t.Errorf("%d pairs of tokens, reused: %v; want 2", p.made, p.reused)
	}
	if c.Credential().Values.Has("refresh_token") {
		t.Error("the refresh token was lent")
	}
}

// TestBorrowerIsExplained plans the requests of an option that would borrow.
func TestBorrowerIsExplained(t *testing.T) {
	t.Parallel()
	plan := auth.Explain(t.Context(), subjectOf(t, borrowerSpec("borrower", "acme", acmeBase, "")))
	last := plan.Phases[len(plan.Phases)-1]
	if len(last.Requests) != 1 || last.Requests[0].URL != acmeBase+"/me" {
		t.Errorf("%s has the requests %+v and the note %q", last.Name, last.Requests, last.Note)
	}
}
