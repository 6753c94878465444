package sign_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/sign"
)

const (
	sigV4Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	emptyHash   = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

func sigV4(service string) *sign.SigV4 {
	return &sign.SigV4{
		Service: service, Region: "us-east-1", AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: sigV4Secret,
		World: sign.World{Now: func() time.Time { return time.Date(2015, 8, 30, 14, 36, 0, 0, time.FixedZone("", 7200)) }},
	}
}

func awsRequest(t *testing.T, method, address, body string) *sign.Request {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	r := &sign.Request{Method: method, URL: u, Header: http.Header{}}
	if body != "" {
		r.Body = []byte(body)
	}
	return r
}

func TestSigV4Path(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, path, want, s3 string }{
		{"no path is a slash", "", "/", "/"},
		{"a name", "/a/b", "/a/b", "/a/b"},
		{"an escape is escaped once more, but not for S3", "/a%20b", "/a%2520b", "/a%20b"},
		{"an escape in small digits", "/%e1%88%b4", "/%25e1%2588%25b4", "/%E1%88%B4"},
		{"what needs no escape for HTTP", "/a$b:c@d(e)", "/a%24b%3Ac%40d%28e%29", "/a%24b%3Ac%40d%28e%29"},
		{"characters that are sent with escapes", "/é x", "/%25C3%25A9%2520x", "/%C3%A9%20x"},
		{"a plus is a plus", "/a+b", "/a%2Bb", "/a%2Bb"},
		{"an escaped slash belongs to the object's name", "/a%2Fb", "/a%252Fb", "/a/b"},
		{"slashes", "//a///b//", "/a/b/", "//a///b//"},
		{"dots", "/./a/../../b/.", "/b", "/./a/../../b/."},
		{"dots behind escapes stay", "/a/%2e%2e/b", "/a/%252e%252e/b", "/a/../b"},
		{"only dots", "/..", "/", "/.."},
		{"a dot at the end of a folder", "/a/./", "/a/", "/a/./"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for service, want := range map[string]string{"execute-api": c.want, "s3": c.s3, "s3-outposts": c.s3, "s3express": c.s3, "s3-object-lambda": c.s3} {
				if got := canonicalLine(t, sigV4(service), awsRequest(t, "GET", "https://h.example.com"+c.path, ""), 1); got != want {
					t.Errorf("%s: path = %q, want %q", service, got, want)
				}
			}
		})
	}
}

func TestSigV4Query(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, query, want, sent string }{
		{"none", "", "", ""},
		{"no value", "acl", "acl=", "acl"},
		{"an empty value", "acl=", "acl=", "acl="},
		{"no name", "=1", "=1", "=1"},
		{"empty parts", "&a=1&&b=2&", "a=1&b=2", "&a=1&&b=2&"},
		{"an equals sign in a value", "a=b=c", "a=b%3Dc", "a=b=c"},
		{"the order is of names, then of values", "b=1&a=2&a=10&a-b=1&a%2Cb=1&A=1", "A=1&a=10&a=2&a%2Cb=1&a-b=1&b=1", "b=1&a=2&a=10&a-b=1&a%2Cb=1&A=1"},
		{"a parameter twice with one value", "a=1&a=1", "a=1&a=1", "a=1&a=1"},
		{"escapes in small digits, and of what needs none", "a=%c3%af%61", "a=%C3%AFa", "a=%c3%af%61"},
		{"characters without escapes", "a=é/:", "a=%C3%A9%2F%3A", "a=é/:"},
		{"a broken escape is a percent sign", "a=%&b=%zz&c=%4&d=%4g", "a=%25&b=%25zz&c=%254&d=%254g", "a=%&b=%zz&c=%4&d=%4g"},
		{"a plus is a blank, and is sent as one", "a=b+c", "a=b%20c", "a=b%20c"},
		{"an escaped plus", "a=b%2Bc", "a=b%2Bc", "a=b%2Bc"},
		{"what an earlier signature left, however it is escaped", "X-Amz-Signature=1&a=1&X%2DAmz-D%61te=2", "a=1", "a=1"},
		{"a semicolon separates nothing", "a=1;b=2", "a=1%3Bb%3D2", "a=1;b=2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := awsRequest(t, "GET", "https://h.example.com/?"+c.query, "")
			if got := canonicalLine(t, sigV4("s3"), r, 2); got != c.want {
				t.Errorf("query = %q, want %q", got, c.want)
			}
			if r.URL.RawQuery != c.sent {
				t.Errorf("%q is sent, want %q", r.URL.RawQuery, c.sent)
			}
		})
	}
}

