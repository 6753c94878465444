package apis

import (
	"encoding/json"
	"mime"
	"net/http"
	"strings"
)

// An integration of the sandbox account 1234567_SB1, and a token for it.
const (
	netSuiteAccount        = "1234567_SB1"
	netSuiteConsumerKey    = "c0115010loopback0consumer0key0f2e4d6c8b0a1927364554637281900aabb"
	netSuiteConsumerSecret = "5ec2e701loopback0consumer0secret0a2b4c6d8e0f1029384756657483920c"
	netSuiteToken          = "70cec011loopback0token0id0b3d5f7a9c1e20394857667584930211223344"
	netSuiteTokenSecret    = "5ec2e702loopback0token0secret0c4e6a8d0f213243546576879809a1b2c3d"
)

// netSuite is "Token-based Authentication (TBA)" and the requests of the example,
// https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/section_4247337262.html.
type netSuite struct{ oauth1Verifier }

func newNetSuite() http.Handler {
	return &netSuite{oauth1Verifier{
		consumerKey: netSuiteConsumerKey, consumerSecret: netSuiteConsumerSecret, sha256: true, realm: netSuiteAccount,
	}}
}

func (n *netSuite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, err := n.verify(r, func(token string) (string, bool) { return netSuiteTokenSecret, token == netSuiteToken })
	path, ok := strings.CutPrefix(r.URL.Path, "/services/rest")
	switch {
	case err != nil || r.Host != "1234567-sb1.suitetalk.api.netsuite.com":
		netSuiteError(w, http.StatusUnauthorized, "INVALID_LOGIN", "Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI.")
	case !ok:
		http.NotFound(w, r)
	case r.Method == http.MethodGet && path == "/system/v1/serverTime":
		answer(w, http.StatusOK, object{"serverTime": "2025-11-21T13:00:00Z"})
	case r.Method == http.MethodPost && path == "/query/v1/suiteql":
		netSuiteQuery(w, r)
	default:
		netSuiteError(w, http.StatusNotFound, "NONEXISTENT_ID", "The record instance does not exist.")
	}
}

func netSuiteError(w http.ResponseWriter, status int, code, detail string) {
	answer(w, status, object{
		"type": "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5", "title": http.StatusText(status), "status": status,
		"o:errorDetails": []object{{"detail": detail, "o:errorCode": code}},
	})
}

// netSuiteQuery answers a query of SuiteQL, which wants to be transient.
func netSuiteQuery(w http.ResponseWriter, r *http.Request) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var given struct{ Q string }
	switch {
	case r.Header.Get("Prefer") != "transient":
		netSuiteError(w, http.StatusBadRequest, "INVALID_HEADER", "The required request header 'Prefer' is missing or wrong. Use transient.")
	case kind != "application/json" || json.NewDecoder(r.Body).Decode(&given) != nil || !strings.HasPrefix(given.Q, "SELECT "):
		netSuiteError(w, http.StatusBadRequest, "INVALID_PARAMETER", "Invalid search query.")
	default:
		answer(w, http.StatusOK, object{
			"links": []object{}, "count": 2, "offset": 0, "totalResults": 2, "hasMore": false,
			"items": []object{
				{"links": []object{}, "id": "17", "companyname": "Babbage & Sons"},
				{"links": []object{}, "id": "18", "companyname": "Somerville Ltd"},
			},
		})
	}
}
