package auth_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/client"
)

// BenchmarkRound is a token request and a test request over a loopback server,
// by the library and by net/http alone.
func BenchmarkRound(b *testing.B) {
	p := &provider{lifetime: time.Hour, now: time.Now}
	server := httptest.NewServer(p)
	b.Cleanup(server.Close)
	b.Run("connector", func(b *testing.B) {
		text := strings.ReplaceAll(oauthSpec("      grantType: client_credentials\n"), "      scopes: [read, write]\n", "")
		s := subjectOf(b, text)
		v := providerValues(b, s)
		world := auth.World{Network: client.NewTransport(client.TransportOptions{Routes: routesTo(server.URL, "https://login.acme.example", "https://api.acme.example")})}
		b.ReportAllocs()
		for b.Loop() {
			result, err := auth.Test(b.Context(), s, v, world, newRandom())
			if err != nil || !result.OK {
				b.Fatal(err, result)
			}
		}
	})
	b.Run("net/http", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			form := url.Values{"grant_type": {"client_credentials"}}
			answer := bare(b, server.URL, http.MethodPost, "login.acme.example", "/token", form.Encode(), func(r *http.Request) {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.SetBasicAuth(providerClient, url.QueryEscape(providerSecret))
			})
			_, rest, _ := strings.Cut(answer, `"access_token":"`)
			access, _, _ := strings.Cut(rest, `"`)
			bare(b, server.URL, http.MethodGet, "api.acme.example", "/v1/me", "", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+access) })
		}
	})
}

// bare sends a request by net/http alone.
func bare(b *testing.B, server, verb, host, path, body string, more func(*http.Request)) string {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), verb, server+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	req.Host = host
	more(req)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		b.Fatal(err, resp.StatusCode, string(text))
	}
	return string(text)
}

// BenchmarkConnection is a request by a connection that is fresh, and by
// net/http alone.
func BenchmarkConnection(b *testing.B) {
	p := &provider{lifetime: time.Hour}
	c, _, _ := connect(b, p, "")
	b.ReportAllocs()
	for b.Loop() {
		if status, err := get(c, "/me"); err != nil || status != http.StatusOK {
			b.Fatal(status, err)
		}
	}
}
