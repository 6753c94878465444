package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"unicode/utf8"

	"github.com/connector-spec/connector/cmd/connector/internal/report"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// evalCheck prints the type of a formula's result and what is wrong with it.
func evalCheck(g *global, opts evalOptions, options formula.Options) error {
	if opts.schema != "" {
		schema, err := readSchema(opts.schema)
		if err != nil {
			return err
		}
		options.Schema = schema
	}
	authored, source, err := opts.formula(g)
	if err != nil {
		return err
	}
	if authored.IsUndefined() {
		return usagef("a formula is missing: give a FILE, - for standard input, or --expr")
	}
	program, problems := formula.Compile(authored, options)
	var summary report.Summary
	diagnostics := make([]spec.Diagnostic, 0, len(problems))
	for _, p := range problems {
		diagnostics = append(diagnostics, source.diagnostic(p))
	}
	spec.SortDiagnostics(diagnostics)
	summary.Add(diagnostics)
	if err := printCheck(g, program.Type(), diagnostics, summary); err != nil {
		return err
	}
	if summary.Errors > 0 {
		return exit{exitNo}
	}
	return nil
}

func printCheck(g *global, typ formula.Value, diagnostics []spec.Diagnostic, s report.Summary) error {
	if g.format != "json" {
		if _, err := fmt.Fprintln(g.Stdout, typ); err != nil {
			return err
		}
		return report.NewText(g.Stdout, g.useColor(g.StdoutTerminal)).Write(diagnostics)
	}
	return report.JSON(g.Stdout, struct {
		Version     int               `json:"version"`
		OK          bool              `json:"ok"`
		Type        json.RawMessage   `json:"type"`
		Diagnostics []spec.Diagnostic `json:"diagnostics"`
		Summary     any               `json:"summary"`
	}{1, s.Errors == 0, typ.AppendJSON(nil), diagnostics, struct {
		Errors   int `json:"errors"`
		Warnings int `json:"warnings"`
	}{s.Errors, s.Warnings}})
}

// diagnostic places a problem in what the formula was read from.
func (s evalSource) diagnostic(p formula.Problem) spec.Diagnostic {
	severity := spec.Error
	if p.Advice {
		severity = spec.Warning
	}
	if s.file != nil {
		at := spec.AtValue()
		switch {
		case p.OnKey:
			at = spec.AtKey()
		case p.Offset >= 0:
			at = spec.AtText(p.Offset, p.Length)
		}
		return s.file.Diagnose(p.Code, severity, p.Pointer, at, p.Message, p.Hint)
	}
	from, end := 0, len(s.expr)
	if p.Offset >= 0 {
		from, end = min(p.Offset, end), min(p.Offset+p.Length, end)
	}
	column := 1 + utf8.RuneCountInString(s.expr[:from])
	return spec.Diagnostic{
		Code: p.Code, Severity: severity, File: "expression", Message: p.Message, Hint: p.Hint, Text: s.expr,
		Line: 1, Column: column, EndLine: 1, EndColumn: column + utf8.RuneCountInString(s.expr[from:end]),
	}
}

// readSchema reads a JSON Schema.
func readSchema(name string) (formula.Value, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return formula.Undefined, err
	}
	s, diagnostics := spec.Parse(name, data)
	for _, d := range diagnostics {
		if d.Severity == spec.Error {
			return formula.Undefined, noError{errors.New(d.String())}
		}
	}
	if !s.Value().IsObject() {
		return formula.Undefined, noError{fmt.Errorf("%s: a schema is an object, not %s", name, s.Value().Kind())}
	}
	return s.Value(), nil
}
