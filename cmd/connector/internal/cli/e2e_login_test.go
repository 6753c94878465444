package cli_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/testdata/peers"
)

// fositeConnector is a connector of fosite, which has no metadata.
func fositeConnector(at, config string) string {
	return strings.NewReplacer(
		"issuer: "+at+"\n", "authorizeUri: "+at+"/oauth2/auth\n      tokenUri: "+at+"/oauth2/token\n      revokeUri: "+at+"/oauth2/revoke\n      scopes: [openid, offline, api]\n",
		"path: /me, responseMapping: {sub: '${response.data.sub}'}", "path: /api, responseMapping: {sub: '${response.data.name}'}",
	).Replace(peerConnector(at, config))
}

// TestBuiltProgramLives has the program as it is built log in at servers of
// others, and wants the tokens of that login to be good until it is disconnected,
// and to be good for nothing then. It tells tokens that are bound to a key by
// asking the server, since nobody else can use them.
func TestBuiltProgramLives(t *testing.T) {
	t.Parallel()
	type who struct{ client, secret string }
	tests := []struct {
		name         string
		fosite       bool
		nonces       bool
		who          who
		config       string
		variable     string
		introspector who
	}{
		{"code and PKCE", false, false, who{peers.PublicClient, ""}, peerScopes, "", who{peers.PublicClient, ""}},
		{"private_key_jwt EdDSA", false, false, who{peers.EdDSAClient, ""}, "      clientAuthLocation: private_key_jwt\n      clientAssertion: {key: {$var: connectorParameters.privateKey}, alg: EdDSA}\n" + peerScopes, "", who{peers.BasicClient, peers.BasicSecret}},
		{"PAR", false, false, who{peers.PARClient, peers.PARSecret}, "      par: true\n" + peerScopes, "STANDIN_CALLBACK", who{peers.PARClient, peers.PARSecret}},
		{"DPoP with a nonce", false, true, who{peers.DPoPClient, ""}, "      dpop: true\n" + peerScopes, "", who{peers.DPoPClient, ""}},
		{"device", false, false, who{peers.DeviceClient, ""}, "      grantType: device_code\n      scopes: [openid, offline_access, 'api:read']\n", "STANDIN_DEVICE", who{peers.DeviceClient, ""}},
		{"fosite, public", true, false, who{peers.FositePublicClient, ""}, "", "", who{peers.FositeBasicClient, peers.FositeBasicSecret}},
		{"fosite, in headers", true, false, who{peers.FositeBasicClient, peers.FositeBasicSecret}, "", "", who{peers.FositeBasicClient, peers.FositeBasicSecret}},
		{"fosite, in the body", true, false, who{peers.FositePostClient, peers.FositePostSecret}, "      clientAuthLocation: body\n", "", who{peers.FositeBasicClient, peers.FositeBasicSecret}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := newStored(t)
			var g *gate
			var keys map[string]string
			text, api, introspection := "", "/me", "/token/introspection"
			if test.fosite {
				g = newGate(r)
				g.leads(peers.Fosite(t).URL)
				text, api, introspection = fositeConnector(g.url, test.config), "/api", "/oauth2/introspect"
			} else {
				var server *peers.Server
				g, server = oidcGate(r, peers.OIDCOptions{DPoPNonce: test.nonces})
				text, keys = peerConnector(g.url, test.config), server.Keys
			}
			r.canaries.Add("a client secret", test.who.secret)
			args := []string{"connect", "--name", "work", "--login-timeout", "60s", writeTree(t, map[string]string{"spec.yml": text})}
			named := r.with("CONNECTOR_PARAM_CLIENT_ID="+test.who.client, "CONNECTOR_PARAM_CLIENT_SECRET="+test.who.secret, "CONNECTOR_PARAM_PRIVATE_KEY="+keys[test.who.client])
			switch test.variable {
			case "STANDIN_CALLBACK":
				port := freePort(t)
				args = append(args, "--redirect-port", port)
				named = named.with("STANDIN_CALLBACK=http://127.0.0.1:" + port + "/callback")
			case "STANDIN_DEVICE":
				named = named.with("STANDIN_DEVICE=1")
			}
			named.run(args...).check(t, 0, `Connected "work"`, "the credential goes to "+g.url)

			active := func(token string) bool {
				return g.active(t, introspection, test.introspector.client, test.introspector.secret, token)
			}
			access, refresh := g.tokens()
			if !active(access) || !active(refresh) {
				t.Error("the tokens of the login are not good")
			}
			r.run("connections", "test", "work").check(t, 0)
			r.run("connections", "refresh", "work").check(t, 0, "refreshed")
			r.run("request", "GET", api, "--connection", "work").check(t, 0)
			later, laterRefresh := g.tokens()
			refreshes := slices.DeleteFunc(g.granted("refresh_token"), func(one grant) bool {
				return test.nonces && one.status == http.StatusBadRequest // which gives the nonce
			})
			if later == access || laterRefresh == refresh || len(refreshes) != 1 {
				t.Errorf("one refresh was forced, and the server saw %v", refreshes)
			}
			if !active(later) || !active(laterRefresh) {
				t.Error("the tokens of the refresh are not good")
			}
			r.run("disconnect", "work").check(t, 0, "revoke", `"work" is no longer stored here`)
			if active(later) || active(laterRefresh) {
				t.Error("the tokens are good after they were revoked")
			}
			r.run("request", "GET", api, "--connection", "work").check(t, 4, `there is no connection "work"`)
			if len(r.records("connections")) > 0 {
				t.Error("the record is left")
			}
		})
	}
}

