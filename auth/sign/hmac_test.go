package sign_test

import (
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/sign"
)

// fixed describes a signature that does not depend on the request.
func fixed(f sign.HMACFields) func(sign.Facts) (sign.HMACFields, error) {
	return func(sign.Facts) (sign.HMACFields, error) { return f, nil }
}

func TestHMACSignature(t *testing.T) {
	t.Parallel()
	// Case 2 of RFC 2202 and of RFC 4231.
	const key, text = "Jefe", "what do ya want for nothing?"
	tests := []struct{ algorithm, encoding, want string }{
		{"md5", "", "750c783e6ab0b503eaa86e310a5db738"},
		{"sha1", "", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
		{"sha256", "", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{"sha384", "", "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649"},
		{"sha512", "", "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
		{"sha1", "hex", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
		{"sha1", "base64", "7/zfauXrL6LSdBbV8YTfnCWafHk="},
		{"sha1", "base64url", "7_zfauXrL6LSdBbV8YTfnCWafHk"},
	}
	for _, tt := range tests {
		t.Run(tt.algorithm+" "+tt.encoding, func(t *testing.T) {
			t.Parallel()
			h := &sign.HMAC{Evaluate: fixed(sign.HMACFields{
				Algorithm: tt.algorithm, Key: key, Text: text, Encoding: tt.encoding, Name: "X-Signature",
			}), World: testWorld(1)}
			r := request(t, "GET", "https://api.example.com/")
			if err := h.Sign(r); err != nil {
				t.Fatal(err)
			}
			if got := r.Header.Get("X-Signature"); got != tt.want {
				t.Errorf("signature %s, want %s", got, tt.want)
			}
		})
	}
}

func TestHMACPlace(t *testing.T) {
	t.Parallel()
	const signature = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
	tests := []struct {
		name   string
		fields sign.HMACFields
		url    string
		want   string // of the header X-Signature, and the query
	}{
		{"a header", sign.HMACFields{Name: "x-signature"}, "https://a.example/?b=c", signature + " b=c"},
		{"a prefix", sign.HMACFields{Name: "X-Signature", Prefix: "HMAC", In: "header"}, "https://a.example/", "HMAC " + signature + " "},
		{"a prefix that ends in =", sign.HMACFields{Name: "X-Signature", Prefix: "sha1="}, "https://a.example/", "sha1=" + signature + " "},
		{"the query", sign.HMACFields{Name: "sig", In: "query"}, "https://a.example/", " sig=" + signature},
		{"after what the query has", sign.HMACFields{Name: "sig", In: "query"}, "https://a.example/?b=%7e&&c", " b=%7e&&c&sig=" + signature},
		{"in place of an earlier one", sign.HMACFields{Name: "sig", In: "query"}, "https://a.example/?sig=1&b&s%69g=2", " b&sig=" + signature},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := tt.fields
			f.Algorithm, f.Key, f.Text = "sha1", "Jefe", "what do ya want for nothing?"
			r := request(t, "GET", tt.url)
			h := &sign.HMAC{Evaluate: fixed(f), World: testWorld(1)}
			if err := h.Sign(r); err != nil {
				t.Fatal(err)
			}
			if got := r.Header.Get("X-Signature") + " " + r.URL.RawQuery; got != tt.want {
				t.Errorf("header and query %q, want %q", got, tt.want)
			}
		})
	}
}

func TestHMACFacts(t *testing.T) {
	t.Parallel()
	body := []byte("hello")
	helloSum, _ := hex.DecodeString("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
	emptySum, _ := hex.DecodeString("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
	nonce := "000102030405060708090a0b0c0d0e0f"
	random, _ := hex.DecodeString(nonce)
	tests := []struct {
		name, url string
		body      []byte
		want      sign.Facts
	}{
		{"as it is sent", "https://api.example.com:8443/a%2Fb/%c3?q=%20x&y", body, sign.Facts{
			Host: "api.example.com:8443", Path: "/a%2Fb/%c3", Query: "q=%20x&y", Body: body, BodySHA256: helloSum,
		}},
		{"no path, no query, no body", "https://api.example.com", nil, sign.Facts{
			Host: "api.example.com", Path: "/", BodySHA256: emptySum,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got sign.Facts
			h := &sign.HMAC{Evaluate: func(f sign.Facts) (sign.HMACFields, error) {
				got = f
				return sign.HMACFields{Algorithm: "sha256", Key: "k", Name: "S"}, nil
			}, World: worldWith(random)}
			r := request(t, "PATCH", tt.url)
			r.Body = tt.body
			r.Header.Set("Accept", "text/plain")
			if err := h.Sign(r); err != nil {
				t.Fatal(err)
			}
			want := tt.want
			want.Method, want.Timestamp, want.Nonce = "PATCH", noon, nonce
			want.Header = http.Header{"Accept": {"text/plain"}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("facts (-want +got):\n%s", diff)
			}
		})
	}
}

// headersInText signs time, nonce, query and the signature that is there, and
// sends time and nonce.
func headersInText(in string) func(sign.Facts) (sign.HMACFields, error) {
	return func(f sign.Facts) (sign.HMACFields, error) {
		at, asWritten := f.Timestamp.Format(time.RFC3339), strings.ToLower("X-Timestamp")
		more := http.Header{asWritten: {at}, "X-Nonce": {f.Nonce}}
		f.Header.Set("X-Timestamp", at)
		f.Header.Set("X-Nonce", f.Nonce)
		text := []string{f.Header.Get("X-Timestamp"), f.Header.Get("X-Nonce"), f.Query, f.Header.Get("Sig")}
		return sign.HMACFields{
			Algorithm: "sha256", Key: "k", Text: strings.Join(text, "\n"), In: in, Name: "Sig", Header: more,
		}, nil
	}
}

func TestHMACHeadersAreSent(t *testing.T) {
	t.Parallel()
	r := request(t, "GET", "https://api.example.com/?a=b")
	h := &sign.HMAC{Evaluate: headersInText("header"), World: worldWith([]byte("0123456789abcdef"))}
	if err := h.Sign(r); err != nil {
		t.Fatal(err)
	}
	want := http.Header{
		"X-Timestamp": {"2026-05-17T12:00:00Z"},
		"X-Nonce":     {"30313233343536373839616263646566"},
		"Sig":         {"fd7932697479688638180e4fbad1827942899d48dc60a5475a5b115b059b95c3"},
	}
	if diff := cmp.Diff(want, r.Header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
}

// TestHMACSignsAnew shows that a request which is sent again is signed as if it
// had never been signed.
func TestHMACSignsAnew(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"header", "query"} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			repeated, fresh := request(t, "GET", "https://a.example/?b=c"), request(t, "GET", "https://a.example/?b=c")
			first := &sign.HMAC{Evaluate: headersInText(in), World: testWorld(1)}
			second := &sign.HMAC{Evaluate: headersInText(in), World: testWorld(2)}
			third := &sign.HMAC{Evaluate: headersInText(in), World: testWorld(2)}
			if err := errors.Join(first.Sign(repeated), second.Sign(repeated), third.Sign(fresh)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(fresh, repeated); diff != "" {
				t.Errorf("request (-fresh +repeated):\n%s", diff)
			}
		})
	}
}

func TestHMACErrors(t *testing.T) {
	t.Parallel()
	good := sign.HMACFields{Algorithm: "sha256", Key: "canary", Text: "canary", Name: "Sig"}
	change := func(f func(*sign.HMACFields)) func(sign.Facts) (sign.HMACFields, error) {
		fields := good
		f(&fields)
		return fixed(fields)
	}
	tests := []struct {
		name     string
		evaluate func(sign.Facts) (sign.HMACFields, error)
		want     string
	}{
		{"an unknown algorithm", change(func(f *sign.HMACFields) { f.Algorithm = "sha3" }), `unknown HMAC algorithm "sha3"; there are sha1, sha256, sha384, sha512 and md5`},
		{"an unknown encoding", change(func(f *sign.HMACFields) { f.Encoding = "base32" }), `unknown HMAC encoding "base32"; there are hex, base64 and base64url`},
		{"an unknown place", change(func(f *sign.HMACFields) { f.In = "body" }), `unknown place "body" for a signature; there are header and query`},
		{"no name", change(func(f *sign.HMACFields) { f.Name = "" }), "a signature needs the name of its header or query parameter"},
		{"no key", change(func(f *sign.HMACFields) { f.Key = "" }), "the HMAC key is empty"},
		{"a header of two lines", change(func(f *sign.HMACFields) { f.Header = http.Header{"X-A": {"canary\nb"}} }), `header "X-A" cannot be sent: its value holds a control character`},
		{"a header without a name", change(func(f *sign.HMACFields) { f.Header = http.Header{"": {"canary"}} }), `header "" cannot be sent: a name has letters, digits and hyphens`},
		{"a prefix of two lines", change(func(f *sign.HMACFields) { f.Prefix = "canary\n" }), `header "Sig" cannot be sent: its value holds a control character`},
		{"what cannot be evaluated", func(sign.Facts) (sign.HMACFields, error) { return good, errors.New("no such field") }, "no such field"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := &sign.HMAC{Evaluate: tt.evaluate, World: testWorld(1)}
			if err := h.Sign(request(t, "GET", "https://api.example.com/")); err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
	h := &sign.HMAC{Evaluate: fixed(good), World: worldWith([]byte("short"))}
	if err := h.Sign(request(t, "GET", "https://api.example.com/")); err == nil || err.Error() != "make an HMAC nonce: unexpected EOF" {
		t.Errorf("without randomness: error %v", err)
	}
}

func BenchmarkHMAC(b *testing.B) {
	h := &sign.HMAC{Evaluate: func(f sign.Facts) (sign.HMACFields, error) {
		text := f.Method + "\n" + f.Path + "\n" + f.Query + "\n" + f.Nonce + "\n" + hex.EncodeToString(f.BodySHA256)
		return sign.HMACFields{Algorithm: "sha256", Key: "0123456789abcdef", Text: text, Name: "X-Signature"}, nil
	}, World: liveWorld()}
	r := request(b, "POST", "https://api.example.com/items?page=2")
	r.Body = []byte(strings.Repeat("b", 1024))
	for b.Loop() {
		r.Header.Del("X-Signature")
		if err := h.Sign(r); err != nil {
			b.Fatal(err)
		}
	}
}
