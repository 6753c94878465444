package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/secret"
)

type requestOptions struct {
	method, target string
	query, headers []string
	data           string
	hasData        bool
	include        bool
	output         string
	network        networkOptions
	stored         storedOptions
}

func newRequest(g *global) *cobra.Command {
	var opts requestOptions
	cmd := &cobra.Command{
		Use:   "request METHOD PATH-OR-URL",
		Short: "Send one request with a stored connection, and print the answer",
		Long: `Request sends a request with the credential of a stored connection, which is
refreshed first if it is due. A path is joined to the base of the API; a URL must
be on a host that the spec allows, so that the credential goes nowhere else.

The body of the answer goes to standard output while it comes, however long it
is: the limits that a spec or this program sets to the size of answers do not
apply, and --timeout bounds the time until the answer begins and each pause in
it, not the whole. On a terminal JSON is laid out and coloured, and what is not
text is not shown; --output FILE keeps any answer as it is. What the API repeats
of the credential is hidden on standard output, and not in that file.

--data is sent as it is: as JSON if it is JSON, unless a --header says another
Content-Type; @FILE takes it from a file, - from standard input. No header or
parameter may replace the credential of the connection.

Exit codes: 0 the API answered, 1 it answered with an error, whose body is
printed, 2 wrong command line, or a host that the spec does not allow, 3 no
answer, or a file that could not be read, 4 no usable connection.`,
		Example: `  connector request GET /user --connection github
  connector request GET /search --query q=spec --query per_page=5 --connection github
  connector request POST /notes --data '{"title": "From the shell"}' --connection acme
  connector request GET /files/7/content --output file.pdf --connection acme`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usagef("request takes a method and a path or URL, such as GET /me\nsee %s --help", cmd.CommandPath())
			}
			return atMost(2)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			g.running = true
			opts.method, opts.target = strings.ToUpper(args[0]), args[1]
			opts.hasData = cmd.Flags().Changed("data")
			return runRequest(cmd.Context(), g, opts)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&opts.query, "query", nil, "add a parameter to the query, encoded: `name=value`")
	f.StringArrayVar(&opts.headers, "header", nil, "add a header: `'Name: value'`")
	f.StringVar(&opts.data, "data", "", "send this `text` as the body; @FILE takes it from a file, - from standard input")
	f.BoolVar(&opts.include, "include", false, "print the status and the headers of the answer, too, without secrets")
	f.StringVar(&opts.output, "output", "", "write the answer to this `file`, as it is")
	opts.stored.flags(f)
	opts.network.flags(f)
	return cmd
}

func runRequest(ctx context.Context, g *global, opts requestOptions) error {
	req, err := opts.request(ctx, g)
	if err != nil {
		return err
	}
	c, err := g.stored(ctx, opts.stored, opts.network)
	if err != nil {
		return err
	}
	defer c.end()
	if err := opts.keepCredential(ctx, c, req); err != nil {
		return err
	}
	resp, err := c.connection.Stream(req)
	if err != nil {
		return c.notAnswered(err, req)
	}
	defer func() { _ = resp.Body.Close() }()
	a := answer{g, resp, opts}
	if err := a.show(ctx); err != nil || resp.StatusCode < http.StatusBadRequest {
		return err
	}
	return &hinted{
		noError{fmt.Errorf("%s %s answered %s", req.Method, secret.PrintableLine(g.redactor.Redact(shownURL(resp.Request.URL))), statusText(resp))},
		c.adviceOn(resp),
	}
}

// keepCredential refuses a request that would send something else in place of
// the connection's credential.
func (o requestOptions) keepCredential(ctx context.Context, c *storedConnection, req *http.Request) error {
	carriers, err := c.connection.Carriers(ctx)
	if err != nil {
		return c.notAnswered(err, req)
	}
	for _, name := range append(carriers.Headers, "Authorization", "Proxy-Authorization", "Cookie") {
		if req.Header[http.CanonicalHeaderKey(name)] != nil {
			return usagef("--header: %s carries the credential of the connection, and nothing replaces it", name)
		}
	}
	own := req.URL.Query()
	for _, name := range carriers.Query {
		if own.Has(name) {
			return usagef("the parameter %q carries the credential of the connection, and nothing replaces it", name)
		}
	}
	return nil
}

// notAnswered says what came of a request that got no answer.
func (c *storedConnection) notAnswered(err error, req *http.Request) error {
	var origin *client.OriginError
	var insecure *client.InsecureError
	var field *client.FieldError
	var redirect *client.RedirectError
	var ended *auth.LoginError
	switch {
	case errors.As(err, &origin), errors.As(err, &insecure), errors.As(err, &field) && isOfRequest(field, req):
		return usageError{err}
	case errors.As(err, &redirect):
		return noError{err}
	case errors.As(err, &ended):
		return &hinted{err, c.again()}
	}
	return err
}

// isOfRequest tells whether it is the request that says what cannot be sent, and
// not what the connection adds to it.
func isOfRequest(e *client.FieldError, req *http.Request) bool {
	if e.Where == "header" {
		return req.Header[http.CanonicalHeaderKey(e.Name)] != nil
	}
	return slices.Contains([]string{"url", "path", "method", "query", "data"}, e.Where)
}

// statusText returns the status of an answer in words.
func statusText(resp *http.Response) string {
	if words := http.StatusText(resp.StatusCode); words != "" {
		return fmt.Sprintf("%d %s", resp.StatusCode, words)
	}
	return fmt.Sprint(resp.StatusCode)
}

// adviceOn says what to do about an answer that is an error.
func (c *storedConnection) adviceOn(resp *http.Response) string {
	switch status := resp.StatusCode; {
	case status == http.StatusUnauthorized:
		return "the API does not accept the credential; " + c.again()
	case status == http.StatusForbidden && len(c.record.Scopes) > 0:
		return "the credential does not allow it; it has the scopes " + secret.PrintableLine(strings.Join(c.record.Scopes, ", "))
	case status == http.StatusForbidden:
		return "the credential does not allow it"
	case status == http.StatusNotFound:
		return "look at the path: a path is joined to the base of the API, as the URL above shows"
	case status == http.StatusMethodNotAllowed && resp.Header.Get("Allow") != "":
		return "allowed there: " + secret.PrintableLine(resp.Header.Get("Allow"))
	case status == http.StatusTooManyRequests && resp.Header.Get("Retry-After") != "":
		return "the API limits requests, and asks to wait: " + secret.PrintableLine(resp.Header.Get("Retry-After"))
	case status == http.StatusTooManyRequests:
		return "the API limits requests: try again later"
	case status >= http.StatusInternalServerError:
		return "the server failed: try again later"
	}
	return "--verbose shows what was sent"
}
