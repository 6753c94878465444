package sign_test

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
)

var digestParam = regexp.MustCompile(`([a-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^",\s]+))`)

// digestParams reads a Digest Authorization.
func digestParams(header string) map[string]string {
	rest, ok := strings.CutPrefix(header, "Digest ")
	if !ok {
		return nil
	}
	params := map[string]string{}
	for _, m := range digestParam.FindAllStringSubmatch(rest, -1) {
		params[m[1]] = regexp.MustCompile(`\\(.)`).ReplaceAllString(m[2], "$1") + m[3]
	}
	return params
}

// A digestServer verifies Digest by itself. Its nonces are good for a number
// of uses; 0 is any.
type digestServer struct {
	user, password   string
	realm, rawRealm  string // rawRealm is as it stands in the header
	algorithm        string // "" is not said
	qop              string // what is offered
	userhash         bool
	more             string // in the header, before the challenge
	uses             int
	saysStale, nexts bool

	mu    sync.Mutex
	count map[string]int  // by nonce
	seen  map[string]bool // nonce and nc
}

func (s *digestServer) hash(parts ...string) string {
	h := map[string]func() hash.Hash{
		"": md5.New, "MD5": md5.New, "SHA-256": sha256.New, "SHA-512-256": sha512.New512_256,
	}[strings.TrimSuffix(s.algorithm, "-sess")]()
	_, _ = io.WriteString(h, strings.Join(parts, ":"))
	return hex.EncodeToString(h.Sum(nil))
}

func (s *digestServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := digestParams(r.Header.Get("Authorization"))
	right := p != nil && s.right(p, r)
	nonce := p["nonce"]
	used, known := s.count[nonce]
	replayed := s.seen[nonce+p["nc"]] && p["nc"] != ""
	if known {
		s.count[nonce]++
		s.seen[nonce+p["nc"]] = true
	}
	if right && known && !replayed && (s.uses == 0 || used < s.uses) {
		if s.nexts {
			w.Header().Set("Authentication-Info", fmt.Sprintf(`qop=auth, nextnonce="%s"`, s.nonce()))
		}
		return
	}
	s.challenge(w, right && s.saysStale)
}

func (s *digestServer) nonce() string {
	if s.count == nil {
		s.count, s.seen = map[string]int{}, map[string]bool{}
	}
	n := base64.StdEncoding.EncodeToString([]byte(rand.Text()))
	s.count[n] = 0
	return n
}

func (s *digestServer) challenge(w http.ResponseWriter, stale bool) {
	c := s.more + fmt.Sprintf(`Digest realm="%s", Nonce="%s", opaque=abc==`, s.rawRealm, s.nonce())
	if s.algorithm != "" {
		c += `,algorithm="` + s.algorithm + `"`
	}
	if s.qop != "" {
		c += `, qop="` + s.qop + `"`
	}
	if s.userhash {
		c += ", userhash=true"
	}
	if stale {
		c += ", stale=TRUE"
	}
	w.Header().Set("WWW-Authenticate", c)
	w.WriteHeader(http.StatusUnauthorized)
}

// right computes the response as RFC 7616 3.4 says.
func (s *digestServer) right(p map[string]string, r *http.Request) bool {
	user := s.user
	if s.userhash {
		user = s.hash(s.user, s.realm)
	}
	if s.userhash != (p["userhash"] == "true") || (s.algorithm != "") != strings.Contains(r.Header.Get("Authorization"), "algorithm=") {
		return false
	}
	if p["username"] != user || p["realm"] != s.realm || p["uri"] != r.RequestURI || p["opaque"] != "abc==" || p["algorithm"] != s.algorithm {
		return false
	}
	a1 := s.hash(s.user, s.realm, s.password)
	if strings.HasSuffix(s.algorithm, "-sess") {
		a1 = s.hash(a1, p["nonce"], p["cnonce"])
	}
	a2 := s.hash(r.Method, p["uri"])
	if p["qop"] == "auth-int" {
		body, _ := io.ReadAll(r.Body)
		a2 = s.hash(r.Method, p["uri"], s.hash(string(body)))
	}
	if s.qop == "" {
		return p["qop"] == "" && p["response"] == s.hash(a1, p["nonce"], a2)
	}
	return strings.Contains(s.qop, p["qop"]) && p["response"] == s.hash(a1, p["nonce"], p["nc"], p["cnonce"], p["qop"], a2)
}
