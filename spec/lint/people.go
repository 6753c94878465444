package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/method"
)

var missingTitle = Rule{
	Code:     "missing-title",
	Severity: spec.Warning,
	When:     WhenListed,
	check: func(p *Pass) {
		for _, o := range p.Options {
			for name, schema := range eachInput(o.Option) {
				if schema.Get("title").Text() == "" {
					p.Report(o.Option, inputPointer(name), spec.AtKey(), fmt.Sprintf("input %q has no title, so the form shows its key", name),
						fmt.Sprintf("add the words that a user knows it by, as in title: %s", titleFor(name)))
				}
			}
			if len(p.Options) > 1 {
				p.missingOptionTitle(o.Option)
			}
		}
	},
}

// missingOptionTitle reports an option that has no title of its own where there
// is a choice.
func (p *Pass) missingOptionTitle(o *spec.Option) {
	const hint = "add the words by which a user chooses it, such as title: API key"
	if o.Key == spec.DefaultOption {
		if p.Connector.Auth.Get("title").Text() == "" {
			p.ReportAuth("", spec.AtKey(), "the base is one of several ways to authenticate, and has no title", hint)
		}
		return
	}
	pointer := formula.Pointer("options", o.Key)
	if p.Connector.Auth.Get("options").Get(o.Key).Get("title").Text() == "" {
		p.ReportAuth(pointer, spec.AtKey(), fmt.Sprintf("option %q has no title, so the choice shows its key", o.Key), hint)
	}
}

var missingDescription = Rule{
	Code:     "missing-description",
	Severity: spec.Warning,
	When:     WhenListed,
	check: func(p *Pass) {
		for _, o := range p.Options {
			secrets := o.Methods.Secrets()
			for name, schema := range eachInput(o.Option) {
				isSecret := slices.ContainsFunc(secrets, func(s method.SecretInput) bool { return s.Name == name && !s.Parameter })
				if isSecret || isExplained(schema) || isChoice(schema) || hasFormHelp(o.Option) || isOwn(name) {
					continue
				}
				p.Report(o.Option, helpPlace(o.Option, name), spec.AtKey(), fmt.Sprintf("nothing says what to enter as %q", name),
					"add a description: what it is, where to find it, what it looks like")
			}
		}
	},
}

var missingHelpLink = Rule{
	Code:     "missing-help-link",
	Severity: spec.Warning,
	When:     WhenListed,
	check: func(p *Pass) {
		for _, o := range p.Options {
			if hasFormHelp(o.Option) {
				continue
			}
			for _, s := range o.Methods.Secrets() {
				schema := o.Option.Value.Get("inputSchema").Get("properties").Get(s.Name)
				if s.Parameter || isExplained(schema) || isOwn(s.Name) {
					continue
				}
				p.Report(o.Option, helpPlace(o.Option, s.Name), spec.AtKey(),
					fmt.Sprintf("nothing says where to get %q", s.Name),
					"add helpUri, the page where it is made, or a description that says where to find it")
			}
		}
	},
}

// helpPlace returns the pointer at which help with an input is missing: that of
// the input, or of the form by which an option has replaced an inherited one,
// and its help.
func helpPlace(o *spec.Option, name string) string {
	if o.Key != spec.DefaultOption && o.WrittenHere("/ui") && !o.WrittenHere("/type") && !o.WrittenHere(formula.Pointer("ui", "schema", "properties", name)) {
		return "/ui"
	}
	return inputPointer(name)
}

// isExplained tells whether the schema of an input says more than its title.
func isExplained(schema formula.Value) bool {
	return schema.Get("description").Text() != "" || schema.Get("helpUri").Text() != "" || !schema.Get("examples").IsMissing()
}

// isChoice tells whether a user chooses an input, or finds a value there, and
// need not know it.
func isChoice(schema formula.Value) bool {
	for _, key := range []string{"enum", "const", "oneOf", "default", "referenceRecords", "referenceCollection"} {
		if schema.Has(key) {
			return true
		}
	}
	return schema.Get("type").Text() == "boolean"
}

// hasFormHelp tells whether a form says as a whole where to find what it asks.
func hasFormHelp(o *spec.Option) bool {
	ui := o.Value.Get("ui")
	return ui.Get("helpUri").Text() != "" || ui.Get("description").Text() != "" ||
		o.Value.Get("description").Text() != "" && o.Key != spec.DefaultOption ||
		o.Value.Get("inputSchema").Get("description").Text() != ""
}

// isOwn tells whether users know an input by heart, or chose it themselves.
func isOwn(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"user", "login", "mail", "passw", "pwd", "passphrase"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
