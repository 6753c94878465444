package auth_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth"
)

// TestCompare changes what a server answers after it was recorded, and wants
// each change to be found, and to matter where the spec depends on it.
func TestCompare(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, strings.Replace(session, "data.name}", "data.user.name}, plan: {$var: response.data.plan}", 1))
	const login = `{"auth":{"token":"session-token-0123456789"},"limits":[{"n":1},{"n":2}]}`
	const me = `{"user":{"name":"Ada","id":7},"plan":null,"tags":[]}`
	server := func(login, me string, status int, kind string) auth.World {
		w := worldOf(nil)
		w.Network = roundTripper(func(req *http.Request) (*http.Response, error) {
			text, code := login, http.StatusOK
			if req.Method == http.MethodGet {
				text, code = me, status
			}
			return &http.Response{
				StatusCode: code, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(text)), Request: req,
			}, nil
		})
		return w
	}
	const json = "application/json"
	_, rec, err := auth.Record(t.Context(), s, complete(t, s), server(login, me, 200, json), random(), "test")
	if err != nil || rec == nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, login, me string
		status          int
		kind            string
		ok              bool
		want            []string
	}{
		{"the same", login, me, 200, json, true, nil},
		{"other values", strings.NewReplacer("0123456789", "9876543210").Replace(login), strings.ReplaceAll(me, "Ada", "Eve"), 200, json, true, nil},
		{"what was nothing", login, strings.NewReplacer("null", `{"a":1}`, "[]", "[1]").Replace(me), 200, json, true, []string{`test: body "/plan" was null when it was recorded, and is object now`}},
		{"more", strings.Replace(login, `{"n":2}`, `{"m":2}`, 1), strings.Replace(me, `"id"`, `"new":1,"id"`, 1), 200, json, true, []string{
			`getCredentialsFromConnectionParameters: body "/limits/*/m" was nothing when it was recorded, and is number now`,
			`test: body "/user/new" was nothing when it was recorded, and is number now`,
		}},
		{"less, which nobody reads", login, strings.Replace(me, `,"id":7`, "", 1), 200, json, true, []string{`test: body "/user/id" was number when it was recorded, and is nothing now`}},
		{"another type, which the test reads", login, strings.Replace(me, `"Ada"`, "17", 1), 200, json, false, []string{`test: body "/user/name" was string when it was recorded, and is number now; test reads it`}},
		{"gone, which the test reads", login, strings.Replace(me, `"name"`, `"nick"`, 1), 200, json, false, []string{
			`test: body "/user/name" was string when it was recorded, and is nothing now; test reads it`,
			`test: body "/user/nick" was nothing when it was recorded, and is string now`,
		}},
		{"refused", login, me, 403, json, false, []string{"test: status was 200 when it was recorded, and is 403 now; test reads it"}},
		{"created", login, me, 201, json, true, []string{"test: status was 200 when it was recorded, and is 201 now"}},
		{"another kind", login, me, 200, "application/vnd.api+json", true, []string{
			`getCredentialsFromConnectionParameters: header "Content-Type" was application/json when it was recorded, and is application/vnd.api+json now`,
			`test: header "Content-Type" was application/json when it was recorded, and is application/vnd.api+json now`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			result, err := auth.Compare(t.Context(), s, complete(t, s), server(tt.login, tt.me, tt.status, tt.kind), random(), rec)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range result.Drift {
				got = append(got, d.String())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || result.OK != tt.ok {
				t.Errorf("ok %v, %s; drift (-want +got)\n%s", result.OK, result.Message, diff)
			}
		})
	}
}
