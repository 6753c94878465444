package form

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/connector-spec/connector/formula"
)

// Read reads the text that a person typed, or a page posted, for a field. The
// choices of Several stand in lines, or in one line with commas. The error says
// what is wrong in words that go on after the name, and has nothing of the text.
// Whether the value meets the schema is for [Form.Check] to say.
func (f *Form) Read(field Field, text string) (formula.Value, error) {
	if !utf8.ValidString(text) {
		return formula.Undefined, errors.New("must be text in UTF-8")
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	switch field.Kind {
	case Number, Integer:
		return readNumber(field.Kind, text)
	case Boolean:
		return readBoolean(text)
	case OneOf:
		return field.readChoice(text)
	case Several:
		return field.readSeveral(text)
	case Structured:
		return field.readStructured(strings.TrimSpace(text))
	case Lines:
		return readText(text, true, field.Secret)
	}
	return readText(text, false, field.Secret)
}

// readText reads a text. Blanks around a secret may be part of it.
func readText(text string, lines, secret bool) (formula.Value, error) {
	text = strings.Trim(text, "\n")
	if !secret && !lines {
		text = strings.TrimSpace(text)
	}
	several := lines || strings.HasPrefix(text, pemBegin) || strings.HasPrefix(text, "{") // a key, a key in JSON
	if strings.Contains(text, "\n") && !several {
		return formula.Undefined, errors.New("must be one line")
	}
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\t' && r != '\n' }) {
		return formula.Undefined, errors.New("must have no control characters")
	}
	if strings.HasPrefix(text, pemBegin) {
		text = strings.TrimRight(text, " \t\n") + "\n" // as files of keys end
	}
	return formula.String(text), nil
}

func readNumber(kind Kind, text string) (formula.Value, error) {
	v, err := formula.ParseJSON([]byte(strings.TrimSpace(text)))
	if n, ok := v.AsNumber(); err == nil && ok && (kind == Number || n == float64(int64(n))) {
		return v, nil
	}
	if kind == Integer {
		return formula.Undefined, errors.New("must be a whole number")
	}
	return formula.Undefined, errors.New("must be a number")
}

func readBoolean(text string) (formula.Value, error) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "y", "yes", "true", "on":
		return formula.Bool(true), nil
	case "n", "no", "false", "off":
		return formula.Bool(false), nil
	}
	return formula.Undefined, errors.New("must be yes or no")
}

// readChoice knows a choice by its key, or by its key or title in any case
// where that leaves one.
func (field Field) readChoice(text string) (formula.Value, error) {
	if i := slices.IndexFunc(field.Choices, func(c Choice) bool { return c.Key == text }); i >= 0 {
		return field.Choices[i].Value, nil
	}
	text = strings.TrimSpace(text)
	if i := slices.IndexFunc(field.Choices, func(c Choice) bool { return strings.TrimSpace(c.Key) == text }); i >= 0 {
		return field.Choices[i].Value, nil
	}
	var found []Choice
	for _, c := range field.Choices {
		if strings.EqualFold(c.Key, text) || strings.EqualFold(c.Title, text) {
			found = append(found, c)
		}
	}
	switch {
	case len(found) == 1:
		return found[0].Value, nil
	case field.Custom && text != "":
		return formula.String(text), nil
	}
	return formula.Undefined, errors.New(mustBe(field.Choices, func(c Choice) string { return c.Title }))
}

// mustBe lists choices for somebody who gave something else.
func mustBe(choices []Choice, name func(Choice) string) string {
	var names []string
	for _, c := range choices {
		names = append(names, `"`+name(c)+`"`)
	}
	return "must be " + formula.JoinWords(names, "or")
}

func (field Field) readSeveral(text string) (formula.Value, error) {
	var values []formula.Value
	for _, part := range field.parts(text) {
		v, err := field.readChoice(part)
		if err != nil {
			return formula.Undefined, fmt.Errorf("has a part that %w", err)
		}
		if !slices.ContainsFunc(values, v.Equal) {
			values = append(values, v)
		}
	}
	return formula.List(values...), nil
}

// parts returns the parts of a list that was typed: its lines, or what stands
// between commas in a line that is no choice as it is.
func (field Field) parts(text string) []string {
	var parts []string
	if strings.TrimSpace(text) == "" {
		return nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		if slices.ContainsFunc(field.Choices, func(c Choice) bool { return c.Key == line || c.Title == strings.TrimSpace(line) }) {
			parts = append(parts, line)
			continue
		}
		for part := range strings.SplitSeq(line, ",") {
			if part = strings.TrimSpace(part); part != "" {
				parts = append(parts, part)
			}
		}
	}
	return parts
}

// readStructured reads JSON; a list of texts may also be typed with commas.
func (field Field) readStructured(text string) (formula.Value, error) {
	v, err := formula.ParseJSON([]byte(text))
	_, list := v.AsList()
	switch {
	case err == nil && (list || v.IsObject()):
		return v, nil
	case field.items.IsObject() && typeOf(field.items) == "string" && !strings.HasPrefix(text, "["):
		return formula.List(textValues(field.parts(text))...), nil
	case field.items.IsUndefined():
		return formula.Undefined, errors.New("must be an object, written as JSON")
	}
	return formula.Undefined, errors.New("must be a list, written as JSON")
}

// unfinished tells whether a text is JSON that is cut off.
func unfinished(text string) bool {
	var syntax *json.SyntaxError
	err := json.Unmarshal([]byte(text), new(any))
	return errors.As(err, &syntax) && strings.HasPrefix(syntax.Error(), "unexpected end")
}
