package method

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// rest is a compiled rest-api-mapping.
type rest struct {
	requests []*request
	stepped  bool             // they are steps, which see those before
	result   *formula.Program // nil: the last answer's data
}

// A request is one request of a rest-api-mapping.
type request struct {
	name     string
	verb     string
	path     *formula.URLProgram
	parts    *formula.Program // query, headers, data, pathParameters, auth
	form     string           // contentType
	chosen   *formula.Program // contentType where it is a formula; else nil
	response *formula.Program // of a step: what later steps see of it
}

// parameters is a variable of requests of which nothing is known.
var parameters = variable{Key: "parameters"}

// responseType is the type of what formulas see of an answer with data of that
// type.
func responseType(data formula.Type) formula.Type {
	return formula.ObjectType(
		variable{Key: "data", Type: data},
		variable{Key: "headers", Type: formula.TextsType()},
		variable{Key: "statusCode", Type: formula.NumberType()},
		variable{Key: "text", Type: formula.TextType()},
	)
}

// anyResponse is an answer of which nothing is known.
var anyResponse = variable{Key: "response", Type: responseType(formula.Type{})}

func compileREST(c *compilation) runner {
	r := &rest{}
	steps, ok := c.body.Get("steps").AsList()
	if !ok {
		r.requests = []*request{c.request("", c.body)}
		if m := c.body.Get("responseMapping"); !m.IsUndefined() {
			r.result = c.formula("/responseMapping", m, anyResponse, parameters)
			c.result = r.result.Result()
		}
		return r
	}
	r.stepped = true
	var done []variable
	for i, step := range steps {
		at := formula.Pointer("steps", strconv.Itoa(i))
		before := variable{Key: "steps", Type: formula.ObjectType(done...)}
		q := c.request(at, step, before)
		if slices.ContainsFunc(done, func(v variable) bool { return v.Key == q.name }) && q.name != "" {
			c.report("two-steps", spec.Error, at+"/name", spec.AtValue(), fmt.Sprintf("two steps are called %q", q.name), "give each its own name")
		}
		response := anyResponse
		if m := step.Get("responseMapping"); !m.IsUndefined() {
			q.response = c.formula(at+"/responseMapping", m, anyResponse, before, parameters)
			response.Type = q.response.Result()
		}
		done = append(done, variable{Key: q.name, Type: formula.ObjectType(response)})
		r.requests = append(r.requests, q)
	}
	if m := c.body.Get("responseMapping"); !m.IsUndefined() {
		r.result = c.formula("/responseMapping", m, anyResponse, variable{Key: "steps", Type: formula.ObjectType(done...)}, parameters)
		c.result = r.result.Result()
	}
	return r
}

// verbs are the methods of HTTP that a request may have (RFC 9110, RFC 5789).
var verbs = []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}

// request compiles one request, at a pointer relative to the body.
func (c *compilation) request(at string, v formula.Value, more ...variable) *request {
	more = append(more, parameters)
	q := &request{name: v.Get("name").Text(), verb: strings.ToUpper(v.Get("method").Text())}
	if method, ok := v.Get("method").AsString(); ok && !slices.Contains(verbs, q.verb) {
		hint := "methods are " + strings.Join(verbs, ", ")
		if near := formula.Nearest(q.verb, verbs); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		c.report("bad-method", spec.Error, at+"/method", spec.AtValue(), fmt.Sprintf("%q is no method of HTTP", method), hint)
	}
	q.path = c.url(at+"/path", v.Get("path"), formula.URLPath, more...)
	c.literalOrigin(v.Get("path").Text())
	m := v.Get("requestMapping")
	if form, ok := m.Get("contentType").AsString(); ok && !strings.Contains(form, "${") {
		q.form = form
	} else if !m.Get("contentType").IsMissing() {
		q.chosen = c.formula(at+"/requestMapping/contentType", m.Get("contentType"), more...)
	}
	q.parts = c.formula(at+"/requestMapping", m.Without("contentType"), more...)
	c.placeholders(at, v)
	return q
}

// literalOrigin notes the origin of an absolute path whose host the author
// wrote: the spec's own requests may go there.
func (c *compilation) literalOrigin(path string) {
	if !strings.Contains(path, "://") {
		return
	}
	if origin := originOf(path); !strings.HasSuffix(origin, "://") && !strings.ContainsAny(origin, "${}") && !slices.Contains(c.set.origins, origin) {
		c.set.origins = append(c.set.origins, origin)
	}
}

