package auth_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/testdata/peers"
)

// given returns completed values with these inputs, names and texts by turns.
func given(t testing.TB, s auth.Subject, inputs ...string) auth.Values {
	t.Helper()
	b := formula.NewObject(len(inputs) / 2)
	for i := 0; i < len(inputs); i += 2 {
		b.Set(inputs[i], formula.String(inputs[i+1]))
	}
	v, problems, err := s.Complete(auth.Values{Inputs: b.Value()})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return v
}

// send sends a request by a connection, and returns status and body.
func send(t testing.TB, c *auth.Connection, verb, path, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), verb, path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", verb, path, err)
	}
	answer, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(answer)
}

// TestS3 has a real server check Signature Version 4: bodies, odd paths, odd
// queries, and a wrong secret.
func TestS3(t *testing.T) {
	t.Parallel()
	const accessKey, secretKey = "AKIDEXAMPLE0123", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	server := peers.S3(t, accessKey, secretKey)
	s := subjectOf(t, fmt.Sprintf(`key: s3
name: S3
auth:
  type: aws-sigv4
  service: s3
  region: %s
  baseUri: %s
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /, responseMapping: {owner: '${response.data.ListAllMyBucketsResult.Owner.ID}'}}
`, peers.S3Region, server.URL))
	world := auth.World{Network: client.NewTransport(client.TransportOptions{}), Redactor: secret.NewRedactor()}
	v := given(t, s, "accessKeyId", accessKey, "secretAccessKey", secretKey)
	c, result, err := auth.Connect(t.Context(), s, v, world)
	if err != nil || !result.OK {
		t.Fatalf("%v, %+v", err, result)
	}
	const body = "Welcome to S3.\n"
	for _, test := range []struct {
		verb, path, body string
		status           int
		part             string // of the answer
	}{
		{"PUT", "/bucket", "", 200, ""},
		{"PUT", "/bucket/plain.txt", body, 200, ""},
		{"GET", "/bucket/plain.txt", "", 200, body},
		{"PUT", "/bucket/a%20b/ü%2B(1)%27*.txt", body, 200, ""},
		{"GET", "/bucket/a%20b/%C3%BC%2B%281%29%27%2A.txt", "", 200, body},
		{"PUT", "/bucket/dir//double/%E2%82%AC~x", body, 200, ""},
		{"PUT", "/bucket/empty", "", 200, ""},
		{"GET", "/bucket?list-type=2&prefix=a%20b%2F&delimiter=%2F&max-keys=5", "", 200, "ListBucketResult"},
		{"GET", "/bucket?location", "", 200, "LocationConstraint"},
		{"GET", "/bucket?location=", "", 200, "LocationConstraint"},
		{"GET", "/bucket/missing", "", 404, "NoSuchKey"},
		{"DELETE", "/bucket/plain.txt", "", 204, ""},
	} {
		status, answer := send(t, c, test.verb, test.path, test.body)
		if status != test.status || !strings.Contains(answer, test.part) {
			t.Errorf("%s %s: got %d, want %d with %q\n%.1000s", test.verb, test.path, status, test.status, test.part, answer)
		}
	}
	recordAndReplay(t, s, v, world)
	wrong := given(t, s, "accessKeyId", accessKey, "secretAccessKey", secretKey+"x")
	if _, result, err := auth.Connect(t.Context(), s, wrong, world); err != nil || result.OK || !strings.Contains(result.Message, "403") {
		t.Errorf("a wrong secret: %v, %+v", err, result)
	}
}

// apacheSpec is a connector that asks for a user and a password, and signs in
// some way.
func apacheSpec(at, client, path string) string {
	return fmt.Sprintf(`key: apache
name: Apache
auth:
  type: client-credentials
  baseUri: %s
  ui:
    schema:
      type: object
      properties: {user: {type: string}, password: {type: string, isSensitive: true}, certificate: {type: string, isSensitive: true}, key: {type: string, isSensitive: true}, ca: {type: string}}
  makeApiClient: {implementationType: mapping, mapping: %s}
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: %s, responseMapping: {user: '${response.data.user}', certificate: '${response.data.certificate}'}}
  connectionLabel: ${test.user}, ${test.certificate}
`, at, client, path)
}