func TestSigV4Header(t *testing.T) {
	t.Parallel()
	r := awsRequest(t, "GET", "https://H.example.com:443/", "")
	r.Header = http.Header{
		"Accept":              {"*/*"},
		"Accept-Encoding":     {"gzip"},
		"Authorization":       {"Bearer stale"},
		"Connection":          {"close"},
		"Content-Type":        {"text/plain"},
		"Empty":               {""},
		"Expect":              {"100-continue"},
		"Host":                {"other.example.com"},
		"Keep-Alive":          {"1"},
		"None":                {},
		"Proxy-Authorization": {"x"},
		"Proxy-Connection":    {"x"},
		"Te":                  {"trailers"},
		"Trailer":             {"x"},
		"Transfer-Encoding":   {"chunked"},
		"Upgrade":             {"x"},
		"User-Agent":          {"x"},
		"X-Amz-Date":          {"stale"},
		"X-Amzn-Trace-Id":     {"x"},
		"X-Many":              {" a  b ", "c\t\u00a0d"},
	}
	steps, err := sigV4("execute-api").SignSteps(r)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"GET", "/", "",
		"accept:*/*",
		"content-type:text/plain",
		"empty:",
		"host:H.example.com",
		"x-amz-date:20150830T123600Z",
		"x-many:a b,c \u00a0d",
		"",
		"accept;content-type;empty;host;x-amz-date;x-many",
		emptyHash,
	}, "\n")
	if diff := cmp.Diff(want, steps[0]); diff != "" {
		t.Errorf("canonical request (-want +got):\n%s", diff)
	}
	wantSent := "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/execute-api/aws4_request, SignedHeaders=accept;content-type;empty;host;x-amz-date;x-many, Signature=" + steps[2]
	if diff := cmp.Diff([]string{wantSent}, r.Header["Authorization"]); diff != "" {
		t.Errorf("Authorization (-want +got):\n%s", diff)
	}
}

func TestSigV4Host(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ address, want string }{
		{"https://h.example.com/", "host:h.example.com"},
		{"https://h.example.com:443/", "host:h.example.com"},
		{"https://h.example.com:80/", "host:h.example.com:80"},
		{"http://localhost:80/", "host:localhost"},
		{"http://localhost:9000/", "host:localhost:9000"},
		{"https://[::1]:443/", "host:[::1]"},
		{"https://[::1]:8443/", "host:[::1]:8443"},
	} {
		if got := canonicalLine(t, sigV4("execute-api"), awsRequest(t, "GET", c.address, ""), 3); got != c.want {
			t.Errorf("%s: %q, want %q", c.address, got, c.want)
		}
	}
}

