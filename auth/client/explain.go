package client

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/connector-spec/connector/auth/secret"
)

// A progress is the phase that an exchange has reached.
type progress struct{ reached atomic.Pointer[Phase] }

func (p *progress) set(phase Phase) { p.reached.Store(&phase) }

// phase is waiting where nothing is known, as over a transport in memory.
func (p *progress) phase() Phase {
	if phase := p.reached.Load(); phase != nil {
		return *phase
	}
	return Waiting
}

func (p *progress) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:           func(string) { p.set(Connecting) },
		TLSHandshakeStart: func() { p.set(Handshake) },
		GotConn:           func(httptrace.GotConnInfo) { p.set(Sending) },
		WroteRequest:      func(httptrace.WroteRequestInfo) { p.set(Waiting) },
	})
}

// explain words an error of exchange. The text of an error that is not known
// to be harmless is dropped: net/http quotes URLs, header values and what
// servers say.
func (c *sender) explain(caller context.Context, err error) error {
	var f *failure
	if !errors.As(err, &f) {
		return err
	}
	origin := f.origin.String()
	var private *PrivateAddressError
	var harmless interface{ NoSecrets() }
	var timeout net.Error
	var field *FieldError
	var proxy *proxyError
	switch {
	case errors.As(f.err, &field):
		return field
	case errors.As(f.err, &proxy):
		return &NetworkError{Origin: origin, Kind: "proxy", Reason: proxy.reason}
	case errors.As(f.err, &private):
		return &PrivateAddressError{Host: origin, Addr: private.Addr, Kind: private.Kind}
	case errors.As(f.err, &harmless):
		return f.err
	case caller.Err() != nil:
		return fmt.Errorf("%s: %w", origin, context.Cause(caller))
	case f.whole:
		return &TimeoutError{Origin: origin, Phase: f.phase, After: c.config.Timeout}
	case errors.As(f.err, &timeout) && timeout.Timeout():
		return &TimeoutError{Origin: origin, Phase: f.phase, After: phaseLimit(f.phase, c.config.Timeout)}
	}
	if alert, ok := alertOf(f.err); ok {
		reason, mend := alerted(alert, c.config.TLS != nil && c.config.TLS.Certificate != "")
		return &NetworkError{Origin: origin, Kind: "tls", Reason: reason, Mend: mend}
	}
	return networkError(origin, f.err)
}

// phaseLimit gives the transport's limit of a phase.
func phaseLimit(phase Phase, whole time.Duration) time.Duration {
	switch phase {
	case Connecting:
		return dialTime
	case Handshake:
		return tlsTime
	case Waiting:
		return headerTime
	}
	return whole
}

// networkError says why no answer came.
func networkError(origin string, err error) error {
	var (
		dns       *net.DNSError
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		record    tls.RecordHeaderError
		corrupt   flate.CorruptInputError
		op        *net.OpError
	)
	reply := func(kind, reason string, cause error) error {
		return &NetworkError{Origin: origin, Kind: kind, Reason: secret.PrintableLine(reason), Err: cause}
	}
	switch {
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return reply("proxy", "the proxy could not be reached", nil)
	case errors.As(err, &dns) && dns.IsNotFound:
		return reply("dns", "there is no host of this name", dns)
	case errors.As(err, &dns):
		return reply("dns", "the name of the host could not be looked up", dns)
	case errors.Is(err, syscall.ECONNREFUSED):
		return reply("refused", "the connection was refused; nothing listens there", syscall.ECONNREFUSED)
	case errors.As(err, &authority):
		return reply("tls", "the certificate is signed by an authority that is not trusted here (--ca-file adds one)", nil)
	case errors.As(err, &name):
		return reply("tls", "the certificate is for another host", nil)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return reply("tls", "the certificate has expired or is not yet valid", nil)
	case errors.As(err, &invalid), errors.As(err, &verify):
		return reply("tls", "the certificate is not valid", nil)
	case errors.As(err, &record):
		return reply("tls", "the server does not speak TLS on this port", nil)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return reply("protocol", "the compression of the answer is broken", nil)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return reply("closed", "the connection was closed before the answer was complete", nil)
	case errors.As(err, &op) && op.Op == "dial":
		return reply("other", "no connection could be made", nil)
	case strings.Contains(err.Error(), "malformed HTTP"), strings.Contains(err.Error(), "malformed MIME"):
		return reply("protocol", "the answer is not HTTP", nil)
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return reply("tls", "the server does not speak TLS on this port", nil)
	case strings.Contains(err.Error(), "tls: "):
		return reply("tls", "the TLS handshake failed", nil)
	}
	return reply("other", "the exchange with the server failed", nil)
}
