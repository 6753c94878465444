package client

import (
	"crypto/tls"
	"errors"
	"net"
	"strings"
)

// The alerts of a server that does not take a client's certificate (RFC 8446
// 6.2).
const (
	alertHandshakeFailure    tls.AlertError = 40 // says little; of TLS 1.2, where there is no certificate
	alertBadCertificate      tls.AlertError = 42 // is also sent where there is none
	alertUnsupported         tls.AlertError = 43
	alertRevoked             tls.AlertError = 44
	alertExpired             tls.AlertError = 45
	alertUnknown             tls.AlertError = 46
	alertUnknownCA           tls.AlertError = 48
	alertAccessDenied        tls.AlertError = 49
	alertCertificateRequired tls.AlertError = 116
)

// alertOf returns the alert of TLS that the server sent, if that is the error.
// Its type is not exported by crypto/tls, so it is known by its words.
func alertOf(err error) (tls.AlertError, bool) {
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "remote error" || op.Err == nil {
		return 0, false
	}
	for code := range 256 {
		if alert := tls.AlertError(code); alert.Error() == op.Err.Error() {
			return alert, true
		}
	}
	return 0, false
}

const (
	giveCertificate = "give tls with a certificate and its key: in makeApiClient for the API, in the OAuth configuration for its endpoints"
	anotherIssuer   = "use a certificate of an authority that the server trusts; what stands between the two belongs behind it in tls.certificate"
)

// refusals are what alerts say of a certificate that was shown, and what to do.
var refusals = map[tls.AlertError]struct{ reason, mend string }{
	alertBadCertificate: {"the server refuses the client certificate", "compare tls.certificate with the one that is registered at the server"},
	alertUnsupported:    {"the server does not take a client certificate of this kind", "use one for client authentication, with a kind of key that the server takes"},
	alertRevoked:        {"the client certificate was revoked", "get a new certificate, and write it and its key into tls"},
	alertExpired:        {"the server takes the client certificate for expired, or not yet valid", "get a new certificate, and write it and its key into tls"},
	alertUnknown:        {"the server refuses the client certificate for a reason that it does not tell", "compare tls.certificate with the one that is registered at the server"},
	alertUnknownCA:      {"the server does not know the authority that signed the client certificate", anotherIssuer},
	alertAccessDenied:   {"the server knows the client certificate and does not let it in", "let whoever runs the server allow this certificate"},
	// A certificate that does not fit what the server asks for is not shown.
	alertCertificateRequired: {"the server asks for a client certificate, and the one of tls is of no authority, or of no kind of key, that it names", anotherIssuer},
}

// alerted says what an alert means for a client that shows a certificate, or
// none, and what to do; mend is "" where nothing better is known than for any
// failure of TLS.
func alerted(alert tls.AlertError, shows bool) (reason, mend string) {
	words := strings.TrimPrefix(alert.Error(), "tls: ")
	of := " (TLS alert: " + words + ")"
	refusal, known := refusals[alert]
	switch {
	case shows && known:
		return refusal.reason + of, refusal.mend
	case !shows && (alert == alertCertificateRequired || alert == alertBadCertificate):
		return "the server asks for a client certificate, and there is none" + of, giveCertificate
	case !shows && alert == alertHandshakeFailure:
		mend = "if the server asks for a client certificate, " + giveCertificate
	case alert == alertHandshakeFailure:
		mend = "if the server asks for a client certificate, the one of tls may not be what it asks for, and is not shown then: " + anotherIssuer
	}
	return "the server ended the TLS handshake" + of, mend
}
