package auth_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/cassette"
)

// TestCourses records what may follow a test: a login in a browser whose tokens
// are refreshed twice, or revoked. A month later it is replayed.
func TestCourses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		course auth.Course
		want   []string // steps with requests, in the order in which they ended
		notes  []string // of the provider
	}{
		{auth.Plain, []string{"authorize", "token", "test"}, nil},
		{auth.Refresh, []string{"authorize", "token", "test", "refresh", "test", "refresh", "test"}, nil},
		{auth.Disconnect, []string{"authorize", "token", "test", "revoke"}, nil},
	}
	for _, tt := range tests {
		t.Run("course "+string(tt.course), func(t *testing.T) {
			t.Parallel()
			p := &provider{lifetime: time.Hour}
			world, _ := p.world(t)
			s := subjectOf(t, strings.Replace(oauthSpec(""), "    mapping:\n", "    mapping:\n      revokeUri: https://login.acme.example/revoke\n", 1))
			s.Course = tt.course
			if err := s.CheckCourse(); err != nil {
				t.Fatal(err)
			}
			result, rec, err := auth.Record(t.Context(), s, providerValues(t, s), world, random(), "test")
			if err != nil || !result.OK {
				t.Fatalf("%v, %+v", err, result)
			}
			rec.Source = "loopback"
			data, err := json.Marshal(rec)
			if err == nil {
				err = cassette.Verify(data, rec, world.Redactor)
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, secret := range p.secrets() {
				if strings.Contains(string(data), secret) {
					t.Errorf("the recording holds %q", secret)
				}
			}
			read, err := cassette.Parse(data)
			if err != nil {
				t.Fatal(err)
			}
			monthLater(t, func(t *testing.T) {
				again, err := auth.Replay(t.Context(), s, read)
				if err != nil || !again.OK {
					t.Fatalf("%v, %+v\n%s", err, again, data)
				}
				var got []string
				for _, step := range again.Steps {
					if step.URL != "" {
						got = append(got, step.Name)
					}
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("steps (-want +got)\n%s", diff)
				}
			})
			if tt.course == auth.Refresh {
				for _, text := range []string{"{{credentials.access_token}}", "{{refreshed.access_token}}", "{{refreshed2.access_token}}"} {
					if !strings.Contains(string(data), "Bearer "+text) {
						t.Errorf("the recording has no %s", text)
					}
				}
			}
			other := s
			if other.Course = auth.Refresh; tt.course == auth.Refresh {
				other.Course = auth.Plain
			}
			if again, err := auth.Replay(t.Context(), other, read); err == nil && again.OK {
				t.Errorf("a recording of %q was replayed as %q", tt.course, other.Course)
			}
		})
	}
}

// TestCheckCourse asks options for what they cannot do.
func TestCheckCourse(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, signingSpec("{type: wsse, username: '${credentials.id}', password: '${credentials.key}'}"))
	for _, s.Course = range auth.Courses() {
		if err := s.CheckCourse(); (err == nil) != (s.Course == auth.Plain) {
			t.Errorf("course %q: %v", s.Course, err)
		}
	}
}

// TestRecordOver records a signed run again a year later: what has not changed
// is the same to the byte, though clock, seed and secrets are others.
func TestRecordOver(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, signingSpec(`{type: oauth1, consumerKey: '${credentials.id}', consumerSecret: '${credentials.key}', token: '${credentials.token}', tokenSecret: '${credentials.tokenSecret}', signatureMethod: HMAC-SHA256}`))
	again := func(answer, secret string, later time.Duration, previous *cassette.Recording) *cassette.Recording {
		world := worldOf(func(*http.Request, string) (int, string) { return 200, answer })
		world.Now = func() time.Time { return clock.Add(later) }
		v := given(t, s, "id", "id-1", "key", "k-"+secret, "token", "t-"+secret, "tokenSecret", "ts-"+secret)
		result, rec, err := auth.RecordOver(t.Context(), s, v, world, newRandom(), "test", previous)
		if err != nil || !result.OK {
			t.Fatalf("%v, %+v", err, result)
		}
		rec.Source = "loopback"
		return rec
	}
	lines := func(rec *cassette.Recording) []string {
		text, err := json.MarshalIndent(rec, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(string(text), "\n")
	}
	first := again(`{"ok":true,"plan":"one"}`, "0123456789", 0, nil)
	alone := again(`{"ok":true,"plan":"one"}`, "9876543210", 365*24*time.Hour, nil)
	if alone.SameAs(first) {
		t.Error("a recording with another clock has the same signatures")
	}
	if diff := cmp.Diff(lines(first), lines(again(`{"ok":true,"plan":"one"}`, "9876543210", 365*24*time.Hour, first))); diff != "" {
		t.Errorf("nothing has changed (-first +second)\n%s", diff)
	}
	changed := lines(again(`{"ok":true,"plan":"two"}`, "9876543210", 365*24*time.Hour, first))
	want := lines(first)
	i := slices.IndexFunc(want, func(line string) bool { return strings.Contains(line, `plan`) })
	want[i] = strings.Replace(want[i], "one", "two", 1)
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Errorf("one line has changed (-want +got)\n%s", diff)
	}
}
