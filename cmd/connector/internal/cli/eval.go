package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

type evalOptions struct {
	file     string
	expr     string
	varsFile string
	vars     []string
	dialect  string
	batch    string
	check    bool
	schema   string
}

func newEval(g *global) *cobra.Command {
	var opts evalOptions
	cmd := &cobra.Command{
		Use:   "eval [FILE|-]",
		Short: "Evaluate a formula",
		Long: `Eval evaluates a formula over variables and prints the result as JSON. The
formula is a YAML or JSON file, standard input, or with --expr one expression.
A result that is undefined prints nothing, and the exit code is 1.

With --batch, each line of a file holds one formula with its variables:

  {"formula": {"$var": "name"}, "variables": {"name": "Ann"}}

and one line comes out for each, in order: {"value": …}, {"undefined": true} or
{"error": "…"}.

With --check it is not evaluated: what is known about the result is printed as
a JSON Schema, and behind it what is wrong with the formula. --schema says what
the variables are. A word of its own in the result is mayBeUndefined: there may
be no result.

On a terminal, without a formula, it asks for expressions until Ctrl-D; the tab
key completes variables and functions.`,
		Example: `  connector eval --expr 'base64(user + ":" + password)' --var user=ann --var password=s
  echo '{$concat: [a, {$var: b}]}' | connector eval - --var b=c
  connector eval --batch formulas.jsonl > results.jsonl
  connector eval --check --schema variables.schema.yml formula.yml`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				opts.file = args[0]
			}
			return runEval(cmd.Context(), g, opts)
		},
	}
	f := cmd.Flags()
	f.StringVar(&opts.expr, "expr", "", "evaluate this `expression`")
	f.StringVar(&opts.varsFile, "vars", "", "read variables from a YAML or JSON `file`")
	f.StringArrayVar(&opts.vars, "var", nil, "set a variable: `name=text`, or name:=JSON; a dot in the name goes into an object")
	f.StringVar(&opts.dialect, "dialect", "", "`membrane` leaves out what this language adds to the format's own")
	f.StringVar(&opts.batch, "batch", "", "evaluate each line of a `file`; - is standard input")
	f.BoolVar(&opts.check, "check", false, "do not evaluate, but say what is known about the result and what is wrong")
	f.StringVar(&opts.schema, "schema", "", "with --check: read a JSON Schema of the variables from a YAML or JSON `file`")
	cmd.MarkFlagsMutuallyExclusive("expr", "batch")
	cmd.MarkFlagsMutuallyExclusive("check", "batch")
	g.formatFlag(cmd, "text", "json")
	return cmd
}

func runEval(ctx context.Context, g *global, opts evalOptions) error {
	options := formula.Options{}
	switch opts.dialect {
	case "":
	case "membrane":
		options.Dialect = formula.DialectMembrane
	default:
		return usagef("--dialect is membrane or nothing, not %q", opts.dialect)
	}
	if opts.check {
		return evalCheck(g, opts, options)
	}
	if opts.schema != "" || g.format != "text" {
		return usagef("--schema and --format go with --check")
	}
	if opts.batch != "" {
		return evalBatch(ctx, g, opts.batch, options)
	}
	vars, err := evalVariables(g, opts)
	if err != nil {
		return err
	}
	authored, source, err := opts.formula(g)
	if err != nil {
		return err
	}
	if authored.IsUndefined() {
		return evalPrompt(g, vars)
	}
	program, problems := formula.Compile(authored, options)
	for _, p := range problems {
		fmt.Fprintln(g.Stderr, source.describe(p.Pointer, p.OnKey, p.Offset, p.Length, p.Message, p.Hint))
	}
	v, err := program.Eval(vars, g.run())
	if err != nil {
		return evalError(source, err)
	}
	if v.IsUndefined() {
		return exit{exitNo}
	}
	_, err = fmt.Fprintln(g.Stdout, v)
	return err
}

// run returns what formulas take from the run.
func (g *global) run() formula.Run {
	now := g.Now()
	return formula.Run{Now: func() time.Time { return now }, Rand: g.Rand}
}

