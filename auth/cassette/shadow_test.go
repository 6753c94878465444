package cassette_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/auth/secret"
)

// An input that nobody marked as secret goes into the second run as it is.
func TestUnmarkedSecretsAreNotRecorded(t *testing.T) {
	unmarked := "sk_live_" + strings.Repeat("aB3dE5gH7jK9", 2)
	tape := cassette.NewTape(plain(200, `{}`), options)
	run := func(rt http.RoundTripper) { _, _, _ = send(rt, "GET", "https://h/x", "", "X-Api-Key", unmarked) }
	run(tape)
	shadow, err := tape.Shadow(secret.NewRedactor())
	if err != nil {
		t.Fatal(err)
	}
	run(shadow)
	var leak *cassette.LeakError
	if _, err := shadow.Recording(); !errors.As(err, &leak) || leak.Pointer != "/steps/0/exchanges/0/request/headers/X-Api-Key" || strings.Contains(err.Error(), unmarked) {
		t.Errorf("Recording = %v, want a LeakError", err)
	}
}

// A signature over placeholders looks random and is harmless.
func TestDerivedSignaturesAreRecorded(t *testing.T) {
	tape := cassette.NewTape(plain(200, `{}`), options)
	sign := func(key string) string { return fmt.Sprintf("%x", []byte(strings.Repeat(key, 3)))[:64] }
	_, _, _ = send(tape, "GET", "https://h/x?sig="+sign("real-signing-key-1"), "")
	shadow, err := tape.Shadow(known())
	if err != nil {
		t.Fatal(err)
	}
	_, _, _ = send(shadow, "GET", "https://h/x?sig="+sign("{{parameter.clientSecret}}"), "")
	rec, err := shadow.Recording()
	if err != nil {
		t.Fatal(err)
	}
	if err := cassette.Verify(fileOf(t, rec), rec, known()); err != nil {
		t.Error(err)
	}
	again, err := cassette.Parse(bytes.Replace(fileOf(t, rec), []byte(`"source": ""`), []byte(`"source": "live"`), 1))
	if err != nil {
		t.Fatal(err)
	}
	if err := cassette.Verify(fileOf(t, again), again, known()); err == nil {
		t.Error("a recording of unknown origin may hold the signature, want a LeakError")
	}
}

