package lint

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// A foreign is a variable in a text, written as other languages write one.
type foreign struct {
	start, end int
	path       string // of the variable, as $var takes it
	isFormula  bool   // {$var: PATH}, in quotes
}

// expression returns how a text holds the variable.
func (f foreign) expression() string {
	parts := strings.Split(f.path, ".")
	var b strings.Builder
	for i, part := range parts {
		switch {
		case strings.Contains(part, "-"):
			fmt.Fprintf(&b, "[%q]", part)
		case i > 0:
			b.WriteString("." + part)
		default:
			b.WriteString(part)
		}
	}
	return "${" + b.String() + "}"
}

// variablePath matches the path of a variable, and shapes the ways in which
// other languages write one in a text. The first shape is our own.
const variablePath = `((?:\$\.)?[A-Za-z_]\w*(?:\.[A-Za-z_]\w*(?:-\w+)*|\[\d+\])*)`

var shapes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\$\{[^}]*\}` +
		`|\{\{\{?\s*` + variablePath + `\s*\}?\}\}` +
		`|\$\(\s*` + variablePath + `\s*\)` +
		`|<%[=-]?\s*` + variablePath + `\s*%>` +
		`|\{?\s*"?\$var"?\s*:\s*["']?` + variablePath + `["']?\s*\}?` +
		`|[#%@]?\{\s*` + variablePath + `\s*\}` +
		`|\$([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)`)
})

// The shapes of which more is known, by their place in the expression.
const (
	lastSureShape = 3 // those up to it can be nothing but templates
	formulaShape  = 4
	bracesShape   = 5
	dollarShape   = 6
)

// foreignTemplates returns the variables that a text holds as other languages
// write them; variable says which one a path means, if any. In the path of a
// request {name} is a parameter.
func foreignTemplates(text string, variable func(path string, sure bool) (string, bool), isPath bool) []foreign {
	var found []foreign
	for _, m := range shapes().FindAllStringSubmatchIndex(text, -1) {
		start, end, shape := m[0], m[1], 0
		for i := 1; i < len(m)/2; i++ {
			if m[2*i] >= 0 {
				shape = i
			}
		}
		switch {
		case shape == 0, shape == bracesShape && isPath, shape == dollarShape && start > 0 && isWordByte(text[start-1]):
			continue
		}
		path, known := variable(text[m[2*shape]:m[2*shape+1]], shape <= lastSureShape)
		if known {
			found = append(found, foreign{start, end, path, shape == formulaShape})
		}
	}
	return found
}

func isWordByte(c byte) bool {
	return c == '_' || c == '$' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// seemsForeign tells quickly whether a text may hold a template that is none of
// ours.
func seemsForeign(text string) bool {
	for i := range len(text) {
		switch text[i] {
		case '$':
			if i+1 < len(text) && text[i+1] != '{' {
				return true
			}
		case '{':
			if i == 0 || text[i-1] != '$' {
				return true
			}
		case '<':
			if strings.HasPrefix(text[i:], "<%") {
				return true
			}
		}
	}
	return false
}

// concatenation writes a text with variables as a formula.
func concatenation(text string, found []foreign) string {
	var parts []string
	literal := func(s string) {
		if s != "" {
			parts = append(parts, "'"+strings.ReplaceAll(s, "'", "''")+"'")
		}
	}
	last := 0
	for _, f := range found {
		literal(text[last:f.start])
		parts = append(parts, fmt.Sprintf("{$var: %s}", f.path))
		last = f.end
	}
	literal(text[last:])
	return "{$concat: [" + strings.Join(parts, ", ") + "]}"
}
