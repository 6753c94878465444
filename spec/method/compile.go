package method

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/authtype"
)

// A Set is the compiled methods and formulas of one option. It does not change
// and may be used by many goroutines at once.
type Set struct {
	option  *spec.Option
	methods map[string]runner
	client  *clientProgram
	base    *formula.URLProgram // of auth itself; nil if it has none
	origins []string            // that its requests name literally
	reads   []Read

	label, enabled, redirect *formula.Program // nil if the option has none

	operations []*operation
}

// A Read says that a formula of a method reads a variable.
type Read struct {
	Method  string          // or the field that the formula stands in
	Pointer string          // of the formula in the option
	Path    formula.Locator // what is read
}

// Compile compiles the methods of an option in its runnable form and reports
// what is wrong with them.
func Compile(o *spec.Option) (*Set, []spec.Diagnostic) {
	set := &Set{option: o, methods: make(map[string]runner)}
	scope := authtype.NewScope(o)
	var diagnostics []spec.Diagnostic
	for _, name := range authtype.Order() {
		if name == "test" { // it may run one
			diagnostics = append(diagnostics, set.compileOperations(scope)...)
		}
		m := o.Value.Get(name)
		kind := findKind(m.Get("type").Text())
		if kind == nil || kind.compile == nil || !m.Has(kind.body) {
			continue
		}
		c := &compilation{option: o, method: name, body: m.Get(kind.body), pointer: formula.Pointer(name, kind.body), set: set, scope: scope}
		switch isMapping := kind.Name == spec.KindMapping; {
		case name == "makeApiClient" && isMapping:
			set.client = compileClient(c)
		case name == "getOAuthConfig" && isMapping:
			set.methods[name] = compileOAuth(c)
		default:
			if r := kind.compile(c); r != nil {
				set.methods[name] = r
			}
		}
		if kind.body == "mapping" {
			c.checkResult()
		}
		scope.Learn(name, c.result)
		diagnostics = append(diagnostics, c.diagnostics...)
	}
	if base := o.Value.Get("baseUri"); set.client.has(base) {
		set.base = set.client.base
	} else if !base.IsMissing() {
		c := &compilation{option: o, method: "baseUri", pointer: "/baseUri", set: set, scope: scope}
		if isRead(base, "credentials", "authData") {
			c.method = "makeApiClient" // where it is used; nothing that runs before can
		}
		set.base = c.url("", base, formula.URLBase)
		diagnostics = append(diagnostics, c.diagnostics...)
	}
	for _, field := range []struct {
		name    string
		program **formula.Program
	}{{"connectionLabel", &set.label}, {"enabled", &set.enabled}, {"redirect", &set.redirect}} {
		v := o.Value.Get(field.name)
		if v.IsMissing() {
			continue
		}
		c := &compilation{option: o, method: field.name, body: v, pointer: formula.Pointer(field.name), set: set, scope: scope}
		*field.program = c.formula("", v)
		diagnostics = append(diagnostics, c.diagnostics...)
	}
	return set, diagnostics
}

// isRead tells whether a value reads one of the variables.
func isRead(v formula.Value, names ...string) bool {
	if text, ok := v.AsString(); ok && !slices.ContainsFunc(names, func(n string) bool { return strings.Contains(text, n) }) {
		return false
	}
	program, _ := formula.Compile(v, formula.Options{})
	for _, r := range program.References() {
		if root, _ := r.Path.Names(); slices.Contains(names, root) {
			return true
		}
	}
	return false
}

// Has tells whether the option has a method.
func (s *Set) Has(method string) bool {
	m := s.option.Value.Get(method)
	return m.IsObject() && m.Get("type").Text() != spec.KindNotSupported
}

// Supported returns an [UnsupportedError] if a method is there and of a kind
// that does not run.
func (s *Set) Supported(method string) error {
	if !s.Has(method) || s.methods[method] != nil || method == "makeApiClient" && s.client != nil {
		return nil
	}
	return &UnsupportedError{method, s.option.Value.Get(method).Get("type").Text()}
}

// Run runs a method that the option has.
func (s *Set) Run(ctx context.Context, method string, call Call) (Result, error) {
	r := s.methods[method]
	if r == nil {
		return Result{}, &UnsupportedError{method, s.option.Value.Get(method).Get("type").Text()}
	}
	return r.run(ctx, call)
}

// Label evaluates connectionLabel; "" if there is none.
func (s *Set) Label(variables formula.Value, run formula.Run) (string, error) {
	if s.label == nil {
		return "", nil
	}
	v, err := s.label.Eval(variables, run)
	if err != nil || v.IsMissing() {
		return "", err
	}
	return text(v)
}

