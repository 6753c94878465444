package apis

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// An integration of the account acme-analytics, in which ADA has a public key.
const (
	snowflakeAccount = "acme-analytics"
	snowflakeClient  = "bG9vcGJhY2s/Q2xpZW50+0001="
	snowflakeSecret  = "bG9vcGJhY2s/U2VjcmV0+NotOneOfSnowflake="
	snowflakeUser    = "ADA"
)

// snowflakeFingerprint is what Snowflake says of the public key.
func snowflakeFingerprint() string {
	der, err := x509.MarshalPKIXPublicKey(publicKey())
	if err != nil {
		panic(err) // the key is a part of the program
	}
	sum := sha256.Sum256(der)
	return "SHA256:" + base64.StdEncoding.EncodeToString(sum[:])
}

// snowflake is the login of "Snowflake OAuth", the tokens of "Using key-pair
// authentication", and the requests of the example,
// https://docs.snowflake.com/en/developer-guide/sql-api/authenticating.
type snowflake struct {
	*authorizationServer
	keyPair *jwtVerifier
}

func newSnowflake() http.Handler {
	subject := strings.ToUpper(snowflakeAccount) + "." + snowflakeUser
	return &snowflake{
		authorizationServer: &authorizationServer{
			clients: []oauthClient{{
				id: snowflakeClient, secret: snowflakeSecret, where: inHeader, redirects: []string{callback},
				grants: []string{"authorization_code", "refresh_token"},
			}},
			scopes: []string{"refresh_token", "session:role:ANALYST"}, lifetime: 10 * time.Minute,
			offline: func(request url.Values) bool {
				return slices.Contains(strings.Fields(request.Get("scope")), "refresh_token")
			},
			more: func() object { return object{"token_type": "Bearer", "username": snowflakeUser, "idpInitiated": false} },
		},
		keyPair: &jwtVerifier{
			alg: "RS256", claims: map[string]string{"iss": subject + "." + snowflakeFingerprint(), "sub": subject}, longest: time.Hour,
		},
	}
}

func (s *snowflake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Host + r.URL.Path {
	case snowflakeAccount + ".snowflakecomputing.com/oauth/authorize":
		s.authorize(w, r)
	case snowflakeAccount + ".snowflakecomputing.com/oauth/token-request":
		s.token(w, r)
	case snowflakeAccount + ".snowflakecomputing.com/api/v2/statements":
		s.statements(w, r)
	default:
		answer(w, http.StatusNotFound, object{"code": "390404", "message": "not found"})
	}
}

// role is what a token stands for: the one of a login, or that of a key pair,
// which acts in the role that the user has from the start. It is "" if the
// token is none, with what is said then.
func (s *snowflake) role(r *http.Request) (role, code, message string) {
	text, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch kind := r.Header.Get("X-Snowflake-Authorization-Token-Type"); {
	case kind == "KEYPAIR_JWT" && s.keyPair.verify(text) == nil:
		return "SYSADMIN", "", ""
	case kind == "KEYPAIR_JWT":
		return "", "390144", "JWT token is invalid."
	case kind == "OAUTH" && s.bearer(r, "Bearer") != nil:
		return "ANALYST", "", ""
	case kind == "OAUTH":
		return "", "390303", "Invalid OAuth access token."
	}
	return "", "390101", "Authorization header not found in the request data."
}

// statements runs a statement of the two that the example has.
func (s *snowflake) statements(w http.ResponseWriter, r *http.Request) {
	role, code, message := s.role(r)
	var given struct {
		Statement string
		Timeout   int
	}
	refuse := func(status int, code, message string) { answer(w, status, object{"code": code, "message": message}) }
	switch {
	case r.Header.Get("Accept") != "application/json":
		refuse(http.StatusBadRequest, "391903", "Unsupported Accept header null is specified.")
	case role == "":
		refuse(http.StatusUnauthorized, code, message)
	case r.Method != http.MethodPost:
		refuse(http.StatusMethodNotAllowed, "391908", "Method not allowed.")
	case r.Header.Get("Content-Type") != "application/json" || json.NewDecoder(r.Body).Decode(&given) != nil:
		refuse(http.StatusBadRequest, "391902", "Unable to parse the JSON request payload.")
	case given.Statement == "SELECT CURRENT_USER(), CURRENT_ROLE()":
		snowflakeRows(w, []string{"CURRENT_USER()", "CURRENT_ROLE()"}, [][]any{{snowflakeUser, role}})
	case given.Statement == "SHOW WAREHOUSES":
		snowflakeRows(w, []string{"name", "state", "size"}, [][]any{{"REPORTS", "SUSPENDED", "X-Small"}, {"LOADS", "STARTED", "Medium"}})
	default:
		refuse(http.StatusUnprocessableEntity, "001003", "SQL compilation error: syntax error")
	}
}

func snowflakeRows(w http.ResponseWriter, columns []string, rows [][]any) {
	var types []object
	for _, name := range columns {
		types = append(types, object{"name": name, "type": "text", "nullable": true})
	}
	answer(w, http.StatusOK, object{
		"resultSetMetaData": object{"numRows": len(rows), "format": "jsonv2", "rowType": types},
		"data":              rows, "code": "090001", "sqlState": "00000", "message": "Statement executed successfully.",
		"statementHandle": "01b2c3d4-0000-1111-0000-000100020003", "createdOn": 1763730000000,
	})
}
