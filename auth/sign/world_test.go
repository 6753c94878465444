package sign_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth/sign"
)

// noon is the time in tests.
var noon = time.Date(2026, 5, 17, 12, 0, 0, 0, time.UTC)

// testWorld has one time, and randomness that the seed decides.
func testWorld(seed byte) sign.World {
	return sign.World{Now: func() time.Time { return noon }, Rand: mathrand.NewChaCha8([32]byte{seed})}
}

// worldWith has the given bytes for randomness.
func worldWith(random []byte) sign.World {
	return sign.World{Now: func() time.Time { return noon }, Rand: bytes.NewReader(random)}
}

// liveWorld is safe for concurrent use.
func liveWorld() sign.World { return sign.World{Now: time.Now, Rand: rand.Reader} }

func request(t testing.TB, method, address string) *sign.Request {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return &sign.Request{Method: method, URL: u, Header: http.Header{}}
}

// send sends a request as a client does: signed, and once more if the signer
// asks for it. It gives the last status, and how many requests it took.
func send(s sign.Signer, client *http.Client, r *sign.Request) (status, requests int, err error) {
	for {
		requests++
		if err := s.Sign(r); err != nil {
			return 0, requests, err
		}
		req, err := http.NewRequest(r.Method, r.URL.String(), bytes.NewReader(r.Body))
		if err != nil {
			return 0, requests, err
		}
		req.Header = r.Header.Clone()
		resp, err := client.Do(req)
		if err != nil {
			return 0, requests, err
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		learner, ok := s.(sign.Learner)
		if !ok || !learner.Learn(r, resp) || requests == 2 {
			return resp.StatusCode, requests, nil
		}
	}
}

func published[T any](t testing.TB, name string) (v T) {
	t.Helper()
	b, err := os.ReadFile("../../testdata/vectors/signing/oauth2/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(all[name], &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// answer makes an answer without a body; an empty value is no header.
func answer(status int, header ...string) *http.Response {
	resp := &http.Response{StatusCode: status, Header: http.Header{}}
	for i := 0; i < len(header); i += 2 {
		if header[i+1] != "" {
			resp.Header.Add(header[i], header[i+1])
		}
	}
	return resp
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
