package client_test

import (
	"net/http"
	"net/http/httptrace"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth/client"
)

// A watchedMemory answers from memory, and says so or not.
type watchedMemory struct {
	offline bool
	seen    *http.Request
}

func (m *watchedMemory) Offline() bool { return m.offline }

func (m *watchedMemory) RoundTrip(req *http.Request) (*http.Response, error) {
	m.seen = req
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
}

// TestOffline sends by a transport that answers from memory: nobody watches it.
// Any other is bounded and watched.
func TestOffline(t *testing.T) {
	t.Parallel()
	for _, offline := range []bool{true, false} {
		origin, err := client.ParseOrigin("https://api.example.com")
		if err != nil {
			t.Fatal(err)
		}
		m := &watchedMemory{offline: offline}
		c, err := client.New(client.Config{Origins: []client.Origin{origin}, Timeout: time.Minute}, m)
		if err != nil {
			t.Fatal(err)
		}
		req, _ := http.NewRequest(http.MethodGet, "https://api.example.com/me", nil)
		if _, err := c.Do(req); err != nil {
			t.Fatal(err)
		}
		_, bounded := m.seen.Context().Deadline()
		watched := httptrace.ContextClientTrace(m.seen.Context()) != nil
		if bounded == offline || watched == offline {
			t.Errorf("offline %v: bounded %v, watched %v", offline, bounded, watched)
		}
	}
}
