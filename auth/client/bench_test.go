package client_test

import (
	"crypto/tls"
	"testing"

	"github.com/connector-spec/connector/auth/client"
)

func oldTLS() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
}

func BenchmarkDoInMemory(b *testing.B) {
	rt := &memory{}
	c := newClient(b, client.Config{
		Base: "https://api.example.com/v1", Header: []client.Field{{Name: "Authorization", Value: "Bearer token"}},
		Query: []client.Field{{Name: "appid", Value: "key"}},
	}, rt)
	req := request(b, "GET", "/me?q=1", "")
	for b.Loop() {
		rt.seen = rt.seen[:0]
		if _, err := c.Do(req); err != nil {
			b.Fatal(err)
		}
	}
}
