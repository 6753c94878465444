package lint

import (
	"fmt"
	"slices"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// basicBesideBetter says that a password with every request is the last
// resort, unless the option itself says whom it is for.
var basicBesideBetter = Rule{
	Code:     "basic-beside-better",
	Severity: spec.Info,
	check: func(p *Pass) {
		if len(p.Options) < 2 {
			return
		}
		better := slices.IndexFunc(p.Options, func(o Checked) bool { return isOffered(o.Option) && isBetter(o.Option) })
		if better < 0 {
			return
		}
		for i, o := range p.Options {
			if !isOffered(o.Option) || !isLogin(o.Option) {
				continue
			}
			message := fmt.Sprintf("a password with every request is the last resort, and %q is there too", p.Options[better].Option.Title())
			switch {
			case i < better:
				p.Report(o.Option, "/type", spec.AtValue(), message, fmt.Sprintf("put %q first, and say in a description of this one whom it is for", p.Options[better].Option.Title()))
			case own(o.Option).Get("description").IsMissing():
				p.Report(o.Option, "/type", spec.AtValue(), message, `say in a "description" of this one whom it is for`)
			}
		}
	},
}

// isOffered tells whether users see an option among the others.
func isOffered(o *spec.Option) bool {
	enabled, isBool := o.Value.Get("enabled").AsBool()
	return enabled || !isBool
}

// isBetter tells whether an option sends something that can be revoked alone.
func isBetter(o *spec.Option) bool {
	switch authored(o, "type").Text() {
	case "oauth2", "oauth1", "api-key", "bearer":
		return true
	}
	return false
}

// isLogin tells whether an option asks for a user name and a password and sends
// them with each request. A key in the place of one of them is no password.
func isLogin(o *spec.Option) bool {
	return authored(o, "type").Text() == "basic" && !authored(o, "username").Has("fixed") && !authored(o, "password").Has("fixed")
}

// own returns what an option says itself, without what it inherits.
func own(o *spec.Option) formula.Value {
	if o.Key == spec.DefaultOption {
		return o.Connector().Auth
	}
	return o.Connector().Auth.Get("options").Get(o.Key)
}

// authored returns a field as the option itself or, failing that, the base has
// it, before a shorthand is lowered.
func authored(o *spec.Option, field string) formula.Value {
	if v := own(o).Get(field); !v.IsMissing() {
		return v
	}
	return o.Connector().Auth.Get(field)
}
