package token_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

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
// with what net/http alone needs to post the same and to read the answer.
func BenchmarkRequest(b *testing.B) {
	r := serve(b, func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, benchAnswer)
	})
	b.Run("net-http", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			barePost(b, r)
		}
	})
	b.Run("token", func(b *testing.B) {
		e := r.endpoint()
		e.Client.Secret = secret.New("secret")
		b.ReportAllocs()
		for b.Loop() {
			if _, err := e.Request(b.Context(), grant); err != nil {
				b.Fatal(err)
			}
		}
	})
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
