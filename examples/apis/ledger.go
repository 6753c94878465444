package apis

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"strings"
	"time"
)

// Ledger is a bank that there is not: who has no client certificate of its
// authority does not get as far as HTTP. Keys and certificates are made of these
// names, so that they are the same each time.
const (
	ledgerAuthorityName = "Ledger Example Root"
	ledgerServerName    = "api.ledger.example"
	ledgerCustomer      = "Analytical Engines Ltd"
	ledgerClient        = "analytical-engines"
)

// A certified is a key with its certificate.
type certified struct {
	key  ed25519.PrivateKey
	leaf *x509.Certificate
}

// certify makes a key and a certificate, which is signed by an authority, or by
// itself.
func certify(name string, by *certified, template x509.Certificate) *certified {
	issuer := name
	if by != nil {
		issuer = by.leaf.Subject.CommonName
	}
	seed := sha256.Sum256([]byte("a key of the loopback server: " + name + ", " + issuer))
	key := ed25519.NewKeyFromSeed(seed[:])
	template.SerialNumber = new(big.Int).SetBytes(seed[:8])
	template.Subject = pkix.Name{CommonName: name}
	template.NotBefore, template.NotAfter = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2070, 1, 1, 0, 0, 0, 0, time.UTC)
	parent, signer := &template, key
	if by != nil {
		parent, signer = by.leaf, by.key
	}
	der, err := x509.CreateCertificate(nil, &template, parent, key.Public(), signer)
	if err != nil {
		panic(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return &certified{key, leaf}
}

// certificate and privateKey are in PEM.
func (c *certified) certificate() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.leaf.Raw}))
}

func (c *certified) privateKey() string {
	der, err := x509.MarshalPKCS8PrivateKey(c.key)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func authority(name string) *certified {
	return certify(name, nil, x509.Certificate{
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	})
}

// customer makes a client certificate that an authority signs.
func customer(by *certified) *certified {
	return certify(ledgerCustomer, by, x509.Certificate{
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
}

// Strangers are a certificate and its key that look like those that Ledger
// accepts, and are of another authority.
func Strangers() (certificate, key string) {
	c := customer(authority("Another Root"))
	return c.certificate(), c.privateKey()
}

// ledger is the bank: tokens are for who has the certificate that they were
// given to (RFC 8705).
type ledger struct {
	*authorizationServer
	holders map[string]string // of access tokens, by their certificates
}

// ledgerAPI returns the bank with what it accepts.
func ledgerAPI() API {
	root := authority(ledgerAuthorityName)
	server := certify(ledgerServerName, root, x509.Certificate{
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{ledgerServerName, "auth.ledger.example"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	})
	client := customer(root)
	pool := x509.NewCertPool()
	pool.AddCert(root.leaf)
	inputs := values{"certificate": client.certificate(), "privateKey": client.privateKey()}
	return API{
		Example: "ledger", Origin: "https://api.ledger.example", Login: "https://auth.ledger.example",
		Options: map[string]Option{
			"certificate": {Inputs: inputs, Secrets: []string{"privateKey"}},
			"token":       {Inputs: inputs, Parameters: values{"clientId": ledgerClient}, Secrets: []string{"privateKey"}},
		},
		TLS: &tls.Config{
			MinVersion: tls.VersionTLS12, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool,
			Certificates: []tls.Certificate{{Certificate: [][]byte{server.leaf.Raw}, PrivateKey: server.key, Leaf: server.leaf}},
		},
		Handler: &ledger{
			&authorizationServer{
				clients: []oauthClient{{id: ledgerClient, where: notAtAll, grants: []string{"client_credentials"}}},
				scopes:  []string{"accounts:read", "payments:read"}, lifetime: 10 * time.Minute,
			},
			map[string]string{},
		},
	}
}

func (l *ledger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, code, detail string) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"type":"https://ledger.example/problems/` + code + `","title":"` + detail + `"}`))
	}
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 || r.TLS.PeerCertificates[0].Subject.CommonName != ledgerCustomer {
		refuse(http.StatusForbidden, "no-certificate", "A client certificate is needed.")
		return
	}
	sum := sha256.Sum256(r.TLS.PeerCertificates[0].Raw)
	holder := base64.RawURLEncoding.EncodeToString(sum[:])
	if r.URL.Path == "/oauth2/token" {
		l.grant(w, r, holder)
		return
	}
	// Without a token the accounts can be seen, and no payments.
	token, named := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	g := l.bearer(r, "Bearer")
	l.mu.Lock()
	bound := l.holders[token] == holder
	l.mu.Unlock()
	switch {
	case named && (g == nil || !bound):
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		refuse(http.StatusUnauthorized, "invalid-token", "The token has ended, or is bound to another certificate.")
	case r.Method == http.MethodGet && r.URL.Path == "/v1/customer":
		answer(w, http.StatusOK, object{"id": "C-1842", "name": ledgerCustomer})
	case r.Method == http.MethodGet && r.URL.Path == "/v1/accounts":
		answer(w, http.StatusOK, object{"accounts": []object{
			{"iban": "GB33BUKB20201555555555", "name": "Current account", "balance": object{"amount": "1842.07", "currency": "GBP"}},
			{"iban": "GB94BARC10201530093459", "name": "Savings", "balance": object{"amount": "17000.00", "currency": "GBP"}},
		}})
	default:
		refuse(http.StatusNotFound, "not-found", "There is no such resource.")
	}
}

// grant answers the token request, and remembers whose certificate came with it.
func (l *ledger) grant(w http.ResponseWriter, r *http.Request, holder string) {
	l.mu.Lock()
	before := len(l.access)
	l.mu.Unlock()
	l.token(w, r)
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.access) == before {
		return
	}
	for token := range l.access {
		if l.holders[token] == "" {
			l.holders[token] = holder
		}
	}
}