// LiteralOrigins lists the origins of the absolute URLs that the option's
// requests write out.
func (s *Set) LiteralOrigins() []string { return slices.Clone(s.origins) }

// Base evaluates auth.baseUri, which requests that run before there is a
// client are relative to.
func (s *Set) Base(variables formula.Value, run formula.Run) (formula.Address, error) {
	if s.base == nil {
		return formula.Address{}, errors.New("the path is relative and auth has no baseUri; write the whole URL")
	}
	return s.base.Eval(variables, run)
}

// BaseOrigins evaluates as much of the addresses of the API as decides where
// requests go: that of auth.baseUri and that of a makeApiClient which is no
// script. It needs no value that stands behind a host.
func (s *Set) BaseOrigins(variables formula.Value, run formula.Run) ([]formula.Address, error) {
	var list []formula.Address
	var failures []error
	add := func(a formula.Address, err error) {
		switch {
		case err != nil:
			failures = append(failures, err)
		case a.URL == "":
			failures = append(failures, errors.New("the formula of baseUri gave nothing"))
		default:
			list = append(list, a)
		}
	}
	if s.base != nil {
		add(s.base.EvalOrigin(variables, run))
	}
	switch {
	case s.client == nil:
		if s.base == nil {
			add(s.Base(variables, run))
		}
	case s.client.base != nil:
		add(s.client.base.EvalOrigin(variables, run))
	default:
		made, err := s.Client(variables, run)
		if err != nil {
			made = &ClientConfig{}
		}
		add(made.Base, err)
	}
	return list, errors.Join(failures...)
}

// Reads lists the variables that the option's formulas read.
func (s *Set) Reads() []Read { return s.reads }

// A compilation compiles the body of one method.
type compilation struct {
	option      *spec.Option
	method      string
	body        formula.Value
	pointer     string // of the body in the option
	set         *Set
	scope       *authtype.Scope
	result      formula.Type // of the method
	names       []string     // of the variables that the method sees
	more        []variable   // that it sees besides
	diagnostics []spec.Diagnostic
}

// A variable is one that is there besides those of the method.
type variable = formula.TypeMember

// options returns how formulas of the method are compiled; more are variables
// that are there besides.
func (c *compilation) options(more []variable) formula.Options {
	if c.names == nil {
		c.names = authtype.Variables(c.method)
	}
	names := slices.Clip(c.names)
	more = append(slices.Clip(c.more), more...)
	for _, v := range more {
		names = append(names, v.Key)
	}
	return formula.Options{
		Dialect:   c.option.Dialect(c.method),
		Variables: names,
		Types:     c.scope.Variables(c.method).With(more...),
	}
}

// formula compiles a part of the body, at a pointer relative to it.
func (c *compilation) formula(at string, v formula.Value, more ...variable) *formula.Program {
	program, problems := formula.Compile(v, c.options(more))
	c.note(at, problems, program.References())
	return program
}

// url compiles a URL of the body.
func (c *compilation) url(at string, v formula.Value, kind formula.URLKind, more ...variable) *formula.URLProgram {
	program, problems := formula.CompileURL(v, kind, c.options(more))
	c.note(at, problems, program.References())
	return program
}

// note keeps what the compilation of a formula found.
func (c *compilation) note(at string, problems []formula.Problem, refs []formula.Reference) {
	for _, r := range refs {
		c.set.reads = append(c.set.reads, Read{c.method, c.pointer + at + r.Pointer, r.Path})
	}
	for _, p := range problems {
		place := spec.AtValue()
		switch {
		case p.OnKey:
			place = spec.AtKey()
		case p.Offset >= 0:
			place = spec.AtText(p.Offset, p.Length)
		}
		c.diagnostics = append(c.diagnostics, c.option.Diagnose(p.Code, severityOf(p), c.pointer+at+p.Pointer, place, p.Message, c.hint(p)))
	}
}

// severityOf returns how much a problem of a formula matters: an error is what
// cannot be meant.
func severityOf(p formula.Problem) spec.Severity {
	if p.Advice || p.Code == "formula-not-first" {
		return spec.Warning
	}
	return spec.Error
}

func (c *compilation) report(code string, severity spec.Severity, at string, place spec.At, message, hint string) {
	c.diagnostics = append(c.diagnostics, c.option.Diagnose(code, severity, c.pointer+at, place, message, hint))
}

type mapping struct{ program *formula.Program }

func compileMapping(c *compilation) runner {
	m := &mapping{c.formula("", c.body)}
	c.result = m.program.Result()
	return m
}

func (m *mapping) run(_ context.Context, call Call) (Result, error) {
	v, err := m.program.Eval(call.Variables, call.Run)
	return Result{Value: v, Mapped: true}, err
}
