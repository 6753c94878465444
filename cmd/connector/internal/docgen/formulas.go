package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// writeFormulas writes the reference of the formula language from its tables.
func writeFormulas(w io.Writer) error {
	var b strings.Builder
	b.WriteString(formulasIntro)
	for _, f := range formula.Funcs() {
		fmt.Fprintf(&b, "* [`%s`](#%s): %s\n", f.Name, anchor(f.Name), lowerFirst(f.Summary))
	}
	for _, f := range formula.Funcs() {
		writeFormula(&b, f)
	}
	writeOperators(&b, "Operators of $eval", "The second key of an `$eval` object names one of these.", formula.Operators())
	writeOperators(&b, "Operators of legacy filters", "In a list of `{field, operator, value}`, which `$case` takes as a filter.", formula.FilterOperators())
	b.WriteString(expressionsIntro)
	writeOperators(&b, "Operators of expressions", "", formula.ExprOperators())
	b.WriteString("\n## Functions of expressions\n\n| function | | example |\n|---|---|---|\n")
	for _, f := range formula.ExprFuncs() {
		fmt.Fprintf(&b, "| `%s(%s)` | %s | %s |\n", f.Name, cell(f.Args), cell(f.Summary), firstExample(f))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

const formulasIntro = `<!-- Made by go generate from the tables of package formula. -->

# Formulas

Any value of a mapping may be a formula. An object is a formula if its **first**
key is the name of one, as in ` + "`{$var: credentials.apiKey}`" + `; any other object is
data, and what stands in it is evaluated. A text may hold ` + "`${expressions}`" + `.

What is undefined disappears: a key whose value is undefined is left out, an
undefined item too, and an object or list that loses all it had is undefined
itself. Null, empty text, 0 and false stay. What a formula gives is not
evaluated again.

Data whose first key begins with ` + "`$`" + `, such as the query options of OData, would be
taken for a formula. As an expression it is data, with values of variables in it:
` + "`query: {$expr: '{\"$top\": input.count, \"$select\": \"name\"}'}`" + `. What is fixed
stands within ` + "[`$plain`](#plain)" + `, as in ` + "`query: {$plain: {$top: 20}}`" + `.

`

const expressionsIntro = `
# Expressions

` + "`${…}`" + ` in a text stands for the value of an expression; ` + "`$${`" + ` is a literal
` + "`${`" + `. A text that is one ` + "`${…}`" + ` keeps the value's type, and is the same as
` + "`$expr`" + `. A missing or null value is an **error** that names it, since a header
"Bearer " helps nobody; ` + "`a.b.c ?? \"default\"`" + ` gives a default for any missing
step to its left. Numbers print as JavaScript prints them. Every expression is
bounded in steps and in the text it builds.
`

func writeFormula(b *strings.Builder, f formula.Func) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\nTakes %s.", f.Name, f.Summary, f.Args)
	if f.Addition {
		b.WriteString(" An addition of this project: `dialect: membrane` turns it off.")
	}
	b.WriteString("\n\n| formula | variables | result |\n|---|---|---|\n")
	for _, e := range f.Examples {
		want := e.Want
		if want == "" {
			want = "undefined"
		}
		fmt.Fprintf(b, "| `%s` | %s | `%s` |\n", cell(e.In), code(e.Vars), cell(want))
	}
	notes := false
	for _, e := range f.Examples {
		if e.Note == "" {
			continue
		}
		if !notes {
			b.WriteString("\n")
			notes = true
		}
		fmt.Fprintf(b, "* `%s`: %s.\n", e.In, e.Note)
	}
}

func writeOperators(b *strings.Builder, title, intro string, list []formula.Operator) {
	fmt.Fprintf(b, "\n## %s\n\n", title)
	if intro != "" {
		fmt.Fprintf(b, "%s\n\n", intro)
	}
	b.WriteString("| operator | |\n|---|---|\n")
	for _, o := range list {
		fmt.Fprintf(b, "| `%s` | %s |\n", cell(o.Name), cell(o.Summary))
	}
}

// firstExample returns the first example of a function that has one.
func firstExample(f formula.ExprFunc) string {
	if len(f.Examples) == 0 {
		return ""
	}
	e := f.Examples[0]
	return fmt.Sprintf("`%s` is `%s`", cell(e.In), cell(e.Want))
}

func code(s string) string {
	if s == "" || s == "{}" {
		return ""
	}
	return "`" + cell(s) + "`"
}

// cell makes text fit into a cell of a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }

// anchor returns the fragment by which Markdown viewers know a heading.
func anchor(name string) string { return strings.ToLower(strings.TrimPrefix(name, "$")) }

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }
