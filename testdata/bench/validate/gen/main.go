// Gen writes connector specs to measure validators with:
//
//	go run ./testdata/bench/validate/gen [-bad] [-keys] COUNT SEED DIR
//
// Files are like what people write: 60 to 130 lines, some 2.8 KB, a form with
// help, formulas in a client, a test, often OAuth or several options. The same
// seed gives the same files. With -bad each file has one mistake of a kind that
// a JSON Schema sees. With -keys all have one option that asks for a key.
package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	bad := flag.Bool("bad", false, "one mistake in each file")
	keys := flag.Bool("keys", false, "one option that asks for a key")
	flag.Parse()
	if err := run(*bad, *keys, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(bad, keys bool, args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("want COUNT SEED DIR, not %q", args)
	}
	count, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	seed, err := strconv.ParseUint(args[1], 10, 64)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(args[2], 0o755); err != nil {
		return err
	}
	size := 0
	for i := range count {
		text := spec(rand.New(rand.NewPCG(seed, uint64(i))), i, keys)
		if bad {
			text = spoil(text, i)
		}
		size += len(text)
		if err := os.WriteFile(filepath.Join(args[2], fmt.Sprintf("c%05d.yaml", i)), []byte(text), 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "%d files, %d bytes on average\n", count, size/max(count, 1))
	return nil
}

// A writer writes indented lines.
type writer struct {
	strings.Builder
	r      *rand.Rand
	domain string
}

func (w *writer) line(indent int, format string, args ...any) {
	w.WriteString(strings.Repeat("  ", indent))
	fmt.Fprintf(w, format, args...)
	w.WriteByte('\n')
}

func (w *writer) one(of ...string) string { return of[w.r.IntN(len(of))] }

// spec writes the connector of a number.
func spec(r *rand.Rand, i int, keys bool) string {
	w := &writer{r: r}
	word := w.one("alder", "birch", "cedar", "dogwood", "elm", "fir", "ginkgo", "hazel", "ivy", "juniper", "larch", "maple")
	kind := w.one("crm", "mail", "billing", "chat", "tickets", "forms", "storage", "calendar")
	w.domain = fmt.Sprintf("%s-%s%d.example", word, kind, i)
	w.line(0, "key: %s-%s-%d", word, kind, i)
	w.line(0, "name: %s%s %s", strings.ToUpper(word[:1]), word[1:], strings.ToUpper(kind))
	w.line(0, "version: %d.%d.%d", 1+r.IntN(4), r.IntN(30), r.IntN(9))
	w.line(0, "description: >-")
	w.line(1, "Reads and writes the %s records of %s,", kind, w.domain)
	w.line(1, "for everybody who may see them.")
	w.line(0, "logoUri: https://static.%s/logo.png", w.domain)
	w.line(0, "homepageUri: https://%s", w.domain)
	w.line(0, "categories: [%s, %s]", kind, w.one("sales", "support", "finance"))
	w.line(0, "")
	switch way := r.IntN(5); {
	case keys || way > 2:
		w.key()
	case way == 0:
		w.options()
	default:
		w.oauth()
	}
	return w.String()
}

// key writes an auth with a key that a form asks for.
func (w *writer) key() {
	w.line(0, "auth:")
	w.line(1, "type: client-credentials")
	w.line(1, "title: API key")
	w.form(1, "apiKey", "API key")
	w.line(1, "getCredentialsFromConnectionParameters:")
	w.line(2, "implementationType: mapping")
	w.line(2, "mapping:")
	w.line(3, "apiKey: {$var: connectionInput.apiKey}")
	w.line(3, "account: {$concat: [{$var: connectionInput.account}, -main]}")
	w.client(1, "credentials.apiKey")
	w.test(1)
	w.line(1, "connectionLabel: '${test.name}'")
}

// oauth writes an auth with a login.
func (w *writer) oauth() {
	w.line(0, "parametersSchema:")
	w.line(1, "type: object")
	w.line(1, "properties:")
	w.line(2, "clientId: {type: string, title: Client ID, description: Of the application that you registered.}")
	w.line(2, "clientSecret: {type: string, title: Client secret, isSensitive: true}")
	w.line(1, "required: [clientId, clientSecret]")
	w.line(0, "")
	w.line(0, "auth:")
	w.line(1, "type: oauth2")
	w.line(1, "title: Log in with %s", w.domain)
	w.form(1, "", "")
	w.line(1, "registration:")
	w.line(2, "helpUri: https://developer.%s/apps", w.domain)
	w.line(2, "description: Create an application of the type *web*.")
	w.line(1, "getOAuthConfig:")
	w.line(2, "implementationType: mapping")
	w.line(2, "mapping:")
	w.line(3, "clientId: {$var: connectorParameters.clientId}")
	w.line(3, "clientSecret: {$var: connectorParameters.clientSecret}")
	w.line(3, "authorizeUri: https://login.%s/oauth/authorize", w.domain)
	w.line(3, "tokenUri: https://login.%s/oauth/token", w.domain)
	w.line(3, "clientAuthLocation: %s", w.one("headers", "body"))
	w.line(3, "scopes:")
	for i, of := range w.r.Perm(4)[:2+w.r.IntN(3)] {
		w.line(4, "- %s.%s", []string{"contacts", "deals", "files", "users"}[of], w.one("read", "write")+[]string{"", ".all"}[i%2])
	}
	if w.r.IntN(2) == 0 {
		w.line(3, "extra:")
		w.line(4, "access_type: offline")
		w.line(4, "prompt: consent")
	}
	w.line(1, "getCredentialsFromAccessTokenResponse:")
	w.line(2, "implementationType: mapping")
	w.line(2, "mapping:")
	w.line(3, "instance: {$var: tokenResponse.instance_url}")
	w.client(1, "credentials.access_token")
	w.test(1)
	w.line(1, "connectionLabel: '${test.name} (${connectionInput.region})'")
}

// options writes an auth with several ways.
func (w *writer) options() {
	w.line(0, "auth:")
	w.line(1, "selectable: false")
	w.line(1, "baseUri: https://${connectionInput.account}.%s/api", w.domain)
	w.form(1, "", "")
	w.test(1)
	w.line(1, "connectionLabel: '${test.name} (${connectionInput.region})'")
	w.line(1, "options:")
	w.line(2, "token:")
	w.line(3, "type: bearer")
	w.line(3, "title: Personal token")
	w.line(3, "credential: {title: Token, description: %s, helpUri: 'https://%s/tokens'}", w.one("From your profile.", "From the settings."), w.domain)
	w.line(2, "login:")
	w.line(3, "type: basic")
	w.line(3, "title: User name and password")
	w.line(3, "description: For accounts without API access.")
	w.line(3, "username: {title: E-mail address}")
	w.line(3, "password: {title: Password, helpUri: 'https://%s/reset'}", w.domain)
	w.line(2, "legacy:")
	w.line(3, "type: client-credentials")
	w.line(3, "title: Old API key")
	w.form(3, "apiKey", "API key")
	w.client(3, "credentials.apiKey")
}

// form writes what is asked: a secret, if it has a name, and an account.
func (w *writer) form(indent int, secret, title string) {
	w.line(indent, "ui:")
	w.line(indent+1, "helpUri: https://help.%s/connect", w.domain)
	w.line(indent+1, "description: |")
	w.line(indent+2, "Connect your account of %s.", w.domain)
	w.line(indent+2, "%s", w.one("An administrator has to allow it first.", "It takes a minute.", "You can undo it at any time."))
	w.line(indent+1, "schema:")
	w.line(indent+2, "type: object")
	w.line(indent+2, "properties:")
	w.line(indent+3, "account:")
	w.line(indent+4, "type: string")
	w.line(indent+4, "title: Account")
	w.line(indent+4, "description: The part of the address before `.%s`.", w.domain)
	w.line(indent+4, "pattern: '^[a-z0-9-]+$'")
	w.line(indent+4, "minLength: %d", 2+w.r.IntN(3))
	if secret != "" {
		w.line(indent+3, "%s:", secret)
		w.line(indent+4, "type: string")
		w.line(indent+4, "title: %s", title)
		w.line(indent+4, "description: %q", w.one("Under **Settings > API**.", "It is shown only once: copy it at once.", "Ask your administrator for it."))
		w.line(indent+4, "isSensitive: true")
		w.line(indent+2, "required: [account, %s]", secret)
		return
	}
	w.line(indent+3, "region: {type: string, title: Region, enum: [us, eu, ap], default: %s}", w.one("us", "eu"))
	w.line(indent+2, "required:")
	w.line(indent+3, "- account")
}

// client writes makeApiClient with a credential in a header.
func (w *writer) client(indent int, credential string) {
	w.line(indent, "makeApiClient:")
	w.line(indent+1, "implementationType: mapping")
	w.line(indent+1, "mapping:")
	if w.r.IntN(2) == 0 {
		w.line(indent+2, "baseUri: https://${connectionInput.account}.%s/api/v%d", w.domain, 1+w.r.IntN(3))
	} else {
		w.line(indent+2, "baseUri:")
		w.line(indent+3, "$case:")
		w.line(indent+4, "cases:")
		w.line(indent+5, "- filter: {$eval: {$var: connectionInput.account}, is: sandbox}")
		w.line(indent+5, "  value: https://sandbox.%s/api", w.domain)
		w.line(indent+4, "default: https://api.%s", w.domain)
	}
	w.line(indent+2, "headers:")
	w.line(indent+3, "Accept: application/json")
	w.line(indent+3, "Authorization:")
	w.line(indent+4, "$concat:")
	w.line(indent+5, "- 'Bearer '")
	w.line(indent+5, "- $var: %s", credential)
	w.line(indent+3, "X-Account: ${connectionInput.account}")
	if w.r.IntN(3) == 0 {
		w.line(indent+2, "query:")
		w.line(indent+3, "locale: %s", w.one("en", "de", "ja"))
	}
	if w.r.IntN(3) == 0 {
		w.line(indent+2, "responseHandlers:")
		w.line(indent+3, "- match: {$eval: {$var: response.data.code}, is: token_expired}")
		w.line(indent+3, "  isSuccess: false")
		w.line(indent+3, "  error: {key: access_token_expired, message: The token has expired}")
	}
}

// test writes a test.
func (w *writer) test(indent int) {
	w.line(indent, "test:")
	w.line(indent+1, "implementationType: rest-api-mapping")
	w.line(indent+1, "mapping:")
	w.line(indent+2, "method: GET")
	w.line(indent+2, "path: /%s", w.one("me", "users/self", "account", "v2/whoami"))
	w.line(indent+2, "responseMapping:")
	w.line(indent+3, "id: {$var: response.data.id}")
	w.line(indent+3, "name:")
	w.line(indent+4, "$firstNotEmpty:")
	w.line(indent+5, "- $var: response.data.name")
	w.line(indent+5, "- $var: response.data.email")
}

// spoil puts one mistake into a spec.
func spoil(text string, i int) string {
	changes := [][2]string{
		{"version: ", "version: 1 #"},
		{"implementationType: rest-api-mapping", "implementationType: rest"},
		{"helpUri: https://help", "helpUrl: https://help"},
		{"categories: [", "categories: [7, "},
		{"minLength: ", "minLength: '1' #"},
	}
	c := changes[i%len(changes)]
	return strings.Replace(text, c[0], c[1], 1)
}
