package lint

import (
	"fmt"
	"io/fs"
	"slices"

	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/authtype"
	"github.com/connector-spec/connector/spec/method"
)

// A Checked is an option of a connector with its methods compiled.
type Checked struct {
	Option  *spec.Option
	Methods *method.Set
}

// Options say how a connector is checked. The zero Options apply the rules for
// everyone as they are.
type Options struct {
	// For adds the rules of a platform, one of [PlatformNames].
	For string
	// Ready checks a draft as if it were to be listed.
	Ready bool
	// Files is the file system that the connector was loaded from, for rules
	// about files that are no part of the spec, such as a logo; nil if there is
	// none, and then they say nothing.
	Files fs.FS
	// Policy is what the project makes of the codes; nil leaves all as it is.
	Policy *Policy
	// ErrorsOnly leaves out the rules that find no errors, for who runs the
	// connector and says nothing about it.
	ErrorsOnly bool
	// Recordings looks at the recordings of the connector as well, which it
	// reads from Files. It replays none.
	Recordings bool
}

// Run checks a connector that [spec.Load] has read and returns its options,
// ready to run, and everything that is to be said about it, what Load said
// included, sorted. It runs no script and opens no socket.
func Run(c *spec.Connector, o Options) ([]Checked, []spec.Diagnostic) {
	if o.For == "" && o.Policy != nil {
		o.For = o.Policy.For
	}
	found := findings{said: c.Said()}
	found.add(spec.Validate(c))
	found.isBroken = found.hasErrors(c)
	options, problems := authtype.Resolve(c)
	found.add(problems)
	var checked []Checked
	problems = nil
	for _, o := range options {
		set, more := method.Compile(o)
		checked = append(checked, Checked{o, set})
		problems = append(problems, more...)
	}
	found.add(problems)
	found.opinions(c, checked, o)
	if o.Recordings && o.Files != nil {
		found.list = append(found.list, found.recordings(c, checked, o.Files)...)
	}
	diagnostics := found.disable(c, unique(append(slices.Clone(found.said), found.list...)))
	hideSecrets(diagnostics)
	diagnostics = o.Policy.apply(diagnostics)
	spec.SortDiagnostics(diagnostics)
	return checked, diagnostics
}

// opinions applies the rules, those that find errors first.
func (f *findings) opinions(c *spec.Connector, checked []Checked, o Options) {
	pass := Pass{Connector: c, Options: checked, Files: o.Files, Ready: o.Ready || isReady(c), platform: findPlatform(o.For)}
	if pass.platform != nil {
		pass.For = o.For
	}
	for _, errors := range [...]bool{true, false} {
		if o.ErrorsOnly && !errors {
			return
		}
		isWhole := !f.hasErrors(c)
		for i := range rules {
			if r := &rules[i]; (r.Severity == spec.Error) == errors && r.applies(pass.For, pass.Ready) && (isWhole || !r.Whole) {
				pass.rule, pass.found = r, nil
				r.check(&pass)
				f.add(pass.found)
			}
		}
	}
}

// isReady tells whether a connector says that a listing may show it.
func isReady(c *spec.Connector) bool { return c.Meta.Get("stage").Text() == "ready" }

// unique drops what is said twice, since several options inherit one mistake.
func unique(list []spec.Diagnostic) []spec.Diagnostic {
	seen := make(map[string]bool, len(list))
	kept := list[:0]
	for _, d := range list {
		key := fmt.Sprintf("%s\x00%s\x00%d\x00%d\x00%s", d.Code, d.File, d.Line, d.Column, d.Message)
		if !seen[key] {
			seen[key] = true
			kept = append(kept, d)
		}
	}
	return kept
}
