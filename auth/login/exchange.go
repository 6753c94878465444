package login

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/sign"
)

const (
	maxAnswer = 1 << 20 // bytes of an answer
	maxAdvice = 2 << 10 // bytes of a text that is shown; a longer one is left out, not cut
)

// TemporaryStep is the step of a dance in which it begins.
const TemporaryStep = "temporary credential"

// An AnswerError says that a server of OAuth 1 refused a step of the dance, or
// did not answer as it has to. Problem and Advice are the server's texts,
// printable and not cut.
type AnswerError struct {
	Step    string // TemporaryStep, access token or revocation
	Status  int
	Problem string // oauth_problem, or the like
	Advice  string // oauth_problem_advice, or the text of the answer
}

func (e *AnswerError) Error() string {
	text := fmt.Sprintf("the server refused the %s with status %d", e.Step, e.Status)
	if e.Problem != "" {
		text += " and the problem " + e.Problem
	}
	if e.Advice != "" {
		text += ": " + e.Advice
	}
	return text
}

// An exchange is one signed request of a dance.
type exchange struct {
	what   string
	uri    string
	signer *sign.OAuth1
}

// credential sends a request that is answered with a credential. The answer is
// form-encoded, whatever it is labelled: text/html is common.
func (d *Dance) credential(ctx context.Context, x *exchange) (url.Values, error) {
	status, body, err := d.send(ctx, x)
	if err != nil {
		return nil, err
	}
	values, err := url.ParseQuery(strings.TrimSpace(string(body)))
	if err != nil || values.Get("oauth_token") == "" || !values.Has("oauth_token_secret") {
		return nil, x.refusal(status, body, d.Redact)
	}
	for _, name := range []string{"oauth_token", "oauth_token_secret"} {
		if len(values[name]) > 1 {
			return nil, fmt.Errorf("the answer for the %s has %s more than once", x.what, name)
		}
	}
	return values, nil
}

// send signs and sends a POST and gives what a success was answered with.
func (d *Dance) send(ctx context.Context, x *exchange) (status int, body []byte, err error) {
	u, err := checkURL("the URI for the "+x.what, x.uri)
	if err != nil {
		return 0, nil, err
	}
	r := &sign.Request{Method: http.MethodPost, URL: u, Header: http.Header{"Accept": {"*/*"}, "User-Agent": {"connector"}}}
	if err := x.signer.Sign(r); err != nil {
		return 0, nil, fmt.Errorf("sign the request for the %s: %w", x.what, err)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL.String(), bytes.NewReader(r.Body))
	if err != nil {
		return 0, nil, fmt.Errorf("the URI for the %s cannot be used", x.what)
	}
	req.Header = r.Header
	resp, err := d.Transport.RoundTrip(req)
	if err != nil {
		return 0, nil, &transportError{origin(u), err}
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return 0, nil, &transportError{origin(u), err}
	case len(body) > maxAnswer:
		return 0, nil, fmt.Errorf("the answer of %s is larger than %d bytes", origin(u), maxAnswer)
	case resp.StatusCode/100 == 3:
		return 0, nil, fmt.Errorf("%s answered %d and redirects to %s, which was not followed: correct the URI for the %s",
			origin(u), resp.StatusCode, target(u, resp), x.what)
	case resp.StatusCode/100 != 2:
		return 0, nil, x.refusal(resp.StatusCode, body, d.Redact)
	}
	return resp.StatusCode, body, nil
}

// A transportError says why no answer came. Texts that net/http quotes are the
// server's or the URL's, and left out.
type transportError struct {
	origin string
	err    error
}

var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"?|\?\S*`)

func (e *transportError) Error() string {
	err := e.err
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	words := secret.PrintableLine(quoted.ReplaceAllString(err.Error(), "..."))
	if strings.HasPrefix(words, e.origin+": ") || strings.HasPrefix(words, e.origin+" ") {
		return words // the transport names it
	}
	return e.origin + ": " + words
}

// Unwrap gives the cause.
func (e *transportError) Unwrap() error { return e.err }

// target gives the origin that an answer redirects to.
func target(from *url.URL, resp *http.Response) string {
	to, err := from.Parse(resp.Header.Get("Location"))
	if err != nil || to.Host == "" {
		return "an address that cannot be read"
	}
	return origin(to)
}

// refusal makes an error of an answer that is no credential. Its problem is
// looked for in a form, under the names that servers use for it (oauth_problem
// is from the Problem Reporting extension); else a short text is the advice.
func (x *exchange) refusal(status int, body []byte, redact func(string) string) error {
	e := &AnswerError{Step: x.what, Status: status}
	text := strings.TrimSpace(string(body))
	values, err := url.ParseQuery(text)
	if err != nil {
		values = nil
	}
	secrets := []string{x.signer.ConsumerSecret, x.signer.Token, x.signer.TokenSecret, x.signer.Verifier}
	e.Problem = shown(first(values, "oauth_problem", "error"), redact, secrets)
	e.Advice = shown(first(values, "oauth_problem_advice", "error_description", "description"), redact, secrets)
	if e.Advice == "" {
		e.Advice = parameterNames(first(values, "oauth_parameters_absent", "oauth_parameters_rejected"))
	}
	switch {
	case e.Problem != "":
	case text == "":
		e.Advice = "the answer is empty"
	case values.Has("oauth_token") || values.Has("oauth_token_secret"):
		e.Advice = "the answer has " + names(values) + ", and a credential needs oauth_token and oauth_token_secret"
	case text[0] == '<' || len(text) > maxAdvice || strings.Contains(text, "oauth_token_secret"):
		e.Advice = fmt.Sprintf("the answer is no credential, but %d bytes of something else", len(body))
	default:
		e.Advice = shown(text, redact, secrets)
	}
	return e
}

// parameterNames lists the names of parameters of which the Problem Reporting
// extension says that they are absent, or rejected with their values.
func parameterNames(encoded string) string {
	var list []string
	for pair := range strings.SplitSeq(encoded, "&") {
		if name, _, _ := strings.Cut(pair, "="); name != "" {
			list = append(list, secret.PrintableLine(name))
		}
	}
	return strings.Join(list, ", ")
}

func first(values url.Values, names ...string) string {
	for _, name := range names {
		if v := values.Get(name); v != "" {
			return v
		}
	}
	return ""
}
