package formula

import (
	"fmt"
	"slices"
	"strings"
)

// A Func is one formula of the language.
type Func struct {
	Name     string // with its "$"
	Summary  string
	Args     string // what stands behind the name
	Addition bool   // ours: the format itself does not know it
	Examples []Example

	// compile compiles an object that is this formula; arg stands behind its
	// name. The compiler's path is at arg.
	compile func(c *compiler, arg, object Value) compiled
	// infer infers the type of such an object and reports what cannot be meant.
	infer func(c *checker, arg, object Value) *dataType
}

// An Example shows a formula and what becomes of it. All are JSON; an empty
// Want is undefined.
type Example struct {
	In, Vars, Want string
	Note           string
}

// builtins lists the language: one formula, one file, one line here.
var builtins = []Func{
	varFormula,
	copyFormula,
	concatFormula,
	tplFormula,
	plainFormula,
	formulaFormula,
	caseFormula,
	mapFormula,
	firstNotEmptyFormula,
	evalFormula,
	andFormula,
	orFormula,
	iterateFormula,
	mergeObjectsFormula,
	firstNameFormula,
	lastNameFormula,
	domainFromEmailFormula,
	extractDateFormula,
	extractTimeFormula,
	jsonataFormula,
	recordFormula,
	lookupFormula,
	findAppRecordIDFormula,
	findExternalRecordIDFormula,
	dataSchemaRefFormula,
	exprFormula,
}

// Funcs returns the formulas of the language.
func Funcs() []Func { return slices.Clone(builtins) }

// lookup returns the formula of that name, or nil.
func (c *compiler) lookup(name string) *Func {
	for i := range c.funcs {
		if c.funcs[i].Name == name {
			return &c.funcs[i]
		}
	}
	return nil
}

// suggestFormula returns a hint for a formula name that does not exist.
func (c *compiler) suggestFormula(name string) string {
	if hint, ok := habits[name]; ok {
		return hint
	}
	data := "data whose keys begin with $ stands within $plain"
	if c.options.Dialect == DialectConnector {
		data = fmt.Sprintf("data whose keys begin with $ is written {$expr: '{%q: …}'}, or within $plain if it is fixed", name)
	}
	if slices.Contains(queryOptions, name) {
		return data
	}
	var names []string
	for _, f := range c.funcs {
		names = append(names, f.Name)
	}
	if s := Nearest(name, names); s != "" {
		return fmt.Sprintf("did you mean %q?", s)
	}
	return data + "; formulas are " + strings.Join(names, ", ")
}

// queryOptions are keys of data that many APIs have (OData 4.01 part 2, 5.1), and
// no names of formulas.
var queryOptions = []string{
	"$top", "$skip", "$select", "$filter", "$orderby", "$expand", "$count", "$search", "$format", "$apply", "$compute", "$skiptoken", "$deltatoken",
}

// habits are names that people write from habit, or from samples that never
// worked.
var habits = map[string]string{
	"$template":         `write the text as "…${expression}…", or use $concat`,
	"$base64":           "write ${base64(…)}; for user and password use auth: {username, password}",
	"$if":               "write ${condition ? yes : no}, or use $case",
	"$extractFirstName": "the formula is $firstName",
	"$extractLastName":  "the formula is $lastName",
	"$join":             "use $concat with a delimiter",
	"$ref":              "use $var",
}
