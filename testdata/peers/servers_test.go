package peers_test

import (
	"crypto/md5"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/testdata/peers"
)

func TestFosite(t *testing.T) {
	t.Parallel()
	op := peers.Fosite(t)
	authorize := op.URL + "/oauth2/auth?"
	q := login(t, peers.Person{}, authorize+request("public", "openid offline api").Encode())
	first := post(t, op.URL+"/oauth2/token", "", code("public", q)).want(t, 200, `"token_type":"bearer"`)
	get(t, op.URL+"/api", "Bearer "+first.text("access_token")).want(t, 200, `"name":"peter"`)
	refresh := values("grant_type", "refresh_token", "client_id", "public", "refresh_token", first.text("refresh_token"))
	post(t, op.URL+"/oauth2/token", "", refresh).want(t, 200)
	post(t, op.URL+"/oauth2/token", "", refresh).want(t, 400, "invalid_grant")

	got, err := peers.Person{}.Deny(t.Context(), authorize+request("public", "api").Encode())
	if err != nil || query(t, got).Get("error") != "access_denied" {
		t.Errorf("%q, %v", got, err)
	}
	short := request("public", "api")
	short.Set("state", "abc")
	if q := login(t, peers.Person{}, authorize+short.Encode()); q.Get("error") != "invalid_state" {
		t.Errorf("a short state: %v", q)
	}

	grant := values("grant_type", "client_credentials", "scope", "api")
	inForm := func(id, secret string) url.Values {
		v := values("client_id", id, "client_secret", secret)
		v["grant_type"], v["scope"] = grant["grant_type"], grant["scope"]
		return v
	}
	post(t, op.URL+"/oauth2/token", basic(peers.FositeBasicClient, peers.FositeBasicSecret), grant).want(t, 200)
	post(t, op.URL+"/oauth2/token", "", inForm(peers.FositeBasicClient, peers.FositeBasicSecret)).want(t, 401, "client_secret_basic")
	post(t, op.URL+"/oauth2/token", "", inForm(peers.FositePostClient, peers.FositePostSecret)).want(t, 200)
	post(t, op.URL+"/oauth2/token", basic(peers.FositePostClient, peers.FositePostSecret), grant).want(t, 401, "client_secret_post")
	password := values("grant_type", "password", "client_id", "public", "username", peers.FositeUser, "password", peers.FositePassword)
	post(t, op.URL+"/oauth2/token", "", password).want(t, 200)
}

