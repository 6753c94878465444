package sign_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/sign"
)

// oauthParam finds a parameter in a header Authorization.
func oauthParam(header, name string) string {
	m := regexp.MustCompile(`[ ,]` + name + `="([^"]*)"`).FindStringSubmatch(header)
	if m == nil {
		return ""
	}
	value, _ := url.PathUnescape(m[1])
	return value
}

func oauth1() *sign.OAuth1 {
	return &sign.OAuth1{
		ConsumerKey: "key", ConsumerSecret: "consumer-secret", Token: "token", TokenSecret: "token-secret",
		World: sign.World{Now: func() time.Time { return time.Unix(1700000000, 0) }, Rand: rand.Reader},
	}
}

// TestOAuth1BaseString looks at what is signed of the request; the parameters
// of OAuth are left out.
func TestOAuth1BaseString(t *testing.T) {
	t.Parallel()
	const form = "application/x-www-form-urlencoded"
	for _, c := range []struct {
		name, method, url, contentType, body string
		want                                 []string // method, address and parameters, without the escapes of the base string
	}{
		{"a request", "GET", "https://h.example.com/a", "", "", []string{"GET", "https://h.example.com/a", ""}},
		{"a method in small letters", "post", "https://h.example.com/a", "", "", []string{"POST", "https://h.example.com/a", ""}},
		{"no method is GET", "", "https://h.example.com/a", "", "", []string{"GET", "https://h.example.com/a", ""}},
		{"a host in capitals, with the port of the scheme", "GET", "HTTPS://H.Example.COM:443/A", "", "", []string{"GET", "https://h.example.com/A", ""}},
		{"the port of http", "GET", "http://127.0.0.1:80/", "", "", []string{"GET", "http://127.0.0.1/", ""}},
		{"another port", "GET", "https://h.example.com:80/", "", "", []string{"GET", "https://h.example.com:80/", ""}},
		{"no path is a slash", "GET", "https://h.example.com?a=1", "", "", []string{"GET", "https://h.example.com/", "a=1"}},
		{"a path with escapes stays as it is sent", "GET", "https://h.example.com/r%20v/%2f/é", "", "", []string{"GET", "https://h.example.com/r%20v///%C3%A9", ""}},
		{"user and fragment are not signed", "GET", "https://u:p@h.example.com/#f", "", "", []string{"GET", "https://h.example.com/", ""}},
		{"parameters are sorted by name, then by value", "GET", "https://h.example.com/?b=2&a=x&a=10&a=2&A=1&a-=1&ab=1", "", "", []string{"GET", "https://h.example.com/", "A=1&a=10&a=2&a=x&a-=1&ab=1&b=2"}},
		{"a parameter twice with one value", "GET", "https://h.example.com/?a=1&a=1", "", "", []string{"GET", "https://h.example.com/", "a=1&a=1"}},
		{"blanks", "GET", "https://h.example.com/?a=x+y&b=x%20y&c=x%2By", "", "", []string{"GET", "https://h.example.com/", "a=x%20y&b=x%20y&c=x%2By"}},
		{"empty values and names", "GET", "https://h.example.com/?a&b=&=c&&", "", "", []string{"GET", "https://h.example.com/", "=c&a=&b="}},
		{"an equals sign in a value", "GET", "https://h.example.com/?a=b=c", "", "", []string{"GET", "https://h.example.com/", "a=b%3Dc"}},
		{"characters without escapes, and a broken one", "GET", "https://h.example.com/?é=~*'&p=%zz", "", "", []string{"GET", "https://h.example.com/", "%C3%A9=~%2A%27&p=%25zz"}},
		{"a form", "POST", "https://h.example.com/?a=2", form, "a=1&b=x+y", []string{"POST", "https://h.example.com/", "a=1&a=2&b=x%20y"}},
		{"a form with a charset", "PUT", "https://h.example.com/", "Application/X-WWW-Form-Urlencoded; charset=utf-8", "a=1", []string{"PUT", "https://h.example.com/", "a=1"}},
		{"a form with a broken charset", "PUT", "https://h.example.com/", form + "; charset", "a=1", []string{"PUT", "https://h.example.com/", "a=1"}},
		{"JSON is not signed", "POST", "https://h.example.com/", "application/json", `{"a":1}`, []string{"POST", "https://h.example.com/", ""}},
		{"a body of no type is not signed", "POST", "https://h.example.com/", "", "a=1", []string{"POST", "https://h.example.com/", ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := awsRequest(t, c.method, c.url, c.body)
			if c.contentType != "" {
				r.Header.Set("Content-Type", c.contentType)
			}
			base, err := oauth1().BaseString(r, "n")
			if err != nil {
				t.Fatal(err)
			}
			parts := strings.Split(base, "&")
			for i := range parts {
				parts[i], _ = url.PathUnescape(parts[i])
			}
			own := regexp.MustCompile(`oauth_[a-z_]+=[^&]*(&|$)`)
			parts[len(parts)-1] = strings.TrimSuffix(own.ReplaceAllString(parts[len(parts)-1], ""), "&")
			if diff := cmp.Diff(c.want, parts); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOAuth1Header(t *testing.T) {
	t.Parallel()
	o := oauth1()
	o.Realm, o.Callback, o.Verifier, o.ConsumerKey = `a "b" \c`, "http://127.0.0.1:47920/callback", "v+1", "k y"
	r := awsRequest(t, "GET", "https://h.example.com/?a=1", "")
	r.Header.Set("Authorization", "Bearer stale")
	if err := o.SignWithNonce(r, "nonce"); err != nil {
		t.Fatal(err)
	}
	want := []string{`OAuth realm="a \"b\" \\c", oauth_consumer_key="k%20y", oauth_token="token", oauth_signature_method="HMAC-SHA1", ` +
		`oauth_timestamp="1700000000", oauth_nonce="nonce", oauth_version="1.0", oauth_callback="http%3A%2F%2F127.0.0.1%3A47920%2Fcallback", ` +
		`oauth_verifier="v%2B1", oauth_signature="wiS%2BO0Q%2FtCp4Hxo5hI%2B%2BHgik50g%3D"`}
	if diff := cmp.Diff(want, r.Header["Authorization"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r.URL.RawQuery != "a=1" {
		t.Errorf("the query became %q", r.URL.RawQuery)
	}
}

func TestOAuth1SignsNoRealm(t *testing.T) {
	t.Parallel()
	with, without := oauth1(), oauth1()
	with.Realm = "Photos"
	a, b := awsRequest(t, "GET", "https://h.example.com/", ""), awsRequest(t, "GET", "https://h.example.com/", "")
	if err := with.SignWithNonce(a, "n"); err != nil {
		t.Fatal(err)
	}
	if err := without.SignWithNonce(b, "n"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(oauth1Signature["header"](a), oauth1Signature["header"](b)); diff != "" {
		t.Errorf("(-with +without):\n%s", diff)
	}
}

// TestOAuth1Place: what the request has stays as it is written.
func TestOAuth1Place(t *testing.T) {
	t.Parallel()
	const params = "oauth_consumer_key=key&oauth_token=token&oauth_signature_method=PLAINTEXT&oauth_timestamp=1700000000&oauth_nonce=n&oauth_version=1.0&oauth_signature=consumer-secret%26token-secret"
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	for _, c := range []struct {
		name, location, method, target, body string
		header                               http.Header
		want                                 sentRequest
	}{
		{
			"a query", "query", "GET", "/?b=x+y&a=%7e", "",
			http.Header{"Authorization": {"Bearer own"}},
			sentRequest{"GET", "h.example.com", "/?b=x+y&a=%7e&" + params, "", http.Header{"Authorization": {"Bearer own"}}},
		},
		{
			"no query", "query", "POST", "/", "{}",
			http.Header{},
			sentRequest{"POST", "h.example.com", "/?" + params, "{}", http.Header{}},
		},
		{
			"a form", "body", "POST", "/?a=1", "b=x+y",
			http.Header{"Content-Type": form["Content-Type"], "Content-Length": {"5"}},
			sentRequest{"POST", "h.example.com", "/?a=1", "b=x+y&" + params, http.Header{"Content-Type": form["Content-Type"], "Content-Length": {fmt.Sprint(6 + len(params))}}},
		},
		{
			"an empty form", "body", "DELETE", "/", "", form,
			sentRequest{"DELETE", "h.example.com", "/", params, form},
		},
		{
			"a POST without a body", "body", "POST", "/", "",
			http.Header{},
			sentRequest{"POST", "h.example.com", "/", params, form},
		},
		{
			"a PATCH without a body", "body", "PATCH", "/", "",
			http.Header{"Content-Type": {"application/json"}},
			sentRequest{"PATCH", "h.example.com", "/", params, form},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := oauth1()
			o.Method, o.Location, o.Realm = "PLAINTEXT", c.location, "unused"
			r := awsRequest(t, c.method, "https://h.example.com"+c.target, c.body)
			r.Header = c.header.Clone()
			for range 2 { // a repeat leaves no trace of the first
				if err := o.SignWithNonce(r, "n"); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.want, sent(r)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

// TestOAuth1Again signs a request anew: with a new nonce, and nothing doubled.
func TestOAuth1Again(t *testing.T) {
	t.Parallel()
	for location, signature := range oauth1Signature {
		o := oauth1()
		o.Location, o.Callback, o.Verifier, o.BodyHash = location, "oob", "v", true
		r := awsRequest(t, "POST", "https://h.example.com/?a=1&oauth_problem=kept", "")
		seen := map[string]bool{}
		var lengths []int
		for range 3 {
			if err := o.Sign(r); err != nil {
				t.Fatal(err)
			}
			seen[signature(r)] = true
			text := r.Header.Get("Authorization") + r.URL.RawQuery + string(r.Body)
			lengths = append(lengths, strings.Count(text, "oauth_"))
		}
		if len(seen) != 3 || lengths[0] != lengths[1] || lengths[0] != lengths[2] {
			t.Errorf("%s: signatures %v with %v parameters", location, seen, lengths)
		}
		if !strings.Contains(r.URL.RawQuery, "oauth_problem=kept") {
			t.Errorf("%s: the query became %q", location, r.URL.RawQuery)
		}
	}
}

func TestOAuth1NonceComesFromTheWorld(t *testing.T) {
	t.Parallel()
	o := oauth1()
	o.Rand = strings.NewReader("0123456789abcdef!")
	r := awsRequest(t, "GET", "https://h.example.com/", "")
	if err := o.Sign(r); err != nil {
		t.Fatal(err)
	}
	if got, want := oauthParam(r.Header.Get("Authorization"), "oauth_nonce"), "30313233343536373839616263646566"; got != want {
		t.Errorf("nonce = %q, want %q", got, want)
	}
	if err := o.Sign(r); err == nil || err.Error() != "oauth1: make a nonce: unexpected EOF" {
		t.Errorf("err = %v, want that the randomness ended", err)
	}
}

func TestOAuth1BodyHash(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, signatureMethod, contentType, body, want string }{
		{"a text", "HMAC-SHA1", "text/plain", "Hello World!", "Lve95gjOVATpfV8EL5X4nxwjKHE="},
		{"nothing", "HMAC-SHA1", "", "", "2jmj7l5rSw0yVb/vlWAYkK/YBwk="},
		{"SHA-256", "HMAC-SHA256", "text/plain", "Hello World!", "f4OxZX/x/FO5LcGBSKHWXfwtSx+j1ncoSt3SABJtkGk="},
		{"SHA-512", "HMAC-SHA512", "", "", "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="},
		{"a form", "HMAC-SHA1", "application/x-www-form-urlencoded", "a=1", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := oauth1()
			o.Method, o.BodyHash = c.signatureMethod, true
			r := awsRequest(t, "PUT", "https://h.example.com/", c.body)
			r.Header.Set("Content-Type", c.contentType)
			base, err := o.BaseString(r, "n")
			if err != nil {
				t.Fatal(err)
			}
			if err := o.SignWithNonce(r, "n"); err != nil {
				t.Fatal(err)
			}
			if got := oauthParam(r.Header.Get("Authorization"), "oauth_body_hash"); got != c.want {
				t.Errorf("oauth_body_hash = %q, want %q", got, c.want)
			}
			if got, want := strings.Contains(base, "oauth_body_hash"), c.want != ""; got != want {
				t.Errorf("signed: %t, want %t", got, want)
			}
		})
	}
}

// TestOAuth1RSA checks signatures with the public key.
func TestOAuth1RSA(t *testing.T) {
	t.Parallel()
	for name, hash := range map[string]crypto.Hash{"RSA-SHA1": crypto.SHA1, "RSA-SHA256": crypto.SHA256} {
		o := oauth1()
		o.Method, o.PrivateKey = name, rsaPEM(t)
		r := awsRequest(t, "POST", "https://h.example.com/?a=1", "")
		base, err := o.BaseString(r, "n")
		if err != nil {
			t.Fatal(err)
		}
		if err := o.SignWithNonce(r, "n"); err != nil {
			t.Fatal(err)
		}
		signature, err := base64.StdEncoding.DecodeString(oauth1Signature["header"](r))
		if err != nil {
			t.Fatal(err)
		}
		h := hash.New()
		h.Write([]byte(base))
		if err := rsa.VerifyPKCS1v15(&rsaKey(t).PublicKey, hash, h.Sum(nil), signature); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOAuth1Refuses(t *testing.T) {
	t.Parallel()
	const body = "{}"
	for _, c := range []struct {
		name, method, body string
		change             func(*sign.OAuth1)
		want               string
	}{
		{"no consumer key", "GET", "", func(o *sign.OAuth1) { o.ConsumerKey = "" }, "oauth1: consumerKey is empty"},
		{"an unknown method", "GET", "", func(o *sign.OAuth1) { o.Method = "hmac-sha1" }, `oauth1: unknown signatureMethod "hmac-sha1"; it is one of HMAC-SHA1, HMAC-SHA256, HMAC-SHA512, RSA-SHA1, RSA-SHA256, PLAINTEXT`},
		{"an unknown location", "GET", "", func(o *sign.OAuth1) { o.Location = "cookie" }, `oauth1: unknown signatureLocation "cookie"; it is header, query or body`},
		{"a realm with a line break", "GET", "", func(o *sign.OAuth1) { o.Realm = "a\r\nb" }, "oauth1: realm has a line break or a control character"},
		{"a body that is no form", "POST", body, func(o *sign.OAuth1) { o.Location = "body" }, "oauth1: signatureLocation is body, and the body is no application/x-www-form-urlencoded; send a form, or put the signature into header or query"},
		{"a GET with a form", "GET", "", func(o *sign.OAuth1) { o.Location = "body" }, "oauth1: signatureLocation is body, and a GET has none; put the signature into header or query"},
		{"a hash that nothing signs", "POST", body, func(o *sign.OAuth1) { o.Method, o.BodyHash = "PLAINTEXT", true }, "oauth1: bodyHash needs a signatureMethod that signs, and PLAINTEXT does not"},
		{"no private key", "GET", "", func(o *sign.OAuth1) { o.Method = "RSA-SHA1" }, "oauth1: privateKey is empty, and RSA-SHA1 signs with it"},
		{"a private key that is none", "GET", "", func(o *sign.OAuth1) { o.Method, o.PrivateKey = "RSA-SHA256", "consumer-secret" }, "oauth1: privateKey: the private key is not PEM; it begins with -----BEGIN PRIVATE KEY----- and ends with its END line"},
		{"a private key that is too short", "GET", "", func(o *sign.OAuth1) { o.Method, o.PrivateKey = "RSA-SHA256", shortPEM() }, "oauth1: sign with privateKey: crypto/rsa: 216-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)"},
		{"a private key of another kind", "GET", "", func(o *sign.OAuth1) { o.Method, o.PrivateKey = "RSA-SHA256", ecPEM }, "oauth1: privateKey is no RSA key, and RSA-SHA256 wants one"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := oauth1()
			c.change(o)
			if err := o.Sign(awsRequest(t, c.method, "https://h.example.com/", c.body)); err == nil || err.Error() != c.want {
				t.Errorf("err = %v, want %s", err, c.want)
			}
		})
	}
	if err := oauth1().Sign(&sign.Request{URL: &url.URL{Path: "/"}}); err == nil {
		t.Error("a request without a host was signed")
	}
}

func TestOAuth1HidesSecrets(t *testing.T) {
	t.Parallel()
	o := oauth1()
	o.PrivateKey = "private-key"
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
		for _, text := range []string{fmt.Sprintf(format, o), fmt.Sprintf(format, *o)} {
			if strings.Contains(text, "secret") && !strings.Contains(text, "[secret]") || strings.Contains(text, "private-key") || strings.Contains(text, "-secret") {
				t.Errorf("%s prints %s", format, text)
			}
		}
	}
}

// TestSignersAreSafeForConcurrentUse is for the race detector.
func TestSignersAreSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	o := oauth1()
	o.Method, o.PrivateKey = "RSA-SHA256", rsaPEM(t)
	s := sigV4("s3")
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if err := o.Sign(&sign.Request{URL: &url.URL{Scheme: "https", Host: "h"}}); err != nil {
				t.Error(err)
			}
			if err := s.Sign(&sign.Request{URL: &url.URL{Scheme: "https", Host: "h"}}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

var madeRSAKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func rsaKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := madeRSAKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func rsaPEM(t testing.TB) string {
	t.Helper()
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKey(t))}))
}

// shortPEM is an RSA key of two Mersenne primes.
func shortPEM() string {
	one := big.NewInt(1)
	mersenne := func(n uint) *big.Int { return new(big.Int).Sub(new(big.Int).Lsh(one, n), one) }
	p, q, e := mersenne(127), mersenne(89), big.NewInt(65537)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: int(e.Int64())},
		D:         new(big.Int).ModInverse(e, phi), Primes: []*big.Int{p, q},
	}
	return block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key))
}
