package apis

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// An oauth1Verifier checks the signatures of requests as RFC 5849 3 has them:
// HMAC-SHA1, the OAuth parameters in the Authorization header, a nonce once.
type oauth1Verifier struct {
	consumerKey, consumerSecret string
	sha256                      bool   // HMAC-SHA256 in place of HMAC-SHA1
	realm                       string // that the header has to name

	mu     sync.Mutex
	nonces map[string]bool
}

// verify gives the OAuth parameters of a request if its signature is right.
// Secret is what belongs to a token; "" and true for a request without one.
func (v *oauth1Verifier) verify(r *http.Request, secret func(token string) (string, bool)) (url.Values, error) {
	oauth, err := oauth1Header(r.Header.Get("Authorization"))
	if err != nil {
		return nil, err
	}
	key, known := secret(oauth.Get("oauth_token"))
	seconds, err := strconv.ParseInt(oauth.Get("oauth_timestamp"), 10, 64)
	age := time.Since(time.Unix(seconds, 0)).Abs()
	method, digest := "HMAC-SHA1", sha1.New
	if v.sha256 {
		method, digest = "HMAC-SHA256", sha256.New
	}
	switch {
	case oauth.Get("oauth_consumer_key") != v.consumerKey:
		return nil, errors.New("invalid key")
	case !known:
		return nil, errors.New("invalid token")
	case oauth.Get("realm") != v.realm:
		return nil, errors.New("invalid realm")
	case oauth.Get("oauth_signature_method") != method || oauth.Get("oauth_version") != "1.0" && oauth.Has("oauth_version"):
		return nil, errors.New("signature method or version is not supported")
	case err != nil || age > 5*time.Minute:
		return nil, errors.New("timestamp refused")
	}
	base, err := oauth1Base(r, oauth)
	if err != nil {
		return nil, err
	}
	mac := hmac.New(digest, []byte(percentEncode(v.consumerSecret)+"&"+percentEncode(key)))
	mac.Write([]byte(base))
	sent, err := base64.StdEncoding.DecodeString(oauth.Get("oauth_signature"))
	if err != nil || !hmac.Equal(sent, mac.Sum(nil)) {
		return nil, errors.New("invalid signature")
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.nonces == nil {
		v.nonces = map[string]bool{}
	}
	nonce := oauth.Get("oauth_timestamp") + " " + oauth.Get("oauth_nonce")
	if oauth.Get("oauth_nonce") == "" || v.nonces[nonce] {
		return nil, errors.New("nonce was used")
	}
	v.nonces[nonce] = true
	return oauth, nil
}

// oauth1Header reads the parameters of an Authorization header (RFC 5849
// 3.5.1).
func oauth1Header(header string) (url.Values, error) {
	list, ok := strings.CutPrefix(header, "OAuth ")
	if !ok {
		return nil, errors.New("no OAuth header")
	}
	oauth := url.Values{}
	for part := range strings.SplitSeq(list, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		quoted := len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"'
		if !quoted || oauth.Has(name) {
			return nil, errors.New("the OAuth header cannot be read")
		}
		text, err := url.PathUnescape(value[1 : len(value)-1])
		if err != nil {
			return nil, errors.New("the OAuth header cannot be read")
		}
		oauth.Set(name, text)
	}
	return oauth, nil
}

// oauth1Base makes the text that is signed (RFC 5849 3.4.1). The address is
// that of the origin that the server stands for, which is https.
func oauth1Base(r *http.Request, oauth url.Values) (string, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err == nil {
		err = r.ParseForm() // a form in the body is signed, too
	}
	if err != nil {
		return "", err
	}
	var pairs []string
	for _, values := range []url.Values{query, r.PostForm, oauth} {
		for name, list := range values {
			for _, value := range list {
				if name != "realm" && name != "oauth_signature" {
					pairs = append(pairs, percentEncode(name)+"="+percentEncode(value))
				}
			}
		}
	}
	sortPairs(pairs)
	address := "https://" + strings.ToLower(r.Host) + r.URL.EscapedPath()
	return r.Method + "&" + percentEncode(address) + "&" + percentEncode(strings.Join(pairs, "&")), nil
}

// sortPairs sorts by names, then by values.
func sortPairs(pairs []string) {
	slices.SortFunc(pairs, func(a, b string) int {
		return strings.Compare(strings.Replace(a, "=", "\x00", 1), strings.Replace(b, "=", "\x00", 1))
	})
}

// percentEncode encodes all but the unreserved characters (RFC 5849 3.6).
func percentEncode(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}
