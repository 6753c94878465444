// Package peers starts servers of others on loopback, for tests: what agrees
// with them is not only what we think of a standard.
//
// They are fetched and built from package registries, so they run where
// CONNECTOR_PEERS is set, as in the gate; elsewhere a test that wants one is
// skipped. Each is kept in the user's cache directory and installed once. It
// ends with its test, which shows what it said if the test fails.
package peers

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A Server is a peer that runs.
type Server struct {
	// URL is where it listens, http://127.0.0.1:PORT.
	URL string
	// Keys are the private keys of clients that sign, by the client's ID: JWKs
	// of OIDC, PEM of OAuth1.
	Keys map[string]string
	// TLS, of Apache, is where it asks for a certificate.
	TLS *TLS
	// Elsewhere, of Apache, is where redirects of /away/ lead.
	Elsewhere *Elsewhere
}

// TLS is a server that wants a certificate of its clients, and what a client
// needs for it, in PEM.
type TLS struct {
	URL                                 string // https://127.0.0.1:PORT
	Authority                           string // what both certificates are signed by
	ClientCertificate, ClientPrivateKey string
}

// need skips a test where no peers are wanted.
func need(t testing.TB, name string) {
	t.Helper()
	if os.Getenv("CONNECTOR_PEERS") == "" {
		t.Skipf("CONNECTOR_PEERS is not set: %s is not started", name)
	}
}

// sources finds the directory of this package, which tests of other packages
// of the repository look for from their own.
func sources() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		here := filepath.Join(dir, "testdata", "peers")
		if _, err := os.Stat(filepath.Join(here, "peers.go")); err == nil {
			return here, nil
		}
		if filepath.Dir(dir) == dir {
			return "", errors.New("no directory above the working directory has testdata/peers")
		}
		dir = filepath.Dir(dir)
	}
}
