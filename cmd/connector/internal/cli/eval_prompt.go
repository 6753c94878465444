package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// evalPrompt asks for expressions and formulas until the input ends.
func evalPrompt(g *global, vars formula.Value) error {
	line, restore, err := g.Lines("> ", func(typed string) []string { return completions(typed, vars) })
	if err != nil {
		return err
	}
	defer restore()
	for {
		text, err := line()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if text = strings.TrimSpace(text); text != "" {
			fmt.Fprint(g.Stdout, strings.ReplaceAll(evalLine(g, text, vars), "\n", "\r\n")+"\r\n")
			if w, ok := g.Stdout.(interface{ Flush() error }); ok {
				_ = w.Flush()
			}
		}
	}
}

// evalLine evaluates one line: a formula if it begins like an object or a
// list, else an expression.
func evalLine(g *global, text string, vars formula.Value) string {
	authored := formula.Object(formula.Member{Key: "$expr", Value: formula.String(text)})
	if text[0] == '{' || text[0] == '[' {
		s, diagnostics := spec.Parse("line", []byte(text))
		for _, d := range diagnostics {
			if d.Severity == spec.Error {
				return fmt.Sprintf("column %d: %s", d.Column, d.Message)
			}
		}
		authored = s.Value()
	}
	program, problems := formula.Compile(authored, formula.Options{})
	if len(problems) > 0 {
		return strings.TrimSuffix(problems[0].Message+"\n"+problems[0].Hint, "\n")
	}
	v, err := program.Eval(vars, g.run())
	if err != nil {
		return err.Error()
	}
	return v.String()
}

// completions returns the ways to complete the word at the end of what is
// typed: members of variables, or variables and functions.
func completions(typed string, vars formula.Value) []string {
	start := strings.LastIndexFunc(typed, func(r rune) bool {
		return r != '.' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) + 1
	word := typed[start:]
	owner, prefix := vars, ""
	if dot := strings.LastIndexByte(word, '.'); dot >= 0 {
		prefix = word[:dot+1]
		for _, name := range strings.Split(word[:dot], ".") {
			owner = owner.Get(name)
		}
	}
	var list []string
	for _, key := range owner.Keys() {
		if strings.HasPrefix(prefix+key, word) {
			list = append(list, typed[:start]+prefix+key)
		}
	}
	if prefix == "" {
		for _, f := range formula.ExprFuncs() {
			if strings.HasPrefix(f.Name, word) && word != "" {
				list = append(list, typed[:start]+f.Name+"(")
			}
		}
	}
	return list
}