// placeholders reports {names} of the path that pathParameters does not give.
func (c *compilation) placeholders(at string, v formula.Value) {
	parameters := v.Get("requestMapping").Get("pathParameters")
	if formula.LooksLikeFormula(parameters) {
		return
	}
	path := v.Get("path").Text()
	for _, p := range placeholdersOf(path) {
		name := strings.Trim(p, "{} ")
		hint := fmt.Sprintf("write ${…} for a variable, or give %q in requestMapping.pathParameters", name)
		switch near := formula.Nearest(name, parameters.Keys()); {
		case strings.HasPrefix(p, "{{"):
			hint = fmt.Sprintf("write ${…} for a variable, as in ${connectionInput.%s}", name)
		case parameters.Has(name):
			continue
		case near != "":
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		c.report("missing-path-parameter", spec.Error, at+"/path", spec.AtText(strings.Index(path, p), len(p)),
			fmt.Sprintf("nothing gives %s of the path", p), hint)
	}
}

// braces matches what stands in braces: an ${expression}, a {name} or {{one}}.
var braces = regexp.MustCompile(`\$?\{[^{}]*\}|\{\{[^{}]*\}\}`)

// placeholdersOf returns the {names} and {{names}} of a path.
func placeholdersOf(path string) []string {
	return slices.DeleteFunc(braces.FindAllString(path, -1), func(p string) bool {
		return p[0] == '$' || !isName(strings.Trim(p, "{} "))
	})
}

func isName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") == ""
}

func (r *rest) run(ctx context.Context, call Call) (Result, error) {
	var last *Response
	var steps []formula.Member // done, if the requests are steps
	vars := call.Variables
	for _, q := range r.requests {
		if r.stepped {
			call.Variables = vars.With("steps", formula.Object(steps...))
		}
		response, err := q.send(ctx, call)
		if err != nil {
			return Result{Response: response}, err
		}
		last = response
		if q.name != "" {
			value := response.value()
			if q.response != nil {
				if value, err = q.response.Eval(call.Variables.With("response", value), call.Run); err != nil {
					return Result{Response: last}, err
				}
			}
			value = formula.Object(formula.Member{Key: "response", Value: value})
			steps = append(steps, formula.Member{Key: q.name, Value: value})
		}
	}
	result := Result{Value: last.Data, Response: last}
	if r.result == nil {
		return result, nil
	}
	see := []formula.Member{{Key: "response", Value: last.value()}}
	if r.stepped {
		see = append(see, formula.Member{Key: "steps", Value: formula.Object(steps...)})
	}
	v, err := r.result.Eval(vars.WithAll(see...), call.Run)
	result.Value, result.Mapped = v, true
	return result, err
}

// send builds the request, sends it and reads the answer.
func (q *request) send(ctx context.Context, call Call) (*Response, error) {
	req, err := q.build(ctx, call)
	if err != nil {
		return nil, err
	}
	resp, err := call.Client.Do(req)
	if err != nil {
		return nil, err
	}
	return readResponse(req, resp)
}

// build evaluates the request.
func (q *request) build(ctx context.Context, call Call) (*http.Request, error) {
	address, err := q.path.Eval(call.Variables, call.Run)
	if err != nil {
		return nil, err
	}
	parts, err := q.parts.Eval(call.Variables, call.Run)
	if err != nil {
		return nil, err
	}
	u, err := q.url(address.URL, parts)
	if err != nil {
		return nil, err
	}
	form := q.form
	if q.chosen != nil {
		v, err := q.chosen.Eval(call.Variables, call.Run)
		if err != nil {
			return nil, err
		}
		form = v.Text()
	}
	p, err := encodeBody(parts.Get("data"), form, parts.Get("headers"), call.Run)
	if err != nil {
		return nil, err
	}
	ctx = context.WithValue(ctx, literalHost{}, address.Literal)
	var body io.Reader
	if p != nil {
		body = bytes.NewReader(p.body)
	}
	req, err := http.NewRequestWithContext(ctx, q.verb, u, body)
	if err != nil {
		return nil, errors.New("the path makes no URL: it has a broken escape or a character that no URL has")
	}
	headers, err := fields(parts.Get("headers"), "header")
	if err != nil {
		return nil, err
	}
	for _, h := range headers {
		req.Header[http.CanonicalHeaderKey(h.Name)] = append(req.Header.Values(h.Name), h.Value)
	}
	if p != nil {
		req.Header.Set("Content-Type", p.contentType)
	}
	basic, err := basicOf(parts.Get("auth"))
	if err != nil {
		return nil, err
	}
	if basic != nil {
		req.SetBasicAuth(basic.Username, basic.Password)
	}
	return req, nil
}

// literalHost is the key of a request's context that tells whether the author
// wrote the host of its URL.
type literalHost struct{}

// LiteralHost tells whether the author wrote the whole host of a request's
// URL, so that no variable has a part in where it goes.
func LiteralHost(req *http.Request) bool {
	literal, _ := req.Context().Value(literalHost{}).(bool)
	return literal
}

// repeatable is the key of a request's context that tells whether it may be
// sent twice though its method does not say so.
type repeatable struct{}

// Repeatable tells whether a request may be sent twice whatever its method is:
// a GraphQL query changes nothing, though it is a POST.
func Repeatable(req *http.Request) bool {
	yes, _ := req.Context().Value(repeatable{}).(bool)
	return yes
}
