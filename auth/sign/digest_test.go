package sign_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/sign"
)

// A publishedDigest is the example of RFC 7616 3.9.1.
type publishedDigest struct {
	Username, Password, Realm, Method, URI, QOP, Nonce, Cnonce, NC string

	MD5    string `json:"response_MD5"`
	SHA256 string `json:"response_SHA-256"`
}

func TestDigestPublished(t *testing.T) {
	t.Parallel()
	p := published[publishedDigest](t, "digest_7616")
	const opaque = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
	challenge := func(algorithm string) string {
		return fmt.Sprintf(`Digest realm=%q, qop="auth, auth-int", algorithm=%s, nonce=%q, opaque=%q`, p.Realm, algorithm, p.Nonce, opaque)
	}
	random, err := base64.StdEncoding.DecodeString(p.Cnonce)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name                string
		challenges          []string
		algorithm, response string
	}{
		{"MD5", []string{challenge("MD5")}, "MD5", p.MD5},
		{"SHA-256 before MD5", []string{challenge("SHA-256"), challenge("MD5")}, "SHA-256", p.SHA256},
		{"SHA-256 after MD5", []string{challenge("MD5"), challenge("SHA-256")}, "SHA-256", p.SHA256},
		{"both in one header", []string{challenge("MD5") + ", " + challenge("SHA-256")}, "SHA-256", p.SHA256},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := &sign.Digest{Username: p.Username, Password: p.Password, World: worldWith(random)}
			r := request(t, p.Method, "http://www.example.org"+p.URI)
			if err := d.Sign(r); err != nil || len(r.Header) > 0 {
				t.Fatalf("signed before any challenge: %v (error %v)", r.Header, err)
			}
			resp := answer(401)
			resp.Header["Www-Authenticate"] = tt.challenges
			if !d.Learn(r, resp) {
				t.Fatal("the request is not sent again")
			}
			if err := d.Sign(r); err != nil {
				t.Fatal(err)
			}
			want := map[string]string{
				"username": p.Username, "realm": p.Realm, "nonce": p.Nonce, "uri": p.URI, "qop": p.QOP, "nc": p.NC,
				"cnonce": p.Cnonce, "opaque": opaque, "algorithm": tt.algorithm, "response": tt.response,
			}
			if diff := cmp.Diff(want, digestParams(r.Header.Get("Authorization"))); diff != "" {
				t.Errorf("credentials (-want +got):\n%s", diff)
			}
		})
	}
}

// calls sends a number of requests and gives the status and the number of
// requests of each.
func calls(t *testing.T, d *sign.Digest, s *digestServer, n int) (got [][2]int) {
	t.Helper()
	if s.rawRealm == "" {
		s.realm, s.rawRealm = "api", "api"
	}
	server := httptest.NewServer(s)
	defer server.Close()
	for range n {
		r := request(t, "POST", server.URL+"/a%20b?c=%22d&e")
		r.Body = []byte("the body")
		status, requests, err := send(d, server.Client(), r)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, [2]int{status, requests})
	}
	return got
}

