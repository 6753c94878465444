package auth_test

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth"
)

// outcomes returns the faults of a result with how they came out, as lines.
func outcomes(r *auth.Result) []string {
	var list []string
	for _, s := range r.Steps {
		if name, ok := strings.CutPrefix(s.Name, "fault: "); ok {
			list = append(list, name+": "+s.Message)
		}
	}
	return list
}

// TestSimulateFaultsOfALogin runs all faults that a login with tokens can have.
func TestSimulateFaultsOfALogin(t *testing.T) {
	t.Parallel()
	r, err := auth.SimulateFaults(t.Context(), subjectOf(t, oauthSpec("")), auth.SimulateOptions{})
	if err != nil || !r.OK {
		t.Fatalf("%v, %+v", err, r)
	}
	const says, login, passed = "says what is wrong and what to do", "asks to log in again", "passed"
	const retried, refreshed = "retried and passed", "refreshed and passed"
	want := []string{
		"wrong parameter clientSecret: " + says,
		"unit of the lifetime: " + passed,
		"access token ended before its time: " + refreshed,
		"access token whose time is over: " + refreshed,
		"revoked grant: " + login,
		"reused refresh token: " + login,
		"429 with Retry-After: " + retried,
		"429 without Retry-After: " + retried,
		"429 that stays: " + says,
		"500: " + retried,
		"502: " + retried,
		"503: " + retried,
		"503 that stays: " + says,
		"timeout: " + says,
		"connection cut: " + retried,
		"truncated JSON: " + says,
		"HTML page with 200: " + says,
		"empty body: " + says,
		"403, a scope is missing: " + says,
		"429 with Retry-After at the login: " + says,
		"503 at the login: " + says,
		"timeout at the login: " + says,
		"connection cut at the login: " + says,
		"truncated answer to the login: " + says,
		"HTML page for the answer to the login: " + says,
		"empty answer to the login: " + says,
		"token answer without expires_in: " + passed,
		"error inside a 200 at the login: " + says,
		"answer to the refresh without a refresh token: " + passed,
		"429 with Retry-After at the refresh: " + says,
		"503 at the refresh: " + says,
		"timeout at the refresh: " + says,
		"connection cut at the refresh: " + says,
		"answer to the refresh lost: " + says,
		"truncated answer to the refresh: " + says,
		"HTML page for the answer to the refresh: " + says,
		"empty answer to the refresh: " + says,
		"error inside a 200 at the refresh: " + login,
		"clock 10 minutes behind the server's: " + passed,
		"clock 10 minutes ahead of the server's: " + passed,
	}
	if diff := cmp.Diff(want, outcomes(r)); diff != "" {
		t.Errorf("the faults (-want +got):\n%s", diff)
	}
}

// TestSimulateFaultsOfASession runs those of a login by a method of the spec,
// which nothing refreshes but a new login.
func TestSimulateFaultsOfASession(t *testing.T) {
	t.Parallel()
	r, err := auth.SimulateFaults(t.Context(), subjectOf(t, session), auth.SimulateOptions{})
	if err != nil || !r.OK {
		t.Fatalf("%v, %+v", err, r)
	}
	got := outcomes(r)
	for _, want := range []string{
		"wrong input password: says what is wrong and what to do",
		"wrong parameter appSecret: says what is wrong and what to do",
		"revoked grant: refreshed and passed",
		"429 with Retry-After at the login: retried and passed",
		"429 with Retry-After at the refresh: retried and passed",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("there is no %q in:\n%s", want, strings.Join(got, "\n"))
		}
	}
}

// TestSimulateFaultsOfSignedRequests wants the clock to be named where it is to
// blame.
func TestSimulateFaultsOfSignedRequests(t *testing.T) {
	t.Parallel()
	r, err := auth.SimulateFaults(t.Context(), subjectOf(t, `key: aws
name: AWS
auth:
  type: aws-sigv4
  service: s3
  region: us-east-1
  baseUri: https://s3.us-east-1.amazonaws.com
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /}
`), auth.SimulateOptions{})
	if err != nil || !r.OK {
		t.Fatalf("%v, %+v", err, r)
	}
	got := outcomes(r)
	for _, want := range []string{
		"wrong input secretAccessKey: says what is wrong and what to do",
		"clock 10 minutes behind the server's: says what is wrong and what to do",
		"clock 10 minutes ahead of the server's: says what is wrong and what to do",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("there is no %q in:\n%s", want, strings.Join(got, "\n"))
		}
	}
}

// weak are specs of the repository whose tests prove little, as they are written.
var weak = []string{"api-key-cookie.yml body", "disabled.yml default", "files-all-suffixes/spec.yml two", "generation-one/src/spec.yml default"}

