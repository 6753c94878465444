package cli_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestProxy wants the proxy of the environment to be used and announced, and
// its password to be shown nowhere.
func TestProxy(t *testing.T) {
	t.Parallel()
	const password = "proxy-password-77"
	dir := writeTree(t, map[string]string{"spec.yml": badSpec})
	proxy := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Says", password)
		w.WriteHeader(407)
	}))
	named := strings.Replace(proxy, "http://", "http://user:"+password+"@", 1)
	w := world{}.with("CONNECTOR_INPUT_API_KEY", badKey, "HTTPS_PROXY", named)
	o := w.run("test", "--live", "--verbose", dir)
	o.check(t, 3, "* https requests go through the proxy "+proxy+" (HTTPS_PROXY, with a login)", "the proxy wants a user name and a password", "hint: check HTTPS_PROXY")
	checkNoLeak(t, o, badKey, password)
	o = world{}.with("CONNECTOR_INPUT_API_KEY", badKey, "HTTPS_PROXY", "ftp://"+password).run("test", "--live", dir)
	o.check(t, 3, "HTTPS_PROXY names no proxy")
	checkNoLeak(t, o, badKey, password)
	w = world{}.with("CONNECTOR_INPUT_API_KEY", badKey, "HTTPS_PROXY", named)
	w.run("test", "--live", "--route", "https://api.example.com="+serve(t, answer(200, "application/json", `{"name":"x"}`)), dir).check(t, 0, "label: x")
}