func TestDigestWithServers(t *testing.T) {
	t.Parallel()
	const user, password = `Mu"fa\sa`, "Circle of Life: ¡é!"
	tests := []struct {
		name   string
		server *digestServer
		want   [][2]int
	}{
		{"of RFC 2069", &digestServer{}, [][2]int{{200, 2}, {200, 1}, {200, 1}}},
		{"MD5", &digestServer{algorithm: "MD5", qop: "auth"}, [][2]int{{200, 2}, {200, 1}, {200, 1}}},
		{"no algorithm", &digestServer{qop: "auth"}, [][2]int{{200, 2}, {200, 1}, {200, 1}}},
		{"SHA-256", &digestServer{algorithm: "SHA-256", qop: "auth"}, [][2]int{{200, 2}, {200, 1}, {200, 1}}},
		{"SHA-512-256", &digestServer{algorithm: "SHA-512-256", qop: "auth"}, [][2]int{{200, 2}, {200, 1}, {200, 1}}},
		{"auth-int", &digestServer{algorithm: "SHA-256", qop: "auth-int"}, [][2]int{{200, 2}, {200, 1}, {200, 1}}},
		{"auth or auth-int", &digestServer{qop: "auth-int , auth"}, [][2]int{{200, 2}, {200, 1}, {200, 1}}},
		{"MD5-sess", &digestServer{algorithm: "MD5-sess", qop: "auth"}, [][2]int{{200, 2}, {200, 1}, {200, 1}}},
		{"SHA-256-sess", &digestServer{algorithm: "SHA-256-sess", qop: "auth-int"}, [][2]int{{200, 2}, {200, 1}, {200, 1}}},
		{"user names as a hash", &digestServer{algorithm: "SHA-256", qop: "auth", userhash: true}, [][2]int{{200, 2}, {200, 1}, {200, 1}}},
		{"a realm in Latin-1", &digestServer{realm: "f\xfcr \"alle\"", rawRealm: "f\xfcr \\\"alle\\\"", qop: "auth"}, [][2]int{{200, 2}, {200, 1}, {200, 1}}},
		{"other schemes before", &digestServer{more: `Negotiate dGVzdA==, Basic realm="Digest nonce=x, y", NTLM, `, qop: "auth"}, [][2]int{{200, 2}, {200, 1}, {200, 1}}},
		{"nonces for two uses, called stale", &digestServer{qop: "auth", uses: 2, saysStale: true}, [][2]int{{200, 2}, {200, 1}, {200, 2}}},
		{"nonces for one use", &digestServer{qop: "auth", uses: 1}, [][2]int{{200, 2}, {200, 2}, {200, 2}}},
		{"nonces for one use, without a count", &digestServer{uses: 1}, [][2]int{{200, 2}, {200, 2}, {200, 2}}},
		{"a next nonce", &digestServer{qop: "auth", uses: 1, nexts: true}, [][2]int{{200, 2}, {200, 1}, {200, 1}}},
		{"a next nonce of a session", &digestServer{algorithm: "MD5-sess", qop: "auth", uses: 1, nexts: true}, [][2]int{{200, 2}, {200, 1}, {200, 1}}},
		// A password is not tried twice in one call.
		{"another password", &digestServer{password: "another", qop: "auth"}, [][2]int{{401, 2}, {401, 1}, {401, 1}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.server.user = user
			if tt.server.password == "" {
				tt.server.password = password
			}
			got := calls(t, &sign.Digest{Username: user, Password: password, World: liveWorld()}, tt.server, 3)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("status and number of requests (-want +got):\n%s", diff)
			}
		})
	}
}

// TestDigestSession shows that the requests of a session share a cnonce, which
// servers that keep the first one want.
func TestDigestSession(t *testing.T) {
	t.Parallel()
	d := &sign.Digest{Username: "u", Password: "p", World: testWorld(1)}
	cnonces := func(algorithm string) (a, b string) {
		r := request(t, "GET", "https://api.example.com/")
		d.Learn(r, answer(401, "WWW-Authenticate", `Digest realm="r", qop="auth", nonce="n-`+algorithm+`", algorithm=`+algorithm))
		return signedDigest(t, d, r)["cnonce"], signedDigest(t, d, r)["cnonce"]
	}
	if a, b := cnonces("SHA-256-sess"); a != b {
		t.Errorf("cnonces %s and %s of one session", a, b)
	}
	if a, b := cnonces("SHA-256"); a == b {
		t.Errorf("the same cnonce %s twice", a)
	}
}

// signedDigest signs r and gives the credentials; nil for none.
func signedDigest(t testing.TB, d *sign.Digest, r *sign.Request) map[string]string {
	t.Helper()
	if err := d.Sign(r); err != nil {
		t.Fatal(err)
	}
	return digestParams(r.Header.Get("Authorization"))
}

func TestDigestAnswersOnly(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		status    int
		challenge string
		again     bool
	}{
		{"Digest", 401, `Digest realm="r", nonce="n"`, true},
		{"in any case, without blanks", 401, `DIGEST Realm=r,NONCE=n,Algorithm=sha-256,QOP=AUTH`, true},
		{"with a charset", 401, `Digest realm="r", nonce="n", charset=UTF-8, domain="/a /b"`, true},
		{"not Basic", 401, `Basic realm="r"`, false},
		{"not Basic with a nonce", 401, `Basic realm="r", nonce="n"`, false},
		{"not in another answer", 403, `Digest realm="r", nonce="n"`, false},
		{"not of a proxy", 407, `Digest realm="r", nonce="n"`, false},
		{"not without a nonce", 401, `Digest realm="r"`, false},
		{"not by an unknown algorithm", 401, `Digest realm="r", nonce="n", algorithm=SHA3-256`, false},
		{"not by an unknown qop", 401, `Digest realm="r", nonce="n", qop="auth-conf"`, false},
		{"not for a session without qop", 401, `Digest realm="r", nonce="n", algorithm=MD5-sess`, false},
		{"not with a control character", 401, "Digest realm=\"r\x01\", nonce=\"n\"", false},
		{"not with a nonce that is too long", 401, `Digest realm="r", nonce="` + strings.Repeat("n", 5000) + `"`, false},
		{"not without a challenge", 401, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := &sign.Digest{Username: "u", Password: "p", World: testWorld(1)}
			r := request(t, "GET", "https://api.example.com/")
			again := d.Learn(r, answer(tt.status, "WWW-Authenticate", tt.challenge))
			if again != tt.again {
				t.Errorf("again = %v, want %v", again, tt.again)
			}
			if signed := signedDigest(t, d, r) != nil; signed != tt.again {
				t.Errorf("signed: %v, want %v", signed, tt.again)
			}
		})
	}
}

func TestDigestAgain(t *testing.T) {
	t.Parallel()
	const first = `Digest realm="r", qop="auth", nonce="n1"`
	tests := []struct {
		name   string
		uses   int // of the first nonce
		second string
		again  bool
	}{
		{"the same challenge", 1, first, false},
		{"the same challenge, called stale", 1, first + ", stale=true", false},
		{"a new nonce after the first use is a wrong password", 1, `Digest realm="r", qop="auth", nonce="n2"`, false},
		{"unless the old one is called stale", 1, `Digest realm="r", qop="auth", nonce="n2", stale=TRUE`, true},
		{"or the realm is another one", 1, `Digest realm="s", qop="auth", nonce="n2"`, true},
		{"a new nonce after the second use", 2, `Digest realm="r", qop="auth", nonce="n2"`, true},
		{"not stale after the second use", 2, `Digest realm="r", qop="auth", nonce="n2", stale=false`, true},
		{"Basic", 2, `Basic realm="r"`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := &sign.Digest{Username: "u", Password: "p", World: testWorld(1)}
			r := request(t, "GET", "https://api.example.com/")
			d.Learn(r, answer(401, "WWW-Authenticate", first))
			for range tt.uses {
				signedDigest(t, d, r)
			}
			if again := d.Learn(r, answer(401, "WWW-Authenticate", tt.second)); again != tt.again {
				t.Errorf("again = %v, want %v", again, tt.again)
			}
		})
	}
}

func TestDigestCounts(t *testing.T) {
	t.Parallel()
	d := &sign.Digest{Username: "u", Password: "p", World: testWorld(1)}
	r := request(t, "GET", "https://api.example.com/")
	var got []string
	next := func(header, value string) {
		if value != "" {
			status := 200
			if header == "WWW-Authenticate" {
				status = 401
			}
			d.Learn(r, answer(status, header, value))
		}
		p := signedDigest(t, d, r)
		got = append(got, p["nonce"]+" "+p["nc"])
	}
	next("WWW-Authenticate", `Digest realm="r", qop="auth", nonce="n1"`)
	next("", "")
	old := &sign.Request{Method: r.Method, URL: r.URL, Header: r.Header.Clone()}
	next("WWW-Authenticate", `Digest realm="r", qop="auth", nonce="n1"`) // of a second request that went unsigned
	next("Authentication-Info", `nextnonce="n1"`)
	next("Authentication-Info", `rspauth="x", NextNonce="n2"`)
	d.Learn(old, answer(200, "Authentication-Info", `nextnonce="n3"`)) // of a request before n2
	next("Authentication-Info", "nextnonce=\"n3\x00\"")
	next("WWW-Authenticate", `Digest realm="r", qop="auth", nonce="n4"`)
	want := []string{
		"n1 00000001", "n1 00000002", "n1 00000003", "n1 00000004", "n2 00000001", "n2 00000002", "n4 00000001",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("nonces and counts (-want +got):\n%s", diff)
	}
}

func TestDigestChallengeBelongsToOrigin(t *testing.T) {
	t.Parallel()
	d := &sign.Digest{Username: "u", Password: "p", World: testWorld(1)}
	d.Learn(request(t, "GET", "https://api.example.com/"), answer(401, "WWW-Authenticate", `Digest realm="r", nonce="n"`))
	tests := []struct {
		url    string
		signed bool
	}{
		{"https://api.example.com/other", true},
		{"https://API.example.com:443/", true},
		{"https://api.example.com:8443/", false},
		{"http://api.example.com/", false},
		{"https://other.example.com/", false},
	}
	for _, tt := range tests {
		if signed := signedDigest(t, d, request(t, "GET", tt.url)) != nil; signed != tt.signed {
			t.Errorf("%s: signed %v, want %v", tt.url, signed, tt.signed)
		}
	}
}

