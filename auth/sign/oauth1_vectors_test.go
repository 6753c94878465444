package sign_test

import (
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/sign"
)

// An oauth1Vector is a case of testdata/vectors/signing/oauth1.
type oauth1Vector struct {
	Name, Like, Method, URL, Body, Realm, Nonce, Timestamp string
	Callback, Verifier, Signature                          string
	ContentType                                            string `json:"content_type"`
	ConsumerKey                                            string `json:"consumer_key"`
	ConsumerSecret                                         string `json:"consumer_secret"`
	Token                                                  string `json:"token"`
	TokenSecret                                            string `json:"token_secret"`
	SignatureMethod                                        string `json:"signature_method"`
	BaseString                                             string `json:"base_string"`
	Version                                                bool
}

func TestOAuth1Vectors(t *testing.T) {
	t.Parallel()
	var vectors struct{ Cases []oauth1Vector }
	readVectors(t, "oauth1", &vectors)
	if len(vectors.Cases) != 10 {
		t.Errorf("%d cases, want 10", len(vectors.Cases))
	}
	for _, c := range vectors.Cases {
		c = c.resolve(vectors.Cases)
		for location, signature := range oauth1Signature {
			if location == "body" && c.Method != "POST" {
				continue
			}
			t.Run(c.Name+"/"+location, func(t *testing.T) {
				t.Parallel()
				signer := c.signer(t)
				base, err := signer.BaseString(c.request(t), c.Nonce)
				if err != nil || c.BaseString != "" && base != c.BaseString {
					t.Errorf("base string (-want +got), %v:\n%s", err, cmp.Diff(c.BaseString, base))
				}
				signer.Location = location
				r := c.request(t)
				if err := signer.SignWithNonce(r, c.Nonce); err != nil {
					t.Fatal(err)
				}
				if got := signature(r); got != c.Signature {
					t.Errorf("signature = %q, want %q", got, c.Signature)
				}
			})
		}
	}
}

// oauth1Signature finds the signature in a request, by its location.
var oauth1Signature = map[string]func(*sign.Request) string{
	"header": func(r *sign.Request) string { return oauthParam(r.Header.Get("Authorization"), "oauth_signature") },
	"query":  func(r *sign.Request) string { return r.URL.Query().Get("oauth_signature") },
	"body": func(r *sign.Request) string {
		form, _ := url.ParseQuery(string(r.Body))
		return form.Get("oauth_signature")
	},
}

// resolve takes what the case does not have from the one that it is like.
func (c oauth1Vector) resolve(all []oauth1Vector) oauth1Vector {
	for _, like := range all {
		if c.Like != "" && like.Name == c.Like {
			like.Name, like.Signature = c.Name, c.Signature
			if c.SignatureMethod != "" {
				like.SignatureMethod, like.BaseString = c.SignatureMethod, ""
			}
			if c.URL != "" {
				like.URL, like.BaseString = c.URL, ""
			}
			return like
		}
	}
	if c.URL == "" {
		c.Method, c.URL, c.ConsumerKey, c.Timestamp, c.Nonce = "POST", "https://photos.example.net/", "dpf43f3p2l4k3l03", "1", "n"
	}
	return c
}

func (c oauth1Vector) signer(t *testing.T) *sign.OAuth1 {
	t.Helper()
	seconds, err := strconv.ParseInt(c.Timestamp, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return &sign.OAuth1{
		ConsumerKey: c.ConsumerKey, ConsumerSecret: c.ConsumerSecret, Token: c.Token, TokenSecret: c.TokenSecret,
		Method: c.SignatureMethod, Realm: c.Realm, Callback: c.Callback, Verifier: c.Verifier, OmitVersion: !c.Version,
		World: sign.World{Now: func() time.Time { return time.Unix(seconds, 0) }},
	}
}

func (c oauth1Vector) request(t *testing.T) *sign.Request {
	t.Helper()
	r := awsRequest(t, c.Method, c.URL, c.Body)
	if c.ContentType != "" {
		r.Header.Set("Content-Type", c.ContentType)
	}
	return r
}
