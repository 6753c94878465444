package cassette_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/auth/secret"
)

const (
	apiKey   = "canary+key/7Qx=9"
	password = "canary pass\"word&1"
	session  = "canary-session-42"
)

// produced stands in for auth/client.SpecHeaders.
func produced(req *http.Request) []string {
	names, _ := req.Context().Value(producedKey{}).([]string)
	return names
}

type producedKey struct{}

var options = cassette.Options{Headers: produced}

func send(rt http.RoundTripper, method, target, body string, header ...string) (int, string, error) {
	var names []string
	req, err := http.NewRequest(method, target, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	if body == "" {
		req.Body = http.NoBody
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
		names = append(names, header[i])
	}
	req.Header.Set("User-Agent", "tester")
	req.Header.Set("X-Forwarded-Host", "h")
	resp, err := rt.RoundTrip(req.WithContext(context.WithValue(context.Background(), producedKey{}, names)))
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(answer), err
}

// life is a small run: a login, then a test with what the login gave.
func life(rt http.RoundTripper, step func(string), base, key, pass string) (string, error) {
	step("getCredentials")
	_, body, err := send(rt, "POST", base+"/login?app="+url.QueryEscape(key), "user=me&pass="+url.QueryEscape(pass), "Content-Type", "application/x-www-form-urlencoded")
	if err != nil {
		return "", err
	}
	var login struct{ Session, Name string }
	if err := json.Unmarshal([]byte(body), &login); err != nil {
		return "", err
	}
	step("test")
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("me:"+pass))
	status, body, err := send(rt, "GET", base+"/me/"+url.PathEscape(key), "", "Authorization", basic, "X-Session", login.Session, "Accept", "application/json")
	return fmt.Sprint(status, " ", body), err
}

// echoing answers with every secret it is sent, in many encodings.
func echoing() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Set-Cookie", "sid="+session)
		w.Header().Set("X-Request-Id", apiKey)
		w.Header().Set("Link", "<https://h/?app="+url.QueryEscape(apiKey)+">; rel=next")
		w.Header().Set("Content-Type", "application/json")
		all := []string{
			apiKey, password, url.QueryEscape(password), hex.EncodeToString([]byte(apiKey)),
			base64.StdEncoding.EncodeToString([]byte("me:" + password)), base64.URLEncoding.EncodeToString([]byte("x" + apiKey)),
			"ghp_" + strings.Repeat("aB3dE5gH7jK9", 3),
		}
		body, _ := json.Marshal(map[string]any{"session": session, "name": "Ann", "echo": all, "again": all[len(all)-1], "access_token": "undeclared1"})
		for len(body) > 0 { // in pieces
			n := min(7, len(body))
			_, _ = w.Write(body[:n])
			_ = http.NewResponseController(w).Flush()
			body = body[n:]
		}
	})
}

func known() *secret.Redactor {
	r := secret.NewRedactor()
	r.Add("input.apiKey", apiKey)
	r.Add("input.password", password)
	r.Add("credentials.session", session)
	return r
}

// record makes a recording of life against an echoing server.
func record(t testing.TB) *cassette.Recording {
	t.Helper()
	server := httptest.NewServer(echoing())
	defer server.Close()
	tape := cassette.NewTape(server.Client().Transport, options)
	if _, err := life(tape, tape.Step, server.URL, apiKey, password); err != nil {
		t.Fatal(err)
	}
	shadow, err := tape.Shadow(known())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := life(shadow, shadow.Step, server.URL, "{{input.apiKey}}", "{{input.password}}"); err != nil {
		t.Fatal(err)
	}
	rec, err := shadow.Recording()
	if err != nil {
		t.Fatal(err)
	}
	rec.Source, rec.Tool, rec.RecordedAt = "loopback", "connector test", "2026-01-02T03:04:05Z"
	rec.Spec, rec.Seed = "sha256:"+strings.Repeat("0a1b2c3d", 8), strings.Repeat("f0e1d2c3", 8)
	rec.Inputs = json.RawMessage(`{"apiKey":"{{input.apiKey}}","password":"{{input.password}}"}`)
	rec.Outcome = cassette.Outcome{OK: true, Label: "Ann"}
	// The server's address changes from run to run.
	for i := range rec.Steps {
		x := &rec.Steps[i].Exchanges[0]
		x.Request.URL = strings.Replace(x.Request.URL, server.URL, "https://api.example.com", 1)
	}
	return rec
}