// An evalSource is where a formula came from.
type evalSource struct {
	file *spec.Source // nil for --expr
	expr string
}

// describe places a problem of the formula.
func (s evalSource) describe(pointer string, onKey bool, offset, length int, message, hint string) string {
	if hint != "" {
		hint = "; " + hint
	}
	if s.file == nil {
		if offset < 0 {
			return message + hint
		}
		return fmt.Sprintf("column %d: %s%s", len([]rune(s.expr[:min(offset, len(s.expr))]))+1, message, hint)
	}
	at := spec.AtValue()
	switch {
	case onKey:
		at = spec.AtKey()
	case offset >= 0:
		at = spec.AtText(offset, length)
	}
	d := s.file.Diagnose("formula", spec.Warning, pointer, at, message, "")
	return fmt.Sprintf("%s:%d:%d: %s%s", d.File, d.Line, d.Column, message, hint)
}

// evalError places the error of an evaluation.
func evalError(s evalSource, err error) error {
	var e *formula.Error
	if errors.As(err, &e) {
		if s.file == nil {
			return noError{err}
		}
		return noError{errors.New(s.describe(e.Pointer, false, e.Offset, e.Length, e.Error(), ""))}
	}
	return err
}

// formula reads the formula; undefined if there is none and somebody can be
// asked.
func (o evalOptions) formula(g *global) (formula.Value, evalSource, error) {
	if o.expr != "" {
		if o.file != "" {
			return formula.Undefined, evalSource{}, usagef("there is a FILE and --expr; give one of them")
		}
		v := formula.Object(formula.Member{Key: "$expr", Value: formula.String(o.expr)})
		return v, evalSource{expr: o.expr}, nil
	}
	name, data := o.file, []byte(nil)
	var err error
	switch o.file {
	case "":
		if g.Ask != nil && !g.noInput {
			return formula.Undefined, evalSource{}, nil
		}
		return formula.Undefined, evalSource{}, usagef("a formula is missing: give a FILE, - for standard input, or --expr")
	case "-":
		name = "stdin"
		data, err = io.ReadAll(io.LimitReader(g.Stdin, spec.MaxFileSize+1))
	default:
		data, err = os.ReadFile(o.file)
	}
	if err != nil {
		return formula.Undefined, evalSource{}, err
	}
	s, diagnostics := spec.Parse(name, data)
	for _, d := range diagnostics {
		if d.Severity == spec.Error {
			return formula.Undefined, evalSource{}, noError{errors.New(d.String())}
		}
	}
	return s.Value(), evalSource{file: s}, nil
}

// evalVariables reads --vars and --var.
func evalVariables(g *global, opts evalOptions) (formula.Value, error) {
	vars := formula.Object()
	if opts.varsFile != "" {
		data, err := os.ReadFile(opts.varsFile)
		if err != nil {
			return vars, err
		}
		if strings.HasSuffix(opts.varsFile, ".json") {
			if vars, err = formula.ParseJSON(data); err != nil {
				return vars, fmt.Errorf("%s: %w", opts.varsFile, err)
			}
		} else {
			s, diagnostics := spec.Parse(opts.varsFile, data)
			for _, d := range diagnostics {
				if d.Severity == spec.Error {
					return vars, errors.New(d.String())
				}
			}
			vars = s.Value()
		}
		if !vars.IsObject() {
			return vars, fmt.Errorf("%s: variables are an object, not %s", opts.varsFile, vars.Kind())
		}
	}
	for _, text := range opts.vars {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return vars, usagef("--var takes name=text or name:=JSON")
		}
		v := formula.String(value)
		if rest, isJSON := strings.CutSuffix(name, ":"); isJSON {
			parsed, err := formula.ParseJSON([]byte(value))
			if err != nil {
				return vars, usagef("--var %s: %v", rest, err)
			}
			name, v = rest, parsed
		}
		vars = setNested(vars, strings.Split(name, "."), v)
	}
	return vars, nil
}

func setNested(object formula.Value, path []string, v formula.Value) formula.Value {
	if len(path) > 1 {
		v = setNested(object.Get(path[0]), path[1:], v)
	}
	return object.With(path[0], v)
}
