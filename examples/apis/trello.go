package apis

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Trello's application: the API key of a Power-Up, and its OAuth 1 secret.
const (
	trelloKey    = "4c0ffee0loopback0trello0key00001"
	trelloSecret = "5ec2e7f00d1loopback2trello3secret4a5b6c7d8e9f00112233445566778899"
)

// trello is "Authorizing With OAuth" of Trello's REST API, and the requests of
// the example, https://developer.atlassian.com/cloud/trello/guides/rest-api/authorization/.
type trello struct {
	oauth1Verifier

	mu     sync.Mutex
	tokens map[string]*trelloToken // temporary ones and those of members
}

// A trelloToken is a temporary token, or what becomes of it.
type trelloToken struct {
	secret, callback, verifier string
	member                     bool // it opens the API
	scopes                     []string
}

func newTrello() http.Handler {
	return &trello{
		oauth1Verifier: oauth1Verifier{consumerKey: trelloKey, consumerSecret: trelloSecret},
		tokens:         map[string]*trelloToken{},
	}
}

func (t *trello) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Host == "trello.com" && r.URL.Path == "/1/OAuthAuthorizeToken" {
		t.authorize(w, r)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	oauth, err := t.verify(r, func(token string) (string, bool) {
		known := t.tokens[token]
		if token == "" || known == nil {
			return "", token == ""
		}
		return known.secret, true
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	switch text := oauth.Get("oauth_token"); {
	case r.Host == "trello.com" && r.Method == http.MethodPost && r.URL.Path == "/1/OAuthGetRequestToken" && text == "":
		t.begin(w, oauth)
	case r.Host == "trello.com" && r.Method == http.MethodPost && r.URL.Path == "/1/OAuthGetAccessToken" && text != "":
		t.exchange(w, text, oauth.Get("oauth_verifier"))
	case r.Host == "trello.com" && r.Method == http.MethodPost && r.URL.Path == "/1/OAuthRevokeToken" && text != "" && t.tokens[text].member:
		// Trello has no such address. It is the usual way of others, for tests.
		delete(t.tokens, text)
	case r.Host == "api.trello.com" && text != "" && t.tokens[text].member:
		t.api(w, r, text)
	default:
		http.Error(w, "invalid token", http.StatusUnauthorized)
	}
}

// begin gives a temporary token (RFC 5849 2.1).
func (t *trello) begin(w http.ResponseWriter, oauth url.Values) {
	if oauth.Get("oauth_callback") != callback {
		http.Error(w, "invalid callback", http.StatusBadRequest)
		return
	}
	text := rand.Text()
	t.tokens[text] = &trelloToken{secret: rand.Text(), callback: callback}
	trelloForm(w, url.Values{
		"oauth_token": {text}, "oauth_token_secret": {t.tokens[text].secret}, "oauth_callback_confirmed": {"true"},
	})
}

func trelloForm(w http.ResponseWriter, v url.Values) {
	w.Header().Set("Content-Type", "application/x-www-form-urlencoded")
	_, _ = w.Write([]byte(v.Encode()))
}

// authorize is the page on which the member agrees (RFC 5849 2.2).
func (t *trello) authorize(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	query := r.URL.Query()
	token := t.tokens[query.Get("oauth_token")]
	expirations := []string{"1hour", "1day", "30days", "never"}
	scopes := strings.Split(query.Get("scope"), ",")
	unknown := func(scope string) bool { return !slices.Contains([]string{"read", "write", "account"}, scope) }
	if r.Method != http.MethodGet || token == nil || token.member || token.verifier != "" || query.Get("name") == "" ||
		!slices.Contains(expirations, query.Get("expiration")) || slices.ContainsFunc(scopes, unknown) {
		http.Error(w, "invalid value for a parameter", http.StatusBadRequest)
		return
	}
	token.verifier, token.scopes = rand.Text(), scopes
	w.Header().Set("Location", token.callback+"?"+url.Values{"oauth_token": {query.Get("oauth_token")}, "oauth_verifier": {token.verifier}}.Encode())
	w.WriteHeader(http.StatusFound)
}

// exchange gives the member's token for a temporary one, once (RFC 5849 2.3).
func (t *trello) exchange(w http.ResponseWriter, text, verifier string) {
	temporary := t.tokens[text]
	if temporary.member || temporary.verifier == "" || temporary.verifier != verifier {
		http.Error(w, "invalid verifier", http.StatusUnauthorized)
		return
	}
	delete(t.tokens, text)
	member := rand.Text()
	t.tokens[member] = &trelloToken{secret: rand.Text(), member: true, scopes: temporary.scopes}
	trelloForm(w, url.Values{"oauth_token": {member}, "oauth_token_secret": {t.tokens[member].secret}})
}

// api answers requests that are signed with a member's token.
func (t *trello) api(w http.ResponseWriter, r *http.Request, text string) {
	token := t.tokens[text]
	switch path := r.URL.Path; {
	case r.Method == http.MethodGet && path == "/1/members/me" && slices.Contains(token.scopes, "read"):
		answer(w, http.StatusOK, object{"id": "5a1b2c3d4e5f60718293a4b5", "username": "adalovelace", "fullName": "Ada Lovelace"})
	case r.Method == http.MethodGet && path == "/1/members/me/boards" && slices.Contains(token.scopes, "read"):
		answer(w, http.StatusOK, []object{
			{"id": "5a1b2c3d4e5f60718293a4c0", "name": "Note G", "closed": false, "shortUrl": "https://trello.com/b/nOtEg001"},
			{"id": "5a1b2c3d4e5f60718293a4c1", "name": "Old looms", "closed": true, "shortUrl": "https://trello.com/b/LoOms001"},
		})
	case r.Method == http.MethodDelete && path == "/1/tokens/"+text:
		delete(t.tokens, text)
		answer(w, http.StatusOK, object{"_value": nil})
	default:
		http.Error(w, "unauthorized permission requested", http.StatusUnauthorized)
	}
}
