package method

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/method/script"
)

// Scripts is what methods that are scripts take from the run they are part of.
type Scripts struct {
	// Engine runs them; nil if scripts do not run here.
	Engine script.Engine
	// Files is the file system that the connector was loaded from; nil if its
	// scripts can import no files.
	Files fs.FS
	// Fetch sends the requests that scripts send without the API client, by
	// fetch and axios: to the origins that the spec names, with nothing added
	// to them. Nil refuses them.
	Fetch Client
	// Log takes a line that a method logs. It may hold secrets.
	Log func(method, level, line string)
	// Wait waits for a timer of a script; nil really waits. A replay need not.
	Wait func(ctx context.Context, d time.Duration) error
	// Timeout bounds each script; 0 is the engine's own bound.
	Timeout time.Duration
}

// A scripted is a method that is a script.
type scripted struct {
	option  *spec.Option
	method  string
	pointer string // of the script in the option
	source  script.Source
	client  bool // it is called with the API client
}

// newScripted returns the method that the body of a compilation is.
func newScripted(c *compilation, at scriptPlace) *scripted {
	s := &scripted{option: c.option, method: c.method, pointer: c.pointer}
	s.source = script.Source{Text: c.body.Text(), Language: at.Language}
	if file := c.option.FileOf(c.pointer); path.Ext(file) == ".ts" || path.Ext(file) == ".js" {
		s.source.File = strings.TrimPrefix(file, c.option.Connector().Root+"/")
	}
	s.client = slices.Contains(scriptArguments(c.method), "apiClient")
	return s
}

// Scripted tells whether a method is a script. All that such a method makes of
// secrets may be one: nobody sees what it does with them.
func (s *Set) Scripted(method string) bool {
	_, ok := s.methods[method].(*scripted)
	return ok
}

// run runs the script.
func (s *scripted) run(ctx context.Context, call Call) (Result, error) {
	host := &scriptHost{call: call, scripts: call.Scripts}
	v, err := s.value(ctx, host)
	result := Result{Value: v, Mapped: true, Response: host.last}
	if err != nil || s.method != "test" {
		return result, err
	}
	switch {
	case v.IsUndefined() && s.option.Connector().Generation == 1:
		result.Value = formula.Bool(true) // its tests only throw
	case v.IsUndefined():
		err = s.wrong("the test returned nothing, which counts as failed", `end it with "return true"`)
	case !v.Truthy():
		err = s.wrong(fmt.Sprintf("the test returned %s, which counts as failed", v.AppendJSON(nil)), "")
	}
	return result, err
}

// value runs the script and gives its result.
func (s *scripted) value(ctx context.Context, host *scriptHost) (formula.Value, error) {
	scripts := host.scripts
	if scripts.Engine == nil {
		return formula.Undefined, &UnsupportedError{s.method, spec.KindJavaScript}
	}
	program, err := s.compile(scripts.Files)
	if err != nil {
		return formula.Undefined, err
	}
	host.program = program
	result, err := scripts.Engine.Run(ctx, program, script.Call{
		Method: s.method, Arguments: host.call.Variables.AppendJSON(nil), Client: s.client && host.call.Client != nil,
		Timeout: scripts.Timeout, Host: host.functions(s.method),
	})
	if err != nil || result.Value == nil {
		return formula.Undefined, s.placed(err)
	}
	v, err := formula.ParseJSON(result.Value)
	if err != nil {
		return formula.Undefined, fmt.Errorf("what the script gives: %w", err)
	}
	return v, nil
}

// compile brings the script and what it imports together.
func (s *scripted) compile(files fs.FS) (*script.Program, error) {
	source := s.source
	if files != nil {
		var err error
		if source.Files, err = fs.Sub(files, path.Clean(s.option.Connector().Root)); err != nil {
			return nil, fmt.Errorf("the directory of the connector: %w", err)
		}
	}
	program, err := script.Compile(source)
	if err != nil {
		return nil, s.placed(err)
	}
	return program, nil
}

// wrong returns an error about what the script gave, at its beginning.
func (s *scripted) wrong(message, hint string) error {
	return s.placed(&script.Error{Message: message, Hint: hint, Line: 1, Column: 1, File: s.source.File})
}

// placed gives the places of a script's error as those of the connector's
// files.
func (s *scripted) placed(err error) error {
	var e *script.Error
	if !errors.As(err, &e) {
		return err
	}
	placed := *e
	if e.Line > 0 {
		placed.File, placed.Line, placed.Column = s.place(e.File, e.Line, e.Column)
	}
	placed.Stack = slices.Clone(e.Stack)
	for i := range placed.Stack {
		f := &placed.Stack[i]
		f.File, f.Line, f.Column = s.place(f.File, f.Line, f.Column)
	}
	return &placed
}

// place returns the place of the connector's files that a place of the script
// is.
func (s *scripted) place(file string, line, column int) (string, int, int) {
	if file != "" {
		return path.Join(s.option.Connector().Root, file), line, column
	}
	d := s.option.Diagnose("", spec.Error, s.pointer, spec.AtText(offsetOf(s.source.Text, line, column), 0), "", "")
	return d.File, d.Line, d.Column
}

// offsetOf returns the offset of a line and a column, in characters, of a
// text that a spec holds.
func offsetOf(text string, line, column int) int {
	offset := 0
	for range line - 1 {
		i := strings.IndexByte(text[offset:], '\n')
		if i < 0 {
			return len(text)
		}
		offset += i + 1
	}
	for i := range text[offset:] {
		if column--; column == 0 {
			return offset + i
		}
	}
	return len(text)
}

