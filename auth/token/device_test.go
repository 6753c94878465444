package token_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/token"
)

func TestAuthorizeDevice(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	tests := map[string]struct {
		body string
		want token.DeviceCode
	}{
		"all that the standard has": {
			`{"device_code":"d1","user_code":"WDJB-MJHT","verification_uri":"https://example.com/device",
				"verification_uri_complete":"https://example.com/device?user_code=WDJB-MJHT","expires_in":1800,"interval":7}`,
			token.DeviceCode{
				DeviceCode: "d1", UserCode: "WDJB-MJHT", VerificationURI: "https://example.com/device",
				VerificationURIComplete: "https://example.com/device?user_code=WDJB-MJHT",
				Expiry:                  now.Add(30 * time.Minute), Interval: 7 * time.Second,
			},
		},
		"what has a default is missing": {
			`{"device_code":"d1","user_code":"1234","verification_uri":"http://example.com/device"}`,
			token.DeviceCode{
				DeviceCode: "d1", UserCode: "1234", VerificationURI: "http://example.com/device",
				Expiry: now.Add(10 * time.Minute), Interval: 5 * time.Second,
			},
		},
		"numbers as texts, the older name": {
			`{"device_code":"d1","user_code":"1234","verification_url":"https://example.com/device","expires_in":"60","interval":"1"}`,
			token.DeviceCode{
				DeviceCode: "d1", UserCode: "1234", VerificationURI: "https://example.com/device",
				Expiry: now.Add(time.Minute), Interval: time.Second,
			},
		},
		"an interval of nothing, a complete URI that is no page": {
			`{"device_code":"d1","user_code":"1234","verification_uri":"https://example.com/device",
				"verification_uri_complete":"file:///etc/passwd","expires_in":60,"interval":-1}`,
			token.DeviceCode{
				DeviceCode: "d1", UserCode: "1234", VerificationURI: "https://example.com/device",
				Expiry: now.Add(time.Minute), Interval: 5 * time.Second,
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, server := endpointOf(says(http.StatusOK, test.body))
			e.Server.Now = func() time.Time { return now }
			e.Client.Secret = secret.New("s3cret")
			got, err := e.AuthorizeDevice(t.Context(), token.Params{{Name: "scope", Value: "read"}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(plainCode(test.want), plainCode(*got)); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			want := []url.Values{{
				"url": {"POST https://login.example.com/endpoint"}, "scope": {"read"},
				"Authorization": {"Basic Y2xpZW50OnMzY3JldA=="}, // the client authenticates here too
			}}
			if diff := cmp.Diff(want, server.sent); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
		})
	}
}

// plainCode is a DeviceCode that cmp can print.
func plainCode(d token.DeviceCode) any {
	type plain token.DeviceCode
	return plain(d)
}

func TestMust25DeviceTextsAreChecked(t *testing.T) {
	t.Parallel()
	const (
		noUserCode = "the answer has no user_code of at most 64 printable characters"
		noURI      = "the answer has no verification_uri that is http or https"
	)
	body := func(userCode, uri string) string {
		data, err := json.Marshal(map[string]string{"device_code": "d1", "user_code": userCode, "verification_uri": uri})
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	tests := map[string]struct{ body, want string }{
		"no device code":             {`{"user_code":"1234","verification_uri":"https://example.com"}`, "the answer has no device_code"},
		"no user code":               {body("", "https://example.com"), noUserCode},
		"an escape sequence":         {body("12\x1b]52;c;x\a", "https://example.com"), noUserCode},
		"a direction mark":           {body("12\u202e34", "https://example.com"), noUserCode},
		"a line break":               {body("12\n34", "https://example.com"), noUserCode},
		"a user code without end":    {body(strings.Repeat("1", 65), "https://example.com"), noUserCode},
		"javascript":                 {body("1234", "javascript:alert(1)"), noURI},
		"another scheme":             {body("1234", "ftp://example.com/device"), noURI},
		"a URI without end":          {body("1234", "https://example.com/"+strings.Repeat("x", 2048)), noURI},
		"a relative URI":             {body("1234", "/device"), noURI},
		"user info":                  {body("1234", "https://example.com@evil.example/"), noURI},
		"letters that look the same": {body("1234", "https://ex\u0430mple.com/"), noURI},
		"an escape in the URI":       {body("1234", "https://example.com/\x1b[31m"), noURI},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, _ := endpointOf(says(http.StatusOK, test.body))
			_, err := e.AuthorizeDevice(t.Context(), nil)
			checkAnswerError(t, token.Error{Kind: token.Unexpected, Status: 200, Problem: test.want}, err)
		})
	}
}

// timeout is an error of time, as the net package has them.
type timeout struct{}

func (timeout) Error() string { return "i/o timeout" }
func (timeout) Timeout() bool { return true }

func TestMust25PollDevice(t *testing.T) {
	t.Parallel()
	var (
		pending  = says(http.StatusBadRequest, `{"error":"authorization_pending"}`)
		pending2 = says(http.StatusOK, `{"error":"authorization_pending"}`) // as GitHub has it
		slow     = says(http.StatusBadRequest, `{"error":"slow_down"}`)
		late     = memoryAnswer{Err: timeout{}}
		broken   = says(http.StatusBadGateway, "<html>")
		granted  = says(http.StatusOK, `{"access_token":"a1","token_type":"Bearer"}`)
	)
	tests := map[string]struct {
		answers []memoryAnswer
		at      []int // when each request is sent, in seconds
		code    string
		kind    token.Kind
	}{
		"waits before the first request":     {[]memoryAnswer{granted}, []int{5}, "", ""},
		"asks once in the interval":          {[]memoryAnswer{pending, pending2, granted}, []int{5, 10, 15}, "", ""},
		"slow_down is 5 seconds for good":    {[]memoryAnswer{pending, slow, pending, slow, granted}, []int{5, 10, 20, 30, 45}, "", ""},
		"timeouts double the interval":       {[]memoryAnswer{late, late, granted}, []int{5, 15, 35}, "", ""},
		"failures of the server do too":      {[]memoryAnswer{broken, pending, granted}, []int{5, 15, 25}, "", ""},
		"no more than a minute":              {[]memoryAnswer{late, late, late, late, late, granted}, []int{5, 15, 35, 75, 135, 195}, "", ""},
		"Retry-After is honoured":            {[]memoryAnswer{{Status: 429, Header: http.Header{"Retry-After": {"40"}}}, granted}, []int{5, 45}, "", ""},
		"expired_token ends it":              {[]memoryAnswer{pending, says(400, `{"error":"expired_token"}`)}, []int{5, 10}, "expired_token", token.Failed},
		"access_denied ends it":              {[]memoryAnswer{says(403, `{"error":"access_denied"}`)}, []int{5}, "access_denied", token.Failed},
		"another error ends it":              {[]memoryAnswer{says(400, `{"error":"invalid_grant"}`)}, []int{5}, "invalid_grant", token.Failed},
		"a refused connection ends it":       {[]memoryAnswer{{Err: errors.New("connection refused")}}, []int{5}, "", token.Unanswered},
		"an answer without a token does":     {[]memoryAnswer{says(200, `{"x":1}`)}, []int{5}, "", token.Unexpected},
		"a page that says no ends it":        {[]memoryAnswer{says(404, "<html>")}, []int{5}, "", token.Failed},
		"the code expires on this side":      {[]memoryAnswer{slow}, []int{5, 15, 30, 50, 75, 105, 140, 180}, "expired_token", token.Failed},
		"a failure with a reason of its own": {[]memoryAnswer{says(500, `{"error":"authorization_pending"}`), granted}, []int{5, 10}, "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				e, server := endpointOf(test.answers...)
				answer, err := e.PollDevice(t.Context(), &token.DeviceCode{
					DeviceCode: "d1", Interval: 5 * time.Second, Expiry: start.Add(200 * time.Second),
				}, nil, token.Param{Name: "audience", Value: "x"})
				var at []int
				for _, when := range server.at {
					at = append(at, int(when.Sub(start)/time.Second))
				}
				if diff := cmp.Diff(test.at, at); diff != "" {
					t.Errorf("requests at (-want +got):\n%s", diff)
				}
				want := url.Values{
					"url": {"POST https://login.example.com/endpoint"}, "client_id": {"client"}, "device_code": {"d1"}, "audience": {"x"},
					"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"},
				}
				if diff := cmp.Diff(want, server.sent[len(server.sent)-1]); diff != "" {
					t.Errorf("sent (-want +got):\n%s", diff)
				}
				if test.kind == "" {
					if err != nil || answer.AccessToken != "a1" {
						t.Errorf("answer = %v, %v", answer, err)
					}
					return
				}
				if got := tokenError(t, err); got.Code != test.code || got.Kind != test.kind {
					t.Errorf("error = %v (%s, %s), want %s, %s", err, got.Kind, got.Code, test.kind, test.code)
				}
			})
		})
	}
}

