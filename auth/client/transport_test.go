package client_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth/client"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

func echo() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.WriteString(w, req.Host+" "+req.URL.String()+" "+req.Header.Get("X-Forwarded-Proto")+" "+req.Header.Get("X-Forwarded-Host")+" "+req.Header.Get("Authorization"))
	})
}

func get(t *testing.T, rt http.RoundTripper, target string, literal bool) (string, error) {
	t.Helper()
	o := origin(t, target)
	o.Literal = literal
	c := newClient(t, client.Config{Origins: []client.Origin{o}, Header: []client.Field{{Name: "Authorization", Value: "Bearer t"}}}, rt)
	resp, err := c.Do(request(t, "GET", target, ""))
	if err != nil {
		return "", err
	}
	body, _ := io.ReadAll(resp.Body)
	return string(body), nil
}

// Security rule 18: a host from data must not lead to a private address,
// however it is written and whatever its name resolves to.
func TestMust18PrivateAddressesAreRefused(t *testing.T) {
	addresses := map[string]string{
		"127.0.0.1": "loopback", "127.9.9.9": "loopback", "[::1]": "loopback", "[::ffff:127.0.0.1]": "loopback", "[::ffff:7f00:1]": "loopback",
		"10.1.2.3": "private", "172.16.0.1": "private", "172.31.255.255": "private", "192.168.1.1": "private", "[fd12::1]": "private", "[fc00::1]": "private",
		"169.254.169.254": "link-local", "[fe80::1]": "link-local", "[::ffff:169.254.169.254]": "link-local",
		"[fd00:ec2::254]": "metadata", "100.100.100.200": "metadata", "100.64.0.1": "carrier-grade NAT", "100.127.255.255": "carrier-grade NAT",
		"0.0.0.0": "unspecified", "0.1.2.3": "unspecified", "[::]": "unspecified", "[::ffff:0.0.0.0]": "unspecified",
		"224.0.0.1": "multicast", "[ff02::1]": "multicast", "255.255.255.255": "reserved", "198.18.0.1": "benchmark",
		"[64:ff9b::10.0.0.1]": "private", "[64:ff9b::a9fe:a9fe]": "link-local", "[64:ff9b:1::1]": "local NAT64",
		"[2002:7f00:1::]": "loopback", "[2002:c0a8:101::1]": "private", "[::10.0.0.1]": "private", "[::ffff:0:10.0.0.1]": "private", "[2001:0:1::1]": "Teredo",
		"[fec0::1]": "site-local", "localhost": "loopback",
	}
	rt := client.NewTransport(client.TransportOptions{})
	defer rt.CloseIdleConnections()
	for host, kind := range addresses {
		_, err := get(t, rt, "https://"+host+":1/?k="+canary, false)
		var e *client.PrivateAddressError
		if !errors.As(err, &e) || e.Kind != kind || !strings.Contains(e.Error(), e.Addr) || strings.Contains(e.Error(), canary) {
			t.Errorf("%s: %v, want a PrivateAddressError of kind %s", host, err, kind)
		}
	}
}

func TestPublicAddressesAreDialled(t *testing.T) {
	rt := client.NewTransport(client.TransportOptions{})
	defer rt.CloseIdleConnections()
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // before the dial, after the check
	for _, host := range []string{"8.8.8.8", "172.32.0.1", "100.128.0.1", "169.253.0.1", "[2606:4700::1111]", "[64:ff9b::808:808]", "[2002:808:808::]"} {
		c := newClient(t, client.Config{Base: "https://" + host}, rt)
		if _, err := c.Do(request(t, "GET", "/", "").WithContext(ctx)); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want it tried", host, err)
		}
	}
}

func TestMust18GuardIsLiftedOnlyOnPurpose(t *testing.T) {
	server := httptest.NewServer(echo())
	defer server.Close()
	guarded := client.NewTransport(client.TransportOptions{})
	defer guarded.CloseIdleConnections()
	var private *client.PrivateAddressError
	if _, err := get(t, guarded, server.URL, true); err != nil {
		t.Errorf("a host of the spec: %v, want an answer", err)
	}
	// The connection is kept by now, and must not serve this one.
	if _, err := get(t, guarded, server.URL, false); !errors.As(err, &private) {
		t.Errorf("a host from data: %v, want a PrivateAddressError", err)
	}
	if _, err := guarded.RoundTrip(request(t, "GET", server.URL, "")); !errors.As(err, &private) {
		t.Errorf("a request of no client: %v, want a PrivateAddressError", err)
	}
	open := client.NewTransport(client.TransportOptions{AllowPrivate: true})
	defer open.CloseIdleConnections()
	if _, err := get(t, open, server.URL, false); err != nil {
		t.Errorf("with AllowPrivate: %v, want an answer", err)
	}
}