// ClientBy runs makeApiClient, whatever it is.
func (s *Set) ClientBy(ctx context.Context, call Call) (*ClientConfig, error) {
	made, ok := s.methods["makeApiClient"].(*scripted)
	if !ok {
		return s.Client(call.Variables, call.Run)
	}
	call.Client = nil // there is none yet
	host := &scriptHost{call: call, scripts: call.Scripts}
	v, err := made.value(ctx, host)
	if err != nil {
		return nil, err
	}
	if args := v.Get("args"); args.IsObject() { // a wrapper that the SDK's own schema has
		v = args
	}
	if !v.IsObject() {
		return nil, made.wrong(fmt.Sprintf("makeApiClient gives %s; an API client is an object", kindWords(v)), "return { baseUri, headers }")
	}
	config := &ClientConfig{judge: judge{variables: call.Variables, run: call.Run}}
	if config.Base, err = s.scriptedBase(made, v, host); err != nil {
		return nil, err
	}
	if config.judge.handlers, err = s.scriptedHandlers(v.Get("responseHandlers")); err != nil {
		return nil, err
	}
	if err := config.fill(v); err != nil {
		return nil, made.wrong(err.Error(), "")
	}
	var none *signProgram
	if err := none.signed(config, v.Get("sign"), formula.Undefined, call.Run); err != nil {
		return nil, made.wrong(err.Error(), "")
	}
	return config, nil
}

// scriptedBase returns the base of a client that a script made.
func (s *Set) scriptedBase(made *scripted, v formula.Value, host *scriptHost) (formula.Address, error) {
	text, ok := v.Get("baseUri").AsString()
	switch {
	case ok && text != "":
	case v.Get("baseUri").IsMissing() && s.base != nil:
		return s.base.Eval(host.call.Variables, host.call.Run)
	case v.Has("baseUrl") || v.Has("baseURL"):
		return formula.Address{}, made.wrong("the API client has no base address", `the field is called "baseUri"`)
	default:
		return formula.Address{}, made.wrong("the API client has no base address", `give "baseUri": the address that paths are relative to`)
	}
	if err := formula.CheckBase(text); err != nil {
		return formula.Address{}, made.wrong(err.Error(), "")
	}
	written := slices.ContainsFunc(slices.Concat(s.origins, host.program.URLs()), func(u string) bool { return strings.EqualFold(originOf(u), originOf(text)) })
	return formula.Address{URL: text, Literal: written}, nil
}

// Imports are the files that the scripts of an option import, and the origins
// of the absolute URLs that these files write out.
type Imports struct{ Files, Origins []string }

// Imports looks into the file system that the connector was loaded from for
// what its scripts import. An error is a [*script.Error].
func (s *Set) Imports(files fs.FS) (Imports, error) {
	var found Imports
	runners := slices.Collect(maps.Values(s.methods))
	for _, o := range s.operations {
		runners = append(runners, o.runner)
	}
	for _, r := range runners {
		m, ok := r.(*scripted)
		if !ok {
			continue
		}
		program, err := m.compile(files)
		if err != nil {
			return found, err
		}
		for _, file := range program.Files {
			if file = path.Join(s.option.Connector().Root, file); !slices.Contains(found.Files, file) {
				found.Files = append(found.Files, file)
			}
		}
		for _, u := range program.URLs() {
			if origin := originOf(u); !slices.Contains(found.Origins, origin) {
				found.Origins = append(found.Origins, origin)
			}
		}
	}
	slices.Sort(found.Files)
	slices.Sort(found.Origins)
	return found, nil
}

// originOf returns scheme, host and port of an absolute URL.
func originOf(text string) string {
	scheme, rest, _ := strings.Cut(text, "://")
	if i := strings.IndexAny(rest, `/?#\`); i >= 0 {
		rest = rest[:i]
	}
	return scheme + "://" + rest
}

// scriptedHandlers compiles the responseHandlers that a script gave: formulas
// as in a mapping.
func (s *Set) scriptedHandlers(v formula.Value) (*handlerList, error) {
	if v.IsMissing() {
		return nil, nil
	}
	list, ok := v.AsList()
	if !ok {
		return nil, errors.New("responseHandlers is a list")
	}
	l := &handlerList{}
	for i, item := range list {
		h := &handler{}
		failure := item.Get("error")
		for _, part := range []struct {
			name string
			from formula.Value
			to   **formula.Program
		}{
			{"match", item.Get("match"), &h.match},
			{"isSuccess", item.Get("isSuccess"), &h.isSuccess},
			{"data", item.Get("data"), &h.data},
			{"error", failure, &h.failure},
		} {
			if part.from.IsUndefined() {
				continue
			}
			program, problems := formula.Compile(part.from, formula.Options{Dialect: s.option.Connector().Dialect()})
			if len(problems) > 0 {
				return nil, fmt.Errorf("responseHandlers, item %d, %s: %s", i+1, part.name, problems[0].Message)
			}
			*part.to = program
		}
		l.handlers = append(l.handlers, h)
	}
	return l, nil
}

// kindWords says what a value is.
func kindWords(v formula.Value) string {
	if v.IsUndefined() {
		return "nothing"
	}
	return v.Kind().String()
}
