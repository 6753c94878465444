package client

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
)

// A TLS is what a client shows and trusts in a TLS handshake besides what the
// transport does: a certificate with its chain and its key, and authorities,
// all PEM, each empty if there is none. They are read when a connection is
// made. All is hidden however it is printed or encoded.
type TLS struct{ Certificate, Key, CA string }

// Format hides all of it.
func (t TLS) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, secret.Mask) }

// MarshalText hides all of it.
func (t TLS) MarshalText() ([]byte, error) { return []byte(secret.Mask), nil }

// check says what is missing.
func (t *TLS) check() error {
	switch {
	case t == nil:
	case t.Certificate != "" && t.Key == "":
		return &FieldError{Where: "tls", Name: "key", Problem: "a certificate needs its private key"}
	case t.Certificate == "" && t.Key != "":
		return &FieldError{Where: "tls", Name: "certificate", Problem: "a key is of no use without its certificate"}
	}
	return nil
}

// identity reads the certificate and the authorities.
func (t *TLS) identity() ([]tls.Certificate, []*x509.Certificate, error) {
	bad := func(name, problem string) error { return &FieldError{Where: "tls", Name: name, Problem: problem} }
	var authorities []*x509.Certificate
	if t.CA != "" {
		var err error
		if authorities, err = ParseCA([]byte(t.CA)); err != nil {
			return nil, nil, bad("ca", "it is not a certificate in PEM")
		}
	}
	if t.Certificate == "" {
		return nil, authorities, nil
	}
	if _, err := ParseCA([]byte(t.Certificate)); err != nil {
		return nil, nil, bad("certificate", "it is not a certificate in PEM")
	}
	switch block, _ := pem.Decode([]byte(t.Key)); {
	case block == nil:
		return nil, nil, bad("key", "it is not a private key in PEM")
	case block.Type == "ENCRYPTED PRIVATE KEY", block.Headers["DEK-Info"] != "":
		return nil, nil, bad("key", "it is encrypted; give it without its passphrase")
	}
	pair, err := tls.X509KeyPair([]byte(t.Certificate), []byte(t.Key))
	if err != nil && strings.Contains(err.Error(), "does not match") {
		return nil, nil, bad("key", "it is not the key of the certificate")
	}
	if err != nil {
		return nil, nil, bad("key", "it cannot be read as a private key (RSA, ECDSA or Ed25519)")
	}
	return []tls.Certificate{pair}, authorities, nil
}

// lines are the connections that are made with one identity. Those to hosts of
// the spec are kept apart from the others, so that a request with a host from
// data never gets one that was made without the check.
type lines struct{ trusted, guarded, proxied *http.Transport }

// maxIdentities is how many identities keep connections.
const maxIdentities = 16

// linesOf gives the connections for an identity, nil for none.
func (t *Transport) linesOf(identity *TLS) (*lines, error) {
	if identity == nil || *identity == (TLS{}) {
		return t.plain, nil
	}
	// The length of each part keeps the parts apart.
	key := sha256.Sum256(fmt.Appendf(nil, "%d %d %s%s%s", len(identity.Certificate), len(identity.Key), identity.Certificate, identity.Key, identity.CA))
	t.mu.Lock()
	defer t.mu.Unlock()
	if l := t.identities[key]; l != nil {
		return l, nil
	}
	certificates, authorities, err := identity.identity()
	if err != nil {
		return nil, err
	}
	if len(t.identities) >= maxIdentities {
		for _, l := range t.identities {
			l.close()
		}
		clear(t.identities)
	}
	l := t.newLines(certificates, authorities)
	t.identities[key] = l
	return l, nil
}

func (l *lines) close() {
	for _, h := range []*http.Transport{l.trusted, l.guarded, l.proxied} {
		h.CloseIdleConnections()
	}
}