func TestSigV4Payload(t *testing.T) {
	t.Parallel()
	const (
		hello     = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
		streaming = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	)
	signed := func(s *sign.SigV4, r *sign.Request) ([3]string, error) { return s.SignSteps(r) }
	presigned := func(s *sign.SigV4, r *sign.Request) ([3]string, error) { return s.PresignSteps(r, time.Hour) }
	body := func(s *sign.SigV4) *sign.SigV4 { s.SignBody = true; return s }
	for _, c := range []struct {
		name               string
		signer             *sign.SigV4
		steps              func(*sign.SigV4, *sign.Request) ([3]string, error)
		body, given        string
		wantHash, wantSent string
	}{
		{"no body", sigV4("sqs"), signed, "", "", emptyHash, ""},
		{"a body", sigV4("sqs"), signed, "hello", "", hello, ""},
		{"a body whose hash is sent", body(sigV4("sqs")), signed, "hello", "", hello, hello},
		{"S3 sends the hash", sigV4("s3"), signed, "hello", "", hello, hello},
		{"S3 sends the hash of no body", sigV4("s3"), signed, "", "", emptyHash, emptyHash},
		{"the hash of a body that is elsewhere", sigV4("s3"), signed, "", hello, hello, hello},
		{"the hash of a body that is elsewhere, not S3", sigV4("sqs"), signed, "", hello, hello, hello},
		{"the hash of an earlier body", sigV4("s3"), signed, "hello", emptyHash, hello, hello},
		{"an unsigned body", sigV4("s3"), signed, "hello", "UNSIGNED-PAYLOAD", "UNSIGNED-PAYLOAD", "UNSIGNED-PAYLOAD"},
		{"a body in chunks", sigV4("s3"), signed, "hello", streaming, streaming, streaming},
		{"presigned", sigV4("sqs"), presigned, "hello", "", hello, ""},
		{"presigned for S3", sigV4("s3"), presigned, "hello", "", "UNSIGNED-PAYLOAD", ""},
		{"presigned for S3 with a hash", sigV4("s3"), presigned, "", hello, hello, hello},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := awsRequest(t, "PUT", "https://h.example.com/", c.body)
			if c.given != "" {
				r.Header.Set("X-Amz-Content-Sha256", c.given)
			}
			steps, err := c.steps(c.signer, r)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(steps[0], "\n")
			if got := lines[len(lines)-1]; got != c.wantHash {
				t.Errorf("the hash is %q, want %q", got, c.wantHash)
			}
			if got := r.Header.Get("X-Amz-Content-Sha256"); got != c.wantSent {
				t.Errorf("%q is sent, want %q", got, c.wantSent)
			}
			if got, want := strings.Contains(steps[0], "\nx-amz-content-sha256:"), c.wantSent != ""; got != want {
				t.Errorf("the header is signed: %t, want %t", got, want)
			}
		})
	}
}

// TestSigV4Again signs requests that are signed already, as repeats do.
func TestSigV4Again(t *testing.T) {
	t.Parallel()
	first, later := sigV4("s3"), sigV4("s3")
	first.SessionToken, later.SessionToken = "first", "later"
	later.TokenUnsigned = true
	later.Now = func() time.Time { return time.Date(2015, 8, 30, 12, 37, 0, 0, time.UTC) }
	signings := map[string]func(*sign.SigV4, *sign.Request) error{
		"header":  (*sign.SigV4).Sign,
		"presign": func(s *sign.SigV4, r *sign.Request) error { return s.Presign(r, time.Hour) },
	}
	for before, signBefore := range signings {
		for now, signNow := range signings {
			t.Run(before+", then "+now, func(t *testing.T) {
				t.Parallel()
				fresh := awsRequest(t, "PUT", "https://h.example.com/?b=1&a=x+y", "body")
				again := awsRequest(t, "PUT", "https://h.example.com/?b=1&a=x+y", "body")
				fresh.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
				again.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
				for _, err := range []error{signBefore(first, again), signNow(later, again), signNow(later, fresh)} {
					if err != nil {
						t.Fatal(err)
					}
				}
				if diff := cmp.Diff(sent(fresh), sent(again)); diff != "" {
					t.Errorf("(-once +twice):\n%s", diff)
				}
			})
		}
	}
}

