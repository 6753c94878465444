package method

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// A ClientConfig is what makeApiClient gives: where requests go and what of
// the credential goes with them.
type ClientConfig struct {
	Base                    formula.Address
	Headers, Query, Cookies []Field
	Data                    formula.Value // an object merged into bodies, or undefined
	Basic                   *Basic
	Sign, TLS               formula.Value // undefined if there is none
	Timeout                 time.Duration // 0: the program's own
	MaxResponseBytes        int64         // 0: the program's own
	// HMAC evaluates a Sign of the type hmac, of which Sign holds the type alone,
	// for one request: with the variables request (method, host, path, query,
	// headers by lower-case names, body, bodySha256 as bytes), timestamp and
	// nonce. The headers that the result has are part of request.headers then.
	// It is nil for other types.
	HMAC func(run formula.Run, more ...formula.Member) (formula.Value, error)

	judge judge
}

// JudgesBodies tells whether an answer with a status of success may be an error
// by what is in it, since the client has response handlers.
func (c *ClientConfig) JudgesBodies() bool { return c.judge.handlers != nil }

// Format writes where requests go and nothing of what goes with them.
func (c ClientConfig) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "API client of "+c.Base.URL)
}

// A Field is a header, a query parameter or a cookie.
type Field struct{ Name, Value string }

// Basic is a user name and a password for every request.
type Basic struct{ Username, Password string }

// A clientProgram is a compiled makeApiClient that is a mapping.
type clientProgram struct {
	base  *formula.URLProgram // nil if the whole mapping is a formula
	uri   formula.Value       // that base was compiled from
	parts *formula.Program
	sign  *signProgram // nil if nothing is signed, or a formula gives the client
	// handlers are nil if there are none, or a formula gives the client; kept
	// are those within that formula, see keepHandlers.
	handlers *handlerList
	kept     []*handlerList
}

func compileClient(c *compilation) *clientProgram {
	at := ""
	if args := c.body.Get("args"); args.IsObject() { // a wrapper that the SDK's own schema has
		c.body, at = args, "/args"
	}
	if !c.body.IsObject() || formula.LooksLikeFormula(c.body) {
		c.hiddenURLs(at, c.body, []string{"baseUri"})
		p := &clientProgram{}
		p.parts = c.formula(at, p.keepHandlers(c, at, c.body))
		c.result = p.parts.Result()
		return p
	}
	p := &clientProgram{}
	if base := c.body.Get("baseUri"); !base.IsMissing() {
		p.base, p.uri = c.url(at+"/baseUri", base, formula.URLBase), base
	} else {
		c.report("missing-base", spec.Error, "", spec.AtKey(), "the API client has no base address", `write "baseUri: https://…" in auth, or in the mapping of makeApiClient`)
	}
	// responseHandlers wait for a response: evaluated now, none would match.
	if handlers := c.body.Get("responseHandlers"); !handlers.IsMissing() {
		p.handlers = c.handlers(at+"/responseHandlers", handlers)
	}
	p.signature(c, at+"/sign", c.body.Get("sign"))
	rest := c.body.Without("baseUri").Without("responseHandlers").Without("sign")
	p.parts = c.formula(at, rest)
	c.result = p.parts.Result()
	return p
}

// has tells whether the client's base was compiled from uri.
func (p *clientProgram) has(uri formula.Value) bool {
	return p != nil && p.base != nil && p.uri.Equal(uri)
}

// hiddenURLs reports addresses, the members of those names, within a formula
// that gives the whole of a method's result, unless each is fixed text or one
// value: nothing there keeps the host what the author wrote.
func (c *compilation) hiddenURLs(at string, v formula.Value, names []string) {
	for i := range v.Len() {
		key, item := v.At(i)
		if key == "" {
			key = strconv.Itoa(i)
		}
		pointer := at + formula.Pointer(key)
		text, isText := item.AsString()
		fixed := isText && (!strings.Contains(text, "${") || !strings.Contains(text, "://"))
		whole := item.IsObject() && item.Len() == 1 && item.Has("$var")
		if slices.Contains(names, key) && !fixed && !whole {
			what, hint := "an address within a formula lets a value change its host", fmt.Sprintf("write %s at the top of the mapping; it may be a formula itself", key)
			if key == "baseUri" {
				what, hint = "a base address within a formula lets a value change its host", "write baseUri in auth, or at the top of the mapping; it may be a formula itself"
			}
			c.report("bad-url", spec.Error, pointer, spec.AtKey(), what, hint)
			continue
		}
		if item.Len() > 0 {
			c.hiddenURLs(pointer, item, names)
		}
	}
}