func TestDigestConcurrently(t *testing.T) {
	t.Parallel()
	s := &digestServer{user: "u", password: "p", realm: "api", rawRealm: "api", algorithm: "SHA-256-sess", qop: "auth"}
	server := httptest.NewServer(s)
	defer server.Close()
	d := &sign.Digest{Username: "u", Password: "p", World: liveWorld()}
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			u, _ := url.Parse(server.URL + "/a")
			for range 4 {
				r := &sign.Request{Method: "GET", URL: u, Header: http.Header{}}
				// The server refuses a count that it has seen.
				if status, _, err := send(d, server.Client(), r); status != 200 || err != nil {
					t.Errorf("status %d, error %v", status, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestDigestErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		digest *sign.Digest
		want   string
	}{
		{"a user name of two lines", &sign.Digest{Username: "canary\n", World: testWorld(1)}, "the Digest user name holds a control character"},
		{"no randomness", &sign.Digest{Username: "canary", World: worldWith(nil)}, "make a Digest cnonce: EOF"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := request(t, "GET", "https://api.example.com/")
			tt.digest.Learn(r, answer(401, "WWW-Authenticate", `Digest realm="r", nonce="n"`))
			if err := tt.digest.Sign(r); err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

// FuzzDigestLearn gives any challenge: what is signed then can be sent, brings
// back what the server gave, and never the password.
func FuzzDigestLearn(f *testing.F) {
	f.Add(`Digest realm="a", nonce="b", qop="auth", opaque="c"`, `nextnonce="d"`)
	f.Add(`Basic realm="a", Digest nonce=b==, algorithm=SHA-256-sess, qop=auth-int`, "")
	f.Add("Digest nonce=\"\\\"\xff\\\\\", realm=\"\r\n", `nextnonce="`)
	f.Add(`Negotiate a/b==, Digest ,,=,"`, "")
	f.Fuzz(func(t *testing.T, challenge, info string) {
		d := &sign.Digest{Username: "user", Password: "canary-0123", World: sign.World{Rand: zeros{}}}
		r := request(t, "GET", "https://api.example.com/a?b")
		again := d.Learn(r, answer(401, "WWW-Authenticate", challenge))
		p := signedDigest(t, d, r)
		if again != (p != nil) {
			t.Fatalf("again = %v, credentials %v", again, p)
		}
		if !again {
			return
		}
		header := r.Header.Get("Authorization")
		if strings.ContainsAny(header, "\r\n\x00") || strings.Contains(header, "canary") != strings.Contains(challenge, "canary") {
			t.Fatalf("Authorization %q", header)
		}
		if n, err := strconv.ParseUint(p["nc"], 16, 32); p["qop"] != "" && (err != nil || n != 1) {
			t.Errorf("nc %q", p["nc"])
		}
		// What a server says after is read too; the same challenge again is
		// where it ends.
		d.Learn(r, answer(200, "Authentication-Info", info))
		if d.Learn(r, answer(401, "WWW-Authenticate", challenge)) {
			t.Errorf("%q is answered again and again", challenge)
		}
		signedDigest(t, d, r)
	})
}

func BenchmarkDigest(b *testing.B) {
	d := &sign.Digest{Username: "Mufasa", Password: "Circle of Life", World: liveWorld()}
	r := request(b, "GET", "https://api.example.com/items?page=2")
	d.Learn(r, answer(401, "WWW-Authenticate", `Digest realm="api", qop="auth", nonce="bm9uY2U=", algorithm=SHA-256, opaque="x"`))
	for b.Loop() {
		if err := d.Sign(r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDigestLearn(b *testing.B) {
	d := &sign.Digest{Username: "Mufasa", Password: "Circle of Life", World: liveWorld()}
	r := request(b, "GET", "https://api.example.com/items?page=2")
	resp := answer(401, "WWW-Authenticate", `Basic realm="api", Digest realm="api", qop="auth", nonce="bm9uY2U=", algorithm=SHA-256, opaque="x"`)
	for b.Loop() {
		d.Learn(r, resp)
	}
}
