package method

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// graphql is a compiled graphql-api-mapping.
type graphql struct {
	path     *formula.URLProgram
	mutation bool
	fields   []*graphqlField
	result   *formula.Program // nil: the data of the answer
	// tolerant says that the author looks at the errors of an answer, so that
	// they are not an error here.
	tolerant bool
}

// A graphqlField is one field that is asked for, or a fragment: the fields of
// one type of several.
type graphqlField struct {
	alias, name string
	on          string // the type of a fragment, which has no name
	args        *formula.Program
	types       formula.Value // of arguments that are sent as variables
	fields      []*graphqlField
}

// key returns what the field is called in the answer.
func (f *graphqlField) key() string {
	if f.alias != "" {
		return f.alias
	}
	return f.name
}

func compileGraphQL(c *compilation) runner {
	g := &graphql{mutation: c.body.Get("operationType").Text() == "mutation"}
	g.path = c.url("/path", c.body.Get("path"), formula.URLPath, parameters)
	c.literalOrigin(c.body.Get("path").Text())
	g.fields = c.graphqlFields("/requestMapping", c.body.Get("requestMapping"))
	m := c.body.Get("responseMapping")
	if m.IsUndefined() {
		return g
	}
	g.result = c.formula("/responseMapping", m, variable{Key: "response", Type: formula.ObjectType(
		variable{Key: "data", Type: graphqlData(g.fields)},
		variable{Key: "errors"},
		variable{Key: "extensions"},
		variable{Key: "headers", Type: formula.TextsType()},
		variable{Key: "statusCode", Type: formula.NumberType()},
	)}, parameters)
	g.tolerant = slices.ContainsFunc(g.result.References(), func(r formula.Reference) bool {
		root, member := r.Path.Names()
		return root == "response" && (member == "errors" || member == "") || root == ""
	})
	c.result = g.result.Result()
	return g
}

var (
	graphqlName     = regexp.MustCompile(`^[_A-Za-z][_0-9A-Za-z]*$`)
	graphqlSelected = regexp.MustCompile(`^(?:([_A-Za-z][_0-9A-Za-z]*) *: *)?([_A-Za-z][_0-9A-Za-z]*)$`)
	graphqlFragment = regexp.MustCompile(`^\.\.\. *on +([_A-Za-z][_0-9A-Za-z]*)$`)
)

// graphqlData returns the type of the data that is answered to fields: of what
// they are nobody knows more than the names.
func graphqlData(fields []*graphqlField) formula.Type {
	var members []variable
	for _, f := range fields {
		if f.on != "" {
			return formula.Type{}
		}
		members = append(members, variable{Key: f.key()})
	}
	return formula.ObjectType(members...)
}

// graphqlFields compiles fields at a pointer relative to the body.
func (c *compilation) graphqlFields(at string, v formula.Value) []*graphqlField {
	var fields []*graphqlField
	list, _ := v.AsList()
	for i, item := range list {
		here := at + formula.Pointer(strconv.Itoa(i))
		f := c.graphqlField(here, item)
		if f == nil {
			continue
		}
		if f.on == "" && slices.ContainsFunc(fields, func(o *graphqlField) bool { return o.on == "" && o.key() == f.key() }) {
			c.report("two-graphql-fields", spec.Error, here+"/field", spec.AtValue(), fmt.Sprintf("two fields of the answer would be called %q", f.key()),
				fmt.Sprintf("give one of them another name, as in %q", "other: "+f.name))
		}
		fields = append(fields, f)
	}
	return fields
}

// graphqlField compiles one field; nil for one without a name.
func (c *compilation) graphqlField(at string, v formula.Value) *graphqlField {
	text := strings.TrimSpace(v.Get("field").Text())
	f := &graphqlField{}
	if m := graphqlSelected.FindStringSubmatch(text); m != nil {
		f.alias, f.name = m[1], m[2]
	} else if m := graphqlFragment.FindStringSubmatch(text); m != nil {
		f.on = m[1]
	} else {
		c.report("bad-graphql-name", spec.Error, at+"/field", spec.AtValue(), fmt.Sprintf("%q is no name of a GraphQL field", text), fieldHint(text))
		return nil
	}
	c.graphqlArguments(at, f, v)
	f.fields = c.graphqlFields(at+"/subFields", v.Get("subFields"))
	if f.on != "" && !v.Has("subFields") {
		c.report("bad-graphql-name", spec.Error, at+"/field", spec.AtValue(), fmt.Sprintf("%q asks for no field", text), `list the fields of that type under "subFields"`)
	}
	return f
}

func fieldHint(text string) string {
	switch {
	case strings.ContainsAny(text, "(){"):
		return `the name alone stands here; arguments go to "args", and the fields below to "subFields"`
	case strings.ContainsAny(text, ". "):
		return `each field has its own entry; those below it stand in its "subFields"`
	}
	return `a name has letters, digits and _, as in "viewer"; "alias: name" gives it another one in the answer`
}

