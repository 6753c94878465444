package client_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth/client"
)

// newIdentity makes a self-signed certificate for a client.
func newIdentity(t testing.TB, name string) client.TLS {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return client.TLS{
		Certificate: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})),
		Key:         string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})),
	}
}

func TestClientCertificates(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.WriteString(w, req.TLS.PeerCertificates[0].Subject.CommonName)
	}))
	server.Config.ErrorLog = quiet()
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	var connections atomic.Int32
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.StartTLS()
	defer server.Close()
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	rt := client.NewTransport(client.TransportOptions{})
	defer rt.CloseIdleConnections()
	o := origin(t, server.URL)
	o.Literal = true
	ask := func(identity *client.TLS) (string, error) {
		resp, err := newClient(t, client.Config{Base: server.URL, Origins: []client.Origin{o}, TLS: identity}, rt).Do(request(t, "GET", "/", ""))
		if err != nil {
			return "", err
		}
		body, _ := io.ReadAll(resp.Body)
		return string(body), nil
	}
	// Each client shows its own, though they share the transport, and keeps its
	// connection.
	identities := map[string]client.TLS{"ada": newIdentity(t, "ada"), "bob": newIdentity(t, "bob")}
	for range 3 {
		for name, identity := range identities {
			identity.CA = ca
			if got, err := ask(&identity); err != nil || got != name {
				t.Errorf("%q, %v, want %q", got, err, name)
			}
		}
	}
	if n := connections.Load(); n != 2 {
		t.Errorf("%d connections, want 2", n)
	}
	var network *client.NetworkError
	if got, err := ask(&client.TLS{CA: ca}); !errors.As(err, &network) || network.Kind != "tls" {
		t.Errorf("without a certificate: %q, %v, want a TLS error", got, err)
	}
	untrusting := newIdentity(t, "ada")
	if got, err := ask(&untrusting); !errors.As(err, &network) || network.Kind != "tls" {
		t.Errorf("without the authority: %q, %v, want a TLS error", got, err)
	}
}

func TestMust17TLSIsChecked(t *testing.T) {
	good, other := newIdentity(t, "ada"), newIdentity(t, "bob")
	block := func(kind string) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: []byte(canary)}))
	}
	tests := []struct {
		name string
		tls  client.TLS
		want string // the field
		says string
	}{
		{"a certificate without a key", client.TLS{Certificate: good.Certificate}, "key", "needs its private key"},
		{"a key without a certificate", client.TLS{Key: good.Key}, "certificate", "without its certificate"},
		{"a certificate that is none", client.TLS{Certificate: canary, Key: good.Key}, "certificate", "not a certificate in PEM"},
		{"a certificate that is broken", client.TLS{Certificate: block("CERTIFICATE"), Key: good.Key}, "certificate", "not a certificate in PEM"},
		{"a key that is none", client.TLS{Certificate: good.Certificate, Key: canary}, "key", "not a private key in PEM"},
		{"a key that is broken", client.TLS{Certificate: good.Certificate, Key: block("PRIVATE KEY")}, "key", "cannot be read"},
		{"a key that is encrypted", client.TLS{Certificate: good.Certificate, Key: block("ENCRYPTED PRIVATE KEY")}, "key", "it is encrypted"},
		{"another key", client.TLS{Certificate: good.Certificate, Key: other.Key}, "key", "not the key of the certificate"},
		{"an authority that is none", client.TLS{CA: canary}, "ca", "not a certificate in PEM"},
	}
	rt := client.NewTransport(client.TransportOptions{})
	for _, tt := range tests {
		o := origin(t, "https://h.example")
		o.Literal = true
		c, err := client.New(client.Config{Base: "https://h.example", Origins: []client.Origin{o}, TLS: &tt.tls}, rt)
		if err == nil {
			_, err = c.Do(request(t, "GET", "/", ""))
		}
		var field *client.FieldError
		if !errors.As(err, &field) || field.Where != "tls" || field.Name != tt.want || !strings.Contains(field.Problem, tt.says) || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v, want a FieldError of tls %q", tt.name, err, tt.want)
		}
	}
}

func TestMust30TLSPrintsNoSecret(t *testing.T) {
	identity := client.TLS{Certificate: canary, Key: canary, CA: canary}
	j, err := json.Marshal([]any{identity, &identity})
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprintf("%v %+v %#v %s %x %v %+v", identity, identity, identity, identity, identity, &identity, client.Config{TLS: &identity}) + string(j); strings.Contains(s, canary) || strings.Contains(s, fmt.Sprintf("%x", canary)) {
		t.Errorf("a key shows in %s", s)
	}
}
