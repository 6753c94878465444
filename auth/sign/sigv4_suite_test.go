package sign_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/sign"
)

// A sigV4Case is the context of a case of the suite that AWS publishes.
type sigV4Case struct {
	Credentials struct {
		ID     string `json:"access_key_id"`
		Secret string `json:"secret_access_key"`
		Token  string `json:"token"`
	} `json:"credentials"`
	Expires   int64     `json:"expiration_in_seconds"`
	Normalize bool      `json:"normalize"`
	Region    string    `json:"region"`
	Service   string    `json:"service"`
	SignBody  bool      `json:"sign_body"`
	OmitToken bool      `json:"omit_session_token"`
	Timestamp time.Time `json:"timestamp"`
}

func (c *sigV4Case) signer() *sign.SigV4 {
	return &sign.SigV4{
		Service: c.Service, Region: c.Region,
		AccessKeyID: c.Credentials.ID, SecretAccessKey: c.Credentials.Secret,
		SessionToken: c.Credentials.Token, TokenUnsigned: c.OmitToken,
		SignBody: c.SignBody, PathAsSent: !c.Normalize,
		World: sign.World{Now: func() time.Time { return c.Timestamp }},
	}
}

// TestSigV4Suite runs the suite of AWS, which lies beside the repository and is
// not part of it.
func TestSigV4Suite(t *testing.T) {
	t.Parallel()
	dirs := sigV4Suite(t)
	if len(dirs) != 38 {
		t.Errorf("the suite has %d cases, want 38", len(dirs))
	}
	for _, dir := range dirs {
		var c sigV4Case
		if err := json.Unmarshal([]byte(readText(t, dir, "context.json")), &c); err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(dir)+"/header", func(t *testing.T) {
			t.Parallel()
			r := parseRequest(readText(t, dir, "request.txt"))
			steps, err := c.signer().SignSteps(r)
			if err != nil {
				t.Fatal(err)
			}
			compareCase(t, dir, "header", steps, r)
		})
		t.Run(filepath.Base(dir)+"/query", func(t *testing.T) {
			t.Parallel()
			r := parseRequest(readText(t, dir, "request.txt"))
			steps, err := c.signer().PresignSteps(r, time.Duration(c.Expires)*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			compareCase(t, dir, "query", steps, r)
		})
	}
}

func compareCase(t *testing.T, dir, form string, steps [3]string, r *sign.Request) {
	t.Helper()
	for i, name := range []string{"-canonical-request.txt", "-string-to-sign.txt", "-signature.txt"} {
		if diff := cmp.Diff(readText(t, dir, form+name), steps[i]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", form+name, diff)
		}
	}
	want := parseRequest(readText(t, dir, form+"-signed-request.txt"))
	if diff := cmp.Diff(sent(want), sent(r)); diff != "" {
		t.Errorf("signed request (-want +got):\n%s", diff)
	}
}

func TestSigV4OfS3(t *testing.T) {
	t.Parallel()
	var vectors struct {
		Secret, Region, Service, Host string
		Key                           string `json:"access_key"`
		Date                          string
		Cases                         []struct {
			Name, Method, Path, Query, Body, Signature string
			Headers                                    map[string]string
			Expires                                    int64 `json:"presign_expires"`
		}
	}
	readVectors(t, "aws-s3", &vectors)
	now, err := time.Parse("20060102T150405Z", vectors.Date)
	if err != nil {
		t.Fatal(err)
	}
	if len(vectors.Cases) != 5 {
		t.Errorf("%d cases, want 5", len(vectors.Cases))
	}
	for _, c := range vectors.Cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			s := &sign.SigV4{
				Service: vectors.Service, Region: vectors.Region, AccessKeyID: vectors.Key, SecretAccessKey: vectors.Secret,
				World: sign.World{Now: func() time.Time { return now }},
			}
			address := "https://" + vectors.Host + c.Path + "?" + c.Query
			var got [3]string
			var err error
			if c.Expires > 0 {
				got, err = s.PresignSteps(awsRequest(t, c.Method, address, ""), time.Duration(c.Expires)*time.Second)
			} else {
				r := awsRequest(t, c.Method, address, c.Body)
				for name, value := range c.Headers {
					r.Header.Set(name, value)
				}
				got, err = s.SignSteps(r)
			}
			if err != nil || got[2] != c.Signature {
				t.Errorf("signature = %q, %v, want %q of:\n%s", got[2], err, c.Signature, got[0])
			}
		})
	}
}

// A sentRequest is what goes over the wire.
type sentRequest struct {
	Method, Host, Target, Body string
	Header                     http.Header
}

func sent(r *sign.Request) sentRequest {
	return sentRequest{r.Method, r.URL.Host, r.URL.RequestURI(), string(r.Body), r.Header}
}

// parseRequest reads a request of the suite, which is laxer than HTTP.
func parseRequest(text string) *sign.Request {
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(strings.TrimSuffix(head, "\n"), "\n")
	r := &sign.Request{Header: http.Header{}}
	if body != "" {
		r.Body = []byte(body)
	}
	method, rest, _ := strings.Cut(lines[0], " ")
	target := rest[:strings.LastIndex(rest, " ")]
	name := ""
	for _, line := range lines[1:] {
		if values := r.Header[name]; strings.HasPrefix(line, " ") { // folded
			values[len(values)-1] += "\n" + line
			continue
		}
		key, value, _ := strings.Cut(line, ":")
		name = http.CanonicalHeaderKey(key)
		r.Header[name] = append(r.Header[name], value)
	}
	r.Method, r.URL = method, targetURL(r.Header.Get("Host"), target)
	delete(r.Header, "Host")
	return r
}

// targetURL gives the URL whose request line has exactly that target.
func targetURL(host, target string) *url.URL {
	path, query, _ := strings.Cut(target, "?")
	u := &url.URL{Scheme: "https", Host: host, RawQuery: query}
	if u.Path, u.RawPath = path, path; u.EscapedPath() != path {
		u.Opaque = path // sent as it is
	}
	return u
}

// sigV4Suite gives the folders of the cases.
func sigV4Suite(t *testing.T) []string {
	t.Helper()
	shared := os.Getenv("CONNECTOR_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	contexts, err := filepath.Glob(filepath.Join(shared, "vectors", "signing", "aws-sigv4", "v4", "*", "context.json"))
	if err != nil {
		t.Fatal(err)
	}
	if contexts == nil {
		t.Skipf("the suite of AWS is not below %s (set CONNECTOR_SHARED)", shared)
	}
	dirs := make([]string, len(contexts))
	for i, context := range contexts {
		dirs[i] = filepath.Dir(context)
	}
	return dirs
}

func readText(t *testing.T, elem ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// readVectors reads a file of testdata/vectors/signing.
func readVectors(t *testing.T, name string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(readText(t, "..", "..", "testdata", "vectors", "signing", name, "vectors.json")), into); err != nil {
		t.Fatal(err)
	}
}
