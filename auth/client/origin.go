package client

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// An Origin is a scheme, a host and a port: the unit in which it is decided
// where a credential may go. Make one with [ParseOrigin]; two origins are the
// same when their Strings are.
type Origin struct {
	scheme, host, port string

	// Literal says that the host stands literally in the spec. For any other
	// host, one that came out of data, the transport refuses to dial private
	// addresses.
	Literal bool
}

// ParseOrigin reads the origin of a URL; path, query and fragment are
// ignored. Case, default port, a trailing dot of the host and the spelling of
// an IPv6 address are normalised. Refused are, with a [*FieldError] or an
// [*InsecureError]: user info, any scheme but https (and http for localhost
// and loopback addresses), hosts that are not ASCII, and odd spellings of
// IPv4 addresses such as 0x7f.1 or 2130706433.
func ParseOrigin(text string) (Origin, error) {
	u, err := url.Parse(text)
	if err != nil {
		return Origin{}, &FieldError{Where: "url", Problem: "it is not a URL"}
	}
	return originOf(u)
}

// OriginOf is [ParseOrigin] for a URL that was read.
func OriginOf(u *url.URL) (Origin, error) { return originOf(u) }

// originOf gives the origin of an absolute URL.
func originOf(u *url.URL) (Origin, error) {
	switch {
	case u.User != nil:
		return Origin{}, &FieldError{Where: "url", Name: "user info", Problem: "a user or password in a URL is refused; use a header or basic auth"}
	case u.Scheme == "" || u.Opaque != "" || u.Host == "":
		return Origin{}, &FieldError{Where: "url", Problem: "it needs a scheme and a host, such as https://api.example.com"}
	}
	host, err := normalHost(u.Hostname())
	if err != nil {
		return Origin{}, err
	}
	o := Origin{scheme: strings.ToLower(u.Scheme), host: host, port: u.Port()}
	if o.port != "" {
		n, err := strconv.ParseUint(o.port, 10, 16)
		if err != nil || n == 0 {
			return Origin{}, &FieldError{Where: "url", Name: "port", Problem: "it must be a number from 1 to 65535"}
		}
		o.port = strconv.FormatUint(n, 10)
	}
	if o.scheme != "https" && (o.scheme != "http" || !o.Loopback()) {
		return Origin{}, &InsecureError{Origin: o.String()}
	}
	return o, nil
}

// normalHost brings a host, without brackets, into its one spelling.
func normalHost(host string) (string, error) {
	bad := func(problem string) (string, error) {
		return "", &FieldError{Where: "url", Name: "host", Problem: problem}
	}
	if strings.Contains(host, ":") {
		ip, err := netip.ParseAddr(host)
		if err != nil || ip.Zone() != "" {
			return bad("it is not an IPv6 address without a zone")
		}
		return ip.String(), nil
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "" || len(host) > 253 {
		return bad("it must have 1 to 253 characters")
	}
	for i := range len(host) {
		c := host[i]
		if c >= 0x80 {
			return bad("write it in its ASCII form (xn--...)")
		}
		if !isAlnum(c) && c != '-' && c != '.' && c != '_' {
			return bad("it may hold letters, digits, dots, hyphens and underscores only")
		}
	}
	if strings.HasPrefix(host, ".") || strings.Contains(host, "..") {
		return bad("it has an empty label")
	}
	if endsInNumber(host) {
		ip, err := netip.ParseAddr(host)
		if err != nil {
			return bad("write an IPv4 address as four decimal numbers without leading zeros")
		}
		return ip.String(), nil
	}
	return host, nil
}

// endsInNumber says whether resolvers may take host for an IPv4 address: its
// last label is a number, decimal, octal or hexadecimal (the rule of the WHATWG
// URL standard, 3.5).
func endsInNumber(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	if c := host[len(host)-1]; c > 'f' && c != 'x' { // which no number ends in
		return false
	}
	if rest, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(rest, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == ""
}

// String gives the origin as a URL without a path, without a default port.
func (o Origin) String() string {
	if o.host == "" {
		return ""
	}
	return o.scheme + "://" + o.Host()
}

// Host gives host and port as they stand in a URL, without a default port.
func (o Origin) Host() string {
	host := o.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if o.port == "" || o.port == defaultPort(o.scheme) {
		return host
	}
	return host + ":" + o.port
}

// Same says whether two origins are one: scheme, host and effective port.
func (o Origin) Same(p Origin) bool {
	return o.scheme == p.scheme && o.host == p.host && o.effectivePort() == p.effectivePort()
}

// Loopback says whether the host is localhost or a loopback address.
func (o Origin) Loopback() bool {
	if o.host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(o.host)
	return err == nil && ip.Unmap().IsLoopback()
}

func (o Origin) effectivePort() string {
	if o.port != "" {
		return o.port
	}
	return defaultPort(o.scheme)
}

func defaultPort(scheme string) string {
	if scheme == "http" {
		return "80"
	}
	return "443"
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
