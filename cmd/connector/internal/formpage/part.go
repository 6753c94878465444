package formpage

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/connector-spec/connector/cmd/connector/internal/form"
	"github.com/connector-spec/connector/formula"
)

// A part is one of the two forms of an option, and what it was filled with. It
// is never changed, but replaced.
type part struct {
	form     *form.Form // nil asks nothing
	prefix   string     // of the names of its fields in the page
	fields   []form.Field
	kept     formula.Value       // what a field holds that is not sent, or a secret that is sent empty
	values   formula.Value       // what could be read, secrets included
	typed    map[string][]string // what was sent for fields that are not secret
	problems map[string]string   // what is wrong with a field
}

func newPart(f *form.Form, prefix string, given formula.Value) part {
	if !given.IsObject() {
		given = formula.Object()
	}
	p := part{form: f, prefix: prefix, kept: given, values: given}
	if f != nil {
		p.fields = f.Fields(given)
	}
	return p
}

// filled reads the fields that apply. Which do may follow from what others
// hold, so it reads until that is settled.
func (p part) filled(posted url.Values) part {
	if p.form == nil {
		return p
	}
	for range 10 { // a schema may never settle
		p.read(posted)
		fields := p.form.Fields(p.values)
		settled := slices.EqualFunc(fields, p.fields, sameField)
		p.fields = fields
		if settled {
			break
		}
	}
	p.values = p.ordered()
	for _, problem := range p.form.Check(p.values) {
		p.blame(problem)
	}
	return p
}

// ordered gives the values in the order of the fields.
func (p part) ordered() formula.Value {
	values := p.values
	for _, f := range p.fields {
		if v := values.Get(f.Name); values.Has(f.Name) {
			values = values.Without(f.Name).With(f.Name, v)
		}
	}
	return values
}

// sameField says whether a text means the same in both.
func sameField(a, b form.Field) bool {
	return a.Name == b.Name && a.Kind == b.Kind && a.Secret == b.Secret &&
		slices.EqualFunc(a.Choices, b.Choices, func(c, d form.Choice) bool { return c.Key == d.Key })
}

// read reads what was sent for the fields that apply.
func (p *part) read(posted url.Values) {
	values := p.kept
	for _, f := range p.form.All() {
		if !slices.ContainsFunc(p.fields, func(g form.Field) bool { return g.Name == f.Name }) {
			values = values.Without(f.Name)
		}
	}
	p.values, p.typed, p.problems = values, map[string][]string{}, map[string]string{}
	for _, f := range p.fields {
		name := p.name(f)
		if slices.Contains(posted["seen"], name) {
			p.readField(f, posted[name])
		}
	}
}

func (p *part) readField(f form.Field, texts []string) {
	if f.Kind == form.Boolean {
		p.values = p.values.With(f.Name, formula.Bool(len(texts) > 0))
		return
	}
	text := strings.Join(texts, "\n")
	if f.Secret && text == "" {
		return // what was there is kept
	}
	p.values = p.values.Without(f.Name)
	if !f.Secret {
		p.typed[f.Name] = texts
		if strings.TrimSpace(text) == "" {
			return
		}
	}
	value, err := p.form.Read(f, text)
	if err != nil {
		p.problems[f.Name] = err.Error()
		return
	}
	p.values = p.values.With(f.Name, value)
}

// unseen says whether a field applies that was not in the page.
func (p part) unseen(posted url.Values) bool {
	return slices.ContainsFunc(p.fields, func(f form.Field) bool {
		return !slices.Contains(posted["seen"], p.name(f))
	})
}

// name is that of a field in the page. A browser may change what is not plain.
func (p part) name(f form.Field) string {
	if strings.ContainsFunc(f.Name, func(r rune) bool { return !strings.ContainsRune(plainRunes, r) }) {
		return id(p.prefix, f.Name)
	}
	return p.prefix + f.Name
}

const plainRunes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

// names are those of the fields in the page.
func (p part) names() []string {
	var names []string
	for _, f := range p.fields {
		names = append(names, p.name(f))
	}
	return names
}

// sound is the part without the values that have a problem.
func (p part) sound() part {
	for name := range p.problems {
		p.values = p.values.Without(name)
	}
	return p
}

// clean is the part without problems.
func (p part) clean() part {
	p.problems = map[string]string{}
	return p
}

// blame adds a problem, if it is one of a field that is shown. The first of a
// field holds. A secret with a problem has to be typed anew.
func (p *part) blame(problem form.Problem) bool {
	for _, f := range p.fields {
		if f.Name != problem.Name {
			continue
		}
		if _, known := p.problems[f.Name]; !known {
			p.problems[f.Name] = problem.Message
		}
		if f.Secret {
			p.values = p.values.Without(f.Name)
		}
		return true
	}
	return false
}

// keep is the part with its values kept.
func (p part) keep() part {
	p.kept = p.values
	return p
}

// without forgets what is kept for a field of the page.
func (p part) without(field string) part {
	for _, f := range p.fields {
		if p.name(f) == field {
			p.values, p.kept = p.values.Without(f.Name), p.kept.Without(f.Name)
			p.problems = maps.Clone(p.problems)
			delete(p.problems, f.Name)
		}
	}
	return p
}
