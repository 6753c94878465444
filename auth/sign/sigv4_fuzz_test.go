package sign_test

import (
	stdcmp "cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/sign"
)

// FuzzCanonical: any request is signed, the same whatever the order of its
// headers, and the same again when it is signed already.
func FuzzCanonical(f *testing.F) {
	f.Add("GET", "/a//b/../%2e%2F+é", "b=1&a=x+y&a&=&%zz&X-Amz-Date=1&é=%c3", "X-A: b  c\nx-a:d\nAuthorization:x\nX-Amz-Content-Sha256:UNSIGNED-PAYLOAD", []byte(nil), false, false)
	f.Add("PUT", "/..", "X-Amz-Signature=1&&X-Amz-Security-Token", "Host:x\nx-amz-date:1\nX-Amz-Security-Token:t", []byte("body"), true, true)
	f.Add("GET", "\x00", "\x00=\x7f", "", []byte(nil), false, true)
	f.Add("", "", "", "", []byte{}, true, false)
	f.Fuzz(func(t *testing.T, method, path, query, fields string, body []byte, s3, raw bool) {
		signer := sigV4("execute-api")
		if s3 {
			signer = sigV4("s3")
		}
		signer.SessionToken = "token"
		header := readFields(fields)
		names := slices.Sorted(maps.Keys(header))
		build := func() *sign.Request {
			r := &sign.Request{Method: method, URL: fuzzURL(path, query, raw), Header: http.Header{}, Body: body}
			for _, name := range names {
				r.Header[name] = slices.Clone(header[name])
			}
			slices.Reverse(names)
			return r
		}
		for _, steps := range []func(*sign.Request) ([3]string, error){
			signer.SignSteps,
			func(r *sign.Request) ([3]string, error) { return signer.PresignSteps(r, time.Minute) },
		} {
			r, other := build(), build()
			first, err := steps(r)
			if err != nil {
				if strings.HasPrefix(r.URL.RequestURI(), "/") {
					t.Fatal(err)
				}
				return
			}
			checkCanonical(t, strings.TrimPrefix(first[0], stdcmp.Or(method, "GET")+"\n"))
			once := sent(r)
			once.Header = r.Header.Clone()
			if again, err := steps(r); err != nil || again != first {
				t.Errorf("signed twice, %v (-once +twice):\n%s", err, cmp.Diff(first, again))
			}
			if diff := cmp.Diff(once, sent(r)); diff != "" {
				t.Errorf("sent twice (-once +twice):\n%s", diff)
			}
			if turned, err := steps(other); err != nil || turned != first {
				t.Errorf("with the headers in another order, %v (-want +got):\n%s", err, cmp.Diff(first, turned))
			}
		}
	})
}

// checkCanonical looks at the path and the query of a canonical request, which
// is without its method.
func checkCanonical(t *testing.T, canonical string) {
	t.Helper()
	lines := strings.SplitN(canonical, "\n", 3)
	if !strings.HasPrefix(lines[0], "/") {
		t.Errorf("the path is %q", lines[0])
	}
	for _, line := range lines[:2] {
		for i := range len(line) {
			if c := line[i]; c <= ' ' || c >= 0x7f || c == '+' || c == '?' {
				t.Errorf("%q in %q", c, line)
			}
		}
	}
	names := strings.Split(lines[1], "&")
	if !slices.IsSortedFunc(names, func(a, b string) int {
		a, _, _ = strings.Cut(a, "=")
		b, _, _ = strings.Cut(b, "=")
		return strings.Compare(a, b)
	}) {
		t.Errorf("%q is not sorted", lines[1])
	}
}

// fuzzURL makes a URL of any path and query.
func fuzzURL(path, query string, raw bool) *url.URL {
	u := &url.URL{Scheme: "https", Host: "h.example.com", Path: "/" + path, RawPath: "/" + path, RawQuery: query}
	if plain, err := url.PathUnescape(path); err == nil {
		u.Path = "/" + plain
	}
	if raw && !strings.Contains(path, "?") {
		u.Opaque = "/" + path
	}
	return u
}

// readFields reads lines of name:value.
func readFields(text string) http.Header {
	header := http.Header{}
	for line := range strings.SplitSeq(text, "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			header.Add(name, value)
		}
	}
	return header
}
