package auth

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/method"
	"github.com/connector-spec/connector/spec/method/script"
)

// A Result is how a test went. Nothing secret is in it but what a server or a
// formula may have put into messages and the label: whoever shows them does it
// through the redactor of the run.
type Result struct {
	Connector, Option string
	OK                bool
	Label             string
	Steps             []Step
	Hosts             []string // the origins that the credential may go to
	// Message says why the test failed, and Hint what to do.
	Message, Hint string
	Note          string // what is worth knowing of a test that passed
	// Warnings say what the spec allows and should not, and what came out less
	// than was asked for; Notes, how answers differed from the standard.
	Warnings, Notes []string
	// Test is what the test returned, as the connection's label sees it; undefined
	// for an operation, and where the test was not reached.
	Test formula.Value
	// Skipped says why a simulation could not be made; "" if it was.
	Skipped string
	// Value is what the operation gave; undefined for a test.
	Value formula.Value
	// Drift is how what was answered differs from a recording; see [Compare].
	Drift []Drift
	// Err is the reason of a failure.
	Err error
}

// A Step is one part of a test.
type Step struct {
	Name        string
	OK          bool
	Method, URL string // of its last request, the URL without its query; empty without one
	Status      int    // of the answer; 0 without one
	Message     string
	Duration    time.Duration
	Exchanges   []Exchange // of a subject with Trace
}

// newResult returns the result of a run that begins, with room for what most
// have.
func newResult(s Subject) *Result {
	r := &struct {
		Result
		steps [4]Step
		hosts [2]string
	}{Result: Result{Connector: s.Connector.Name(), Option: s.Option.Key}}
	r.Steps, r.Hosts = r.steps[:0], r.hosts[:0]
	return &r.Result
}

func (r *Result) host(origin string) {
	if !slices.Contains(r.Hosts, origin) {
		r.Hosts = append(r.Hosts, origin)
	}
}

func (r *Result) warn(text string) {
	if !slices.Contains(r.Warnings, text) {
		r.Warnings = append(r.Warnings, text)
	}
}

// forgive takes back that a step failed.
func (r *Result) forgive() { r.Err, r.Message, r.Hint = nil, "", "" }

// fail notes why a step failed; "" stands for the run as a whole.
func (r *Result) fail(step, message string, err error) {
	r.Err = err
	r.Message = message
	if step != "" {
		r.Message = step + ": " + message
	}
	r.Hint = hint(err)
}

// Unreachable tells whether the test failed because there was no answer: then
// it says nothing about the credential.
func (r *Result) Unreachable() bool {
	var timeout *client.TimeoutError
	var network *client.NetworkError
	return errors.As(r.Err, &timeout) || errors.As(r.Err, &network)
}

// hint returns what to do about an error; "" if there is nothing to advise.
func hint(err error) string {
	var status *method.StatusError
	var query *method.GraphQLError
	var origin *client.OriginError
	var redirect *client.RedirectError
	var private *client.PrivateAddressError
	var miss *cassette.MissError
	var field *client.FieldError
	if err == nil {
		return ""
	}
	if errors.As(err, &field) && field.Where == "tls" {
		return tlsHints[field.Name]
	}
	if text := oauthHint(err); text != "" && !errors.As(err, &miss) {
		return text
	}
	switch {
	case errors.As(err, &query):
		return "compare the fields and arguments with the server's schema, and the permissions of the credential with what they need; a responseMapping that reads response.errors decides itself"
	case errors.As(err, &status):
		return errorHint(status)
	case errors.As(err, &origin):
		return "if the credential may go there, list it in auth.allowedOrigins"
	case errors.As(err, &redirect):
		return "write the address that it redirects to into the spec, if that is the API"
	case errors.As(err, &private):
		return "--allow-private lifts this for hosts that you trust"
	case errors.As(err, &miss):
		return "if the spec was changed on purpose, make the recording anew with --record"
	}
	return otherHint(err)
}

