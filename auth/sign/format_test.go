package sign_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/sign"
)

const canary = "canary-4711"

// signersWithCanaries are all signers, with a canary for each secret, and
// values of them beside the pointers where they may be copied.
func signersWithCanaries(t *testing.T) map[string]any {
	t.Helper()
	w := liveWorld()
	sigV4 := sign.SigV4{AccessKeyID: "id", SecretAccessKey: canary, SessionToken: canary, World: w}
	oauth1 := sign.OAuth1{
		ConsumerKey: "id", ConsumerSecret: canary, Token: canary, TokenSecret: canary,
		PrivateKey: canary, Verifier: canary, World: w,
	}
	fields := sign.HMACFields{Key: canary, Text: canary, Prefix: canary, Header: http.Header{"X-A": {canary}}}
	hmac := sign.HMAC{Evaluate: fixed(fields), World: w}
	jwt := sign.JWT{Key: canary, Header: map[string]any{"a": canary}, Claims: map[string]any{"a": canary}, World: w}
	wsse := sign.WSSE{Username: "u", Password: canary, World: w}
	digest := &sign.Digest{Username: "u", Password: canary, World: w}
	r := request(t, "GET", "https://api.example.com/")
	digest.Learn(r, answer(401, "WWW-Authenticate", `Digest realm="r", nonce="`+canary+`"`))
	dpop := newDPoP(t, w)
	dpop.Learn(r, answer(401, "DPoP-Nonce", canary))
	return map[string]any{
		"SigV4": sigV4, "*SigV4": &sigV4, "OAuth1": oauth1, "*OAuth1": &oauth1, "HMAC": hmac, "*HMAC": &hmac,
		"HMACFields": fields, "*HMACFields": &fields, "JWT": jwt, "*JWT": &jwt, "WSSE": wsse, "*WSSE": &wsse,
		"*Digest": digest, "*DPoP": dpop,
	}
}

func TestSignersHideSecrets(t *testing.T) {
	t.Parallel()
	for name, s := range signersWithCanaries(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := strings.TrimPrefix(name, "*") + " " + secret.Mask
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
				if got := fmt.Sprintf(verb, s); got != want {
					t.Errorf("%s prints %s, want %s", verb, got, want)
				}
			}
			for kind, text := range printed(s) {
				if strings.Contains(text, canary) {
					t.Errorf("%s shows a secret: %s", kind, text)
				}
			}
		})
	}
}

// printed gives what else prints a value.
func printed(s any) map[string]string {
	var text, structured bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("signed", "by", s)
	slog.New(slog.NewJSONHandler(&structured, nil)).Info("signed", "by", s)
	encoded, err := json.Marshal(s)
	signer, _ := s.(sign.Signer)
	hidden := struct {
		signer sign.Signer
		since  time.Time
	}{signer, noon}
	return map[string]string{
		"slog": text.String(), "slog in JSON": structured.String(), "JSON": fmt.Sprintf("%s %v", encoded, err),
		"an unexported field": fmt.Sprintf("%v %+v %#v", hidden, hidden, hidden),
	}
}