// records lists the files of what is stored.
func (r *room) records(kind string) []string {
	r.t.Helper()
	files, err := filepath.Glob(filepath.Join(r.store(), kind, "*.json"))
	if err != nil {
		r.t.Fatal(err)
	}
	return files
}

// TestBuiltProgramIsDenied wants a user who says no to be no failure that is
// hidden, and nothing to be kept of it: by fosite, and on a device.
func TestBuiltProgramIsDenied(t *testing.T) {
	t.Parallel()
	r := newStored(t)
	g := newGate(r)
	g.leads(peers.Fosite(t).URL)
	fosite := writeTree(t, map[string]string{"spec.yml": fositeConnector(g.url, "")})
	denied := r.with("STANDIN_DENY=1", "CONNECTOR_PARAM_CLIENT_ID="+peers.FositePublicClient)
	denied.run("connect", "--name", "work", "--login-timeout", "30s", fosite).check(t, 1, "connector: not connected: authorize: access was denied", "!Connected")
	if n := len(g.granted("authorization_code")); n > 0 {
		t.Errorf("%d codes were exchanged", n)
	}

	d, _ := oidcGate(r, peers.OIDCOptions{})
	device := writeTree(t, map[string]string{"spec.yml": peerConnector(d.url, "      grantType: device_code\n      scopes: [openid, 'api:read']\n")})
	denied = r.with("STANDIN_DENY=1", "STANDIN_DEVICE=1", "CONNECTOR_PARAM_CLIENT_ID="+peers.DeviceClient)
	denied.run("connect", "--name", "work", "--login-timeout", "30s", device).check(t, 1, "connector: not connected: ", "access_denied", "!Connected")
	if states := r.states(); len(states) > 0 {
		t.Errorf("kept: %v", states)
	}
}

// oauth1Connector is a connector of the OAuth 1 server; more of getOAuthConfig
// comes behind.
func oauth1Connector(at, port, config string) string {
	return `key: old
name: Old
auth:
  type: oauth1
  baseUri: ` + at + `
  redirect: {port: ` + port + `}
  parametersSchema:
    type: object
    properties:
      consumerKey: {type: string}
      consumerSecret: {type: string, isSensitive: true}
      privateKey: {type: string, isSensitive: true}
    required: [consumerKey]
  getOAuthConfig:
    implementationType: mapping
    mapping:
      consumerKey: {$var: connectorParameters.consumerKey}
      consumerSecret: {$var: connectorParameters.consumerSecret}
      requestTokenUri: ` + at + `/request_token
      authorizeUri: ` + at + `/authorize
      tokenUri: ` + at + "/access_token\n" + config + `  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /api}
`
}

