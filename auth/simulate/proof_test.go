package simulate_test

import (
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth/sign"
	"github.com/connector-spec/connector/auth/simulate"
	"github.com/connector-spec/connector/formula"
)

func TestDeviceLogin(t *testing.T) {
	t.Parallel()
	s := newSession(t, `{"clientId": "app", "grantType": "device_code"}`)
	_, device := s.send(simulate.StepDevice, tokenURL, url.Values{"client_id": {"app"}})
	code, _ := device["device_code"].(string)
	poll := func() (int, map[string]any) {
		return s.send(simulate.StepToken, tokenURL, url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {code}, "client_id": {"app"}})
	}
	for i, want := range []any{"authorization_pending", nil, "invalid_grant"} {
		if _, answer := poll(); answer["error"] != want {
			t.Errorf("poll %d: %v, want the error %v", i, answer, want)
		}
	}
}

// TestProofOfPossession demands a nonce once, and takes no proof of another
// request.
func TestProofOfPossession(t *testing.T) {
	t.Parallel()
	s := newSession(t, `{"clientId": "app", "dpop": true}`)
	key, err := sign.NewDPoPKey(rand.NewChaCha8([32]byte{2}))
	if err != nil {
		t.Fatal(err)
	}
	dpop, err := sign.NewDPoP(key, sign.World{Now: func() time.Time { return s.now }, Rand: rand.NewChaCha8([32]byte{3})})
	if err != nil {
		t.Fatal(err)
	}
	prove := func(method string) func(*http.Request) {
		return func(r *http.Request) {
			signed := &sign.Request{Method: method, URL: r.URL, Header: r.Header}
			if err := dpop.Sign(signed); err != nil {
				t.Fatal(err)
			}
		}
	}
	id := []string{"client_id", "app"}
	if status, answer := s.exchange(s.code(), id); answer["error"] != "invalid_dpop_proof" {
		t.Errorf("no proof: %d %v", status, answer)
	}
	if status, answer := s.exchange(s.code(), id, prove(http.MethodPost)); answer["error"] != "use_dpop_nonce" {
		t.Errorf("no nonce: %d %v", status, answer)
	}
	learn := func(r *http.Request) {
		resp, err := s.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		dpop.Learn(&sign.Request{Method: r.Method, URL: r.URL, Header: r.Header}, resp)
		prove(http.MethodPost)(r)
	}
	status, answer := s.exchange(s.code(), id, prove(http.MethodPost), learn)
	if status != http.StatusOK || answer["token_type"] != "DPoP" {
		t.Errorf("with the nonce: %d %v", status, answer)
	}
	if _, answer := s.exchange(s.code(), id, prove(http.MethodGet)); answer["error"] != "invalid_dpop_proof" {
		t.Errorf("of another method: %v", answer)
	}
}

// TestOAuth1Signatures logs in by hand with each method and place, and with a
// wrong secret.
func TestOAuth1Signatures(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512", "RSA-SHA1", "RSA-SHA256", "PLAINTEXT"} {
		for _, location := range []string{"header", "query", "body"} {
			for _, secret := range []string{"consumer secret", "wrong"} {
				encoded, err := json.Marshal(map[string]any{
					"consumerKey": "app", "consumerSecret": "consumer secret", "signatureMethod": method, "signatureLocation": location, "privateKey": formula.ThrowAwayKey("RS256"),
				})
				if err != nil {
					t.Fatal(err)
				}
				s := newSession(t, string(encoded))
				signer := &sign.OAuth1{
					ConsumerKey: "app", ConsumerSecret: secret, PrivateKey: formula.ThrowAwayKey("RS256"), Method: method, Location: location, Callback: redirect,
					World: sign.World{Now: func() time.Time { return s.now }, Rand: rand.NewChaCha8([32]byte{4})},
				}
				if secret == "wrong" {
					signer.PrivateKey = simulate.OtherKey(signer.PrivateKey)
				}
				status, _ := s.send(simulate.StepRequest, tokenURL, url.Values{}, func(r *http.Request) {
					signed := &sign.Request{Method: r.Method, URL: r.URL, Header: r.Header}
					if err := signer.Sign(signed); err != nil {
						t.Fatal(err)
					}
					r.Body = io.NopCloser(strings.NewReader(string(signed.Body)))
				})
				if (status == http.StatusOK) != (secret != "wrong") {
					t.Errorf("%s in %s with the secret %q: %d", method, location, secret, status)
				}
			}
		}
	}
}

// TestFaults fails the requests that it is told to, and no others.
func TestFaults(t *testing.T) {
	t.Parallel()
	s := newSession(t, `{"clientId": "app"}`)
	broken := errors.New("the line is cut")
	s.Faults = []*simulate.Fault{
		{Step: simulate.StepToken, After: 1, Times: 1, Answer: func(_ *http.Request, good func() *http.Response) (*http.Response, error) {
			resp := good()
			resp.StatusCode = http.StatusServiceUnavailable
			return resp, nil
		}},
		{Step: simulate.StepRefresh, Answer: func(*http.Request, func() *http.Response) (*http.Response, error) { return nil, broken }},
	}
	id := []string{"client_id", "app"}
	for i, want := range []int{200, 503, 200} {
		if status, _ := s.exchange(s.code(), id); status != want {
			t.Errorf("request %d: %d, want %d", i, status, want)
		}
	}
	s.Step(simulate.StepRefresh)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, tokenURL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.RoundTrip(req); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}
