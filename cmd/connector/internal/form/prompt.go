package form

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/formula"
)

// An Asker is a terminal with somebody at it. A text that was pasted may have
// several lines. The error is io.EOF if the person ends the conversation, and
// that of the context if it ends.
type Asker interface {
	Line(ctx context.Context, prompt string) (string, error)
	Secret(ctx context.Context, prompt string) (string, error) // not shown while it is typed
}

// PromptOptions say how questions look; the zero value asks plainly.
type PromptOptions struct {
	For   string // whose values are asked for; it stands in each question
	Color bool
	Width int // of the terminal, in columns; 0 means 80
	// Offered are values that an empty answer takes, such as those of an earlier
	// time; a secret among them is taken and not shown.
	Offered formula.Value
	// Needed asks for nothing that may be left out.
	Needed bool
	// Explained, if it is not nil, says whether the person was told how to
	// answer, and is set when that is told: once for several forms.
	Explained *bool
}

// Prompt asks for what the values given lack, field after field, and returns
// the values with the answers; an answer that takes a default is not among them.
// It says what is wrong with an answer and asks again, until the values meet the
// schema. What there is to read is written to w. The error is an [*InvalidError]
// if something is wrong with values that were given.
func Prompt(ctx context.Context, a Asker, w io.Writer, f *Form, given formula.Value, o PromptOptions) (formula.Value, error) {
	if !given.IsObject() {
		given = formula.Object()
	}
	s := session{asker: a, screen: newScreen(w, o), form: f, given: given, values: given}
	if problems := s.wrongGiven(); len(problems) > 0 {
		return given, &InvalidError{problems}
	}
	for {
		if err := s.askNew(ctx); err != nil {
			return given, err
		}
		problems := f.Check(s.values)
		if len(problems) == 0 {
			return s.values, nil
		}
		again := s.wrong(problems)
		if len(again) == 0 {
			return given, &InvalidError{problems}
		}
		s.tell(problems, again)
		for _, field := range again {
			if err := s.ask(ctx, field); err != nil {
				return given, err
			}
			if len(f.Check(s.values)) == 0 {
				break
			}
		}
	}
}

// An InvalidError says that values are wrong that nobody can be asked for.
type InvalidError struct{ Problems []Problem }

func (e *InvalidError) Error() string {
	var words []string
	for _, p := range e.Problems {
		if p.Name == "" {
			p.Name = "the whole"
		}
		words = append(words, p.Name+" "+p.Message)
	}
	return strings.Join(words, "; ")
}

// Choose asks for one of several choices and returns its index. It does not ask
// where there is but one.
func Choose(ctx context.Context, a Asker, w io.Writer, title string, choices []Choice, o PromptOptions) (int, error) {
	return ChooseOr(ctx, a, w, title, choices, -1, o)
}

// ChooseOr is [Choose] where an empty answer takes the choice with index def; a
// negative one stands for none.
func ChooseOr(ctx context.Context, a Asker, w io.Writer, title string, choices []Choice, def int, o PromptOptions) (int, error) {
	if len(choices) == 0 {
		return 0, errors.New("there is nothing to choose from")
	}
	if len(choices) == 1 {
		return 0, nil
	}
	field := Field{Title: line(title), Kind: OneOf, Required: true}
	for i, c := range choices {
		choice := Choice{Key: c.Key, Value: formula.Number(float64(i)), Title: line(c.Title), Description: paragraphs(c.Description)}
		if choice.Title == "" {
			choice.Title = line(c.Key)
		}
		field.Choices = append(field.Choices, choice)
	}
	if def >= 0 {
		field.Default = formula.Number(float64(def))
	}
	s := session{asker: a, screen: newScreen(w, o), form: New(formula.Object())}
	v, _, err := s.answer(ctx, field, field.Default)
	n, _ := v.AsNumber()
	return int(n), err
}

// Confirm asks a question that is answered by yes or no; def is the answer of
// who says nothing.
func Confirm(ctx context.Context, a Asker, w io.Writer, question string, def bool) (bool, error) {
	field := Field{Title: line(question), Kind: Boolean, Required: true, Default: formula.Bool(def)}
	s := session{asker: a, screen: newScreen(w, PromptOptions{}), form: New(formula.Object())}
	v, _, err := s.answer(ctx, field, field.Default)
	return v.Truthy(), err
}

