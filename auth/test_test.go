package auth_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/spec"
)

func TestComplete(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, session)
	tests := []struct {
		name, inputs, parameters string
		want                     []auth.ValueProblem
	}{
		{"all is there", `{"password":"x","shop":"acme"}`, `{"appSecret":"y"}`, nil},
		{"inputs come before parameters", `{}`, `{}`, []auth.ValueProblem{
			{InputProblem: missing("shop")},
			{InputProblem: missing("password")},
			{InputProblem: missing("appSecret"), Parameter: true},
		}},
		{"a value of another form is named, and not shown", `{"shop":"No Shop","password":"x"}`, `{"appSecret":"y"}`, []auth.ValueProblem{
			{InputProblem: spec.InputProblem{Name: "shop", Message: "does not match the pattern ^[a-z]+$"}},
		}},
		{"a value of another type", `{"shop":"acme","password":7,"page":"one"}`, `{"appSecret":"y"}`, []auth.ValueProblem{
			{InputProblem: spec.InputProblem{Name: "password", Message: "must be text"}},
			{InputProblem: spec.InputProblem{Name: "page", Message: "must be a whole number"}},
		}},
	}
	for _, test := range tests {
		v, problems, err := s.Complete(auth.Values{Inputs: object(t, test.inputs), Parameters: object(t, test.parameters)})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, problems); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if test.want == nil {
			want := `{"shop":"acme","login":"admin","password":"x","page":1}`
			if got := string(v.Inputs.AppendJSON(nil)); got != want {
				t.Errorf("%s: inputs %s, want %s", test.name, got, want)
			}
		}
	}
	v, problems, err := s.Complete(auth.Values{})
	if err != nil || len(problems) != 3 || v.Inputs.Get("login").Text() != "admin" {
		t.Errorf("the zero Values: %v %v %v", v, problems, err)
	}
}

func missing(name string) spec.InputProblem {
	return spec.InputProblem{Name: name, Missing: true, Message: "is required"}
}

func TestPasses(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, session)
	w := worldOf(shop)
	result, err := auth.Test(t.Context(), s, complete(t, s), w, random())
	if err != nil || !result.OK {
		t.Fatal(err, result.Message)
	}
	type step struct {
		Name, Method, URL string
		Status            int
		OK                bool
	}
	var got []step
	for _, s := range result.Steps {
		got = append(got, step{s.Name, s.Method, s.URL, s.Status, s.OK})
	}
	want := []step{
		{"getCredentialsFromConnectionParameters", "POST", "https://acme.example.com/login", 200, true},
		{"makeApiClient", "", "", 0, true},
		{"test", "GET", "https://acme.example.com/me", 200, true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if result.Label != "acme of Ada" || result.Connector != "Shop" || result.Option != "default" {
		t.Errorf("result %+v", result)
	}
	if diff := cmp.Diff([]string{"https://acme.example.com"}, result.Hosts); diff != "" {
		t.Errorf("hosts (-want +got):\n%s", diff)
	}
	for _, s := range []string{password, appSecret, token} {
		if got := w.Redactor.Redact("a " + s + " b"); got != "a [secret] b" {
			t.Errorf("the redactor did not learn a secret: %q", got)
		}
	}
	if got := w.Redactor.Redact("acme admin"); got != "acme admin" {
		t.Errorf("the redactor takes for a secret what is none: %q", got)
	}
}

func TestFails(t *testing.T) {
	t.Parallel()
	always := func(status int, body string) network {
		return func(*http.Request, string) (int, string) { return status, body }
	}
	atTest := func(status int, body string) network {
		return func(req *http.Request, sent string) (int, string) {
			if req.URL.Path == "/me" {
				return status, body
			}
			return shop(req, sent)
		}
	}
	const first, last = "getCredentialsFromConnectionParameters", "test"
	tests := []struct {
		name        string
		network     network
		step        string
		message     string
		unreachable bool
	}{
		{"the login is refused", always(403, `{"error":{"message":"go away"}}`), first, `answered 403 Forbidden: "go away"`, false},
		{"no answer", always(0, ""), first, "the connection was closed", true},
		{"the login gives text", always(200, `"hello"`), first, "the method gives no credential", false},
		{"the test is refused", atTest(401, `{"message":"no"}`), last, `answered 401 Unauthorized: "no"`, false},
		{"the test has no answer", atTest(0, ""), last, "the connection was closed", true},
		{"the test gives nothing of use", atTest(200, `{"other":1}`), last, "the responseMapping of the test gives nothing", false},
		{"the test answers null", atTest(200, `null`), last, "the responseMapping of the test gives nothing", false},
	}
	s := subjectOf(t, session)
	for _, test := range tests {
		result, err := auth.Test(t.Context(), s, complete(t, s), worldOf(test.network), random())
		if err != nil {
			t.Fatal(err)
		}
		end := result.Steps[len(result.Steps)-1]
		if result.OK || end.Name != test.step || end.OK || !strings.Contains(result.Message, test.message) || result.Unreachable() != test.unreachable {
			t.Errorf("%s: step %s, message %q, unreachable %t", test.name, end.Name, result.Message, result.Unreachable())
		}
		if !strings.HasPrefix(result.Message, test.step+": ") {
			t.Errorf("%s: the message does not begin with its step: %q", test.name, result.Message)
		}
	}
}

func TestTimeout(t *testing.T) {
	s, v := subjectOf(t, session), complete(t, subjectOf(t, session))
	synctest.Test(t, func(t *testing.T) {
		w := worldOf(nil)
		w.Network = waiting{}
		w.Timeout = 5 * time.Second
		start := time.Now()
		result, err := auth.Test(t.Context(), s, v, w, random())
		if err != nil {
			t.Fatal(err)
		}
		var timeout *client.TimeoutError
		if !errors.As(result.Err, &timeout) || !result.Unreachable() || time.Since(start) != 5*time.Second {
			t.Errorf("%v after %v, want a TimeoutError after 5s", result.Err, time.Since(start))
		}
	})
}

// waiting never answers.
type waiting struct{}

func (waiting) RoundTrip(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

func TestEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, session)
	ctx, cancel := context.WithCancel(t.Context())
	w := worldOf(func(*http.Request, string) (int, string) { cancel(); return 0, "" })
	result, err := auth.Test(ctx, s, complete(t, s), w, random())
	if err != nil || !errors.Is(result.Err, context.Canceled) {
		t.Errorf("%v, %v", err, result.Err)
	}
}

