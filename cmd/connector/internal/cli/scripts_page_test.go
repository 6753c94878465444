package cli_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestStrictScriptOfThePage records, replays and simulates what docs/scripts.md
// writes for scripts that are strict about the form of a secret.
func TestStrictScriptOfThePage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(repository, "docs", "scripts.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(page), "\n## Secrets in replays and simulations\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var function, property string
	for line := range strings.Lines(section) {
		switch code, indented := strings.CutPrefix(line, "    "); {
		case indented && strings.HasPrefix(code, "totpSecret:"):
			property = strings.TrimSpace(code)
		case indented:
			function += code
		}
	}
	if !ok || function == "" || property == "" {
		t.Fatalf("the page has no such section: %q", section)
	}
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if !strings.HasPrefix(r.Header.Get("X-Code"), "48656c6c6f21deadbeef") {
			w.WriteHeader(http.StatusUnauthorized)
		}
		_, _ = io.WriteString(w, `{"name":"Ada"}`)
	}))
	dir := writeTree(t, map[string]string{
		"spec.yml": `key: strict
name: Strict
auth:
  type: client-credentials
  baseUri: ` + url + `
  ui:
    schema:
      type: object
      properties:
        ` + property + `
      required: [totpSecret]
  makeApiClient: {implementationType: javascript}
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /me, responseMapping: {name: '${response.data.name}'}}
  connectionLabel: ${test.name}
`,
		"auth/make-api-client.js": function + "export default ({ connectionInput }) =>\n" +
			"  ({ baseUri: '" + url + "', headers: { 'X-Code': keyOf(connectionInput.totpSecret).toString('hex') } })\n",
	})
	with := world{}.with("CONNECTOR_INPUT_TOTP_SECRET", "JBSWY3DPEHPK3PXP")
	with.run("test", "--auth", "--record", dir).check(t, 0, "label: Ada")
	world{}.run("test", "--auth", "--replay", dir).check(t, 0, "label: Ada")
	world{}.run("test", "--auth", "--simulate", dir).check(t, 0, "ok")
	world{}.with("CONNECTOR_INPUT_TOTP_SECRET", "jbswy3dpehpk3pxp").run("test", "--auth", "--live", dir).check(t, 4, "totpSecret")
}
