package client_test

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/client"
)

func proxyFrom(t testing.TB, variables map[string]string) *client.Proxy {
	t.Helper()
	p, err := client.ProxyFrom(func(name string) string { return variables[name] })
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestProxyChoice(t *testing.T) {
	const secure, plain = "http://secure.example:3128", "socks5://plain.example:1080"
	both := map[string]string{"HTTPS_PROXY": "secure.example:3128", "http_proxy": plain}
	except := func(list string) map[string]string {
		return map[string]string{"HTTPS_PROXY": secure, "NO_PROXY": list}
	}
	tests := []struct {
		variables map[string]string
		target    string
		want      string // "" for none
	}{
		{both, "https://api.example/x", secure},
		{both, "http://api.example/x", plain},
		{both, "https://localhost/x", ""},
		{both, "https://127.0.0.1:8443/x", ""},
		{both, "https://[::1]/x", ""},
		{map[string]string{"HTTP_PROXY": plain}, "https://api.example/x", ""},
		{except("*"), "https://api.example/x", ""},
		{except("api.example"), "https://api.example/x", ""},
		{except("api.example"), "https://eu.API.example/x", ""},
		{except("api.example"), "https://otherapi.example/x", secure},
		{except(".api.example"), "https://eu.api.example/x", ""},
		{except(".api.example"), "https://api.example/x", secure},
		{except("*.api.example"), "https://eu.api.example/x", ""},
		{except(" other.example , api.example:8443"), "https://api.example:8443/x", ""},
		{except("api.example:8443"), "https://api.example/x", secure},
		{except("api.example:443"), "https://api.example/x", ""},
		{except("10.0.0.0/8"), "https://10.1.2.3/x", ""},
		{except("10.0.0.0/8"), "https://11.1.2.3/x", secure},
		{except("192.0.2.7"), "https://192.0.2.7/x", ""},
		{except("2001:db8::7"), "https://[2001:db8::7]/x", ""},
		{except("[2001:db8::7]:8443"), "https://[2001:db8::7]:8443/x", ""},
		{except("[2001:db8::7]:8443"), "https://[2001:db8::7]/x", secure},
	}
	for _, tt := range tests {
		got := ""
		if u, err := proxyFrom(t, tt.variables).Choose(request(t, "GET", tt.target, "")); err != nil {
			t.Fatal(err)
		} else if u != nil {
			got = u.String()
		}
		if got != tt.want {
			t.Errorf("%v: %s goes through %q, want %q", tt.variables, tt.target, got, tt.want)
		}
	}
	if p := proxyFrom(t, map[string]string{"NO_PROXY": "x"}); p != nil {
		t.Errorf("without a proxy there is %v", p)
	}
}

// Security rule 18: the use of a proxy is announced, and its credentials are
// not shown.
func TestMust18ProxyIsAnnouncedWithoutItsPassword(t *testing.T) {
	p := proxyFrom(t, map[string]string{"HTTPS_PROXY": "http://" + canary + ":pass" + canary + "@proxy.example:3128/", "NO_PROXY": "a.example, \x1b[2J"})
	want := `https requests go through the proxy http://proxy.example:3128 (HTTPS_PROXY, with a login), but not those to a.example, `
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if got := fmt.Sprintf(verb, p); !strings.HasPrefix(got, want) || strings.Contains(got, canary) || strings.Contains(got, "\x1b") {
			t.Errorf("%s gives %q, want %q", verb, got, want)
		}
	}
	if diff := cmp.Diff([]string{"pass" + canary}, p.Passwords()); diff != "" {
		t.Errorf("Passwords (-want +got):\n%s", diff)
	}
	for _, bad := range []string{"ftp://" + canary + "@x", "http://" + canary + "@", "http://%zz" + canary, "://" + canary} {
		if p, err := client.ProxyFrom(func(string) string { return bad }); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("ProxyFrom(%q) = %v, %v, want an error without it", bad, p, err)
		}
	}
}

// TestTunnel goes through a proxy that connects, and wants the credential to be
// seen by the server alone.
func TestTunnel(t *testing.T) {
	server := httptest.NewTLSServer(echo())
	defer server.Close()
	var connects, told atomic.Int32
	status := http.StatusOK
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if strings.Contains(fmt.Sprint(req.Header), "Bearer") {
			told.Add(1)
		}
		if connects.Add(1); status != http.StatusOK || req.Method != http.MethodConnect {
			w.WriteHeader(status)
			return
		}
		there, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			panic(err)
		}
		here, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(there, here) }()
		_, _ = io.Copy(here, there)
		_, _ = here.Close(), there.Close()
	}))
	defer proxy.Close()
	transport := func(address string) *client.Transport {
		p := proxyFrom(t, map[string]string{"HTTPS_PROXY": strings.Replace(address, "http://", "http://user:"+canary+"@", 1)})
		rt := client.NewTransport(client.TransportOptions{Proxy: p.Choose, CA: []*x509.Certificate{server.Certificate()}})
		t.Cleanup(rt.CloseIdleConnections)
		return rt
	}
	// The name is not looked up here: through a proxy it need not exist.
	got, err := get(t, transport(proxy.URL), "https://example.com/x", false)
	if err != nil || !strings.HasPrefix(got, "example.com /x") || connects.Load() != 1 || told.Load() != 0 {
		t.Errorf("%q, %v after %d CONNECTs of which %d told the credential", got, err, connects.Load(), told.Load())
	}
	var network *client.NetworkError
	for _, status = range []int{407, 403, 502} {
		_, err := get(t, transport(proxy.URL), "https://example.com/x", true)
		if !errors.As(err, &network) || network.Kind != "proxy" || strings.Contains(err.Error(), canary) {
			t.Errorf("a proxy that answers %d: %v, want a proxy error", status, err)
		}
	}
	proxy.Close()
	if _, err := get(t, transport(proxy.URL), "https://example.com/x", true); !errors.As(err, &network) || network.Kind != "proxy" || strings.Contains(err.Error(), canary) {
		t.Errorf("a proxy that is not there: %v, want a proxy error", err)
	}
}
