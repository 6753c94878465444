package peers

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
)

// The clients of OIDC. Those of the code grant may redirect to
// http://127.0.0.1:ANY/callback and must use PKCE; they may ask for the scopes
// openid, offline_access, api:read and api:write.
const (
	PublicClient    = "public-pkce" // no authentication
	BasicClient     = "basic"       // client_secret_basic
	PostClient      = "post"        // client_secret_post
	SecretJWTClient = "secretjwt"   // client_secret_jwt
	ES256Client     = "pkjwt"       // private_key_jwt with its key of Server.Keys
	RS256Client     = "pkjwt-rs256" // the same with RSA
	EdDSAClient     = "pkjwt-eddsa" // the same with Ed25519
	PARClient       = "par-only"    // client_secret_basic, pushed authorization requests
	DPoPClient      = "dpop"        // no authentication, tokens are bound to a key
	DeviceClient    = "device"      // no authentication, the device grant
	CCClient        = "cc"          // client_secret_basic, client credentials
	CCPostClient    = "cc-post"     // client_secret_post, client credentials
	ExchangeClient  = "exchange"    // client_secret_basic, token exchange (RFC 8693)
	ServiceClient   = "service"     // client_secret_basic, JWT bearer (RFC 7523) with its RSA key
)

// The secrets of these clients.
const (
	BasicSecret     = "basic s3cret/+:%"
	PostSecret      = "post-secret"
	SecretJWTSecret = "a-secret-of-at-least-32-bytes-long!!"
	PARSecret       = "par-secret"
	CCSecret        = "cc-secret" // of CCPostClient, too
	ExchangeSecret  = "exchange-secret"
	ServiceSecret   = "service-secret"
)

// OIDCOptions say how an OIDC server differs from the usual one.
type OIDCOptions struct {
	AccessTokenTTL int    // seconds; 60 if 0
	DPoPNonce      bool   // every DPoP proof needs a nonce of the server
	Issuer         string // what it calls itself, for tests that route an origin to it; URL if empty
}

// OIDC starts oidc-provider. Its metadata are at URL with
// /.well-known/openid-configuration; the protected resource is /me. A JWT bearer
// assertion is issued by ServiceClient to the issuer or the token endpoint;
// /service-token takes it from a client that does not authenticate.
func OIDC(t testing.TB, opts OIDCOptions) *Server {
	t.Helper()
	need(t, "oidc-provider")
	keys, err := clientKeys()
	if err != nil {
		t.Fatal(err)
	}
	dir := installed(t, npm("oidc"))
	// It needs a newer Node than many machines have, and brings it.
	cmd := exec.Command(filepath.Join(dir, "node_modules", "node", "bin", "node"), "oidc.mjs")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PORT=0", "CLIENT_KEYS="+keys.public, "ISSUER="+opts.Issuer)
	if opts.AccessTokenTTL > 0 {
		cmd.Env = append(cmd.Env, "ACCESS_TOKEN_TTL="+strconv.Itoa(opts.AccessTokenTTL))
	}
	if opts.DPoPNonce {
		cmd.Env = append(cmd.Env, "DPOP_NONCE=1")
	}
	return &Server{URL: announced(t, "oidc-provider", cmd), Keys: keys.private}
}

// keys are those of all clients that sign.
type keys struct {
	private map[string]string
	public  string // a JSON object of JWKs
}

// clientKeys makes the keys once, since RSA takes its time.
var clientKeys = sync.OnceValues(func() (*keys, error) {
	private, public := map[string]string{}, map[string]jwk{}
	for client, alg := range map[string]string{ES256Client: "ES256", RS256Client: "RS256", EdDSAClient: "EdDSA", ServiceClient: "RS256"} {
		key, err := newJWK(alg, client+"-key")
		if err != nil {
			return nil, err
		}
		text, err := json.Marshal(key)
		if err != nil {
			return nil, err
		}
		private[client], public[client] = string(text), key.public()
	}
	text, err := json.Marshal(public)
	return &keys{private, string(text)}, err
})