// Client evaluates makeApiClient.
func (s *Set) Client(variables formula.Value, run formula.Run) (*ClientConfig, error) {
	if s.client == nil {
		return nil, s.Supported("makeApiClient")
	}
	v, err := s.client.parts.Eval(variables, run)
	if err != nil {
		return nil, err
	}
	config := &ClientConfig{judge: judge{variables: variables, run: run}}
	config.judge.handlers = s.client.handlersOf(v)
	if s.client.base != nil {
		config.Base, err = s.client.base.Eval(variables, run)
	} else {
		config.Base.URL = v.Get("baseUri").Text()
		err = formula.CheckBase(config.Base.URL)
	}
	if err != nil {
		return nil, err
	}
	if config.Base.URL == "" {
		return nil, errors.New("the API client has no base address: the formula of baseUri gave nothing")
	}
	if err := config.fill(v); err != nil {
		return config, err
	}
	return config, s.client.sign.signed(config, v.Get("sign"), variables, run)
}

// fill reads the evaluated mapping.
func (c *ClientConfig) fill(v formula.Value) error {
	var err error
	if c.Headers, err = fields(v.Get("headers"), "header"); err != nil {
		return err
	}
	if c.Query, err = fields(v.Get("query"), "query parameter"); err != nil {
		return err
	}
	if c.Cookies, err = fields(v.Get("cookies"), "cookie"); err != nil {
		return err
	}
	if c.Basic, err = basicOf(v.Get("auth")); err != nil {
		return err
	}
	c.Data, c.TLS = v.Get("data"), v.Get("tls")
	if c.Timeout, err = seconds(v.Get("timeout")); err != nil {
		return err
	}
	if n, ok := v.Get("maxResponseBytes").AsNumber(); ok && n > 0 {
		c.MaxResponseBytes = int64(n)
	}
	return nil
}

func seconds(v formula.Value) (time.Duration, error) {
	if v.IsMissing() {
		return 0, nil
	}
	n, ok := v.AsNumber()
	if !ok || n <= 0 || n > 3600 {
		return 0, fmt.Errorf("timeout is a number of seconds up to 3600, not %v", v)
	}
	return time.Duration(n * float64(time.Second)), nil
}

// basicOf reads {username, password}; a half that is missing is empty.
func basicOf(v formula.Value) (*Basic, error) {
	if v.IsMissing() {
		return nil, nil
	}
	if !v.IsObject() {
		return nil, errors.New("auth is {username, password}")
	}
	var b Basic
	for _, half := range []struct {
		name string
		text *string
	}{{"username", &b.Username}, {"password", &b.Password}} {
		if x := v.Get(half.name); !x.IsMissing() {
			s, err := text(x)
			if err != nil {
				return nil, fmt.Errorf("auth.%s: %w", half.name, err)
			}
			*half.text = s
		}
	}
	return &b, nil
}

// fields reads an object of texts; missing and null values are left out, a
// list gives the name several times.
func fields(v formula.Value, what string) ([]Field, error) {
	if v.IsMissing() {
		return nil, nil
	}
	if !v.IsObject() {
		return nil, fmt.Errorf("each %s has a name: an object is wanted, not %s", what, v.Kind())
	}
	var list []Field
	for i, name := range v.Keys() {
		_, item := v.At(i)
		values, ok := item.AsList()
		if !ok {
			values = []formula.Value{item}
		}
		for _, x := range values {
			if x.IsMissing() {
				continue
			}
			s, err := text(x)
			if err != nil {
				return nil, fmt.Errorf("%s %q: %w", what, name, err)
			}
			list = append(list, Field{name, s})
		}
	}
	return list, nil
}

// text returns a scalar as text, numbers as JavaScript prints them.
func text(v formula.Value) (string, error) {
	switch v.Kind() {
	case formula.KindString:
		return v.Text(), nil
	case formula.KindNumber, formula.KindBool:
		return v.String(), nil
	case formula.KindBytes:
		return "", errors.New("bytes are no text; hex() or base64() makes text of them")
	}
	return "", fmt.Errorf("text is wanted, not %s", map[formula.Kind]string{formula.KindList: "a list", formula.KindObject: "an object", formula.KindNull: "null", formula.KindUndefined: "nothing"}[v.Kind()])
}