// TestBuiltProgramOAuth1 goes the three legs with each kind of signature. There
// is nothing to refresh with, nor a standard for revoking, and both are said.
func TestBuiltProgramOAuth1(t *testing.T) {
	t.Parallel()
	r := newStored(t)
	server := peers.OAuth1(t)
	r.canaries.Add("the consumer secret", peers.ConsumerSecret)
	r.canaries.Add("the private key", server.Keys[peers.RSAConsumer])
	for _, test := range []struct{ method, consumer, secret, config string }{
		{"HMAC-SHA1", peers.HMAC1Consumer, peers.ConsumerSecret, ""},
		{"HMAC-SHA256", peers.HMAC256Consumer, peers.ConsumerSecret, "      signatureMethod: HMAC-SHA256\n"},
		{"PLAINTEXT", peers.PlainConsumer, peers.ConsumerSecret, "      signatureMethod: PLAINTEXT\n"},
		{"RSA-SHA1", peers.RSAConsumer, "", "      signatureMethod: RSA-SHA1\n      privateKey: {$var: connectorParameters.privateKey}\n"},
	} {
		port := freePort(t)
		dir := writeTree(t, map[string]string{"spec.yml": oauth1Connector(server.URL, port, test.config)})
		named := r.with("STANDIN_CALLBACK=http://127.0.0.1:"+port+"/callback", "CONNECTOR_PARAM_CONSUMER_KEY="+test.consumer)
		if test.secret != "" {
			named = named.with("CONNECTOR_PARAM_CONSUMER_SECRET=" + test.secret)
		} else {
			named = named.with("CONNECTOR_PARAM_PRIVATE_KEY=" + server.Keys[test.consumer])
		}
		named.run("connect", "--name", test.method, "--login-timeout", "30s", dir).check(t, 0, `Connected "`+test.method+`"`)
		r.run("connections", "test", test.method).check(t, 0)
		r.run("request", "POST", "/api?a=b", "--data", "c=d", "--header", "Content-Type: application/x-www-form-urlencoded", "--connection", test.method).check(t, 0, test.consumer)
		r.run("connections", "refresh", test.method).check(t, 1, "nothing obtains the credential anew")
		r.run("disconnect", test.method).check(t, 0, "not revoked: ", "is no longer stored here")
		denied := named.with("STANDIN_DENY=1")
		denied.run("connect", "--name", test.method, "--login-timeout", "30s", dir).check(t, 1, "access was denied", "!Connected")
	}
	if states := r.states(); len(states) > 0 {
		t.Errorf("kept: %v", states)
	}
}

// A manner is what a browser did, as it wrote that down.
type manner struct {
	Environment []string // the names of our variables that it got
	Callback    string
	Answers     map[string]int // to requests by what they were; 0 is no answer
}

// rudeBrowser is the program of a browser that logs in and does other things at
// the end than a browser does, by STANDIN_MANNERS: "strays" opens what is not
// the callback, then that, and that again; "keeps" opens nothing; "waits" opens
// the callback when there is a file. It writes what it did to STANDIN_REPORT.
func rudeBrowser(args []string) int {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	did := manner{Answers: map[string]int{}}
	for _, entry := range os.Environ() {
		if strings.HasPrefix(strings.ToUpper(entry), "CONNECTOR_") {
			did.Environment = append(did.Environment, entry)
		}
	}
	callback, err := peers.Person{}.Login(ctx, args[len(args)-1])
	if err != nil {
		return 8
	}
	did.Callback = callback
	report := os.Getenv("STANDIN_REPORT")
	switch os.Getenv("STANDIN_MANNERS") {
	case "strays":
		did.strays(ctx)
	case "waits":
		for ctx.Err() == nil {
			if _, err := os.Stat(report + ".go"); err == nil {
				break
			}
			time.Sleep(5 * time.Millisecond) // another process says when
		}
		did.open(ctx, "the callback", http.MethodGet, callback, nil)
	}
	data, err := json.Marshal(did)
	if err == nil {
		err = os.WriteFile(report+".new", data, 0o600)
	}
	if err == nil {
		err = os.Rename(report+".new", report) // whole, for who waits for it
	}
	if err != nil {
		return 7
	}
	return 0
}

