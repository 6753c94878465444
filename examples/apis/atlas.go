package apis

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
)

// A programmatic API key.
const (
	atlasPublic  = "loopbaqk"
	atlasPrivate = "10070bac-0000-4000-8000-00a71a5c0001"
)

// atlasRealm is what the passwords of the API are for.
const atlasRealm = "MMS Public API"

// atlas is "Authenticate with API keys" and the requests of the example of the
// Atlas Administration API, https://www.mongodb.com/docs/atlas/api/: HTTP Digest
// (RFC 7616) with MD5, and a version in the Accept header.
type atlas struct {
	mu     sync.Mutex
	nonces map[string]map[string]bool // with the counts that were used
}

func newAtlas() http.Handler { return &atlas{nonces: map[string]map[string]bool{}} }

func atlasError(w http.ResponseWriter, status int, code, detail string) {
	answer(w, status, object{"error": status, "reason": http.StatusText(status), "errorCode": code, "detail": detail})
}

func (a *atlas) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !a.authenticated(r) {
		a.mu.Lock()
		defer a.mu.Unlock()
		nonce := md5Hex(fmt.Sprint("nonce ", len(a.nonces)+1))
		a.nonces[nonce] = map[string]bool{}
		w.Header().Set("WWW-Authenticate", `Digest realm="`+atlasRealm+`", domain="", nonce="`+nonce+`", algorithm=MD5, qop="auth", stale=false`)
		atlasError(w, http.StatusUnauthorized, "", "You are not authorized for this resource.")
		return
	}
	version, ok := strings.CutPrefix(r.Header.Get("Accept"), "application/vnd.atlas.")
	switch {
	case !ok || !strings.HasSuffix(version, "+json"):
		atlasError(w, http.StatusNotAcceptable, "INVALID_VERSION_DATE", "The version of the resource is to stand in the Accept header.")
	case r.Method == http.MethodGet && r.URL.Path == "/api/atlas/v2/orgs":
		answer(w, http.StatusOK, object{"totalCount": 1, "results": []object{{"id": "5f1000000000000000000001", "name": "Analytical engines", "isDeleted": false}}})
	case r.Method == http.MethodGet && r.URL.Path == "/api/atlas/v2/groups":
		answer(w, http.StatusOK, object{"totalCount": 2, "results": []object{
			{"id": "5f1000000000000000000002", "name": "Analytical engine", "clusterCount": 1},
			{"id": "5f1000000000000000000003", "name": "Notes & letters", "clusterCount": 0},
		}})
	default:
		atlasError(w, http.StatusNotFound, "RESOURCE_NOT_FOUND", "Cannot find resource "+r.URL.Path+".")
	}
}

// digestPart matches a parameter of the header.
var digestPart = regexp.MustCompile(`(\w+)=(?:"([^"]*)"|([^",\s]+))`)

// authenticated makes the response of RFC 7616 3.4.1 again. A nonce was given
// here, and each count of it is good once.
func (a *atlas) authenticated(r *http.Request) bool {
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Digest ")
	if !ok {
		return false
	}
	parts := map[string]string{}
	for _, m := range digestPart.FindAllStringSubmatch(text, -1) {
		if _, twice := parts[m[1]]; twice {
			return false
		}
		parts[m[1]] = m[2] + m[3]
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	used, known := a.nonces[parts["nonce"]]
	switch {
	case !known || len(parts["nc"]) != 8 || used[parts["nc"]] || parts["cnonce"] == "":
		return false
	case parts["username"] != atlasPublic || parts["realm"] != atlasRealm || parts["qop"] != "auth" || parts["uri"] != r.URL.RequestURI():
		return false
	}
	used[parts["nc"]] = true
	secret := md5Hex(atlasPublic + ":" + atlasRealm + ":" + atlasPrivate)
	request := md5Hex(r.Method + ":" + parts["uri"])
	return parts["response"] == md5Hex(strings.Join([]string{secret, parts["nonce"], parts["nc"], parts["cnonce"], "auth", request}, ":"))
}

func md5Hex(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}
