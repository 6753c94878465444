package client

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
)

// A Proxy says which requests go through a proxy, as the variables
// HTTPS_PROXY, HTTP_PROXY and NO_PROXY do for most programs.
type Proxy struct {
	https, http *proxyServer // nil for none
	except      []string     // entries of NO_PROXY
}

// proxyServer is a proxy and the variable that names it.
type proxyServer struct {
	variable string
	url      *url.URL
}

// ProxyFrom reads the variables, each in upper or lower case. NO_PROXY lists,
// with commas, hosts that are asked directly: a domain means its subdomains
// too, .domain only these; addresses, ranges such as 10.0.0.0/8, ports behind a
// colon, and * for all. Localhost and loopback addresses are always asked
// directly. The result is nil if there is no proxy. The value of a variable is
// never in an error.
func ProxyFrom(getenv func(string) string) (*Proxy, error) {
	value := func(name string) string {
		if v := getenv(name); v != "" {
			return v
		}
		return getenv(strings.ToLower(name))
	}
	var servers [2]*proxyServer
	for i, name := range []string{"HTTPS_PROXY", "HTTP_PROXY"} {
		text := strings.TrimSpace(value(name))
		if text == "" {
			continue
		}
		if !strings.Contains(text, "://") {
			text = "http://" + text
		}
		u, err := url.Parse(text)
		if err != nil || u.Hostname() == "" || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) {
			return nil, fmt.Errorf("%s names no proxy: it is written http://host:port, https://host:port or socks5://host:port", name)
		}
		servers[i] = &proxyServer{name, u}
	}
	if servers == [2]*proxyServer{} {
		return nil, nil
	}
	p := &Proxy{https: servers[0], http: servers[1]}
	for entry := range strings.SplitSeq(value("NO_PROXY"), ",") {
		if entry = strings.ToLower(strings.TrimSpace(entry)); entry != "" {
			p.except = append(p.except, entry)
		}
	}
	return p, nil
}

// Choose gives the proxy for a request, nil for none. It is a Proxy of
// [TransportOptions].
func (p *Proxy) Choose(req *http.Request) (*url.URL, error) {
	server := p.https
	if req.URL.Scheme == "http" {
		server = p.http
	}
	if server == nil || p.direct(req.URL) {
		return nil, nil
	}
	return server.url, nil
}

// direct says whether NO_PROXY excepts the host of a URL.
func (p *Proxy) direct(u *url.URL) bool {
	host, port := strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")), u.Port()
	if port == "" {
		port = defaultPort(u.Scheme)
	}
	ip, err := netip.ParseAddr(host)
	isAddress := err == nil
	if host == "localhost" || isAddress && ip.Unmap().IsLoopback() {
		return true
	}
	return slices.ContainsFunc(p.except, func(entry string) bool {
		if entry == "*" {
			return true
		}
		if prefix, err := netip.ParsePrefix(entry); err == nil {
			return isAddress && prefix.Contains(ip.Unmap())
		}
		if name, number, ok := cutPort(entry); ok {
			if number != port {
				return false
			}
			entry = name
		}
		if listed, err := netip.ParseAddr(strings.Trim(entry, "[]")); err == nil {
			return isAddress && listed.Unmap() == ip.Unmap()
		}
		entry = strings.TrimPrefix(entry, "*")
		if strings.HasPrefix(entry, ".") {
			return strings.HasSuffix(host, entry)
		}
		return host == entry || strings.HasSuffix(host, "."+entry)
	})
}

// cutPort cuts host:port, but not an IPv6 address.
func cutPort(entry string) (host, port string, ok bool) {
	i := strings.LastIndexByte(entry, ':')
	if i < 0 || strings.Count(entry, ":") > 1 && !strings.HasPrefix(entry, "[") || strings.HasSuffix(entry, "]") {
		return "", "", false
	}
	return entry[:i], entry[i+1:], true
}

// Passwords lists what of the variables is secret, for a redactor.
func (p *Proxy) Passwords() []string {
	var list []string
	for _, s := range []*proxyServer{p.https, p.http} {
		if s == nil || s.url.User == nil {
			continue
		}
		if password, ok := s.url.User.Password(); ok && password != "" {
			list = append(list, password)
		}
	}
	return list
}

// String says in words what goes through which proxy, without user names and
// passwords.
func (p *Proxy) String() string {
	var parts []string
	for _, scheme := range []struct {
		name   string
		server *proxyServer
	}{{"https", p.https}, {"http", p.http}} {
		if s := scheme.server; s != nil {
			shown := &url.URL{Scheme: s.url.Scheme, Host: s.url.Host}
			user := ""
			if s.url.User != nil {
				user = ", with a login"
			}
			parts = append(parts, fmt.Sprintf("%s requests go through the proxy %s (%s%s)", scheme.name, shown, s.variable, user))
		}
	}
	text := strings.Join(parts, ", ")
	if len(p.except) > 0 {
		text += ", but not those to " + strings.Join(p.except, ", ") + " (NO_PROXY)"
	}
	return secret.PrintableLine(text)
}

// Format writes the same for every verb: a proxy may have a password.
func (p *Proxy) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(p.String())) }

// A proxyError says why a proxy is of no use.
type proxyError struct{ reason string }

func (e *proxyError) Error() string { return e.reason }

// proxyAnswered words the refusal of a proxy to connect.
func proxyAnswered(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	switch {
	case resp.StatusCode == http.StatusOK:
		return nil
	case resp.StatusCode == http.StatusProxyAuthRequired:
		return &proxyError{"the proxy wants a user name and a password, or others than it was given"}
	}
	return &proxyError{fmt.Sprintf("the proxy refused to connect: it answered %d", resp.StatusCode)}
}
