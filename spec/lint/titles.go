package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/spec"
)

var unclearTitle = Rule{
	Code:     "unclear-title",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			for name, schema := range eachInput(o.Option) {
				title := schema.Get("title").Text()
				switch {
				case title == name && isIdentifier(title):
					p.Report(o.Option, inputPointer(name, "title"), spec.AtValue(), fmt.Sprintf("the title %q is the key, not words that a user knows", title),
						fmt.Sprintf("write it as people say it, such as title: %s", titleFor(name)))
				case (p.Ready || p.For != "") && saysNothing(nameWords(title)):
					p.Report(o.Option, inputPointer(name, "title"), spec.AtValue(), fmt.Sprintf("the title %q does not say what to enter", title),
						"write what the application calls it, such as title: Personal access token")
				}
			}
		}
	},
}

// isIdentifier tells whether a text is a name for programs: of several words
// with no blank between them.
func isIdentifier(text string) bool {
	return !strings.Contains(text, " ") && len(nameWords(text)) > 1
}

// emptyWords say nothing of an input.
var emptyWords = []string{"field", "value", "input", "parameter", "param", "text", "string", "data", "untitled", "title", "label", "test"}

// saysNothing tells whether a title is made of words that fit any input, or of
// a word and a number.
func saysNothing(words []string) bool {
	if len(words) == 0 {
		return false
	}
	last := words[len(words)-1]
	if _, err := strconv.Atoi(last); err == nil && len(words) == 2 && slices.Contains([]string{"token", "key", "secret", "option"}, words[0]) {
		return true
	}
	return !slices.ContainsFunc(words, func(w string) bool {
		_, err := strconv.Atoi(w)
		return err != nil && !slices.Contains(emptyWords, w)
	})
}

var markupInTitle = Rule{
	Code:     "markup-in-title",
	Severity: spec.Warning,
	check: func(p *Pass) {
		if name := p.Connector.Meta.Get("name").Text(); mayHaveMarkup(name) {
			if found := markup.FindStringIndex(name); found != nil {
				p.ReportMeta("/name", spec.AtText(found[0], found[1]-found[0]), fmt.Sprintf("the name %q has markup in it", name), plainly(name))
			}
		}
		for _, o := range p.Options {
			if title := o.Option.Value.Get("title").Text(); mayHaveMarkup(title) {
				p.markupIn(o.Option, "/title", title)
			}
			for name, schema := range eachInput(o.Option) {
				if title := schema.Get("title").Text(); mayHaveMarkup(title) {
					p.markupIn(o.Option, inputPointer(name, "title"), title)
				}
			}
		}
	},
}

// markup matches HTML, entities, and Markdown's emphasis, code and links. The
// words that are meant stand in its groups.
var markup = regexp.MustCompile("</?[A-Za-z][^<>]*>|&(?:[a-z]+|#[0-9]+);|\\*\\*([^*]+)\\*\\*|`([^`]+)`|\\[([^\\]]+)\\]\\([^)]+\\)")

// mayHaveMarkup is a quick look for what markup begins with.
func mayHaveMarkup(text string) bool { return strings.ContainsAny(text, "<&*`[") }

// plainly says how a text is written without markup.
func plainly(text string) string {
	plain := strings.Join(strings.Fields(markup.ReplaceAllString(text, "$1$2$3")), " ")
	if plain == "" || strings.Contains(text, "&") {
		return "write the words alone: titles are shown as they are written"
	}
	return fmt.Sprintf("titles are shown as they are written: write %s", plain)
}

func (p *Pass) markupIn(o *spec.Option, pointer, title string) {
	if found := markup.FindStringIndex(title); found != nil {
		p.Report(o, pointer, spec.AtText(found[0], found[1]-found[0]), fmt.Sprintf("the title %q has markup in it", title), plainly(title))
	}
}
