package lint

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/spec"
)

// hideSecrets masks secrets in what a list of diagnostics shows: those that its
// findings are about, values of fields whose names say secret, and what looks
// like a secret besides. A masked line keeps its columns. A fix that would write
// one out is dropped.
func hideSecrets(list []spec.Diagnostic) {
	var written []string
	for i := range list {
		d := &list[i]
		text := d.Text
		for _, s := range list {
			if s.Code == "secret-in-spec" && s.File == d.File && s.Line <= d.Line && d.Line <= s.EndLine {
				from, to := 1, len(text)+1
				if s.Line == d.Line {
					from = s.Column
				}
				if s.EndLine == d.Line {
					to = s.EndColumn
				}
				d.Text = maskColumns(d.Text, from, to)
			}
		}
		for _, at := range namedSecrets(text, d) {
			value := text[at[0]:at[1]]
			from := utf8.RuneCountInString(text[:at[0]]) + 1
			d.Text = maskColumns(d.Text, from, from+utf8.RuneCountInString(value))
			d.Message, d.Hint = maskValue(d.Message, value), maskValue(d.Hint, value)
			if len(value) >= 8 && !slices.Contains(written, value) && len(written) < maxWritten {
				written = append(written, value)
			}
		}
		d.Text, d.Message, d.Hint = maskShapes(d.Text), maskShapes(d.Message), maskShapes(d.Hint)
	}
	for i := range list {
		for _, value := range written {
			d := &list[i]
			d.Message, d.Hint = maskValue(d.Message, value), maskValue(d.Hint, value)
			if d.Fix != nil && slices.ContainsFunc(d.Fix.Edits, func(e spec.Edit) bool { return strings.Contains(e.New, value) }) {
				d.Fix = nil
			}
		}
	}
}

// maxWritten bounds the values that are looked for in all that is said.
const maxWritten = 100

// namedValue matches the name of a field in YAML, JSON or a query, and what
// begins its value.
var namedValue = regexp.MustCompile(`(?:^[ \t]*(?:- +)*|[{,][ \t]*|[?&])["']?([A-Za-z][\w.-]*)["']?(?:[ \t]*:[ \t]+|":[ \t]*|=)`)

// namedSecrets returns where a line holds literal values of fields whose names
// say secret: as bytes from and up to.
func namedSecrets(line string, d *spec.Diagnostic) [][2]int {
	var found [][2]int
	for _, m := range namedValue.FindAllStringSubmatchIndex(line, -1) {
		if !spec.SaysSecret(line[m[2]:m[3]]) {
			continue
		}
		start, end := m[1], m[1]
		switch rest := line[start:]; {
		case rest == "":
			continue
		case line[start-1] == '=':
			end += indexOr(rest, "&#\"' \t,}]")
		case rest[0] == '"' || rest[0] == '\'':
			start++
			end = start + indexOr(line[start:], rest[:1])
		case strings.Trim(line[:m[2]], " \t-") == "": // of a line of its own
			end = start + len(rest)
			if comment := strings.Index(rest, " #"); comment >= 0 {
				end = start + comment
			}
		default:
			end += indexOr(rest, ",}]")
			if strings.Contains(line[:start], " #") && strings.Contains(strings.TrimSpace(line[start:end]), " ") {
				continue // the prose of a comment
			}
		}
		if value := strings.TrimSpace(line[start:end]); isWritten(value) {
			found = append(found, [2]int{start, start + len(value)})
		}
	}
	_, field := splitPointer(d.Pointer)
	if len(found) > 0 || !spec.SaysSecret(field) || strings.Contains(line, ":") {
		return found
	}
	// The name of the value stands on a line above.
	if value := strings.TrimSpace(line); isWritten(strings.Trim(value, `"'`)) {
		start := strings.Index(line, value)
		found = append(found, [2]int{start, start + len(value)})
	}
	return found
}

func indexOr(s, chars string) int {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return i
	}
	return len(s)
}

// isWritten tells whether the value of a field that holds a secret may be one:
// it is no formula, no schema, and stands for nothing else.
func isWritten(value string) bool {
	if len(value) < minSecret || strings.IndexByte("{[$|>*&<#%", value[0]) >= 0 || strings.Contains(value, "${") || isPlaceholder(value) || isSwitch(value) {
		return false
	}
	switch value {
	case "string", "number", "integer", "boolean", "object", "array", "text":
		return false
	}
	return !variableText().MatchString(value)
}

// variableText matches what was meant as a variable.
var variableText = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:\$\.)?(?:response|credentials|authData|connection\w*|connectorParameters|tokenResponse|steps|test|input|context|credential|answer|result|data|args|process)\.[A-Za-z_]`)
})

// maskValue masks a value wherever it stands in a sentence.
func maskValue(text, value string) string {
	if !strings.Contains(text, value) {
		return text
	}
	return strings.ReplaceAll(text, value, strings.Repeat("*", utf8.RuneCountInString(value)))
}

// maskShapes masks what has the shape of a secret in a text, code point by code
// point. Text that is merely random may be an identifier, and stays.
func maskShapes(text string) string {
	found := secret.Lookalikes(text)
	for i := len(found) - 1; i >= 0; i-- {
		if m := found[i]; m.Name != "hex" && m.Name != "token" {
			stars := strings.Repeat("*", utf8.RuneCountInString(text[m.Start:m.End]))
			text = text[:m.Start] + stars + text[m.End:]
		}
	}
	return text
}

// maskColumns masks the code points of a line from a column, counted from 1, up
// to another.
func maskColumns(line string, from, to int) string {
	runes := []rune(line)
	for i := max(from, 1) - 1; i < min(to-1, len(runes)); i++ {
		if runes[i] != ' ' && runes[i] != '\t' {
			runes[i] = '*'
		}
	}
	return string(runes)
}
