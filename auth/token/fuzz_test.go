package token_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/token"
)

// FuzzReadAnswer reads anything as an answer: it ends, an answer has a token,
// and an error can be shown.
func FuzzReadAnswer(f *testing.F) {
	for _, body := range []string{
		goodAnswer, `{"data":{"token":1.5e9},"expires_in":"9:59:59.5","expires_at":"2026-01-02T03:04:05Z"}`, `"abc"`, "abc", "",
		"access_token=a%20b&scope=a,b&expires_in=-1", `{"ok":false,"errors":[{"code":7,"message":"\u001b[2J\u202e"}]}`, `[{"errorCode":1}]`,
		"<html><title>\x1b]0;x\x07</title>", `{"accessToken":"a","expiresIn":1e400,"scopes":["x"]}`, "\xef\xbb\xbf{\"error\":{\"type\":\"a b\"}}", "{\"access_token\":\"\xff\"}",
	} {
		f.Add(200, "application/json", body, "3600", false)
		f.Add(400, "text/html", body, "Fri, 02 Jan 2026 03:05:05 GMT", true)
	}
	f.Fuzz(func(t *testing.T, status int, kind, body, wait string, shaped bool) {
		var shape token.Shape
		if shaped {
			shape = token.Shape{AccessToken: whole, ExpiresAt: at("expires_in"), Scope: at("data"), TokenType: at("type"), Milliseconds: true, Lifetime: time.Hour}
		}
		header := http.Header{"Content-Type": {kind}, "Retry-After": {wait}}
		a, err := token.ReadAnswer(status, header, []byte(body), shape, now)
		if err != nil {
			errorHolds(t, a, err)
			return
		}
		answerHolds(t, a)
	})
}

func errorHolds(t *testing.T, a *token.Answer, err error) {
	t.Helper()
	var e *token.Error
	if a != nil || !errors.As(err, &e) {
		t.Fatalf("the answer %v and the error %v", a, err)
	}
	if text := e.Error(); len(text) > 1024 || secret.PrintableLine(text) != text || strings.ContainsFunc(text, func(r rune) bool { return r >= 0x7f }) {
		t.Errorf("the error cannot be shown: %q", text)
	}
	if e.RetryAfter < 0 || e.Refused() && e.Transient() {
		t.Errorf("the error %v contradicts itself", e)
	}
}

func answerHolds(t *testing.T, a *token.Answer) {
	t.Helper()
	if a.AccessToken == "" || a.TokenType == "" {
		t.Errorf("the token %q of the type %q", a.AccessToken, a.TokenType)
	}
	var object map[string]any
	decoder := json.NewDecoder(bytes.NewReader(a.Raw))
	decoder.UseNumber()
	if err := decoder.Decode(&object); err != nil || object == nil || !json.Valid(a.Raw) {
		t.Errorf("the raw answer is no object: %v in %q", err, a.Raw)
	}
	if a.Lifetime < 0 || a.Lifetime > century || !a.Expiry.IsZero() && a.Expiry.After(in(century)) {
		t.Errorf("the token lives %v until %v", a.Lifetime, a.Expiry)
	}
	for _, note := range a.Notes {
		if len(note) > 1024 || secret.PrintableLine(note) != note {
			t.Errorf("the note cannot be shown: %q", note)
		}
	}
	if back := token.FromToken(a.Token()); back.AccessToken != a.AccessToken || !back.Expiry.Equal(a.Expiry) {
		t.Errorf("there and back the token is %q until %v", back.AccessToken, back.Expiry)
	}
}