// Security rule 12: certificates are checked; a CA file adds roots.
func TestMust12CertificatesAreChecked(t *testing.T) {
	server := httptest.NewTLSServer(echo())
	defer server.Close()
	server.Config.ErrorLog = quiet()
	plain := client.NewTransport(client.TransportOptions{})
	defer plain.CloseIdleConnections()
	var network *client.NetworkError
	if _, err := get(t, plain, server.URL, true); !errors.As(err, &network) || network.Kind != "tls" {
		t.Errorf("an unknown authority: %v, want a TLS error", err)
	}
	file := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	ca, err := client.ParseCA(append([]byte("a comment\n"), file...))
	if err != nil || len(ca) != 1 {
		t.Fatalf("ParseCA = %v, %v", ca, err)
	}
	trusting := client.NewTransport(client.TransportOptions{CA: ca})
	defer trusting.CloseIdleConnections()
	if _, err := get(t, trusting, server.URL, true); err != nil {
		t.Errorf("with the CA: %v, want an answer", err)
	}
	if _, err := get(t, trusting, strings.Replace(server.URL, "127.0.0.1", "localhost", 1), true); !errors.As(err, &network) || network.Kind != "tls" {
		t.Errorf("another host name: %v, want a TLS error", err)
	}
	for _, bad := range [][]byte{nil, []byte("text"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY"})} {
		if got, err := client.ParseCA(bad); err == nil {
			t.Errorf("ParseCA(%q) = %v, want an error", bad, got)
		}
	}
}

func TestMust12OldTLSIsRefused(t *testing.T) {
	server := httptest.NewUnstartedServer(echo())
	server.Config.ErrorLog = quiet()
	server.TLS = oldTLS()
	server.StartTLS()
	defer server.Close()
	rt := client.NewTransport(client.TransportOptions{CA: []*x509.Certificate{server.Certificate()}})
	defer rt.CloseIdleConnections()
	var network *client.NetworkError
	if _, err := get(t, rt, server.URL, true); !errors.As(err, &network) || network.Kind != "tls" {
		t.Errorf("TLS 1.1: %v, want a TLS error", err)
	}
}

func TestRoutes(t *testing.T) {
	server := httptest.NewServer(echo())
	defer server.Close()
	route, err := client.ParseRoute("https://API.example.com:443="+server.URL+"/", false)
	if err != nil {
		t.Fatal(err)
	}
	if want := "https://api.example.com=" + server.URL; route.String() != want {
		t.Errorf("String = %s, want %s", route, want)
	}
	rt := client.NewTransport(client.TransportOptions{Routes: []client.Route{route}, Proxy: func(*http.Request) (*url.URL, error) {
		return nil, errors.New("a routed request needs no proxy")
	}})
	defer rt.CloseIdleConnections()
	got, err := get(t, rt, "https://api.example.com/v1/me?q=a%20b", false)
	if want := "api.example.com /v1/me?q=a%20b https api.example.com Bearer t"; err != nil || got != want {
		t.Errorf("the server saw %q, %v, want %q", got, err, want)
	}
	u, _ := url.Parse("https://api.example.com/authorize?x=1")
	if got := route.URL(u).String(); got != server.URL+"/authorize?x=1" {
		t.Errorf("URL = %s, want it rewritten", got)
	}
	other, _ := url.Parse("https://api.example.com:8443/")
	if route.URL(other) != other {
		t.Error("URL rewrites another origin")
	}
	// Redirects are judged by the original origin.
	elsewhere := httptest.NewServer(http.RedirectHandler("https://api.example.com/next", http.StatusFound))
	defer elsewhere.Close()
	route, err = client.ParseRoute("https://api.example.com="+elsewhere.URL, false)
	if err != nil {
		t.Fatal(err)
	}
	looping := client.NewTransport(client.TransportOptions{Routes: []client.Route{route}})
	defer looping.CloseIdleConnections()
	var e *client.RedirectError
	if _, err := get(t, looping, "https://api.example.com/", false); !errors.As(err, &e) || e.To != "https://api.example.com" || !strings.Contains(e.Reason, "five times") {
		t.Errorf("%v, want the redirect followed five times", err)
	}
}

func TestParseRouteRefuses(t *testing.T) {
	tests := []struct {
		in     string
		remote bool
	}{
		{"", false},
		{"https://a.example", false},
		{"https://a.example=https://b.example", false},
		{"https://a.example=http://b.example", true},
		{"https://a.example/path=http://127.0.0.1:1", false},
		{"https://a.example=http://127.0.0.1:1/path", false},
		{"https://a.example=http://127.0.0.1:1?q", false},
		{"https://a.example=http://u:" + canary + "@127.0.0.1:1", false},
		{"http://a.example=http://127.0.0.1:1", false},
		{"a.example=127.0.0.1", false},
	}
	for _, tt := range tests {
		if got, err := client.ParseRoute(tt.in, tt.remote); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("ParseRoute(%q) = %v, %v, want an error", tt.in, got, err)
		}
	}
	if _, err := client.ParseRoute("https://a.example=https://b.example:8443", true); err != nil {
		t.Errorf("a remote target that is allowed: %v", err)
	}
}

func TestProxy(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.WriteString(w, req.Method+" "+req.RequestURI)
	}))
	defer proxy.Close()
	u, _ := url.Parse(proxy.URL)
	rt := client.NewTransport(client.TransportOptions{Proxy: http.ProxyURL(u)})
	defer rt.CloseIdleConnections()
	if got, err := get(t, rt, "http://localhost:1/x", true); err != nil || got != "GET http://localhost:1/x" {
		t.Errorf("through the proxy: %q, %v", got, err)
	}
	var private *client.PrivateAddressError
	for _, target := range []string{"http://127.0.0.1:1/x", "https://[::ffff:10.0.0.1]/x"} {
		if _, err := get(t, rt, target, false); !errors.As(err, &private) {
			t.Errorf("%s through the proxy: %v, want a PrivateAddressError", target, err)
		}
	}
	broken := client.NewTransport(client.TransportOptions{Proxy: func(*http.Request) (*url.URL, error) { return nil, errors.New(canary) }})
	if _, err := get(t, broken, "http://localhost:1/x", true); err == nil || strings.Contains(err.Error(), canary) {
		t.Errorf("a proxy that cannot be chosen: %v, want an error without its text", err)
	}
}