// strays opens what looks like the callback and is not, before it and after it.
func (m *manner) strays(ctx context.Context) {
	u, err := url.Parse(m.Callback)
	if err != nil {
		return
	}
	changed := func(name string, values ...string) string {
		other, q := *u, u.Query()
		if q.Del(name); values != nil {
			q[name] = values
		}
		other.RawQuery = q.Encode()
		return other.String()
	}
	elsewhere := *u
	elsewhere.Path = "/favicon.ico"
	m.open(ctx, "another state", http.MethodGet, changed("state", "of-somebody-else-who-is-long"), nil)
	m.open(ctx, "no state", http.MethodGet, changed("state"), nil)
	m.open(ctx, "two states", http.MethodGet, changed("state", u.Query().Get("state"), "other"), nil)
	m.open(ctx, "another host", http.MethodGet, m.Callback, http.Header{"Host": {"rebound.example:" + u.Port()}})
	m.open(ctx, "localhost", http.MethodGet, m.Callback, http.Header{"Host": {"localhost:" + u.Port()}})
	m.open(ctx, "another method", http.MethodPost, m.Callback, nil)
	m.open(ctx, "a foreign page", http.MethodGet, m.Callback, http.Header{"Origin": {"https://evil.example"}})
	m.open(ctx, "another path", http.MethodGet, elsewhere.String(), nil)
	m.open(ctx, "the callback", http.MethodGet, m.Callback, nil)
	m.open(ctx, "the callback again", http.MethodGet, m.Callback, nil)
}

func (m *manner) open(ctx context.Context, what, method, address string, header http.Header) {
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return
	}
	req.Host = header.Get("Host")
	if origin := header.Get("Origin"); origin != "" {
		req.Header.Set("Origin", origin)
	}
	m.Answers[what] = 0
	transport := &http.Transport{DisableKeepAlives: true}
	if resp, err := transport.RoundTrip(req); err == nil {
		_ = resp.Body.Close()
		m.Answers[what] = resp.StatusCode
	}
}

// reported waits for what a browser wrote down.
func reported(t *testing.T, file string) manner {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		data, err := os.ReadFile(file)
		if err != nil && time.Now().Before(end) {
			continue
		}
		var did manner
		if err == nil {
			err = json.Unmarshal(data, &did)
		}
		if err != nil {
			t.Fatal(err)
		}
		return did
	}
}

// TestBuiltProgramAndStrays wants what is not the callback of the login to be
// refused and the login to go on, its code to be exchanged once, and the browser
// to get none of our variables.
func TestBuiltProgramAndStrays(t *testing.T) {
	t.Parallel()
	r := newStored(t)
	g, _ := oidcGate(r, peers.OIDCOptions{})
	dir := writeTree(t, map[string]string{"spec.yml": peerConnector(g.url, peerScopes)})
	report := filepath.Join(t.TempDir(), "report")
	rude := r.with("BROWSER=rude-browser", "STANDIN_MANNERS=strays", "STANDIN_REPORT="+report, "CONNECTOR_PARAM_CLIENT_ID="+peers.PublicClient, "CONNECTOR_INPUT_X=y")
	rude.run("connect", "--name", "work", "--login-timeout", "60s", dir).check(t, 0, `Connected "work"`)
	did := reported(t, report)
	if did.Environment != nil {
		t.Errorf("the browser got %q", did.Environment)
	}
	for what, status := range did.Answers {
		switch refused := status >= 400; {
		case what == "the callback" && status != http.StatusOK,
			what == "the callback again" && status != 0 && !refused,
			what != "the callback" && what != "the callback again" && !refused:
			t.Errorf("%s was answered by %d", what, status)
		}
	}
	if codes := g.granted("authorization_code"); len(did.Answers) != 10 || len(codes) != 1 || codes[0].status != http.StatusOK {
		t.Errorf("%d requests; the codes that were exchanged: %v", len(did.Answers), codes)
	}
}

// TestBuiltProgramAndABusyPort wants nobody to be asked for anything where the
// login could not come back.
func TestBuiltProgramAndABusyPort(t *testing.T) {
	t.Parallel()
	r := newStored(t)
	g := newGate(r)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, err := net.SplitHostPort(taken.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	dir := writeTree(t, map[string]string{"spec.yml": fositeConnector(g.url, "")})
	named := r.with("CONNECTOR_PARAM_CLIENT_ID=" + peers.FositePublicClient)
	named.run("connect", "--name", "work", "--redirect-port", port, dir).check(t, 3, "another program listens on 127.0.0.1:"+port, "choose another port with --redirect-port")
	if slices.Max([]int{g.requests(), len(r.records("connections")), len(r.records("logins"))}) > 0 {
		t.Error("something was begun")
	}
}