// TestOAuth1 uses the one signature that is none.
func TestOAuth1(t *testing.T) {
	t.Parallel()
	op := peers.OAuth1(t)
	if !strings.HasPrefix(op.Keys[peers.RSAConsumer], "-----BEGIN PRIVATE KEY-----") {
		t.Error("no private key")
	}
	nonce := 0
	header := func(consumer, secret string, pairs ...string) string {
		nonce++
		v := values(append(pairs, "oauth_consumer_key", consumer, "oauth_signature_method", "PLAINTEXT", "oauth_version", "1.0",
			"oauth_timestamp", fmt.Sprint(time.Now().Unix()), "oauth_nonce", fmt.Sprintf("nonce%d", nonce),
			"oauth_signature", escape(peers.ConsumerSecret)+"&"+escape(secret))...)
		var parts []string
		for name := range v {
			parts = append(parts, fmt.Sprintf("%s=%q", name, escape(v.Get(name))))
		}
		return "OAuth " + strings.Join(parts, ", ")
	}
	parse := func(a answer) url.Values {
		v, err := url.ParseQuery(a.want(t, 200).body)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	begin := func(to string) url.Values {
		return parse(post(t, op.URL+"/request_token", header(peers.PlainConsumer, "", "oauth_callback", to), nil))
	}
	person := peers.Person{CallbackPrefix: callback}
	finish := func(temporary url.Values, verifier string) {
		token := parse(post(t, op.URL+"/access_token", header(peers.PlainConsumer, temporary.Get("oauth_token_secret"),
			"oauth_token", temporary.Get("oauth_token"), "oauth_verifier", verifier), nil))
		authorization := header(peers.PlainConsumer, token.Get("oauth_token_secret"), "oauth_token", token.Get("oauth_token"))
		get(t, op.URL+"/api?a=1", authorization).want(t, 200, `"ok": true`, `["a", "1"]`)
		get(t, op.URL+"/api?a=1", authorization).want(t, 401) // the nonce was used
	}
	temporary := begin(callback + "?keep=1")
	q := login(t, person, op.URL+"/authorize?oauth_token="+temporary.Get("oauth_token"))
	if q.Get("keep") != "1" {
		t.Errorf("callback with %v", q)
	}
	finish(temporary, q.Get("oauth_verifier"))

	temporary = begin("oob")
	text, err := person.Read(t.Context(), op.URL+"/authorize?oauth_token="+temporary.Get("oauth_token"))
	if err != nil {
		t.Fatal(err)
	}
	shown, err := url.ParseQuery(text)
	if err != nil {
		t.Fatal(err)
	}
	finish(temporary, shown.Get("oauth_verifier"))

	temporary = begin(callback)
	got, err := person.Deny(t.Context(), op.URL+"/authorize?oauth_token="+temporary.Get("oauth_token"))
	if err != nil || query(t, got).Get("denied") != temporary.Get("oauth_token") {
		t.Errorf("%q, %v", got, err)
	}
	post(t, op.URL+"/request_token", header(peers.HMAC1Consumer, "", "oauth_callback", callback), nil).want(t, 401)
}

func TestS3(t *testing.T) {
	t.Parallel()
	s := peers.S3(t, "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
	get(t, s.URL+"/", "").want(t, 403, "AccessDenied")
	get(t, s.URL+"/", "AWS4-HMAC-SHA256 Credential=nobody/20150830/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0").want(t, 403)
}

func TestApache(t *testing.T) {
	t.Parallel()
	s := peers.Apache(t)
	get(t, s.URL+"/public", "").want(t, 200, `"user": "none"`)
	get(t, s.URL+"/other", "").want(t, 403)
	get(t, s.URL+"/basic/deep", "").want(t, 401)
	credentials := "Basic " + base64.StdEncoding.EncodeToString([]byte(peers.BasicUser+":"+peers.BasicPassword))
	get(t, s.URL+"/basic/deep", credentials).want(t, 200, `{"user": "jürgen", "certificate": "none"}`)
	challenge := get(t, s.URL+"/digest", "").want(t, 401).header.Get("WWW-Authenticate")
	for _, part := range []string{`Digest realm="members, only"`, `nonce="`, "algorithm=MD5", `qop="auth"`} {
		if !strings.Contains(challenge, part) {
			t.Errorf("no %s in the challenge %s", part, challenge)
		}
	}
}

// TestApacheStale uses a nonce after its time.
func TestApacheStale(t *testing.T) {
	t.Parallel()
	s := peers.Apache(t)
	challenge := get(t, s.URL+"/digest-brief", "").header.Get("WWW-Authenticate")
	_, rest, _ := strings.Cut(challenge, `nonce="`)
	nonce, _, _ := strings.Cut(rest, `"`)
	hash := func(parts ...string) string { return fmt.Sprintf("%x", md5.Sum([]byte(strings.Join(parts, ":")))) }
	response := hash(hash(peers.DigestUser, peers.Realm, peers.DigestPassword), nonce, "00000001", "c", "auth", hash("GET", "/digest-brief"))
	authorization := fmt.Sprintf(`Digest username=%q, realm=%q, nonce=%q, uri="/digest-brief", qop=auth, nc=00000001, cnonce="c", response=%q`,
		peers.DigestUser, peers.Realm, nonce, response)
	get(t, s.URL+"/digest-brief", authorization).want(t, 200, peers.DigestUser)
	time.Sleep(1500 * time.Millisecond)
	if got := get(t, s.URL+"/digest-brief", authorization).want(t, 401).header.Get("WWW-Authenticate"); !strings.Contains(got, "stale=true") {
		t.Errorf("the challenge is %s", got)
	}
}

func TestApacheRedirects(t *testing.T) {
	t.Parallel()
	s := peers.Apache(t)
	credentials := "Basic " + base64.StdEncoding.EncodeToString([]byte(peers.BasicUser+":"+peers.BasicPassword))
	for _, code := range []int{301, 302, 303, 307, 308} {
		got := get(t, fmt.Sprintf("%s/away/%d/x", s.URL, code), "").want(t, code).header.Get("Location")
		if got != s.Elsewhere.URL+"/x" {
			t.Errorf("%d leads to %s", code, got)
		}
	}
	get(t, s.URL+"/basic/away", "").want(t, 401)
	location := get(t, s.URL+"/basic/away", credentials).want(t, 302).header.Get("Location")
	if got := get(t, s.URL+"/basic/moved", credentials).want(t, 302).header.Get("Location"); got != s.URL+"/basic/here" {
		t.Errorf("/basic/moved leads to %s", got)
	}
	post(t, location+"y", credentials, values("a", "b")).want(t, 200)
	seen := s.Elsewhere.Requests()
	if len(seen) != 1 || seen[0].Method != http.MethodPost || seen[0].Path != "/y" || seen[0].Header.Get("Authorization") != credentials || seen[0].Body != "a=b" {
		t.Errorf("elsewhere saw %v", seen)
	}
}

func TestApacheCertificate(t *testing.T) {
	t.Parallel()
	s := peers.Apache(t)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(s.TLS.Authority)) {
		t.Fatal("no authority")
	}
	pair, err := tls.X509KeyPair([]byte(s.TLS.ClientCertificate), []byte(s.TLS.ClientPrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.TLS.URL+"/certificate", nil)
	if err != nil {
		t.Fatal(err)
	}
	with := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}}
	do(t, req, http.Client{Transport: with}).want(t, 200, peers.CertificateCN)
	without := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	if resp, err := without.Do(req); err == nil {
		_ = resp.Body.Close()
		t.Errorf("without a certificate: %s", resp.Status)
	}
}

func TestGraphQL(t *testing.T) {
	t.Parallel()
	address := peers.GraphQL(t)
	get(t, address+"/graphql?query=%7Bme%7Bname%7D%7D", "").want(t, 401)
	get(t, address+"/graphql?query=%7Bme%7Bname%7D%7D", "Bearer "+peers.GraphQLToken).want(t, 200, "Alice")
}
