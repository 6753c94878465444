package sign_test

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth/sign"
)

// benchRequest is a request with 1 KiB of JSON.
func benchRequest() *sign.Request {
	return &sign.Request{
		Method: "POST",
		URL:    &url.URL{Scheme: "https", Host: "h.example.com", Path: "/v1/items/42", RawQuery: "limit=100&after=a%20b&fields=id,name"},
		Header: http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}, "User-Agent": {"x"}},
		Body:   make([]byte, 1<<10),
	}
}

func BenchmarkSigV4(b *testing.B) {
	for _, service := range []string{"execute-api", "s3"} {
		signer := sigV4(service)
		b.Run(service, func(b *testing.B) {
			r := benchRequest()
			b.ReportAllocs()
			for b.Loop() {
				if err := signer.Sign(r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("presigned", func(b *testing.B) {
		signer, r := sigV4("s3"), benchRequest()
		b.ReportAllocs()
		for b.Loop() {
			if err := signer.Presign(r, time.Hour); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkOAuth1(b *testing.B) {
	for _, method := range []string{"HMAC-SHA1", "RSA-SHA256", "PLAINTEXT"} {
		o := oauth1()
		o.Method, o.PrivateKey, o.Rand = method, rsaPEM(b), rand.Reader
		b.Run(method, func(b *testing.B) {
			r := benchRequest()
			b.ReportAllocs()
			for b.Loop() {
				if err := o.Sign(r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkPrivateKey(b *testing.B) {
	text := rsaPEM(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sign.PrivateKey(text); err != nil {
			b.Fatal(err)
		}
	}
}
