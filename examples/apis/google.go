package apis

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Google's OAuth client, of the kind for desktop apps, and a user who has agreed
// to it before.
const (
	googleClient = "407408718192-loopback0001.apps.googleusercontent.com"
	googleSecret = "GOCSPX-loopback_google-0001"
	googleUser   = "110169484474386276334"
)

// googleScopes are those of the example by the names in Google's answers.
var googleScopes = []string{
	"openid", "https://www.googleapis.com/auth/userinfo.email",
	"https://www.googleapis.com/auth/drive.metadata.readonly", "https://www.googleapis.com/auth/drive.readonly",
}

// google is "OpenID Connect" and "OAuth 2.0 for Mobile & Desktop Apps",
// https://developers.google.com/identity/protocols/oauth2, and the requests of
// the example, of Drive's API. Its endpoints stand on three hosts.
type google struct{ *authorizationServer }

// googleKey signs ID tokens.
var googleKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func newGoogle() http.Handler {
	return &google{&authorizationServer{
		clients: []oauthClient{{
			id: googleClient, secret: googleSecret, where: inBody, redirects: []string{callback},
			grants: []string{"authorization_code", "refresh_token"},
		}},
		scopes:   append([]string{"email"}, googleScopes...),
		lifetime: time.Hour - time.Second,
		// Who agreed before gets no second refresh token, unless he is asked anew.
		offline: func(request url.Values) bool {
			return request.Get("access_type") == "offline" && slices.Contains(strings.Fields(request.Get("prompt")), "consent")
		},
		shape: googleTokens,
	}}
}

// googleTokens puts an ID token into an answer, and names scopes as Google does,
// in an order of its own.
func googleTokens(g *grant, tokens object) object {
	tokens["token_type"] = "Bearer"
	granted := slices.Clone(g.scopes)
	for i, scope := range granted {
		if scope == "email" {
			granted[i] = googleScopes[1]
		}
	}
	slices.Sort(granted)
	tokens["scope"] = strings.Join(granted, " ")
	if g.has("openid") {
		now := time.Now()
		tokens["id_token"] = googleIDToken(object{
			"iss": "https://accounts.google.com", "azp": googleClient, "aud": googleClient, "sub": googleUser,
			"email": "ada@example.com", "email_verified": true, "nonce": g.request.Get("nonce"),
			"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		})
	}
	return tokens
}

// googleIDToken signs claims with RS256 (RFC 7515).
func googleIDToken(claims object) string {
	body, _ := json.Marshal(claims)
	signed := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","kid":"loopback-1","typ":"JWT"}`)) +
		"." + base64.RawURLEncoding.EncodeToString(body)
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, googleKey(), crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func (g *google) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Host + r.URL.Path {
	case "accounts.google.com/.well-known/openid-configuration":
		answer(w, http.StatusOK, googleMetadata())
	case "accounts.google.com/o/oauth2/v2/auth":
		if access := r.URL.Query().Get("access_type"); access != "" && access != "online" && access != "offline" {
			http.Error(w, "Error 400: invalid_request. Invalid parameter value for access_type", http.StatusBadRequest)
			return
		}
		g.authorize(w, r)
	case "oauth2.googleapis.com/token":
		g.token(w, r)
	case "oauth2.googleapis.com/revoke":
		if err := formPost(r); err != nil || !g.revoke(r.PostForm.Get("token"), true, true) {
			answer(w, http.StatusBadRequest, object{"error": "invalid_token", "error_description": "Token expired or revoked"})
			return
		}
		answer(w, http.StatusOK, object{})
	case "www.googleapis.com/oauth2/v3/certs":
		key := googleKey().PublicKey
		exponent := binary.BigEndian.AppendUint32(nil, uint32(key.E))
		answer(w, http.StatusOK, object{"keys": []object{{
			"kid": "loopback-1", "kty": "RSA", "alg": "RS256", "use": "sig",
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(exponent[1:]),
		}}})
	default:
		g.drive(w, r)
	}
}

// googleMetadata is what Google says about itself (OpenID Connect Discovery 3).
func googleMetadata() object {
	return object{
		"issuer":                                "https://accounts.google.com",
		"authorization_endpoint":                "https://accounts.google.com/o/oauth2/v2/auth",
		"device_authorization_endpoint":         "https://oauth2.googleapis.com/device/code",
		"token_endpoint":                        "https://oauth2.googleapis.com/token",
		"userinfo_endpoint":                     "https://openidconnect.googleapis.com/v1/userinfo",
		"revocation_endpoint":                   "https://oauth2.googleapis.com/revoke",
		"jwks_uri":                              "https://www.googleapis.com/oauth2/v3/certs",
		"response_types_supported":              []string{"code", "token", "id_token", "code token", "code id_token", "token id_token", "code token id_token", "none"},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"scopes_supported":                      []string{"openid", "email", "profile"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "client_secret_basic"},
		"code_challenge_methods_supported":      []string{"plain", "S256"},
		"grant_types_supported": []string{
			"authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code", "urn:ietf:params:oauth:grant-type:jwt-bearer",
		},
	}
}

func googleError(w http.ResponseWriter, status int, code, reason, message string) {
	answer(w, status, object{"error": object{
		"code": status, "message": message, "status": code, "errors": []object{{"message": message, "domain": "global", "reason": reason}},
	}})
}

// drive is a part of "Google Drive API", version 3.
func (g *google) drive(w http.ResponseWriter, r *http.Request) {
	granted, query := g.bearer(r, "Bearer"), r.URL.Query()
	size, err := strconv.Atoi(query.Get("pageSize"))
	switch {
	case r.Host != "www.googleapis.com" || r.Method != http.MethodGet || !strings.HasPrefix(r.URL.Path, "/drive/v3/"):
		googleError(w, http.StatusNotFound, "NOT_FOUND", "notFound", "Not Found")
	case granted == nil:
		w.Header().Set("WWW-Authenticate", `Bearer realm="https://accounts.google.com/", error="invalid_token"`)
		googleError(w, http.StatusUnauthorized, "UNAUTHENTICATED", "authError",
			"Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.")
	case !granted.has(googleScopes[2]) && !granted.has(googleScopes[3]):
		googleError(w, http.StatusForbidden, "PERMISSION_DENIED", "insufficientPermissions", "Request had insufficient authentication scopes.")
	case r.URL.Path == "/drive/v3/about" && query.Get("fields") == "user(displayName,emailAddress)":
		answer(w, http.StatusOK, object{"user": object{"displayName": "Ada Lovelace", "emailAddress": "ada@example.com"}})
	case r.URL.Path == "/drive/v3/about":
		googleError(w, http.StatusBadRequest, "INVALID_ARGUMENT", "required", "The 'fields' parameter is required for this method.")
	case r.URL.Path == "/drive/v3/files" && err == nil && size > 0 && size <= 1000:
		answer(w, http.StatusOK, object{"kind": "drive#fileList", "incompleteSearch": false, "files": []object{
			{"kind": "drive#file", "id": "1BxiMVs0XRA5nFMdKvBdBZjgm", "name": "Note G", "mimeType": "application/vnd.google-apps.document"},
			{"kind": "drive#file", "id": "1xQf7Lw2pRz9KcTb4VnHy8MdE", "name": "Bernoulli.csv", "mimeType": "text/csv"},
		}})
	default:
		googleError(w, http.StatusBadRequest, "INVALID_ARGUMENT", "invalidParameter", "Invalid value for: pageSize")
	}
}
