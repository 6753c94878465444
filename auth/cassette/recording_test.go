package cassette_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth/cassette"
)

func TestParseRefuses(t *testing.T) {
	good := `{"version":1,"source":"live","steps":[{"name":"a","exchanges":[{"request":{"method":"GET","url":"https://h/"},"response":{"status":200}}]}],"outcome":{"ok":true}}`
	if _, err := cassette.Parse([]byte(good)); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, old, new, want string }{
		{"cut off", good[len(good)-20:], "", "unexpected EOF"},
		{"something behind it", good, good + "{}", "text after"},
		{"newer version", `"version":1`, `"version":2`, "a newer one wrote it"},
		{"no version", `"version":1,`, ``, "no known format version"},
		{"unknown field", `"source"`, `"extra":1,"source"`, "extra"},
		{"unknown source", `"live"`, `"dream"`, "/source"},
		{"inputs", `"source"`, `"inputs":[],"source"`, "/inputs"},
		{"parameters", `"source"`, `"parameters":1,"source"`, "/parameters"},
		{"step without a name", `"name":"a"`, `"name":""`, "/steps/0/name"},
		{"no method", `"GET"`, `""`, "/steps/0/exchanges/0/request/method"},
		{"relative URL", `https://h/`, `/x`, "/steps/0/exchanges/0/request/url"},
		{"a number for text", `"GET"`, `7`, "/steps/0/exchanges/0/request/method"},
		{"a text for a list", `[{"request":{"method":"GET","url":"https://h/"},"response":{"status":200}}]`, `"none"`, "/steps/0/exchanges"},
		{"a list", good, "[]", "a recording is an object"},
		{"half a status", `200`, `200.5`, "/steps/0/exchanges/0/response/status"},
		{"a text for a verdict", `"ok":true`, `"ok":"yes"`, "/outcome/ok"},
		{"unknown field of a step", `"name":"a"`, `"nmae":"a"`, "/steps/0/nmae"},
		{"no status", `200`, `0`, "/steps/0/exchanges/0/response/status"},
		{"unknown encoding", `"status":200`, `"status":200,"bodyEncoding":"hex"`, "/steps/0/exchanges/0/response/body"},
		{"broken base64", `"method"`, `"body":"?","bodyEncoding":"base64","method"`, "/steps/0/exchanges/0/request/body"},
		{"body and form", `"method"`, `"body":"a","form":{"a":"b"},"method"`, "/steps/0/exchanges/0/request/form"},
		{"two queries", `https://h/"`, `https://h/?a=1","query":{"a":"b"}`, "/steps/0/exchanges/0/request/query"},
		{"broken JSON", `"method"`, `"body":"{","bodyEncoding":"json","method"`, "/steps/0/exchanges/0/request/body"},
		{"a form that is none", `"method"`, `"form":["a"],"method"`, "/steps/0/exchanges/0/request/form"},
		{"two steps of a name", `"steps":[`, `"steps":[{"name":"a","exchanges":[]},`, "/steps/1/name"},
	}
	for _, tt := range tests {
		if _, err := cassette.Parse([]byte(strings.Replace(good, tt.old, tt.new, 1))); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want an error about %s", tt.name, err, tt.want)
		}
	}
	var version *cassette.VersionError
	if _, err := cassette.Parse([]byte(`{"version":7,"future":1}`)); !errors.As(err, &version) || version.Version != 7 {
		t.Errorf("err = %v, want a VersionError", err)
	}
	if _, err := cassette.Parse(bytes.Repeat([]byte(" "), cassette.MaxBytes+1)); err == nil {
		t.Error("a huge file gives no error")
	}
}

// FuzzParse reads any bytes as a recording: what is read can be checked,
// written, read again and replayed, request by request.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"version":1,"source":"live","steps":[{"name":"a","exchanges":[{"request":{"method":"GET","url":"https://h/?k={{a}}","headers":{"x-a":"1"}},"response":{"status":200,"body":"eA==","bodyEncoding":"base64"}}]}],"outcome":{"ok":true}}`))
	f.Add([]byte(`{"version":2}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		rec, err := cassette.Parse(data)
		if err != nil {
			return
		}
		again, err := cassette.Parse(fileOf(t, rec))
		if err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
		if !bytes.Equal(fileOf(t, again), fileOf(t, rec)) {
			t.Fatalf("read %s, wrote %s", fileOf(t, rec), fileOf(t, again))
		}
		player, err := cassette.NewReplayer(rec, cassette.Options{Headers: func(req *http.Request) []string {
			var names []string
			for name := range req.Header {
				names = append(names, name)
			}
			return names
		}})
		if err != nil {
			t.Fatal(err)
		}
		_ = cassette.Verify(data, rec, known())
		for _, step := range rec.Steps {
			player.Step(step.Name)
			for _, x := range step.Exchanges {
				req, err := http.NewRequest(x.Request.Method, x.Request.URL, strings.NewReader(x.Request.Body))
				if err != nil {
					continue
				}
				for name, value := range x.Request.Headers {
					req.Header.Set(name, value)
				}
				resp, err := player.RoundTrip(req)
				var miss *cassette.MissError
				switch {
				case err == nil && resp.StatusCode != x.Response.Status:
					t.Fatalf("status %d, recorded %d", resp.StatusCode, x.Response.Status)
				case err != nil && (!errors.As(err, &miss) || err.Error() == ""):
					t.Fatalf("err = %v, want a MissError", err)
				}
			}
		}
	})
}

func BenchmarkReplayPair(b *testing.B) {
	rec := &cassette.Recording{Version: 1, Source: "live", Steps: []cassette.Step{
		{Name: "token", Exchanges: []cassette.Exchange{exchange("POST", "https://h.example/token", "grant_type=client_credentials&client_secret={{parameter.clientSecret}}", "Content-Type", "application/x-www-form-urlencoded")}},
		{Name: "test", Exchanges: []cassette.Exchange{exchange("GET", "https://h.example/me?k={{input.key}}", "", "Authorization", "Bearer {{credentials.access_token}}")}},
	}}
	// Requests are made once; what is measured is the replay.
	token, _ := http.NewRequest("POST", "https://h.example/token", nil)
	token.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	test, _ := http.NewRequest("GET", "https://h.example/me?k=%7B%7Binput.key%7D%7D", nil)
	test.Header.Set("Authorization", "Bearer {{credentials.access_token}}")
	body := "grant_type=client_credentials&client_secret=%7B%7Bparameter.clientSecret%7D%7D"
	names := []string{"Authorization"}
	opts := cassette.Options{Headers: func(*http.Request) []string { return names }}
	b.ReportAllocs()
	for b.Loop() {
		player, err := cassette.NewReplayer(rec, opts)
		if err != nil {
			b.Fatal(err)
		}
		token.Body = io.NopCloser(strings.NewReader(body))
		if _, err := player.RoundTrip(token); err != nil {
			b.Fatal(err)
		}
		player.Step("test")
		if _, err := player.RoundTrip(test); err != nil {
			b.Fatal(err)
		}
	}
}
