package cassette_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth/cassette"
)

// forms are the shapes in which a secret may stand in a message.
var forms = map[string]func(string) string{
	"as it is":                       func(s string) string { return s },
	"escaped for a query":            url.QueryEscape,
	"escaped for a query, lower hex": func(s string) string { return lowerHex(url.QueryEscape(s)) },
	"escaped for a path":             url.PathEscape,
	"escaped twice":                  func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
	"escaped wholly":                 func(s string) string { return escapeAll(s, "%%%02X") },
	"escaped wholly, lower hex":      func(s string) string { return escapeAll(s, "%%%02x") },
	"JSON string":                    quoted,
	"JSON in JSON":                   func(s string) string { return quoted(quoted(s)) },
	"JSON in an object in JSON":      func(s string) string { return quoted(`{"a":` + quoted(s) + `}`) },
	"JSON by code points":            func(s string) string { return escapeAll(s, `\u%04x`) },
	"HTML":                           html.EscapeString,
	"base64":                         func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64url without padding":      func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	"base64 of a pair":               func(s string) string { return base64.StdEncoding.EncodeToString([]byte("me:" + s)) },
	"base64 of an escaped pair": func(s string) string {
		return base64.StdEncoding.EncodeToString([]byte(url.QueryEscape("a b") + ":" + url.QueryEscape(s)))
	},
	"base64 in a query":   func(s string) string { return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte("x" + s))) },
	"claim of a token":    func(s string) string { return tokenOf(`{"sub":` + quoted(s) + `,"iss":"h"}`) },
	"hexadecimal":         func(s string) string { return hex.EncodeToString([]byte(s)) },
	"hexadecimal, upper":  func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
	"OAuth 1 header":      func(s string) string { return `OAuth oauth_token="` + escapeStrictly(s) + `", oauth_version="1.0"` },
	"challenge":           func(s string) string { return `Bearer error="invalid_token", error_description="` + s + `"` },
	"password of an URL":  func(s string) string { return "https://me:" + url.PathEscape(s) + "@h/" },
	"among other letters": func(s string) string { return "before" + s + "after" },
}

func quoted(s string) string {
	text, _ := json.Marshal(s)
	return string(text)
}

func lowerHex(s string) string {
	return regexp.MustCompile(`%[0-9A-F]{2}`).ReplaceAllStringFunc(s, strings.ToLower)
}

func escapeAll(s, format string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, format, c)
	}
	return b.String()
}

// escapeStrictly escapes as RFC 5849 3.6 does.
func escapeStrictly(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func tokenOf(claims string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmF0dXJlLW9mLWEtdG9rZW4"
}

func zipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, text)
	_ = z.Close()
	return b.String()
}

// TestForms sends and answers a secret in every form, in every part of a
// message: nothing of it is in the recording, which is read back to the byte and
// replayed.
func TestForms(t *testing.T) {
	const canary = `canary "key"/7Qx=9&+ü`
	const name = "{{input.key}}"
	type part struct {
		send   func(rt http.RoundTripper, text string) error
		answer func(text string) http.RoundTripper
	}
	get := func(rt http.RoundTripper, method, address, body string, header ...string) error {
		_, _, err := send(rt, method, address, body, header...)
		return err
	}
	always := func(string) http.RoundTripper { return plain(200, `{}`) }
	ask := func(rt http.RoundTripper, _ string) error { return get(rt, "GET", "https://h/", "") }
	long := strings.Repeat("x", 100)
	parts := map[string]part{
		"query": {func(rt http.RoundTripper, text string) error {
			return get(rt, "GET", "https://h/?k="+url.QueryEscape(text), "")
		}, always},
		"long query": {func(rt http.RoundTripper, text string) error {
			return get(rt, "GET", "https://h/?long="+long+"&k="+escapeStrictly(text), "")
		}, always},
		"path": {func(rt http.RoundTripper, text string) error {
			return get(rt, "GET", "https://h/a/"+url.PathEscape(text)+"/b", "")
		}, always},
		"header": {func(rt http.RoundTripper, text string) error {
			return get(rt, "GET", "https://h/", "", "X-Key", text)
		}, always},
		"form": {func(rt http.RoundTripper, text string) error {
			return get(rt, "POST", "https://h/", "a=1&k="+url.QueryEscape(text), "Content-Type", "application/x-www-form-urlencoded")
		}, always},
		"JSON": {func(rt http.RoundTripper, text string) error {
			return get(rt, "POST", "https://h/", `{"long":"`+long+`","k":`+quoted(text)+`}`, "Content-Type", "application/json")
		}, always},
		"text": {func(rt http.RoundTripper, text string) error {
			return get(rt, "POST", "https://h/", "<k>"+text+"</k>", "Content-Type", "application/xml")
		}, always},
		"answered text":   {ask, func(text string) http.RoundTripper { return plain(200, "k: "+text) }},
		"answered JSON":   {ask, func(text string) http.RoundTripper { return plain(200, `{"k":`+quoted(text)+`}`) }},
		"answered header": {ask, func(text string) http.RoundTripper { return plain(200, "", "Link", "<https://h/>; k="+text) }},
		"cookie":          {ask, func(text string) http.RoundTripper { return plain(200, "", "Set-Cookie", "k="+url.QueryEscape(text)) }},
		"gzip": {ask, func(text string) http.RoundTripper {
			return plain(200, zipped(`{"k":`+quoted(text)+`}`), "Content-Encoding", "gzip")
		}},
		"bytes": {ask, func(text string) http.RoundTripper { return plain(200, "\x00\x01"+text) }},
	}
	for formName, form := range forms {
		for partName, p := range parts {
			tape := cassette.NewTape(p.answer(form(canary)), options)
			if err := p.send(tape, form(canary)); err != nil {
				t.Fatalf("%s, %s: %v", formName, partName, err)
			}
			r := known()
			r.Add("input.key", canary)
			shadow, err := tape.Shadow(r)
			if err != nil {
				t.Errorf("%s, %s: %v", formName, partName, err)
				continue
			}
			if err := p.send(shadow, form(name)); err != nil {
				t.Errorf("%s, %s: again: %v", formName, partName, err)
				continue
			}
			rec, err := shadow.Recording()
			if err != nil {
				t.Errorf("%s, %s: %v", formName, partName, err)
				continue
			}
			rec.Source = "live"
			file := fileOf(t, rec)
			if err := cassette.Verify(file, rec, r); err != nil {
				t.Errorf("%s, %s: %v", formName, partName, err)
			}
			for _, trace := range []string{"canary", "7Qx", "Y2FuYXJ5", "63616e617279", "%63%61%6e", "%63%61%6E", `\u0063\u0061`} {
				if strings.Contains(strings.ToLower(string(file)), strings.ToLower(trace)) {
					t.Errorf("%s, %s: the recording holds %q: %s", formName, partName, trace, file)
				}
			}
			again, err := cassette.Parse(file)
			if err != nil {
				t.Errorf("%s, %s: %v", formName, partName, err)
				continue
			}
			player, err := cassette.NewReplayer(again, options)
			if err != nil {
				t.Fatal(err)
			}
			player.Step("run")
			if err := p.send(player, form(name)); err != nil {
				t.Errorf("%s, %s: replay: %v\n%s", formName, partName, err, file)
			}
		}
	}
}