// graphqlArguments compiles the arguments of a field.
func (c *compilation) graphqlArguments(at string, f *graphqlField, v formula.Value) {
	args := v.Get("args")
	if f.types = v.Get("argTypes"); f.types.IsObject() {
		for i, name := range f.types.Keys() {
			_, t := f.types.At(i)
			here := at + formula.Pointer("argTypes", name)
			if !isGraphQLType(t.Text()) {
				c.report("bad-graphql-name", spec.Error, here, spec.AtValue(), fmt.Sprintf("%q is no GraphQL type", t.Text()), `types are written as in "ID!", "[String!]" or "Int"`)
			}
			if args.IsObject() && !formula.LooksLikeFormula(args) && !args.Has(name) {
				hint := fmt.Sprintf("add %q to args, or remove its type", name)
				if near := formula.Nearest(name, args.Keys()); near != "" {
					hint = fmt.Sprintf("did you mean %q?", near)
				}
				c.report("bad-graphql-name", spec.Error, here, spec.AtKey(), fmt.Sprintf("the field has no argument %q", name), hint)
			}
		}
	}
	if args.IsUndefined() {
		return
	}
	if f.on != "" {
		c.report("bad-graphql-name", spec.Error, at+"/args", spec.AtKey(), "a fragment has no arguments", "give them to the field around it, or to those below")
	}
	if !formula.LooksLikeFormula(args) {
		for _, name := range args.Keys() {
			if !graphqlName.MatchString(name) {
				c.report("bad-graphql-name", spec.Error, at+formula.Pointer("args", name), spec.AtKey(), fmt.Sprintf("%q is no name of a GraphQL argument", name),
					"a name has letters, digits and _, and does not begin with a digit")
			}
		}
	}
	f.args = c.formula(at+"/args", args, parameters)
}

// isGraphQLType tells whether a text is a type, such as [ID!]!.
func isGraphQLType(s string) bool {
	s = strings.TrimSuffix(strings.TrimSpace(s), "!")
	if inner, ok := strings.CutPrefix(s, "["); ok {
		inner, closed := strings.CutSuffix(inner, "]")
		return closed && isGraphQLType(inner)
	}
	return graphqlName.MatchString(s)
}

func (g *graphql) run(ctx context.Context, call Call) (Result, error) {
	req, err := g.build(ctx, call)
	if err != nil {
		return Result{}, err
	}
	resp, err := call.Client.Do(req)
	if err != nil {
		return Result{}, err
	}
	response, err := readResponse(req, resp)
	result := Result{Response: response}
	if err != nil {
		return result, err
	}
	if err := g.judge(response); err != nil {
		return result, err
	}
	if result.Value = response.Data.Get("data"); g.result == nil {
		return result, nil
	}
	result.Value, err = g.result.Eval(call.Variables.With("response", graphqlValue(response)), call.Run)
	result.Mapped = true
	return result, err
}

// judge says why an answer that is a success to HTTP is none to GraphQL.
func (g *graphql) judge(r *Response) error {
	if !r.Data.IsObject() || !r.Data.Has("data") && !r.Data.Has("errors") {
		what := "JSON that has neither data nor errors"
		if !r.Data.IsObject() {
			what = "what is no JSON object"
			if r.ContentType != "" {
				what = r.ContentType
			}
		}
		return fmt.Errorf("%s %s answered %d with %s, which is no GraphQL response", r.request.Method, r.url(), r.Status, what)
	}
	list, _ := r.Data.Get("errors").AsList()
	if len(list) == 0 || g.tolerant {
		return nil
	}
	return &GraphQLError{len(list), &StatusError{Method: r.request.Method, URL: r.url(), Status: r.Status, Detail: graphqlDetail(list[0])}}
}

// A GraphQLError says that the answer to a query reports errors.
type GraphQLError struct {
	Count int
	first *StatusError
}

func (e *GraphQLError) Error() string {
	if e.Count > 1 {
		return fmt.Sprintf("the query gives %d errors, the first: %v", e.Count, e.first)
	}
	return fmt.Sprintf("the query gives an error: %v", e.first)
}

// Unwrap returns what the server says about the first error.
func (e *GraphQLError) Unwrap() error { return e.first }

// graphqlDetail returns what an entry of errors says, and of which field.
func graphqlDetail(e formula.Value) string {
	detail := detailOf(e)
	path, _ := e.Get("path").AsList()
	names := make([]string, len(path))
	for i, step := range path {
		if names[i] = step.String(); step.Kind() == formula.KindString {
			names[i] = step.Text()
		}
	}
	if len(names) > 0 {
		detail += " (at " + strings.Join(names, ".") + ")"
	}
	return detail
}

// graphqlValue returns an answer as a responseMapping sees it.
func graphqlValue(r *Response) formula.Value {
	b := r.value().Builder()
	for _, name := range []string{"data", "errors", "extensions"} {
		b.Set(name, r.Data.Get(name))
	}
	return b.Value()
}

// build evaluates the request.
func (g *graphql) build(ctx context.Context, call Call) (*http.Request, error) {
	address, err := g.path.Eval(call.Variables, call.Run)
	if err != nil {
		return nil, err
	}
	if address.URL == "" {
		return nil, errors.New("the path is empty: the formula of path gave nothing")
	}
	text, variables, err := g.document(call)
	if err != nil {
		return nil, err
	}
	body := formula.Object(formula.Member{Key: "query", Value: formula.String(text)})
	if variables.Len() > 0 {
		body = body.With("variables", variables)
	}
	ctx = context.WithValue(ctx, literalHost{}, address.Literal)
	ctx = context.WithValue(ctx, repeatable{}, !g.mutation)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address.URL, bytes.NewReader(body.AppendJSON(nil)))
	if err != nil {
		return nil, errors.New("the path makes no URL: it has a broken escape or a character that no URL has")
	}
	req.Header.Set("Content-Type", "application/json")
	return req, nil
}