func TestWorld(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, session)
	if _, err := auth.Test(t.Context(), s, complete(t, s), auth.World{}, random()); err == nil {
		t.Error("a world without a network was not refused")
	}
	// All but the network has a useful zero.
	if result, err := auth.Test(t.Context(), s, complete(t, s), auth.World{Network: network(shop)}, random()); err != nil || !result.OK {
		t.Error(err, result)
	}
	if _, err := auth.Test(t.Context(), s, complete(t, s), worldOf(shop), bytes.NewReader(nil)); !errors.Is(err, io.EOF) {
		t.Errorf("without randomness: %v", err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const head = "key: x\nname: X\nauth:\n  baseUri: https://x.example\n"
	rest := "  test: {implementationType: rest-api-mapping, mapping: {method: get, path: /}}\n"
	tests := []struct{ spec, want string }{
		{session, ""},
		{head + "  type: none\n" + rest, ""},
		{head + "  type: none\n", "the option has no test"},
		{head + "  type: proxy\n  proxyKey: y\n  makeApiClient: {implementationType: mapping, mapping: {}}\n" + rest, ""},
	}
	for _, test := range tests {
		got := ""
		if err := subjectOf(t, test.spec).Check(); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("Check() = %q, want %q", got, test.want)
		}
	}
}

// TestPrintsNoSecrets prints what callers hold with every verb.
func TestPrintsNoSecrets(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, session)
	v, w := complete(t, s), worldOf(shop)
	result, rec, err := auth.Record(t.Context(), s, v, w, random(), "test")
	if err != nil {
		t.Fatal(err)
	}
	refused, err := auth.Test(t.Context(), s, v, worldOf(func(*http.Request, string) (int, string) { return 401, "{}" }), random())
	if err != nil {
		t.Fatal(err)
	}
	things := map[string]any{
		"Values": v, "*Values": &v, "a map": map[string]auth.Values{"v": v},
		"World": w, "Result": result, "*Result": *result, "a failed Result": refused, "its error": refused.Err,
		"Recording": rec, "Subject": s,
	}
	for name, thing := range things {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			text := fmt.Sprintf(verb, thing)
			for _, hidden := range []string{password, appSecret, token, "pass/", "app secret 77"} {
				if strings.Contains(text, hidden) {
					t.Errorf("%s of %s holds %q", verb, name, hidden)
				}
			}
		}
	}
}
