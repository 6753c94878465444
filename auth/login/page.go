package login

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// A page is what the browser shows at the end. Nothing of it is the answer's
// but Said, in the server's words.
type page struct {
	Title, Text string
	Said        string
	Next        string // where it leads; "" is nowhere
}

// pageStyle is all of the look of a page.
const pageStyle = `:root{color-scheme:light dark;--ink:#1b1f24;--soft:#4b535c;--paper:#fff;--line:#d0d7de;--mark:#9a3412;--link:#0550ae}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9da7b3;--paper:#0d1117;--line:#30363d;--mark:#ffa657;--link:#79c0ff}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--paper);color:var(--ink);font:1.0625rem/1.55 system-ui,sans-serif}
main{width:100%;max-width:32rem;overflow-wrap:anywhere}
h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25}
p{margin:0 0 1rem}
blockquote{margin:0 0 1rem;padding:.5rem 0 .5rem 1rem;border-left:4px solid var(--mark)}
a{color:var(--link)}
footer{color:var(--soft);font-size:.9375rem;border-top:1px solid var(--line);padding-top:.75rem}
`

// pageText is the markup. The style stands in it as it is hashed for the policy.
var pageText = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{{if .Next}}<meta http-equiv="refresh" content="0; url={{.Next}}">
{{end}}<title>{{.Title}}</title>
<style>` + pageStyle + `</style>
</head>
<body>
<main>
<h1>{{.Title}}</h1>
{{if .Said}}<p>The server says:</p>
<blockquote>{{.Said}}</blockquote>
{{end}}<p>{{.Text}}</p>
{{if .Next}}<p><a href="{{.Next}}">Go back to it</a></p>
{{end}}<footer>connector</footer>
</main>
</body>
</html>
`))

// pagePolicy lets a page show its own style and do nothing.
var pagePolicy = func() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()

// write answers with a page, whole before it returns.
func write(w http.ResponseWriter, status int, p page) {
	var b bytes.Buffer
	_ = pageText.Execute(&b, p) // into memory, of texts: nothing of it fails
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
	_ = http.NewResponseController(w).Flush()
}

// after is the page after an answer: what becomes of it is not known yet.
func after(callback, next string, redact func(string) string) page {
	back := "You can close this page and go back to the terminal, which says "
	if next != "" {
		back = "The page where you began says "
	}
	if said := refusal(callback, redact); said != "" {
		return page{Title: "The login did not succeed", Said: said, Text: back + "what to do.", Next: next}
	}
	return page{Title: "You are back from the login", Text: back + "whether it succeeded.", Next: next}
}

// maxSaid bounds the words of a server, in characters.
const maxSaid = 500

// refusal gives why a server refused, in its words, printable and without what
// the answer has of secrets; "" if it did not.
func refusal(callback string, redact func(string) string) string {
	u, err := url.Parse(callback)
	if err != nil {
		return ""
	}
	q := u.Query()
	code := cmp.Or(q.Get("error"), q.Get("oauth_problem"))
	if code == "" && (q.Has("denied") || q.Get("oauth_verifier") == "denied") {
		code = "access_denied"
	}
	if code == "" {
		return ""
	}
	secrets := []string{q.Get("state"), q.Get("code"), q.Get("oauth_token")}
	said := shown(code, redact, secrets)
	if words := cmp.Or(q.Get("error_description"), q.Get("oauth_problem_advice")); words != "" {
		said = shown(words, redact, secrets) + " (" + said + ")"
	}
	if cut := []rune(said); len(cut) > maxSaid {
		said = strings.TrimSpace(string(cut[:maxSaid])) + "…"
	}
	return said
}