// A session asks for the values of one form.
type session struct {
	asker         Asker
	screen        screen
	form          *Form
	given, values formula.Value
	asked         []string
}

// askNew asks for each field that applies and was not asked for yet: an answer
// may make another one apply. Answers that no longer apply are forgotten.
func (s *session) askNew(ctx context.Context) error {
	for {
		fields := s.form.Fields(s.values)
		open := slices.DeleteFunc(slices.Clone(fields), func(f Field) bool {
			return s.values.Has(f.Name) || slices.Contains(s.asked, f.Name) || s.screen.o.Needed && !f.needed()
		})
		if len(open) == 0 {
			for _, name := range s.asked {
				if !slices.ContainsFunc(fields, func(f Field) bool { return f.Name == name }) {
					s.values = s.values.Without(name)
				}
			}
			return nil
		}
		if len(s.asked) == 0 && slices.ContainsFunc(open[1:], func(f Field) bool { return !f.settled() }) {
			s.screen.legend()
		}
		if err := s.ask(ctx, open[0]); err != nil {
			return err
		}
	}
}

// wrongGiven returns what is wrong with the values given, whatever the answers.
func (s *session) wrongGiven() []Problem {
	var problems []Problem
	for i, name := range s.given.Keys() {
		_, v := s.given.At(i)
		if p := s.form.checkField(s.given, name, v); p != nil {
			problems = append(problems, *p)
		}
	}
	return problems
}

// wrong returns the fields with problems that can be asked for.
func (s *session) wrong(problems []Problem) []Field {
	return slices.DeleteFunc(s.form.Fields(s.values), func(f Field) bool {
		return s.given.Has(f.Name) || f.settled() || !slices.ContainsFunc(problems, func(p Problem) bool { return p.Name == f.Name })
	})
}

// needed tells whether there must be an answer.
func (field Field) needed() bool {
	return field.Required && (field.Default.IsUndefined() || field.settled())
}

// settled tells whether only one value is possible.
func (field Field) settled() bool {
	return field.Kind == OneOf && field.Required && len(field.Choices) == 1 && !field.Custom && field.Default.Equal(field.Choices[0].Value)
}

// tell says what is wrong with the values before the fields are asked for again.
// What is missing and not required is one of several ways.
func (s *session) tell(problems []Problem, again []Field) {
	var ways []string
	for _, p := range problems {
		i := slices.IndexFunc(again, func(f Field) bool { return f.Name == p.Name })
		switch {
		case i < 0:
			s.screen.problem(line(p.Name), p.Message)
		case p.Missing && !again[i].Required:
			ways = append(ways, again[i].Title)
		default:
			s.screen.problem(again[i].Title, p.Message)
		}
	}
	if len(ways) > 0 {
		s.screen.problem("", "more is needed: "+formula.JoinWords(ways, "or"))
	}
}

// ask asks for a field and takes the answer into the values.
func (s *session) ask(ctx context.Context, field Field) error {
	if !slices.Contains(s.asked, field.Name) {
		s.asked = append(s.asked, field.Name)
	}
	fallback := field.Default
	if offered := s.screen.o.Offered.Get(field.Name); !offered.IsUndefined() {
		fallback = offered
	}
	s.values = s.values.Without(field.Name)
	v, typed, err := field.Default, false, error(nil)
	if !field.settled() {
		v, typed, err = s.answer(ctx, field, fallback)
	}
	if err != nil {
		return fmt.Errorf("ask for %s: %w", field.Title, err)
	}
	if !v.IsUndefined() && (typed || !s.form.Defaults(s.values).Get(field.Name).Equal(v)) {
		s.values = s.values.With(field.Name, v)
	}
	return nil
}