// TestApache authenticates at Apache httpd by Digest, by Basic and by a
// certificate.
func TestApache(t *testing.T) {
	t.Parallel()
	server := peers.Apache(t)
	const digest = "{sign: {type: digest, username: '${credentials.user}', password: '${credentials.password}'}}"
	const basic = "{auth: {username: '${credentials.user}', password: '${credentials.password}'}}"
	const certificate = "{tls: {certificate: '${credentials.certificate}', key: '${credentials.key}', ca: '${credentials.ca}'}}"
	authority, _ := pem.Decode([]byte(server.TLS.Authority))
	ca, err := x509.ParseCertificate(authority.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	world := auth.World{Network: client.NewTransport(client.TransportOptions{CA: []*x509.Certificate{ca}}), Redactor: secret.NewRedactor()}
	for _, test := range []struct {
		name, spec string
		inputs     []string
		label      string // "" for a refusal
	}{
		{"Digest", apacheSpec(server.URL, digest, "/digest"), []string{"user", peers.DigestUser, "password", peers.DigestPassword}, "mufasa, none"},
		{"Digest with nonces of a second", apacheSpec(server.URL, digest, "/digest-brief"), []string{"user", peers.DigestUser, "password", peers.DigestPassword}, "mufasa, none"},
		{"Digest with a wrong password", apacheSpec(server.URL, digest, "/digest"), []string{"user", peers.DigestUser, "password", "circle of life"}, ""},
		{"Basic", apacheSpec(server.URL, basic, "/basic"), []string{"user", peers.BasicUser, "password", peers.BasicPassword}, peers.BasicUser + ", none"},
		{"a certificate", apacheSpec(server.TLS.URL, certificate, "/certificate"), []string{"certificate", server.TLS.ClientCertificate, "key", server.TLS.ClientPrivateKey, "ca", server.TLS.Authority}, "none, " + peers.CertificateCN},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := subjectOf(t, test.spec)
			v := given(t, s, test.inputs...)
			c, result, err := auth.Connect(t.Context(), s, v, world)
			if err != nil || result.OK != (test.label != "") || result.Label != test.label {
				t.Fatalf("%v, %+v", err, result)
			}
			if test.label == "" {
				return
			}
			var group sync.WaitGroup
			for range 20 {
				group.Go(func() {
					if result, err := c.Test(context.Background()); err != nil || !result.OK {
						t.Errorf("again: %v, %+v", err, result)
					}
				})
			}
			group.Wait()
			if test.name != "a certificate" {
				recordAndReplay(t, s, v, world)
			}
		})
	}
	// MUST 14 against a real server: a redirect to another origin gets nothing.
	s := subjectOf(t, apacheSpec(server.URL, strings.Replace(basic, "{auth", "{headers: {X-Api-Key: '${credentials.password}'}, auth", 1), "/basic/away"))
	v := given(t, s, "user", peers.BasicUser, "password", "plain-password-0123")
	if _, result, err := auth.Connect(t.Context(), s, v, world); err != nil || result.OK {
		t.Errorf("%v, %+v", err, result)
	}
	if seen := server.Elsewhere.Requests(); len(seen) > 0 {
		t.Errorf("the other origin was asked: %v", seen)
	}
}

// TestMust11Password is the password grant, which warns on every run.
func TestMust11Password(t *testing.T) {
	t.Parallel()
	server := peers.Fosite(t)
	text := strings.Replace(fositeSpec(server.URL, "      grantType: password\n      scopes: [offline, api]\n"), "  getOAuthConfig:", `  ui:
    schema:
      type: object
      properties: {username: {type: string}, password: {type: string, isSensitive: true}}
      required: [username, password]
  getOAuthConfig:`, 1)
	s := subjectOf(t, text)
	v, problems, err := s.Complete(auth.Values{
		Inputs:     object(t, `{"username":"`+peers.FositeUser+`","password":"`+peers.FositePassword+`"}`),
		Parameters: object(t, `{"clientId":"`+peers.FositeBasicClient+`","clientSecret":"`+peers.FositeBasicSecret+`"}`),
	})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	c, result, err := auth.Connect(t.Context(), s, v, peerWorld(peers.Person{}))
	if err != nil || !result.OK || len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], "password grant") {
		t.Fatalf("%v, %+v", err, result)
	}
	if err := c.Refresh(t.Context()); err != nil {
		t.Error(err)
	}
}
