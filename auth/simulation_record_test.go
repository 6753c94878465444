package auth_test

import (
	"testing"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
)

// TestSimulateRecording records a simulated life of every kind, and replays it.
// It is the same each time.
func TestSimulateRecording(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"session": session,
		"oauth2":  oauthSpec(""),
		"device":  oauthSpec("      grantType: device_code\n      deviceAuthorizationUri: https://login.acme.example/device\n"),
		"dpop":    oauthSpec("      dpop: true\n"),
		"oauth1":  oauth1PeerSpec("https://api.peer.example", "key", "HMAC-SHA1", "header", "{method: get, path: /api, responseMapping: {ok: '${response.data.ok}'}}"),
		"proxy":   "key: acme\nname: Acme\nauth:\n  type: proxy\n  proxyKey: other\n  baseUri: https://api.acme.example\n  makeApiClient: {implementationType: mapping, mapping: {baseUri: 'https://api.acme.example'}}\n  test: {implementationType: rest-api-mapping, mapping: {method: get, path: /me, responseMapping: {name: {$var: response.data.name}}}}\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := subjectOf(t, text)
			r, rec, err := auth.SimulateRecording(t.Context(), s, auth.SimulateOptions{Redactor: secret.NewRedactor()}, "connector test")
			if err != nil || !r.OK || rec == nil {
				t.Fatalf("%v, %+v", err, r)
			}
			if rec.Source != "simulated" {
				t.Errorf("source %q", rec.Source)
			}
			replayed, err := auth.Replay(t.Context(), s, rec)
			if err != nil || !replayed.OK || replayed.Label != r.Label {
				t.Errorf("%v, %+v", err, replayed)
			}
			_, again, err := auth.SimulateRecording(t.Context(), s, auth.SimulateOptions{}, "connector test")
			if err != nil || !again.SameAs(rec) {
				t.Errorf("a second recording differs: %v", err)
			}
		})
	}
}
