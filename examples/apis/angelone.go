package apis

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// A user of SmartAPI with a second factor, and the key of an app.
const (
	angelClient = "L1234567"
	angelPIN    = "4071"
	angelTOTP   = "JBSWY3DPEHPK3PXPLOOPBACK"
	angelKey    = "l00PbACk"
)

// angelOne is "User" of Angel One SmartAPI, https://smartapi.angelbroking.com/docs/User.
// It answers 200 to refusals, and says in the body which they are.
type angelOne struct {
	mu       sync.Mutex
	sessions map[string]string // refresh tokens by access tokens
}

func newAngelOne() http.Handler { return &angelOne{sessions: map[string]string{}} }

// angelHeaders have to be there with each request.
var angelHeaders = []string{"X-UserType", "X-SourceID", "X-ClientLocalIP", "X-ClientPublicIP", "X-MACAddress"}

func angelRefusal(w http.ResponseWriter, code, message string) {
	answer(w, http.StatusOK, object{"status": false, "message": message, "errorcode": code, "data": nil})
}

func angelSuccess(w http.ResponseWriter, data object) {
	answer(w, http.StatusOK, object{"status": true, "message": "SUCCESS", "errorcode": "", "data": data})
}

func (a *angelOne) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for _, name := range angelHeaders {
		if r.Header.Get(name) == "" {
			answer(w, http.StatusBadRequest, object{"status": false, "message": "Required request header '" + name + "' is not present", "errorcode": "", "data": nil})
			return
		}
	}
	if r.Header.Get("X-PrivateKey") != angelKey {
		angelRefusal(w, "AG8004", "Invalid API Key")
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	refresh, ok := a.sessions[token]
	switch path := strings.TrimPrefix(r.URL.Path, "/rest"); {
	case r.Method == http.MethodPost && path == "/auth/angelbroking/user/v1/loginByPassword":
		a.login(w, r)
	case !ok:
		angelRefusal(w, "AG8001", "Invalid Token")
	case r.Method == http.MethodPost && path == "/auth/angelbroking/jwt/v1/generateTokens":
		if angelBody(r)["refreshToken"] != refresh {
			angelRefusal(w, "AB8050", "Invalid Refresh Token")
			return
		}
		delete(a.sessions, token)
		a.begin(w)
	case r.Method == http.MethodPost && path == "/secure/angelbroking/user/v1/logout" && angelBody(r)["clientcode"] == angelClient:
		delete(a.sessions, token)
		angelSuccess(w, nil)
	case r.Method == http.MethodGet && path == "/secure/angelbroking/user/v1/getProfile":
		angelSuccess(w, object{"clientcode": angelClient, "name": "ADA LOVELACE", "email": "", "exchanges": []string{"NSE", "BSE"}, "products": []string{"DELIVERY"}})
	default:
		http.Error(w, "Not Found", http.StatusNotFound)
	}
}

func angelBody(r *http.Request) map[string]string {
	var body map[string]string
	if r.Header.Get("Content-Type") != "application/json" || json.NewDecoder(r.Body).Decode(&body) != nil {
		return nil
	}
	return body
}

func (a *angelOne) login(w http.ResponseWriter, r *http.Request) {
	body := angelBody(r)
	switch now := time.Now(); {
	case body["clientcode"] != angelClient || body["password"] != angelPIN:
		angelRefusal(w, "AB1000", "Invalid Email Or Password")
	case body["totp"] != totp(now) && body["totp"] != totp(now.Add(-30*time.Second)):
		angelRefusal(w, "AB1050", "Invalid totp")
	default:
		a.begin(w)
	}
}

func (a *angelOne) begin(w http.ResponseWriter) {
	token, refresh := rand.Text(), rand.Text()
	a.sessions[token] = refresh
	angelSuccess(w, object{"jwtToken": token, "refreshToken": refresh, "feedToken": rand.Text()})
}

// totp is the code of a moment (RFC 6238 with HMAC-SHA-1, 30 seconds, 6 digits).
func totp(at time.Time) string {
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(angelTOTP)
	if err != nil {
		panic(err)
	}
	mac := hmac.New(sha1.New, key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(at.Unix()/30)))
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[offset:])&0x7fffffff%1_000_000)
}
