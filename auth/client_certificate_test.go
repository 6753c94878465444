package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/secret"
)

// An issued is a certificate with its key, both in PEM, too.
type issued struct {
	certificate      *x509.Certificate
	private          *ecdsa.PrivateKey
	certPEM, keyPEM  string
	encryptedTypePEM string // the key as if it were encrypted
}

// issue makes a certificate that ends at a time; signer nil makes an authority.
func issue(t *testing.T, name string, signer *issued, end time.Time) *issued {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: end, BasicConstraintsValid: true, IsCA: signer == nil,
	}
	parent, key := template, private
	if signer != nil {
		parent, key = signer.certificate, signer.private
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &private.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	return &issued{c, private, block("CERTIFICATE", der), block("PRIVATE KEY", pkcs8), block("ENCRYPTED PRIVATE KEY", pkcs8)}
}

// certificateSpecs are connectors that show a certificate: to the API, and to
// the token endpoint.
func certificateSpecs(at string) map[string]string {
	const head = `key: acme
name: Acme
auth:
  type: %s
  baseUri: %s
  ui:
    schema:
      type: object
      properties: {certificate: {type: string, isSensitive: true}, key: {type: string, isSensitive: true}}
`
	const shown = "{certificate: '${connectionInput.certificate}', key: '${connectionInput.key}'}"
	const test = `  test: {implementationType: rest-api-mapping, mapping: {method: get, path: /me}}
`
	return map[string]string{
		"makeApiClient": fmt.Sprintf(head, "client-credentials", at) + "  makeApiClient: {implementationType: mapping, mapping: {tls: " + shown + "}}\n" + test,
		"token": fmt.Sprintf(head, "oauth2", at) + "  getOAuthConfig: {implementationType: mapping, mapping: {grantType: client_credentials, tokenUri: '" +
			at + "/token', clientId: ada, clientAuthLocation: tls, tls: " + shown + "}}\n" + test,
	}
}

// tryCertificate connects with a certificate and a key.
func tryCertificate(t *testing.T, text, certificate, key string, transport *client.Transport) *auth.Result {
	t.Helper()
	s := subjectOf(t, text)
	v := given(t, s, "certificate", certificate, "key", key)
	_, result, err := auth.Connect(t.Context(), s, v, auth.World{Network: transport, Redactor: secret.NewRedactor()})
	if err != nil || result.OK {
		t.Fatalf("%v, %+v, want a failure", err, result)
	}
	return result
}

// TestRefusedClientCertificate wants to be told what a server has against a
// certificate, and what to do.
func TestRefusedClientCertificate(t *testing.T) {
	t.Parallel()
	end := time.Now().Add(time.Hour)
	authority, other := issue(t, "authority", nil, end), issue(t, "authority", nil, end) // of one name
	good, foreign, old := issue(t, "ada", authority, end), issue(t, "ada", other, end), issue(t, "ada", authority, time.Now().Add(-24*time.Hour))
	stranger := issue(t, "ada", issue(t, "stranger", nil, end), end)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }))
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.TLS = &tls.Config{MinVersion: version, MaxVersion: version, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: x509.NewCertPool()}
		server.TLS.ClientCAs.AddCert(authority.certificate)
		server.StartTLS()
		t.Cleanup(server.Close)
		transport := client.NewTransport(client.TransportOptions{CA: []*x509.Certificate{server.Certificate()}})
		t.Cleanup(transport.CloseIdleConnections)
		for step, text := range certificateSpecs(server.URL) {
			for _, tt := range []struct {
				name         string
				shown        *issued
				reason, hint string
			}{
				{"none", &issued{}, "asks for a client certificate, and there is none (TLS alert: ", "give tls with a certificate and its key"},
				{"of another authority", stranger, "asks for a client certificate, and ", "use a certificate of an authority that the server trusts"},
				{"of an unknown authority", foreign, "does not know the authority that signed the client certificate (TLS alert: unknown certificate authority)", "use a certificate of an authority that the server trusts"},
				{"that has expired", old, "takes the client certificate for expired, or not yet valid (TLS alert: expired certificate)", "get a new certificate"},
			} {
				if version == tls.VersionTLS12 && strings.Contains(tt.reason, "asks for") { // of which the alert says little
					tt.reason, tt.hint = "the server ended the TLS handshake (TLS alert: handshake failure)", "if the server asks for a client certificate, "+tt.hint
				}
				if version == tls.VersionTLS12 && tt.shown == stranger {
					tt.hint = "if the server asks for a client certificate, the one of tls may not be what it asks for"
				}
				r := tryCertificate(t, text, tt.shown.certPEM, tt.shown.keyPEM, transport)
				if !strings.Contains(r.Message, tt.reason) || !strings.HasPrefix(r.Hint, tt.hint) {
					t.Errorf("%s, %s, %s: %s\nhint: %s", step, tls.VersionName(version), tt.name, r.Message, r.Hint)
				}
				if strings.Count(r.Message, server.URL) != 1 {
					t.Errorf("%s, %s: the origin belongs there once: %s", step, tt.name, r.Message)
				}
			}
			s := subjectOf(t, text)
			if _, r, err := auth.Connect(t.Context(), s, given(t, s, "certificate", good.certPEM, "key", good.keyPEM), auth.World{Network: transport}); step == "makeApiClient" && (err != nil || !r.OK) {
				t.Errorf("a good one: %v, %+v", err, r)
			}
		}
	}
}

// TestBadClientCertificate wants the field of tls that cannot be used by its
// name, and what is wanted of it, at the API as at the token endpoint, and
// nothing of what was written there.
func TestBadClientCertificate(t *testing.T) {
	t.Parallel()
	end := time.Now().Add(time.Hour)
	ada, bob := issue(t, "ada", nil, end), issue(t, "bob", nil, end)
	transport := client.NewTransport(client.TransportOptions{})
	const wrong = "wrong-0123456789-abc"
	for step, text := range certificateSpecs("https://127.0.0.1:1") {
		for _, tt := range []struct{ name, certificate, key, reason, hint string }{
			{"a key that is none", ada.certPEM, wrong, `tls "key" cannot be used: it is not a private key in PEM`, "tls.key takes the private key of tls.certificate in PEM"},
			{"a key of another", ada.certPEM, bob.keyPEM, `tls "key" cannot be used: it is not the key of the certificate`, "tls.key takes the private key of tls.certificate in PEM"},
			{"an encrypted key", ada.certPEM, ada.encryptedTypePEM, `tls "key" cannot be used: it is encrypted`, "tls.key takes the private key of tls.certificate in PEM"},
			{"a certificate that is none", wrong, ada.keyPEM, `tls "certificate" cannot be used: it is not a certificate in PEM`, "tls.certificate takes the client's certificate in PEM"},
			{"a certificate without a key", ada.certPEM, "", `tls "key" cannot be used: a certificate needs its private key`, "tls.key takes the private key of tls.certificate in PEM"},
		} {
			r := tryCertificate(t, text, tt.certificate, tt.key, transport)
			if !strings.Contains(r.Message, tt.reason) || !strings.HasPrefix(r.Hint, tt.hint) || strings.Contains(r.Message+r.Hint, wrong) {
				t.Errorf("%s, %s: %s\nhint: %s", step, tt.name, r.Message, r.Hint)
			}
			if step == "token" && !strings.Contains(r.Message, "the request to https://127.0.0.1:1 was not sent") {
				t.Errorf("%s: nothing was sent, and that is to be said: %s", tt.name, r.Message)
			}
		}
	}
}