// answer asks until there is an answer that will do, and tells whether it was
// typed; who types nothing gets the fallback.
func (s *session) answer(ctx context.Context, field Field, fallback formula.Value) (v formula.Value, typed bool, err error) {
	s.screen.explain(field)
	for {
		text, err := s.read(ctx, field, fallback)
		if err != nil {
			return formula.Undefined, false, err
		}
		switch strings.TrimSpace(text) {
		case "":
			if !fallback.IsUndefined() || !field.Required {
				return fallback, false, nil
			}
			s.screen.problem("", "is required")
			continue
		case "?":
			s.screen.explainAgain(field)
			continue
		}
		v, err := s.form.Read(field, field.picked(text))
		if err != nil {
			s.screen.problem("", field.wrongNumber(text, err).Error())
			continue
		}
		if p := s.form.checkField(s.values, field.Name, v); p != nil {
			s.screen.problem("", p.Message)
			continue
		}
		s.screen.noteBlanks(field, v)
		return v, true, nil
	}
}

// longest is how many bytes an answer of several lines may have.
const longest = 1 << 20

// read reads an answer, of several lines where one is not all.
func (s *session) read(ctx context.Context, field Field, fallback formula.Value) (string, error) {
	read := s.asker.Line
	if field.Secret {
		read = s.asker.Secret
	}
	text, err := read(ctx, s.screen.question(field, fallback))
	if pasted := strings.Contains(strings.TrimRight(text, "\r\n"), "\n"); err != nil || pasted {
		return text, err
	}
	for more(field, text) && len(text) < longest {
		next, err := read(ctx, "  | ")
		if err != nil {
			return "", err
		}
		if strings.TrimSpace(next) == "" && !inPEM(text) {
			break
		}
		text += "\n" + next
	}
	return text, nil
}

// more tells whether another line belongs to an answer.
func more(field Field, text string) bool {
	trimmed := strings.TrimSpace(text)
	switch {
	case trimmed == "" || trimmed == "?":
		return false
	case strings.HasPrefix(trimmed, pemBegin):
		return inPEM(trimmed)
	case field.Kind == Lines:
		return true
	case field.Kind == Structured || field.Kind == Text && strings.HasPrefix(trimmed, "{"):
		return strings.ContainsAny(trimmed[:1], "{[") && unfinished(trimmed)
	}
	return false
}

// inPEM tells whether a text ends within a key or certificate.
func inPEM(text string) bool {
	begin := strings.LastIndex(text, pemBegin)
	return begin >= 0 && !strings.Contains(text[begin:], "-----END ")
}

// picked returns an answer with the numbers of choices replaced by their keys.
func (field Field) picked(text string) string {
	if len(field.Choices) == 0 || !numbered(field.Choices) {
		return text
	}
	if field.Kind == OneOf {
		return field.key(text)
	}
	parts := field.parts(text)
	if len(parts) == 1 && field.key(parts[0]) == parts[0] { // "1 3"
		parts = strings.Fields(parts[0])
		if slices.ContainsFunc(parts, func(p string) bool { return field.key(p) == p }) {
			return text
		}
	}
	for i, part := range parts {
		parts[i] = field.key(part)
	}
	return strings.Join(parts, "\n")
}

// key returns the key of the choice with a number; other texts as they are.
func (field Field) key(text string) string {
	for i, c := range field.Choices {
		if strings.TrimSpace(text) == fmt.Sprint(i+1) {
			if c.Key == "" {
				return c.Title
			}
			return c.Key
		}
	}
	return text
}

// wrongNumber is the error for a text, of choices that are shown with numbers.
func (field Field) wrongNumber(text string, err error) error {
	digits := strings.Trim(strings.TrimSpace(text), "0123456789") == ""
	if digits && field.Kind == OneOf && numbered(field.Choices) {
		return fmt.Errorf("must be a number from 1 to %d", len(field.Choices))
	}
	return err
}

// numbered tells whether choices are shown with numbers: not if one of them
// could be taken for a number itself.
func numbered(choices []Choice) bool {
	number := func(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }
	return !slices.ContainsFunc(choices, func(c Choice) bool { return number(c.Key) || number(c.Title) })
}

// shown returns a value for a person to read.
func (field Field) shown(v formula.Value) string {
	for _, c := range field.Choices {
		if c.Value.Equal(v) {
			return c.Title
		}
	}
	if list, ok := v.AsList(); ok && field.Kind == Several {
		var titles []string
		for _, item := range list {
			titles = append(titles, field.shown(item))
		}
		return strings.Join(titles, ", ")
	}
	return secret.PrintableLine(plain(v))
}