// TestSimulateFaultsOfEverySpec runs the faults of whatever the repository has a
// spec of.
func TestSimulateFaultsOfEverySpec(t *testing.T) {
	t.Parallel()
	specs, faults := 0, 0
	for _, dir := range []string{"../examples", "../testdata/specs/valid"} {
		eachSubject(t, filepath.FromSlash(dir), func(name string, s auth.Subject) {
			r, err := auth.SimulateFaults(t.Context(), s, auth.SimulateOptions{})
			switch {
			case err != nil:
				t.Errorf("%s: %v", name, err)
			case r.Skipped != "":
			case r.OK == slices.Contains(weak, name):
				t.Errorf("%s: %v %s", name, r.OK, r.Message)
			default:
				specs++
				faults += len(outcomes(r))
			}
		})
	}
	t.Logf("%d faults of %d options", faults, specs)
	if specs < 80 || faults < 1500 {
		t.Errorf("%d faults of %d options are few", faults, specs)
	}
}

// TestFaultsOnARealServer tries what needs nothing of the server: the secrets are
// wrong one by one, then the tokens.
func TestFaultsOnARealServer(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	world, _ := p.world(t)
	s := subjectOf(t, oauthSpec(""))
	r, err := auth.TestFaults(t.Context(), s, providerValues(t, s), world, newRandom())
	if err != nil || !r.OK {
		t.Fatalf("%v, %+v", err, r)
	}
	want := []string{
		"access token that is not accepted any more: refreshed and passed",
		"grant that is not accepted any more: asks to log in again",
	}
	if diff := cmp.Diff(want, outcomes(r)); diff != "" {
		t.Errorf("a login (-want +got):\n%s", diff)
	}

	s = subjectOf(t, session)
	logins := 0
	r, err = auth.TestFaults(t.Context(), s, complete(t, s), worldOf(func(req *http.Request, body string) (int, string) {
		if strings.HasSuffix(req.URL.Path, "/login") {
			logins++
		}
		status, answer := shop(req, body)
		if status == http.StatusNotFound && strings.HasSuffix(req.URL.Path, "/me") {
			return http.StatusUnauthorized, `{"message":"` + req.Header.Get("X-Session") + ` is nobody's"}`
		}
		return status, answer
	}), random())
	if err != nil || !r.OK {
		t.Fatalf("%v, %+v", err, r)
	}
	want = []string{
		"wrong input password: says what is wrong and what to do",
		"wrong parameter appSecret: says what is wrong and what to do",
		"access token that is not accepted any more: refreshed and passed",
	}
	if diff := cmp.Diff(want, outcomes(r)); diff != "" {
		t.Errorf("a session (-want +got):\n%s", diff)
	}
	if logins != 4 {
		t.Errorf("%d logins: each wrong secret is to be sent once, since some servers lock accounts", logins)
	}
	if text := fmt.Sprintf("%+v", r); strings.Contains(text, token) || strings.Contains(text, password) {
		t.Errorf("a secret is in the result: %s", text)
	}
}

// TestFaultsFindAnOpenAPI fails where the real API takes any credential.
func TestFaultsFindAnOpenAPI(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, session)
	r, err := auth.TestFaults(t.Context(), s, complete(t, s), worldOf(func(req *http.Request, body string) (int, string) {
		if strings.HasSuffix(req.URL.Path, "/me") {
			return http.StatusOK, `{"name":"Ada"}`
		}
		return shop(req, body)
	}), random())
	if err != nil || r.OK || !strings.Contains(r.Message, "the test passes with a wrong credential") || r.Hint == "" {
		t.Errorf("%v, %+v", err, r)
	}
}

// TestWrongClock says that the clock is wrong where a server refuses a request
// and has another time.
func TestWrongClock(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, session)
	for _, test := range []struct {
		skew time.Duration
		want string
	}{{time.Minute, ""}, {10 * time.Minute, "it is 10m0s behind the server's"}, {-time.Hour, "it is 1h0m0s ahead of the server's"}} {
		world := worldOf(nil)
		world.Network = roundTripper(func(req *http.Request) (*http.Response, error) {
			return &http.Response{
				StatusCode: http.StatusUnauthorized, Header: http.Header{"Date": {clock.Add(test.skew).Format(http.TimeFormat)}},
				Body: io.NopCloser(strings.NewReader("{}")), Request: req,
			}, nil
		})
		r, err := auth.Test(t.Context(), s, complete(t, s), world, random())
		if err != nil || r.OK {
			t.Fatalf("%v, %+v", err, r)
		}
		if said := strings.Contains(r.Hint, "clock"); said != (test.want != "") || !strings.Contains(r.Hint, test.want) {
			t.Errorf("skew %v: %q", test.skew, r.Hint)
		}
	}
}