func TestMust25PollDeviceEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 12*time.Second)
		defer cancel()
		e, server := endpointOf(says(http.StatusBadRequest, `{"error":"authorization_pending"}`))
		start := time.Now()
		_, err := e.PollDevice(ctx, &token.DeviceCode{DeviceCode: "d1", Expiry: start.Add(time.Hour)}, nil)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 12*time.Second || len(server.sent) != 2 {
			t.Errorf("error = %v after %v and %d requests", err, time.Since(start), len(server.sent))
		}
	})
}

func TestPollDeviceEndsThoughItsWaitDoesNot(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithDeadline(t.Context(), time.Now()) // over, which is a timeout too
	defer cancel()
	e, server := endpointOf(memoryAnswer{Err: timeout{}})
	waits := 0
	_, err := e.PollDevice(ctx, &token.DeviceCode{DeviceCode: "d1", Expiry: time.Now().Add(time.Hour)}, func(context.Context, time.Duration) error {
		if waits++; waits == 5 {
			return errors.New("waited too often")
		}
		return nil
	})
	if !errors.Is(err, context.DeadlineExceeded) || len(server.sent) != 1 {
		t.Errorf("error = %v after %d requests", err, len(server.sent))
	}
}

func TestPollDeviceWithAClockAndAWaitOfItsCaller(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	e, _ := endpointOf(says(400, `{"error":"slow_down"}`), says(400, `{"error":"authorization_pending"}`), says(200, `{"access_token":"a1","token_type":"Bearer"}`))
	e.Server.Now = func() time.Time { return now }
	var waits []time.Duration
	wait := func(_ context.Context, d time.Duration) error {
		waits = append(waits, d)
		now = now.Add(d)
		return nil
	}
	if _, err := e.PollDevice(t.Context(), &token.DeviceCode{DeviceCode: "d1", Interval: time.Second, Expiry: now.Add(time.Minute)}, wait); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]time.Duration{time.Second, 6 * time.Second, 6 * time.Second}, waits); diff != "" {
		t.Errorf("waits (-want +got):\n%s", diff)
	}

	stop := errors.New("stop")
	_, err := e.PollDevice(t.Context(), &token.DeviceCode{Expiry: now.Add(time.Minute)}, func(context.Context, time.Duration) error { return stop })
	if !errors.Is(err, stop) {
		t.Errorf("error = %v, want the wait's", err)
	}
}

func TestDeviceCodeIsHidden(t *testing.T) {
	t.Parallel()
	d := &token.DeviceCode{DeviceCode: "very-secret", UserCode: "1234"}
	text, err := d.MarshalText()
	if got := fmt.Sprintf("%v %+v %#v %s", d, d, d, d) + string(text); err != nil || strings.Contains(got, "very-secret") {
		t.Errorf("printed as %s, %v", got, err)
	}
}
