package auth_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/cassette"
)

func TestRecordAndReplay(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, session)
	rec := record(t, s)
	data, err := json.Marshal(rec)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"{{input.password}}", "{{parameter.appSecret}}", "{{credentials.token}}", `"admin"`, "2026-11-21T12:00:00Z"} {
		if !strings.Contains(string(data), text) {
			t.Errorf("the recording has no %s: %s", text, data)
		}
	}
	parsed, err := cassette.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // a recording can be played again
		result, err := auth.Replay(t.Context(), s, parsed)
		if err != nil || !result.OK || result.Label != "acme of Ada" || result.Note != "" || len(result.Steps) != 3 {
			t.Errorf("%v, %+v", err, result)
		}
	}
}

func TestNoRecordingOfAFailure(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, session)
	w := worldOf(func(*http.Request, string) (int, string) { return 500, "{}" })
	result, rec, err := auth.Record(t.Context(), s, complete(t, s), w, random(), "test")
	if err != nil || rec != nil || result.OK {
		t.Errorf("%v, recording %v, %+v", err, rec, result)
	}
}

// TestReplayOfAChangedSpec changes the spec after the recording.
func TestReplayOfAChangedSpec(t *testing.T) {
	t.Parallel()
	rec := record(t, subjectOf(t, session))
	tests := []struct {
		name, old, new string
		ok             bool
		want           string // in the message, the hint or the note
	}{
		{"another path", "path: /me\n", "path: /you\n", false, `path: recorded "/me", sent "/you"`},
		{"another header", "X-Session:", "X-Sess:", false, `header "X-Session": recorded "{{credentials.token}}", sent nothing`},
		{"a header with another value", "{$var: credentials.token}}", "'token ${credentials.token}'}", false, `sent "token {{credentials.token}}"`},
		{"another query", "{page:", "{p:", false, `query "page"`},
		{"another body", "{user:", "{username:", false, `body "/user"`},
		{"another verb", "method: get", "method: delete", false, `method: recorded "GET", sent "DELETE"`},
		{"another host", "example.com", "example.org", false, `host: recorded "https://acme.example.com", sent "https://acme.example.org"`},
		{"a response that is read elsewhere", "response.data.name", "response.data.nom", false, "the responseMapping of the test gives nothing"},
		{"another label", "of ${test.name}", "is ${test.name}", true, `the label was "acme of Ada" when it was recorded`},
		{"a comment", "name: Shop", "name: Shop # the shop", true, "the spec has changed since the recording was made, and still sends the same"},
	}
	for _, test := range tests {
		changed := strings.Replace(session, test.old, test.new, 1)
		if changed == session {
			t.Fatalf("%s: the spec has no %q", test.name, test.old)
		}
		result, err := auth.Replay(t.Context(), subjectOf(t, changed), rec)
		if err != nil {
			t.Fatal(err)
		}
		if result.OK != test.ok || !strings.Contains(result.Message+"\n"+result.Note, test.want) {
			t.Errorf("%s: ok %t, message %q, note %q", test.name, result.OK, result.Message, result.Note)
		}
		if !test.ok && result.Hint == "" {
			t.Errorf("%s: no hint", test.name)
		}
	}
}

func TestReplayOfUnusedExchanges(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, session)
	rec := record(t, s)
	last := &rec.Steps[len(rec.Steps)-1]
	last.Exchanges = append(last.Exchanges, last.Exchanges[0])
	result, err := auth.Replay(t.Context(), s, rec)
	if err != nil || result.OK || !strings.Contains(result.Message, "test: the recording has GET https://acme.example.com/me?page=1, which the spec no longer sends") || result.Hint == "" {
		t.Errorf("%v, %+v", err, result)
	}
	var miss *cassette.MissError
	if errors.As(result.Err, &miss) {
		t.Errorf("%v is no miss", result.Err)
	}
}

func TestReplayOfBadRecordings(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, session)
	tests := []struct {
		name  string
		spoil func(*cassette.Recording)
		want  string
	}{
		{"no time", func(r *cassette.Recording) { r.RecordedAt = "" }, "recordedAt"},
		{"another time", func(r *cassette.Recording) { r.RecordedAt = "yesterday" }, "recordedAt"},
		{"a seed that is none", func(r *cassette.Recording) { r.Seed = "xyz" }, "seed"},
		{"inputs that are none", func(r *cassette.Recording) { r.Inputs = json.RawMessage("[") }, "values of the recording"},
		{"a newer version", func(r *cassette.Recording) { r.Version = 2 }, "a newer one wrote it"},
		{"no source", func(r *cassette.Recording) { r.Source = "" }, "/source"},
	}
	for _, test := range tests {
		rec := *record(t, s)
		test.spoil(&rec)
		if result, err := auth.Replay(t.Context(), s, &rec); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, %+v", test.name, err, result)
		}
	}
}

// TestPlantedSecret plants secrets into a finished recording.
func TestPlantedSecret(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, session)
	w := worldOf(shop)
	plants := map[string]func(*cassette.Recording){
		"a label":  func(r *cassette.Recording) { r.Outcome.Label = "hello " + password },
		"a URL":    func(r *cassette.Recording) { r.Steps[0].Exchanges[0].Request.URL += "?p=pass%2F%22word%2B1%262" },
		"a header": func(r *cassette.Recording) { r.Steps[1].Exchanges[0].Response.Headers["Link"] = token },
		"a body":   func(r *cassette.Recording) { r.Steps[1].Exchanges[0].Response.Body = `{"name":"pass/\"word+1&2"}` },
		"inputs":   func(r *cassette.Recording) { r.Inputs = json.RawMessage(`{"shop":"` + token + `"}`) },
		"a key that looks like one": func(r *cassette.Recording) {
			r.Steps[1].Exchanges[0].Response.Body = `{"key":"ghp_abcdefghijklmnopqrstuvwxyz0123456789"}`
		},
	}
	for name, plant := range plants {
		_, rec, err := auth.Record(t.Context(), s, complete(t, s), w, random(), "test")
		if err != nil {
			t.Fatal(err)
		}
		rec.Source = "loopback"
		file, err := json.Marshal(rec)
		if err != nil {
			t.Fatal(err)
		}
		if err := cassette.Verify(file, rec, w.Redactor); err != nil {
			t.Fatalf("before anything was planted: %v", err)
		}
		plant(rec)
		file, err = json.Marshal(rec)
		if err != nil {
			t.Fatal(err)
		}
		var leak *cassette.LeakError
		if err := cassette.Verify(file, rec, w.Redactor); !errors.As(err, &leak) {
			t.Errorf("%s: %v, want a LeakError", name, err)
		}
	}
}