// TestRefreshIsReported notes what two refreshes changed.
func TestRefreshIsReported(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		answer  map[string]any // over that of the provider, at refreshes; nil takes a member away
		config  string
		want    []string
		warning string
	}{
		{"rotated", nil, "", []string{
			"refresh 1: the refresh token rotated; the credential lasts 1h0m0s (expires_in 3600, read as seconds)",
			"refresh 2: the refresh token rotated; the credential lasts 1h0m0s (expires_in 3600, read as seconds)",
		}, ""},
		{"kept", map[string]any{"refresh_token": nil}, "", []string{
			"refresh 1: the refresh token stays the same; the credential lasts 1h0m0s (expires_in 3600, read as seconds)",
			"refresh 2: the refresh token stays the same; the credential lasts 1h0m0s (expires_in 3600, read as seconds)",
		}, ""},
		{"milliseconds that nobody declared", map[string]any{"expires_in": 3_600_000}, "", nil, "looks like milliseconds"},
		{"milliseconds", map[string]any{"expires_in": 3_600_000}, "      tokenResponse: {expiresUnit: milliseconds}\n", []string{
			"refresh 1: the refresh token rotated; the credential lasts 1h0m0s (expires_in 3600000, read as milliseconds)",
			"refresh 2: the refresh token rotated; the credential lasts 1h0m0s (expires_in 3600000, read as milliseconds)",
		}, ""},
		{"seconds that are declared as milliseconds", nil, "      tokenResponse: {expiresUnit: milliseconds}\n", nil, "looks like seconds"},
		{"thirty days in seconds", map[string]any{"expires_in": 2_592_000}, "", nil, ""},
		{"scopes", map[string]any{"scope": "read"}, "", []string{
			"refresh 1: the refresh token rotated; the credential lasts 1h0m0s (expires_in 3600, read as seconds); the scopes were read and write and are read",
			"refresh 2: the refresh token rotated; the credential lasts 1h0m0s (expires_in 3600, read as seconds)",
		}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := &provider{lifetime: time.Hour, granted: "read write"}
			world, _ := p.world(t)
			first := true
			p.token = func(w http.ResponseWriter, req *http.Request) {
				tokens := p.tokens(true)
				for name, v := range test.answer {
					switch {
					case v == nil && !first:
						delete(tokens, name)
					case v != nil && (name != "scope" || !first):
						tokens[name] = v
					}
				}
				first = false
				answer(w, http.StatusOK, tokens)
			}
			s := subjectOf(t, oauthSpec(test.config))
			s.Course = auth.Refresh
			r, err := auth.Test(t.Context(), s, providerValues(t, s), world, newRandom())
			if err != nil || !r.OK {
				t.Fatalf("%v, %+v", err, r)
			}
			var notes []string
			for _, n := range r.Notes {
				if strings.HasPrefix(n, "refresh ") {
					notes = append(notes, n)
				}
			}
			if test.want != nil && !cmp.Equal(test.want, notes) {
				t.Errorf("the notes (-want +got):\n%s", cmp.Diff(test.want, notes))
			}
			warned := strings.Join(r.Warnings, "\n")
			if !strings.Contains(warned, test.warning) || test.warning == "" && strings.Contains(warned, "looks like") {
				t.Errorf("the warnings are %q, and %q is wanted", warned, test.warning)
			}
		})
	}
}

// TestHalfACredential fails where one of two secrets is not sent.
func TestHalfACredential(t *testing.T) {
	t.Parallel()
	r, err := auth.Simulate(t.Context(), subjectOf(t, `key: two
name: Two
auth:
  type: client-credentials
  baseUri: https://api.acme.example
  ui:
    schema:
      type: object
      properties: {apiKey: {type: string, isSensitive: true}, appKey: {type: string, isSensitive: true}}
      required: [apiKey, appKey]
  makeApiClient:
    implementationType: mapping
    mapping:
      headers: {X-Api-Key: '${credentials.apiKey}'}
      query: {app_key: '${credentials.appKey}'}
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /me, requestMapping: {query: {app_key: none}}}
`), auth.SimulateOptions{})
	const want = `wrong credential: the test passes with a wrong input appKey: GET https://api.acme.example/me does not carry it, though makeApiClient puts it into query parameter "app_key"`
	if err != nil || r.OK || r.Message != want || r.Hint == "" {
		t.Errorf("%v, %+v", err, r)
	}
}

// TestFaultsFindARefusalInDisguise fails where the real API refuses an ended
// session by 403, so that nobody refreshes it.
func TestFaultsFindARefusalInDisguise(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, session)
	r, err := auth.TestFaults(t.Context(), s, complete(t, s), worldOf(func(req *http.Request, body string) (int, string) {
		status, answer := shop(req, body)
		if status == http.StatusNotFound {
			return http.StatusForbidden, answer
		}
		return status, answer
	}), random())
	const want = "fault: access token that is not accepted any more: the run should have ended so: refreshed and passed; it failed: test: "
	if err != nil || r.OK || !strings.HasPrefix(r.Message, want) || r.Hint == "" {
		t.Errorf("%v, %+v", err, r)
	}
}
