package auth_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth"
)

// TestRateLimits answers with limits and failures before a success, and wants
// them to be waited for, live, and not in a replay.
func TestRateLimits(t *testing.T) {
	t.Parallel()
	const second = time.Second
	ok := says(200, `{"name":"Ada"}`)
	lost := func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_ = c.Close()
	}
	broken := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "99")
		_, _ = io.WriteString(w, `{"name":`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	limited := strings.Replace(loginless(tired), "{$var: credentials.session}}\n", `{$var: connectionInput.password}}
      responseHandlers:
        - match: ${response.headers["x-remaining"] == "0"}
          error: {key: rate_limit_exceeded, message: slow down}
        - match: {$eval: {$var: response.data.final}, is: true}
          isSuccess: false
          error: {message: for good}
`, 1)
	tests := []struct {
		name    string
		answers []http.HandlerFunc // the last for ever
		message string
		hint    string
		sent    int
		pauses  []time.Duration // 0 for one that is random
	}{
		{"429 with seconds", []http.HandlerFunc{says(429, "{}", "Retry-After", "20"), ok}, "", "", 2, []time.Duration{20 * second}},
		{"429 with a date", []http.HandlerFunc{says(429, "{}", "Retry-After", clock.Add(15*second).Format(http.TimeFormat)), ok}, "", "", 2, []time.Duration{15 * second}},
		{"429 without a word", []http.HandlerFunc{says(429, "{}"), says(429, "{}"), ok}, "", "", 3, []time.Duration{0, 0}},
		{"429 that does not end", []http.HandlerFunc{says(429, `{"message":"slow down"}`, "Retry-After", "1")}, `answered 429 Too Many Requests: "slow down"`, "try again after 1s", 3, []time.Duration{second, second}},
		{"429 for too long", []http.HandlerFunc{says(429, `{"message":"slow down"}`, "Retry-After", "3600")}, `answered 429 Too Many Requests: "slow down"`, "try again after 1h0m0s", 1, nil},
		{"a limit that a handler sees", []http.HandlerFunc{says(200, "{}", "X-Remaining", "0", "Retry-After", "2"), ok}, "", "", 2, []time.Duration{2 * second}},
		{"a limit that a handler sees and that stays", []http.HandlerFunc{says(200, "{}", "X-Remaining", "0")}, `(rate_limit_exceeded): "slow down"`, "the API limits how often it is asked", 3, []time.Duration{0, 0}},
		{"a limit of a POST, which may have been looked at", []http.HandlerFunc{says(200, "{}", "X-Remaining", "0"), ok}, `(rate_limit_exceeded): "slow down"`, "the API limits", 1, nil},
		{"429 of a POST, which was not looked at", []http.HandlerFunc{says(429, "{}", "Retry-After", "1"), ok}, "", "", 2, []time.Duration{second}},
		{"500 that a handler takes for final", []http.HandlerFunc{says(500, `{"final":true}`), ok}, `responseHandlers take for an error: "for good"`, "the API has a problem", 1, nil},
		{"503 for a moment", []http.HandlerFunc{says(503, "{}"), ok}, "", "", 2, []time.Duration{0}},
		{"500 that stays", []http.HandlerFunc{says(500, "{}")}, "answered 500", "the API has a problem", 3, []time.Duration{0, 0}},
		{"an answer that was lost", []http.HandlerFunc{lost, ok}, "", "", 2, []time.Duration{0}},
		{"an answer that broke off", []http.HandlerFunc{broken, ok}, "", "", 2, []time.Duration{0}},
		{"no answer at all", []http.HandlerFunc{lost}, "the connection was closed", "without an answer", 3, []time.Duration{0, 0}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := limited
			if strings.Contains(test.name, "POST") {
				text = strings.Replace(text, "method: get", "method: post", 1)
			}
			s := subjectOf(t, text)
			start := time.Now()
			var mu sync.Mutex
			sent := 0
			w, pauses := loopback(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				mu.Lock()
				answer := test.answers[min(sent, len(test.answers)-1)]
				sent++
				mu.Unlock()
				w.Header().Set("Content-Type", "application/json")
				answer(w, req)
			}))
			result, rec, err := auth.Record(t.Context(), s, withPassword(t, s), w, random(), "test")
			if err != nil {
				t.Fatal(err)
			}
			if result.OK != (test.message == "") || !strings.Contains(result.Message, test.message) || !strings.Contains(result.Hint, test.hint) {
				t.Errorf("ok %t, message %q, hint %q", result.OK, result.Message, result.Hint)
			}
			mu.Lock()
			defer mu.Unlock()
			if sent != test.sent || len(*pauses) != len(test.pauses) {
				t.Fatalf("%d requests with pauses %v, want %d with %v", sent, *pauses, test.sent, test.pauses)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("it took %v: the run with placeholders waits", took)
			}
			for i, want := range test.pauses {
				if got := (*pauses)[i]; got != want && want != 0 || got <= 0 {
					t.Errorf("pause %d is %v, want %v", i, got, want)
				}
			}
			if result.OK {
				replays(t, s, w, rec, result)
			}
		})
	}
}
