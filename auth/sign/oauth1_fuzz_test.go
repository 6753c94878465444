package sign_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/sign"
)

// FuzzBaseString: any request has a base string of three parts, the same
// whatever the order of its parameters, and the same again when it is signed
// already.
func FuzzBaseString(f *testing.F) {
	f.Add("GET", "/a/%2f é", "a=1&a=2&b=x+y&c=%20&d&=&oauth_nonce=1&%zz", "", "", false)
	f.Add("post", "", "b=2&&oauth_signature=x", "a=1&oauth_token=t&c=+", "k/:é", true)
	f.Add("GET", "\x00", "\x00", "\x00", "\x00", true)
	f.Fuzz(func(t *testing.T, method, path, query, form, key string, raw bool) {
		build := func(query, form string) *sign.Request {
			return &sign.Request{
				Method: method, URL: fuzzURL(path, query, raw), Body: []byte(form),
				Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
			}
		}
		for _, location := range slices.Sorted(maps.Keys(oauth1Signature)) {
			o := oauth1()
			o.ConsumerKey, o.Location = "k"+key, location
			r := build(query, form)
			base, err := o.BaseString(r, "n")
			if err != nil {
				if strings.HasPrefix(r.URL.RequestURI(), "/") {
					t.Fatal(err)
				}
				return
			}
			if n := strings.Count(base, "&") - strings.Count(method, "&"); n != 2 {
				t.Errorf("%d ampersands in %q", n, base)
			}
			if escapes := strings.TrimPrefix(base, strings.ToUpper(method)); strings.ContainsFunc(escapes, func(c rune) bool { return c <= ' ' || c >= 0x7f }) {
				t.Errorf("unescaped characters in %q", base)
			}
			turned, err := o.BaseString(build(reversed(query), reversed(form)), "n")
			if diff := cmp.Diff(base, turned); diff != "" || err != nil {
				t.Errorf("in another order, %v (-want +got):\n%s", err, diff)
			}
			var times []sentRequest
			for range 2 {
				if err := o.SignWithNonce(r, "n"); err != nil {
					t.Fatal(err)
				}
				times = append(times, sent(r))
				times[len(times)-1].Header = r.Header.Clone()
			}
			if diff := cmp.Diff(times[0], times[1]); diff != "" {
				t.Errorf("signed twice (-once +twice):\n%s", diff)
			}
			if again, err := o.BaseString(r, "n"); err != nil || again != base {
				t.Errorf("after it was signed, %v (-want +got):\n%s", err, cmp.Diff(base, again))
			}
		}
	})
}

func reversed(form string) string {
	parts := strings.Split(form, "&")
	slices.Reverse(parts)
	return strings.Join(parts, "&")
}
