package cli

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/connector-spec/connector/cmd/connector/internal/form"
)

// someone tells whether somebody can be asked.
func (g *global) someone() bool { return g.Ask != nil && !g.noInput }

// confirm asks a question that is answered by yes or no; no is the answer of
// nobody.
func (g *global) confirm(ctx context.Context, question string) (bool, error) {
	if !g.someone() {
		return false, nil
	}
	return form.Confirm(ctx, g.asker(), g.Stderr, question, false)
}

// asker returns the user at the terminal.
func (g *global) asker() form.Asker { return asker{g} }

type asker struct{ *global }

func (a asker) Line(ctx context.Context, prompt string) (string, error) {
	return a.ask(ctx, prompt, false)
}

func (a asker) Secret(ctx context.Context, prompt string) (string, error) {
	return a.ask(ctx, prompt, true)
}

// ask asks when all that was written before is there to read.
func (a asker) ask(ctx context.Context, prompt string, secret bool) (string, error) {
	a.flush()
	text, err := a.Ask(ctx, prompt, secret)
	if errors.Is(err, io.EOF) {
		err = unanswered{}
	}
	return text, err
}

// flush writes what the redactor holds back, in case a secret begins with it.
// Before it, whole texts were written.
func (g *global) flush() {
	for _, w := range []io.Writer{g.Stdout, g.Stderr} {
		if w, ok := w.(interface{ Flush() error }); ok {
			_ = w.Flush()
		}
	}
}

// An unanswered says that the user ended the conversation, by Ctrl-D.
type unanswered struct{}

func (unanswered) Error() string { return "the question was left without an answer" }
func (unanswered) Unwrap() error { return io.EOF }

// promptOptions says how questions look on this terminal.
func (g *global) promptOptions() form.PromptOptions {
	o := form.PromptOptions{Color: g.useColor(g.StderrTerminal)}
	if g.Columns != nil {
		o.Width = g.Columns()
	}
	return o
}

// shellWord writes a text so that a shell takes it for one word.
func shellWord(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./:@%+,=", r)
	}
	if text != "" && strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
