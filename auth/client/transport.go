package client

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

// The limits of a connection.
const (
	dialTime       = 10 * time.Second
	tlsTime        = 10 * time.Second
	headerTime     = 30 * time.Second
	idleTime       = 30 * time.Second
	maxHeaderBytes = 256 << 10
)

// TransportOptions say how the network is reached; the zero value is safe.
type TransportOptions struct {
	// CA are roots trusted beside those of the system; see [ParseCA].
	CA []*x509.Certificate
	// AllowPrivate lets hosts from data lead to private addresses.
	AllowPrivate bool
	// Routes send the requests of an origin elsewhere; the first that fits.
	Routes []Route
	// Proxy chooses a proxy for a request, as in http.Transport; its result
	// nil means none. Default none: this package never reads the environment;
	// see [Proxy.Choose]. A proxy looks names up itself, and may see another
	// network than this machine does: for a request that goes through one, a
	// private address is refused where the host is written as such, and what a
	// name leads to is the proxy's to judge.
	Proxy func(*http.Request) (*url.URL, error)
}

// A Transport is the network as an [http.RoundTripper], made by
// [NewTransport]. It speaks TLS 1.2 or better, dials within 10 seconds, shakes
// hands within 10, waits 30 for an answer's header of at most 256 KiB, follows
// no redirect, and refuses private addresses for hosts that are not literally
// in the spec (every host, for requests that no [Client] made). It is safe for
// concurrent use.
type Transport struct {
	opts  TransportOptions
	plain *lines // for clients without a certificate of their own

	mu         sync.Mutex
	identities map[[sha256.Size]byte]*lines
}

// NewTransport makes a transport. Close its idle connections at the end.
func NewTransport(opts TransportOptions) *Transport {
	t := &Transport{opts: opts, identities: map[[sha256.Size]byte]*lines{}}
	t.plain = t.newLines(nil, nil)
	return t
}

// newLines makes the connections of an identity.
func (t *Transport) newLines(certificates []tls.Certificate, authorities []*x509.Certificate) *lines {
	config := &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: certificates,
		RootCAs: rootsWith(slices.Concat(t.opts.CA, authorities)),
	}
	l := &lines{trusted: newHTTPTransport(config, nil), proxied: newHTTPTransport(config, nil)}
	l.proxied.Proxy = t.opts.Proxy
	l.proxied.OnProxyConnectResponse = proxyAnswered
	l.guarded = l.trusted
	if !t.opts.AllowPrivate {
		l.guarded = newHTTPTransport(config, guard)
	}
	return l
}

func newHTTPTransport(config *tls.Config, control controlFunc) *http.Transport {
	dialer := &net.Dialer{Timeout: dialTime, KeepAlive: idleTime, ControlContext: control}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        config.Clone(),
		TLSHandshakeTimeout:    tlsTime,
		ResponseHeaderTimeout:  headerTime,
		IdleConnTimeout:        idleTime,
		MaxIdleConns:           64,
		MaxIdleConnsPerHost:    4,
		MaxResponseHeaderBytes: maxHeaderBytes,
		ForceAttemptHTTP2:      true,
	}
}

// RoundTrip sends one request.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	s, _ := req.Context().Value(sentKey{}).(*sent)
	if s == nil {
		s = &sent{}
	}
	lines, err := t.linesOf(s.tls)
	if err != nil {
		return nil, err
	}
	if routed := t.route(req); routed != nil {
		resp, err := lines.trusted.RoundTrip(routed)
		if resp != nil {
			resp.Request = req
		}
		return resp, err
	}
	trusted := s.trusted || t.opts.AllowPrivate
	if !trusted {
		if err := checkLiteralAddress(req.URL.Hostname()); err != nil {
			return nil, err
		}
	}
	if t.opts.Proxy != nil {
		if proxy, err := t.opts.Proxy(req); err != nil {
			return nil, &proxyError{"the proxy cannot be used"} // the text may hold its password
		} else if proxy != nil {
			return lines.proxied.RoundTrip(req)
		}
	}
	if trusted {
		return lines.trusted.RoundTrip(req)
	}
	return lines.guarded.RoundTrip(req)
}

// CloseIdleConnections closes the connections that are kept for later.
func (t *Transport) CloseIdleConnections() {
	t.plain.close()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, l := range t.identities {
		l.close()
	}
}

// ParseCA reads the certificates of a PEM file. It is an error if there are
// none.
func ParseCA(file []byte) ([]*x509.Certificate, error) {
	var list []*x509.Certificate
	for {
		var block *pem.Block
		block, file = pem.Decode(file)
		if block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d: %w", len(list)+1, err)
		}
		list = append(list, cert)
	}
	if len(list) == 0 {
		return nil, errors.New("it holds no PEM certificate")
	}
	return list, nil
}

// rootsWith gives the system's roots and more, nil for the system's alone.
func rootsWith(more []*x509.Certificate) *x509.CertPool {
	if len(more) == 0 {
		return nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	for _, cert := range more {
		pool.AddCert(cert)
	}
	return pool
}
