package peers

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// The clients of Fosite. They may redirect to http://127.0.0.1:ANY/callback,
// must use PKCE, and may ask for the scopes openid, offline and api. Each has to
// authenticate exactly as it is registered.
const (
	FositePublicClient = "public"
	FositeBasicClient  = "basic" // client_secret_basic
	FositeBasicSecret  = "b s3c/+:%"
	FositePostClient   = "post" // client_secret_post
	FositePostSecret   = "p-secret"
	// Who may use the password grant.
	FositeUser     = "peter"
	FositePassword = "pässword &+"
)

// Fosite starts a server on ory/fosite, with /oauth2/auth, /oauth2/token,
// /oauth2/revoke, /oauth2/introspect and the protected resource /api. Its access
// tokens live 30 seconds.
func Fosite(t testing.TB) *Server {
	t.Helper()
	need(t, "fosite")
	dir := installed(t, recipe{
		name:    "fosite",
		files:   "fosite",
		install: []string{"go", "build", "-o", "fosite-peer", "."},
		env:     []string{"CGO_ENABLED=0", "GOFLAGS=-buildvcs=false", "GOWORK=off"},
	})
	cmd := exec.Command(filepath.Join(dir, "fosite-peer"))
	cmd.Env = append(os.Environ(), "PORT=0")
	return &Server{URL: announced(t, "fosite", cmd)}
}

// The consumers of OAuth1. All but RSAConsumer have the secret ConsumerSecret,
// and each may use the signature methods of its name only.
const (
	HMAC1Consumer   = "ck-hmac1"   // HMAC-SHA1
	HMAC256Consumer = "ck-hmac256" // HMAC-SHA256
	HMAC512Consumer = "ck-hmac512" // HMAC-SHA512
	PlainConsumer   = "ck-plain"   // PLAINTEXT
	RSAConsumer     = "ck-rsa"     // RSA-SHA1 and RSA-SHA256, with its key of Server.Keys
	StrictConsumer  = "ck-strict"  // HMAC-SHA1 in the header, and the path /callback
	ConsumerSecret  = "cs-s3cret+/%"
)

// OAuth1 starts a server on python3-oauthlib, with /request_token, /authorize,
// /access_token and the protected resource /api. Callbacks are on 127.0.0.1,
// localhost, or oob.
func OAuth1(t testing.TB) *Server {
	t.Helper()
	need(t, "python3-oauthlib")
	python, ok := find("/usr/bin/python3", "python3") // Debian's, which has Debian's packages
	if !ok || exec.Command(python, "-c", "import oauthlib, jwt, cryptography").Run() != nil {
		t.Fatal("a Python with oauthlib is missing: apt-get install python3-oauthlib")
	}
	keys, err := consumerKeys()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := sources()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, filepath.Join(dir, "oauth1", "oauth1.py"))
	cmd.Env = append(os.Environ(), "PORT=0", "PYTHONDONTWRITEBYTECODE=1", "RSA_PUBLIC_KEY="+keys[1])
	return &Server{URL: announced(t, "python3-oauthlib", cmd), Keys: map[string]string{RSAConsumer: keys[0]}}
}

// consumerKeys makes the private and the public key of RSAConsumer once.
var consumerKeys = sync.OnceValues(func() ([2]string, error) {
	private, public, err := newRSAPair()
	return [2]string{private, public}, err
})

// find returns the first of some programs that there is.
func find(programs ...string) (string, bool) {
	for _, name := range programs {
		if path, err := exec.LookPath(name); err == nil {
			return path, true
		}
	}
	return "", false
}

// S3Region is the region of S3.
const S3Region = "us-east-1"

// S3 starts versitygw, an S3 server that checks Signature Version 4, with one
// account and no buckets. What it answers with 403 has the canonical request and
// the string to sign that it computed.
func S3(t testing.TB, accessKey, secretKey string) *Server {
	t.Helper()
	need(t, "versitygw")
	dir := installed(t, recipe{
		name:    "versitygw",
		install: []string{"go", "install", "github.com/versity/versitygw/cmd/versitygw@v1.8.0"},
		env:     []string{"CGO_ENABLED=0", "GOFLAGS=-buildvcs=false", "GOWORK=off"},
	})
	files := t.TempDir()
	addresses := reached(t, "versitygw", 1, func(addresses []string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(dir, "versitygw"), "--port", addresses[0], "--region", S3Region, "posix", "--nometa", files)
		cmd.Dir = files
		cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+accessKey, "ROOT_SECRET_KEY="+secretKey)
		return cmd
	})
	return &Server{URL: "http://" + addresses[0]}
}

// GraphQLToken is the bearer token that GraphQL wants.
const GraphQLToken = "tok-123-of-the-peer"

// GraphQL starts graphql-js, the reference implementation, and returns its
// address.
func GraphQL(t testing.TB) string {
	t.Helper()
	need(t, "graphql-js")
	dir := installed(t, npm("graphql"))
	cmd := exec.Command("node", "graphql.mjs")
	cmd.Dir = dir
	return announced(t, "graphql-js", cmd)
}
