package auth_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/cassette"
)

// TestRecordingHoldsNothingDerived has a server that repeats what the spec made
// of a secret.
func TestRecordingHoldsNothingDerived(t *testing.T) {
	t.Parallel()
	changed := strings.Replace(session, "{X-Session: ", "{X-Made: '${upper(credentials.token)}', X-Session: ", 1)
	s := subjectOf(t, changed)
	sent := ""
	w := worldOf(func(req *http.Request, body string) (int, string) {
		status, answer := shop(req, body)
		if got := req.Header.Get("X-Made"); got != "" && status == 200 {
			sent = got
			answer = strings.Replace(answer, "{", `{"echo":"`+got+`",`, 1)
		}
		return status, answer
	})
	result, rec, err := auth.Record(t.Context(), s, complete(t, s), w, random(), "test")
	if err != nil || rec == nil || sent == "" {
		t.Fatalf("%v, %q, %+v", err, sent, result)
	}
	rec.Source = "loopback"
	file, _ := json.Marshal(rec)
	if strings.Contains(string(file), sent) || !strings.Contains(string(file), "{{derived}}") {
		t.Errorf("the recording holds %q: %s", sent, file)
	}
	if err := cassette.Verify(file, rec, w.Redactor); err != nil {
		t.Error(err)
	}
	if again, err := auth.Replay(t.Context(), s, rec); err != nil || !again.OK {
		t.Errorf("%v, %+v", err, again)
	}
}