// TestSigV4LeavesTokensOfOthers: a token that the signer does not have is a
// header like any other.
func TestSigV4LeavesTokensOfOthers(t *testing.T) {
	t.Parallel()
	r := awsRequest(t, "GET", "https://h.example.com/?X-Amz-Security-Token=own", "")
	r.Header.Set("X-Amz-Security-Token", "own")
	want := sent(r)
	want.Header = http.Header{"X-Amz-Security-Token": {"own"}}
	steps, err := sigV4("sqs").SignSteps(r)
	if err != nil || !strings.Contains(steps[0], "\nx-amz-security-token:own\n") || !strings.Contains(steps[0], "\nX-Amz-Security-Token=own\n") {
		t.Errorf("err = %v, signed:\n%s", err, steps[0])
	}
	r.Header.Del("X-Amz-Date")
	r.Header.Del("Authorization")
	if diff := cmp.Diff(want, sent(r)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSigV4Refuses(t *testing.T) {
	t.Parallel()
	const address = "https://h.example.com/"
	for _, c := range []struct {
		name    string
		change  func(*sign.SigV4)
		url     *url.URL
		expires time.Duration
		want    string
	}{
		{"no service", func(s *sign.SigV4) { s.Service = "" }, nil, time.Hour, "aws-sigv4: service is empty"},
		{"no region", func(s *sign.SigV4) { s.Region = "" }, nil, time.Hour, "aws-sigv4: region is empty"},
		{"no key id", func(s *sign.SigV4) { s.AccessKeyID = "" }, nil, time.Hour, "aws-sigv4: accessKeyId is empty"},
		{"no key", func(s *sign.SigV4) { s.SecretAccessKey = "" }, nil, time.Hour, "aws-sigv4: secretAccessKey is empty"},
		{"a key with a line break", func(s *sign.SigV4) { s.SecretAccessKey += "\n" }, nil, time.Hour, "aws-sigv4: secretAccessKey has a blank or a line break; was it pasted with one?"},
		{"a key id with a blank", func(s *sign.SigV4) { s.AccessKeyID += " x" }, nil, time.Hour, "aws-sigv4: accessKeyId has a blank or a line break; was it pasted with one?"},
		{"a token with a line break", func(s *sign.SigV4) { s.SessionToken = "x\ny" }, nil, time.Hour, "aws-sigv4: sessionToken has a blank or a line break; was it pasted with one?"},
		{"no time", func(*sign.SigV4) {}, nil, 0, "aws-sigv4: a presigned URL expires in 1 second to 7 days, not in 0s"},
		{"less than a second", func(*sign.SigV4) {}, nil, 999 * time.Millisecond, "aws-sigv4: a presigned URL expires in 1 second to 7 days, not in 999ms"},
		{"more than 7 days", func(*sign.SigV4) {}, nil, 168*time.Hour + 1, "aws-sigv4: a presigned URL expires in 1 second to 7 days, not in 168h0m0.000000001s"},
		{"no host", func(*sign.SigV4) {}, &url.URL{Path: "/x"}, time.Hour, "a request is signed for an absolute URL with a host, such as https://api.example.com/"},
		{"an opaque URL", func(*sign.SigV4) {}, &url.URL{Scheme: "https", Host: "h", Opaque: "x"}, time.Hour, "a request is signed for an absolute URL with a host, such as https://api.example.com/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := sigV4("s3")
			c.change(s)
			r := awsRequest(t, "GET", address, "")
			if c.url != nil {
				r.URL = c.url
			}
			if err := s.Presign(r, c.expires); err == nil || err.Error() != c.want {
				t.Errorf("err = %v, want %s", err, c.want)
			}
			if r.URL.RawQuery != "" {
				t.Errorf("the query became %q", r.URL.RawQuery)
			}
		})
	}
	r := &sign.Request{Method: "GET"}
	if err := sigV4("s3").Sign(r); err == nil {
		t.Error("a request without a URL was signed")
	}
}

func TestSigV4PresignsFromASecondToSevenDays(t *testing.T) {
	t.Parallel()
	for expires, want := range map[time.Duration]string{
		time.Second:             "1",
		1999 * time.Millisecond: "1",
		7 * 24 * time.Hour:      "604800",
	} {
		r := awsRequest(t, "GET", "https://h.example.com/", "")
		if err := sigV4("s3").Presign(r, expires); err != nil || r.URL.Query().Get("X-Amz-Expires") != want {
			t.Errorf("%v: X-Amz-Expires = %q, %v, want %q", expires, r.URL.Query().Get("X-Amz-Expires"), err, want)
		}
	}
}

func TestSigV4MakesAHeader(t *testing.T) {
	t.Parallel()
	r := awsRequest(t, "", "https://h.example.com/", "")
	r.Header = nil
	steps, err := sigV4("s3").SignSteps(r)
	if err != nil || !strings.HasPrefix(steps[0], "GET\n") || r.Header.Get("Authorization") == "" {
		t.Errorf("err = %v, header = %v, signed:\n%s", err, r.Header, steps[0])
	}
}

func TestSigV4HidesKeys(t *testing.T) {
	t.Parallel()
	s := sigV4("s3")
	s.SessionToken = "session-token"
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
		for _, text := range []string{fmt.Sprintf(format, s), fmt.Sprintf(format, *s)} {
			if strings.Contains(text, "K7MDENG") || strings.Contains(text, "session-token") || strings.Contains(text, "AKID") {
				t.Errorf("%s prints %s", format, text)
			}
		}
	}
}

// canonicalLine signs r and gives a line of its canonical request.
func canonicalLine(t *testing.T, s *sign.SigV4, r *sign.Request, line int) string {
	t.Helper()
	steps, err := s.SignSteps(r)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(steps[0], "\n")[line]
}
