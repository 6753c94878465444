package formpage

import (
	"net/url"
	"slices"

	"github.com/connector-spec/connector/cmd/connector/internal/form"
)

// A draft is what the form was filled with so far. It is never changed, but
// replaced.
type draft struct {
	option             *Option
	environment        string
	scopes             []string
	inputs, parameters part
	sent               bool           // the user wants to go on with it
	more               bool           // fields apply that the user has not seen
	problems           []form.Problem // of the whole
	shows              []string       // the fields of the page whose problems are shown
	failed             bool           // the problems came after the answers were accepted
}

// What the names of fields begin with in the page.
const (
	inputPrefix     = "input."
	parameterPrefix = "parameter."
)

// newDraft is the form as it is first shown.
func newDraft(p *Page) *draft {
	chosen := &p.Options[0]
	for i := range p.Options {
		if p.Options[i].Key == p.Chosen {
			chosen = &p.Options[i]
		}
	}
	return emptyDraft(chosen)
}

func emptyDraft(o *Option) *draft {
	d := &draft{
		option: o, scopes: o.Scopes,
		inputs:     newPart(o.Form, inputPrefix, o.Given),
		parameters: newPart(o.Parameters, parameterPrefix, o.GivenParameters),
	}
	if len(o.Environments) > 0 {
		d.environment = o.Environments[0].Value.Text()
		if hasChoice(o.Environments, o.Environment) {
			d.environment = o.Environment
		}
	}
	return d
}

func hasChoice(list []form.Choice, text string) bool {
	return slices.ContainsFunc(list, func(c form.Choice) bool { return c.Value.Text() == text })
}

// filled reads what the page sent. Problems are found, but for those of who
// checks the answers as a whole.
func (d *draft) filled(p *Page, posted url.Values) *draft {
	next := *d
	for i := range p.Options {
		if o := &p.Options[i]; o.Key == posted.Get("option") && o != d.option {
			next = *emptyDraft(o)
		}
	}
	o := next.option
	if e := posted.Get("environment"); hasChoice(o.Environments, e) {
		next.environment = e
	}
	if posted.Get("shown") == o.Key {
		next.scopes = nil
		for _, scope := range posted["scope"] {
			if hasChoice(o.OptionalScopes, scope) {
				next.scopes = append(next.scopes, scope)
			}
		}
	}
	next.inputs, next.parameters = next.inputs.filled(posted), next.parameters.filled(posted)
	next.sent, next.problems, next.shows, next.failed = false, nil, nil, false
	next.more = posted.Get("shown") != o.Key || next.inputs.unseen(posted) || next.parameters.unseen(posted)
	return &next
}

// complete says whether nothing is left to ask.
func (d *draft) complete() bool {
	return !d.more && len(d.inputs.problems)+len(d.parameters.problems)+len(d.problems) == 0
}

// answers are those of the draft.
func (d *draft) answers() Answers {
	return Answers{d.option.Key, d.environment, d.inputs.values, d.parameters.values, slices.Clone(d.scopes)}
}

// showing is the draft with the problems of those fields to be shown.
func (d *draft) showing(fields []string) *draft {
	next := *d
	next.shows = fields
	return &next
}

// keep is the draft with its values kept, for the next time that it is sent.
func (d *draft) keep() *draft {
	next := *d
	next.inputs, next.parameters = next.inputs.keep(), next.parameters.keep()
	return &next
}

// sound is the draft without the values that have a problem.
func (d *draft) sound() *draft {
	next := *d
	next.inputs, next.parameters = next.inputs.sound(), next.parameters.sound()
	return &next
}

// blamed is the draft with problems of its answers. Those that belong to no
// field are shown of the whole; a secret with a problem is forgotten.
func (d *draft) blamed(problems []form.Problem, failed bool) *draft {
	next := *d
	next.failed, next.problems = failed, nil
	next.inputs, next.parameters = next.inputs.clean(), next.parameters.clean()
	next.shows = slices.Concat(next.inputs.names(), next.parameters.names())
	for _, problem := range problems {
		if !next.inputs.blame(problem) && !next.parameters.blame(problem) {
			next.problems = append(next.problems, problem)
		}
	}
	return next.keep()
}

// without forgets a secret that is kept for a field of the page.
func (d *draft) without(field string) *draft {
	next := *d
	next.inputs, next.parameters = next.inputs.without(field), next.parameters.without(field)
	return &next
}
