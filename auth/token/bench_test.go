package token_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/token"
)

const benchAnswer = `{"token_type":"Bearer","scope":"openid profile email offline_access","expires_in":3599,"ext_expires_in":3599,` +
	`"access_token":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","refresh_token":"0123456789abcdef0123456789abcdef"}`

func BenchmarkReadAnswer(b *testing.B) {
	header, body := http.Header{"Content-Type": {"application/json; charset=utf-8"}}, []byte(benchAnswer)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := token.ReadAnswer(200, header, body, token.Shape{}, now); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRequest compares a token request over a connection that is kept
// with what net/http alone needs to post the same and to read the answer. The
// two take turns, so that a busy machine slows both.
func BenchmarkRequest(b *testing.B) {
	r := serve(b, func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, benchAnswer)
	})
	e := r.endpoint()
	e.Client.Secret = secret.New("secret")
	bare, ours := make([]time.Duration, 0, 1<<16), make([]time.Duration, 0, 1<<16)
	for b.Loop() {
		start := time.Now()
		barePost(b, r)
		middle := time.Now()
		if _, err := e.Request(b.Context(), grant); err != nil {
			b.Fatal(err)
		}
		bare, ours = append(bare, middle.Sub(start)), append(ours, time.Since(middle))
	}
	slices.Sort(bare)
	slices.Sort(ours)
	middle := len(ours) / 2
	b.ReportMetric(float64(ours[middle]), "ns/request")
	b.ReportMetric(float64(bare[middle]), "ns/net-http")
	b.ReportMetric(float64(ours[middle])/float64(bare[middle]), "x-net-http")
}

// barePost is the least that obtains a token.
func barePost(b *testing.B, r *remote) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, r.URL+"/token", strings.NewReader("grant_type=client_credentials"))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth("id", "secret")
	resp, err := r.Client().Transport.RoundTrip(req)
	if err != nil {
		b.Fatal(err)
	}
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	err = json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&answer)
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if err != nil || answer.AccessToken == "" {
		b.Fatal(err)
	}
}