// tlsHints say what the fields of tls take.
var tlsHints = map[string]string{
	"certificate": "tls.certificate takes the client's certificate in PEM, from -----BEGIN CERTIFICATE----- to the END line, with its line breaks; tls.key takes its private key",
	"key":         "tls.key takes the private key of tls.certificate in PEM, from -----BEGIN PRIVATE KEY----- (PKCS #8; PKCS #1 and SEC 1, too) to the END line, with its line breaks and not encrypted: openssl pkey -in FILE writes any key so",
	"ca":          "tls.ca takes certificates of authorities in PEM, from -----BEGIN CERTIFICATE----- to the END line, with their line breaks",
}

func otherHint(err error) string {
	var verdict *VerdictError
	var timeout *client.TimeoutError
	var network *client.NetworkError
	var size *client.SizeError
	var insecure *client.InsecureError
	var handler *method.HandlerError
	var thrown *script.Error
	var missing *formula.MissingError
	var proof *ProofError
	var faulty *FaultError
	var none *NoCredentialError
	switch {
	case errors.As(err, &none):
		return "check what was entered; if that is right, compare the responseMapping of the method with the answer: --verbose shows it"
	case errors.As(err, &proof):
		return proof.Mend
	case errors.As(err, &faulty):
		return faulty.Mend
	case errors.As(err, &handler):
		return "the mistake is in responseHandlers of makeApiClient: each formula there must do for every answer of the API"
	case errors.As(err, &thrown) && thrown.Hint != "":
		return thrown.Hint
	case errors.As(err, &verdict), errors.As(err, &missing):
		return "compare the path and the mapping of the method with what the API answers; --verbose shows the exchange"
	case errors.As(err, &timeout):
		return "without an answer nothing is known of the credential: try again later, or with a longer --timeout"
	case errors.As(err, &network) && network.Mend != "":
		return network.Mend
	case errors.As(err, &network) && network.Kind == "proxy":
		return "check HTTPS_PROXY, or list the host in NO_PROXY"
	case errors.As(err, &network) && network.Kind == "tls":
		return "nothing was sent: check the address in the spec, and what stands between here and there"
	case errors.As(err, &network):
		return "without an answer nothing is known of the credential: check the address in the spec and the network, and try again"
	case errors.As(err, &size):
		return "test with a request that answers less, or raise maxResponseBytes in makeApiClient"
	case errors.As(err, &insecure):
		return "write https: in the spec; http: is for servers of this machine"
	case errors.As(err, &thrown):
		return "the script of the method ends with this; --verbose shows its requests and what it logs"
	}
	return ""
}

// errorHint says what the error of an API usually means.
func errorHint(e *method.StatusError) string {
	switch e.Key {
	case method.KeyExpired:
		return statusHint(http.StatusUnauthorized)
	case method.KeyDefunct:
		return "the API has ended this connection: make it anew"
	case method.KeyRateLimit:
		if e.RetryAfter > 0 {
			return fmt.Sprintf("the API limits how often it is asked: try again after %v", e.RetryAfter)
		}
		return statusHint(http.StatusTooManyRequests)
	}
	if hint := signedHint(e.Detail); hint != "" && e.Status >= 400 && e.Status < 500 {
		return hint
	}
	saysAuthorization := strings.Contains(strings.ToLower(e.Detail), "authorization")
	if e.Status == http.StatusBadRequest && saysAuthorization {
		return statusHint(http.StatusUnauthorized)
	}
	return statusHint(e.Status)
}

// answerHint says what to do where an answer with a status could not be used; ""
// if there was none.
func answerHint(status int) string {
	if status == 0 || status >= 400 {
		return statusHint(status)
	}
	return "the server did not answer as an API does: try again; --verbose shows the exchange"
}

// statusHint says what an error status usually means.
func statusHint(status int) string {
	switch {
	case status == http.StatusUnauthorized:
		return "the API does not accept the credential: check that it is right, complete and still valid, and that the spec sends it where the API wants it"
	case status == http.StatusForbidden:
		return "the API knows the credential and does not allow this: check its permissions, or test another endpoint"
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed:
		return "the address of the test is not one of the API: check baseUri, path and method"
	case status == http.StatusTooManyRequests:
		return "the API limits how often it is asked: wait and try again"
	case status >= 500:
		return "the API has a problem of its own: try again later"
	case status >= 400:
		return "the API does not understand the request: check what the test sends"
	}
	return ""
}