// Signatures of any length, wherever they stand, are no leaks: of what looks like
// a secret in the file, all was made of placeholders.
func TestSignaturesOfAnyKindAreRecorded(t *testing.T) {
	for size := 20; size <= 512; size += 12 {
		sign := func(key string) string {
			var b []byte
			for i := 0; len(b) < size; i++ {
				sum := sha256.Sum256(fmt.Append(nil, key, size, i))
				b = append(b, sum[:]...)
			}
			return base64.StdEncoding.EncodeToString(b[:size])
		}
		run := func(rt http.RoundTripper, key string) {
			s := url.QueryEscape(sign(key))
			_, _, _ = send(rt, "POST", "https://h/x?oauth_version=1.0&oauth_signature="+s, "oauth_version=1.0&oauth_signature="+s,
				"Content-Type", "application/x-www-form-urlencoded", "Authorization", `OAuth oauth_signature="`+s+`"`, "X-Signature", sign(key))
		}
		tape := cassette.NewTape(plain(200, `{}`), options)
		run(tape, "real")
		shadow, err := tape.Shadow(known())
		if err != nil {
			t.Fatal(err)
		}
		run(shadow, "{{input.key}}")
		rec, err := shadow.Recording()
		if err == nil {
			err = cassette.Verify(fileOf(t, rec), rec, known())
		}
		if err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func plain(status int, body string, header ...string) http.RoundTripper {
	return roundTrip(func(req *http.Request) (*http.Response, error) {
		resp := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}
		for i := 0; i < len(header); i += 2 {
			resp.Header.Set(header[i], header[i+1])
		}
		return resp, nil
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestAnswersStayUsable(t *testing.T) {
	r := secret.NewRedactor()
	r.Add("input.pin", "123456789")
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte("pin 123456789"))
	_ = z.Close()
	tests := []struct {
		name, body, encoding string
		want                 cassette.Response
	}{
		{"a secret as a number", `{"id":123456789,"n":[1,99123456789.5,"a\"123456789"],"x":{"y":123456789}}`, "", cassette.Response{Status: 200, Body: `{"id":"{{input.pin}}","n":[1,"{{input.pin}}","a\"{{input.pin}}"],"x":{"y":"{{input.pin}}"}}`}},
		{"binary", "\x89PNG\x00123456789", "", cassette.Response{Status: 200, Body: base64.StdEncoding.EncodeToString([]byte("\x89PNG\x00{{input.pin}}")), BodyEncoding: "base64"}},
		{"text with a carriage return", "a\r\nb", "", cassette.Response{Status: 200, Body: "YQ0KYg==", BodyEncoding: "base64"}},
		{"compressed", zipped.String(), "gzip", cassette.Response{Status: 200, Body: "pin {{input.pin}}"}},
		{"empty", "", "", cassette.Response{Status: 200}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tape := cassette.NewTape(plain(200, tt.body, "Content-Encoding", tt.encoding), options)
			if _, got, err := send(tape, "GET", "https://h/", ""); err != nil || got != tt.body {
				t.Errorf("through the tape: %q, %v, want the body as it is", got, err)
			}
			shadow, err := tape.Shadow(r)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := send(shadow, "GET", "https://h/", ""); err != nil {
				t.Fatal(err)
			}
			rec, err := shadow.Recording()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, rec.Steps[0].Exchanges[0].Response); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

// The second run must be the first again.
func TestShadowNoticesAnotherRun(t *testing.T) {
	type call struct{ step, method, url, body, header string }
	first := []call{{"a", "POST", "https://h/x/" + apiKey[:6] + "?q=1", "body", "X-K"}, {"b", "GET", "https://h/y", "", ""}}
	change := func(i int, f func(*call)) []call {
		other := append([]call(nil), first...)
		f(&other[i])
		return other
	}
	tests := []struct {
		name   string
		second []call
		fields []string
	}{
		{"method", change(0, func(c *call) { c.method = "PUT" }), []string{"method"}},
		{"host", change(0, func(c *call) { c.url = strings.Replace(c.url, "//h", "//i", 1) }), []string{"host"}},
		{"path", change(0, func(c *call) { c.url = "https://h/z/canary?q=1" }), []string{"path"}},
		{"length of the path", change(1, func(c *call) { c.url = "https://h/y/z" }), []string{"path"}},
		{"query", change(0, func(c *call) { c.url += "&r=1" }), []string{`query "r"`}},
		{"header", change(0, func(c *call) { c.header = "X-L" }), []string{`header "X-K"`, `header "X-L"`}},
		{"body", change(0, func(c *call) { c.body = "" }), []string{"body"}},
		{"step", change(1, func(c *call) { c.step = "c" }), nil},
		{"less", first[:1], nil},
		{"more", append(append([]call(nil), first...), first[1]), nil},
	}
	run := func(rt interface {
		http.RoundTripper
		Step(string)
	}, calls []call,
	) {
		for _, c := range calls {
			rt.Step(c.step)
			if c.header != "" {
				_, _, _ = send(rt, c.method, c.url, c.body, c.header, "v")
			} else {
				_, _, _ = send(rt, c.method, c.url, c.body)
			}
		}
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tape := cassette.NewTape(plain(200, "ok"), options)
			run(tape, first)
			shadow, err := tape.Shadow(known())
			if err != nil {
				t.Fatal(err)
			}
			run(shadow, tt.second)
			var e *cassette.RecordError
			if _, err := shadow.Recording(); !errors.As(err, &e) || e.Error() == "" {
				t.Fatalf("Recording = %v, want a RecordError", err)
			}
			var fields []string
			for _, d := range e.Differs {
				fields = append(fields, d.Field)
			}
			if diff := cmp.Diff(tt.fields, fields); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
		})
	}
}

func TestShadowRefusesBrokenTapes(t *testing.T) {
	large := strings.Repeat("x", cassette.MaxBodyBytes+1)
	broken := errors.New("broke off")
	tests := []struct {
		name string
		next http.RoundTripper
		want string
		body int // bytes that pass the tape all the same
	}{
		{"no answer", roundTrip(func(*http.Request) (*http.Response, error) { return nil, broken }), "no answer", 0},
		{"too large", plain(200, large), "too large", len(large)},
		{"broken compression", plain(200, "not gzip", "Content-Encoding", "gzip"), "compression", 8},
		{"broke off", roundTrip(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(io.MultiReader(strings.NewReader("half"), errReader{broken}))}, nil
		}), "broke off", 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tape := cassette.NewTape(tt.next, options)
			tape.Step("test")
			if _, body, _ := send(tape, "GET", "https://h/", ""); len(body) != tt.body {
				t.Errorf("%d bytes came through, want %d", len(body), tt.body)
			}
			_, err := tape.Shadow(known())
			var e *cassette.RecordError
			if !errors.As(err, &e) || e.Step != "test" || e.Exchange != 1 || !strings.Contains(e.Problem, tt.want) {
				t.Errorf("Shadow = %v, want a RecordError about %q", err, tt.want)
			}
		})
	}
	for _, part := range []string{"https://h/?a=\xff", "https://h/"} {
		tape := cassette.NewTape(plain(200, ""), options)
		header := "\xff"
		if strings.Contains(part, "?") {
			header = "a"
		}
		_, _, _ = send(tape, "GET", part, "", "X-A", header)
		if _, err := tape.Shadow(known()); err == nil || !strings.Contains(err.Error(), "no text in UTF-8") {
			t.Errorf("%q with the header %q: %v", part, header, err)
		}
	}
	if _, err := cassette.NewTape(plain(200, ""), options).Shadow(nil); err == nil {
		t.Error("Shadow without a redactor gives no error")
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }
