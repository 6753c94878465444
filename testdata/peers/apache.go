package peers

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	_ "embed"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"text/template"
)

// Who may use what Apache protects. The realm has a comma, and no quote, which
// Apache's Digest escapes once too often.
const (
	Realm          = "members, only"
	BasicUser      = "jürgen"
	BasicPassword  = "pä:ss wörd €"
	DigestUser     = "mufasa"
	DigestPassword = "circle: of life"
	CertificateCN  = "client of the test"
)

// Apache starts Apache httpd. It answers {"user": NAME, "certificate": CN}, with
// "none" for what it does not know, under
//
//	/public        to everybody
//	/basic         with BasicUser and BasicPassword; /basic/away redirects to
//	               Elsewhere, /basic/moved to /basic/here
//	/digest        with DigestUser and DigestPassword, by MD5 and qop=auth
//	/digest-brief  the same, but a nonce is stale after a second
//	/away/CODE/... redirects to Elsewhere, with 301, 302, 303, 307 or 308
//	/certificate   of TLS, to who has a certificate of the authority
func Apache(t testing.TB) *Server {
	t.Helper()
	need(t, "Apache httpd")
	program, ok := find("apache2", "/usr/sbin/apache2")
	if !ok {
		t.Fatal("Apache httpd is missing: apt-get install apache2-bin")
	}
	s := &Server{TLS: &TLS{}, Elsewhere: newElsewhere(t)}
	dir := apacheDir(t)
	if err := s.writeApacheFiles(dir); err != nil {
		t.Fatal(err)
	}
	addresses := reached(t, "Apache httpd", 2, func(addresses []string) *exec.Cmd {
		s.URL, s.TLS.URL = "http://"+addresses[0], "https://"+addresses[1]
		config := filepath.Join(dir, "httpd.conf")
		if err := writeApacheConfig(config, addresses, s.Elsewhere.URL); err != nil {
			t.Fatal(err)
		}
		return exec.Command(program, "-X", "-f", config) // one process, in the foreground
	})
	s.URL, s.TLS.URL = "http://"+addresses[0], "https://"+addresses[1]
	return s
}

// apacheDir makes a directory that the user can read who a server of root
// becomes.
func apacheDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "apache-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

//go:embed apache/answer.json
var apacheAnswer string

func (s *Server) writeApacheFiles(dir string) error {
	c, err := newCertificates(CertificateCN)
	if err != nil {
		return err
	}
	s.TLS.Authority, s.TLS.ClientCertificate, s.TLS.ClientPrivateKey = c.authority, c.client, c.clientKey
	password := sha1.Sum([]byte(BasicPassword))
	for name, text := range map[string]string{
		"answer.json":   apacheAnswer,
		"authority.pem": c.authority,
		"server.pem":    c.server,
		"server.key":    c.serverKey,
		"passwords":     BasicUser + ":{SHA}" + base64.StdEncoding.EncodeToString(password[:]) + "\n",
		"digests":       fmt.Sprintf("%s:%s:%x\n", DigestUser, Realm, md5.Sum([]byte(DigestUser+":"+Realm+":"+DigestPassword))),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

//go:embed apache/httpd.conf
var apacheConfig string

func writeApacheConfig(name string, addresses []string, elsewhere string) error {
	data := map[string]any{
		"Dir":        filepath.Dir(name),
		"Address":    addresses[0],
		"TLSAddress": addresses[1],
		"Elsewhere":  elsewhere,
		"Realm":      Realm,
		"ModuleDir":  "/usr/lib/apache2/modules",
		"Modules":    []string{"mpm_event", "alias", "auth_basic", "auth_digest", "authn_core", "authn_file", "authz_core", "authz_user", "include", "rewrite", "ssl"},
		"User":       "",
	}
	if os.Getuid() == 0 {
		data["User"] = "www-data"
	}
	var b bytes.Buffer
	if err := template.Must(template.New("httpd.conf").Parse(apacheConfig)).Execute(&b, data); err != nil {
		return err
	}
	return os.WriteFile(name, b.Bytes(), 0o644)
}

// Elsewhere is a server that nobody meant to send a secret to.
type Elsewhere struct {
	URL      string
	mu       sync.Mutex
	requests []Request
}

// A Request is what Elsewhere got.
type Request struct {
	Method, Path string
	Header       http.Header
	Body         string
}

func newElsewhere(t testing.TB) *Elsewhere {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	e := &Elsewhere{URL: "http://" + listener.Addr().String()}
	server := &http.Server{Handler: e}
	t.Cleanup(func() { _ = server.Close() })
	go func() { _ = server.Serve(listener) }()
	return e
}

// Requests returns what came so far.
func (e *Elsewhere) Requests() []Request {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]Request(nil), e.requests...)
}

// ServeHTTP notes a request.
func (e *Elsewhere) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	e.mu.Lock()
	e.requests = append(e.requests, Request{r.Method, r.URL.Path, r.Header, string(body)})
	e.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"elsewhere": true}`)
}