func fileOf(t testing.TB, rec *cassette.Recording) []byte {
	t.Helper()
	file, err := json.MarshalIndent(rec, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestRecordingHoldsPlaceholders(t *testing.T) {
	rec := record(t)
	token := "{{response.github-token}}"
	body := `{"access_token":"{{response.access-token}}","again":"` + token + `","echo":["{{input.apiKey}}","{{input.password}}","{{input.password}}","{{input.apiKey}}","bWU6{{input.password}}","eG{{input.apiKey}}","` + token + `"],"name":"Ann","session":"{{credentials.session}}"}`
	var lines bytes.Buffer // long answers stand in several
	if err := json.Indent(&lines, []byte(body+"\n"), "", "  "); err != nil {
		t.Fatal(err)
	}
	answer := cassette.Response{
		Status:  200,
		Headers: map[string]string{"Content-Type": "application/json", "Link": "<https://h/?app={{input.apiKey}}>; rel=next"},
		Body:    lines.String(),
	}
	want := []cassette.Step{
		{Name: "getCredentials", Exchanges: []cassette.Exchange{{
			Request: cassette.Request{
				Method: "POST", URL: "https://api.example.com/login?app={{input.apiKey}}",
				Headers: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
				Body:    "user=me&pass={{input.password}}",
			},
			Response: answer,
		}}},
		{Name: "test", Exchanges: []cassette.Exchange{{
			Request: cassette.Request{
				Method: "GET", URL: "https://api.example.com/me/{{input.apiKey}}",
				Headers: map[string]string{
					"Accept": "application/json", "X-Session": "{{credentials.session}}",
					"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte("me:{{input.password}}")),
				},
			},
			Response: answer,
		}}},
	}
	if diff := cmp.Diff(want, rec.Steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

// Security rule 30: no secret, in any encoding, is in a recording.
func TestMust30RecordingHoldsNoSecret(t *testing.T) {
	rec := record(t)
	file := fileOf(t, rec)
	if err := cassette.Verify(file, rec, known()); err != nil {
		t.Error(err)
	}
	for _, s := range []string{apiKey, password, session} {
		encodings := []string{
			s, url.QueryEscape(s), url.PathEscape(s), hex.EncodeToString([]byte(s)), base64.RawStdEncoding.EncodeToString([]byte(s))[:len(s)],
			base64.StdEncoding.EncodeToString([]byte("me:" + s))[4 : 4+len(s)], strings.ReplaceAll(s, `"`, `\"`),
		}
		for _, e := range encodings {
			if bytes.Contains(file, []byte(e)) {
				t.Errorf("%q is in the recording", e)
			}
		}
	}
	for _, s := range []string{"canary", "Set-Cookie", "X-Request-Id", "X-Forwarded", "tester", "ghp_", "undeclared"} {
		if bytes.Contains(file, []byte(s)) {
			t.Errorf("%q is in the recording", s)
		}
	}
}

func TestRecordingReplays(t *testing.T) {
	rec, err := cassette.Parse(fileOf(t, record(t)))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // a recording serves many replayers
		player, err := cassette.NewReplayer(rec, options)
		if err != nil {
			t.Fatal(err)
		}
		got, err := life(player, player.Step, "https://api.example.com", "{{input.apiKey}}", "{{input.password}}")
		if err != nil || !strings.HasPrefix(got, "200 {") {
			t.Errorf("life = %q, %v", got, err)
		}
		if unused := player.Unused(); unused != nil {
			t.Errorf("Unused = %v, want none", unused)
		}
	}
}

// Verify fails closed: for a known secret, for what looks like one, in every
// field and in the file's text alone.
func TestVerifyFailsClosed(t *testing.T) {
	looks := "ghp_" + strings.Repeat("aB3dE5gH7jK9", 3)
	places := map[string]func(*cassette.Recording, string){
		"/tool":            func(r *cassette.Recording, s string) { r.Tool = s },
		"/option":          func(r *cassette.Recording, s string) { r.Option = s },
		"/inputs/apiKey":   func(r *cassette.Recording, s string) { r.Inputs, _ = json.Marshal(map[string]string{"apiKey": s}) },
		"/parameters/a~1b": func(r *cassette.Recording, s string) { r.Parameters, _ = json.Marshal(map[string]string{"a/b": s}) },
		"/steps/1/name":    func(r *cassette.Recording, s string) { r.Steps[1].Name = s },
		"/outcome/label":   func(r *cassette.Recording, s string) { r.Outcome.Label = s },
		"/steps/0/exchanges/0/request/url": func(r *cassette.Recording, s string) {
			r.Steps[0].Exchanges[0].Request.URL += "&x=" + url.QueryEscape(s)
		},
		"/steps/0/exchanges/0/request/body":          func(r *cassette.Recording, s string) { r.Steps[0].Exchanges[0].Request.Body = s },
		"/steps/1/exchanges/0/request/headers/X-K":   func(r *cassette.Recording, s string) { r.Steps[1].Exchanges[0].Request.Headers["X-K"] = s },
		"/steps/1/exchanges/0/response/headers/Link": func(r *cassette.Recording, s string) { r.Steps[1].Exchanges[0].Response.Headers["Link"] = s },
		"/steps/1/exchanges/0/response/body": func(r *cassette.Recording, s string) {
			r.Steps[1].Exchanges[0].Response.Body = base64.StdEncoding.EncodeToString([]byte("\x00\x01" + s))
			r.Steps[1].Exchanges[0].Response.BodyEncoding = "base64"
		},
	}
	for pointer, plant := range places {
		for _, s := range []string{apiKey, password, base64.StdEncoding.EncodeToString([]byte("me:" + session)), looks} {
			rec := record(t)
			plant(rec, s)
			err := cassette.Verify(fileOf(t, rec), rec, known())
			var leak *cassette.LeakError
			if !errors.As(err, &leak) || leak.Pointer != pointer {
				t.Errorf("%s with %q: %v, want a LeakError there", pointer, s, err)
				continue
			}
			if text := err.Error(); strings.Contains(text, "canary") || strings.Contains(text, looks) {
				t.Errorf("the error shows the secret: %s", text)
			}
			if strings.HasPrefix(pointer, "/steps/0") && leak.Step != "getCredentials" {
				t.Errorf("%s: step %q", pointer, leak.Step)
			}
		}
	}
	rec := record(t)
	for _, s := range []string{apiKey, looks} {
		var leak *cassette.LeakError
		err := cassette.Verify(append(fileOf(t, rec), "\n# "+s...), rec, known())
		if want := 1 + bytes.Count(fileOf(t, rec), []byte("\n")) + 1; !errors.As(err, &leak) || leak.Line != want || leak.Pointer != "" {
			t.Errorf("a comment with %q: %v, want a LeakError in line %d", s, err, want)
		}
	}
}
