package cli_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// deviceServer logs in by a code on another device, which is entered before the
// poll of that number, and returns the directory of a connector for it.
func deviceServer(t *testing.T, entered int64) (dir, url string) {
	t.Helper()
	var polls atomic.Int64
	mux := http.NewServeMux()
	answer := func(path string, give func(r *http.Request) (int, string)) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			status, body := give(r)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
	}
	answer("/device", func(r *http.Request) (int, string) {
		return 200, fmt.Sprintf(`{"device_code":"marker-device-code","user_code":"WDJB-MJHT","verification_uri":"http://%s/activate","expires_in":1800}`, r.Host)
	})
	answer("/token", func(*http.Request) (int, string) {
		if polls.Add(1) < entered {
			return 400, `{"error":"authorization_pending"}`
		}
		return 200, `{"access_token":"marker-access-token","token_type":"Bearer"}`
	})
	answer("/me", func(*http.Request) (int, string) { return 200, `{"name":"Ada"}` })
	url = serve(t, mux)
	return writeTree(t, map[string]string{"spec.yml": `key: acme
name: Acme
auth:
  type: oauth2
  baseUri: ` + url + `
  getOAuthConfig:
    implementationType: mapping
    mapping:
      grantType: device_code
      clientId: acme-client
      clientAuthLocation: none
      tokenUri: ` + url + `/token
      deviceAuthorizationUri: ` + url + `/device
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /me, responseMapping: {name: '${response.data.name}'}}
  connectionLabel: ${test.name}
`}), url
}

// TestDeviceCodeIsPrinted wants a login by device to need neither a browser nor a
// terminal: its code is printed and waited for, and the polls are not told.
func TestDeviceCodeIsPrinted(t *testing.T) {
	t.Parallel()
	dir, url := deviceServer(t, 4)
	o := world{}.run("test", "--auth", "--live", dir)
	o.check(t, 0, "label: Ada", "\n  "+url+"/activate\n", "\n  WDJB-MJHT\n", "!before a request is repeated", "!marker-device-code", "!marker-access-token")
	dir, _ = deviceServer(t, 4)
	home := world{}.with("CONNECTOR_HOME", t.TempDir())
	home.run("connect", "--insecure-storage", "--no-input", "--name", "acme", dir).
		check(t, 0, "\n  WDJB-MJHT\n", "!before a request is repeated", "!marker-device-code", "!marker-access-token")
}

// TestDeviceCodeThatNobodyEnters wants the wait for it to end.
func TestDeviceCodeThatNobodyEnters(t *testing.T) {
	t.Parallel()
	dir, _ := deviceServer(t, 1<<40)
	begin, ticks := time.Now(), atomic.Int64{}
	w := world{clock: func() time.Time { return begin.Add(time.Duration(ticks.Add(1)) * time.Second) }}
	for _, limit := range []string{"1m", "5m"} { // which is the usual one
		args := []string{"test", "--auth", "--live", dir}
		if limit != "5m" {
			args = append(args, "--login-timeout", limit)
		}
		if o := w.run(args...); o.code == 0 || !strings.Contains(o.stdout+o.stderr, "nobody entered the code within "+limit) {
			t.Errorf("%s: %v", limit, o)
		}
	}
}
