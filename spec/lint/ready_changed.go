package lint

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var readyChanged = Rule{
	Code:     "ready-changed",
	Severity: spec.Warning,
	Whole:    true,
	check: func(p *Pass) {
		frozen := p.Connector.Meta.Get("readyDigest")
		if !frozen.IsObject() {
			return
		}
		then, now := frozen.Get("version").Text(), p.Connector.Meta.Get("version").Text()
		c := change{p, frozen, then}
		switch order := compareVersions(now, then); {
		case order > 0:
			return // what is new is frozen when it becomes ready
		case order < 0 && now == "":
			c.atDigest(fmt.Sprintf("the version %q, which was ready, is gone", then), "version")
		case order < 0:
			p.ReportMeta("/version", spec.AtValue(), fmt.Sprintf("the version goes back to %q: %s was ready before", now, c.since()), "give it a version above "+then)
		}
		if !isReady(p.Connector) {
			c.at("/stage", fmt.Sprintf("the stage goes back: %s was ready", c.since()), "write stage: ready; a draft of what comes next has a version of its own")
		}
		c.options()
	},
}

// A change compares a connector with what was frozen of it.
type change struct {
	*Pass
	frozen  formula.Value
	version string // that was ready; "" if it had none
}

// since names the version that was ready.
func (c change) since() string {
	if c.version == "" {
		return "the connector"
	}
	return fmt.Sprintf("version %q", c.version)
}

func (c change) hint() string {
	if c.version == "" {
		return `take the change back, or add a "version" and run connector ready`
	}
	return "take the change back, or give the spec a new version and run connector ready"
}

// at reports a finding at a field of the connector, at what was frozen if there
// is no such field.
func (c change) at(pointer, message, hint string) {
	if c.Connector.Source().Has(pointer) {
		c.ReportMeta(pointer, spec.AtValue(), message, hint)
		return
	}
	c.ReportMeta("/readyDigest", spec.AtKey(), message, hint)
}

// atDigest reports that something is gone, at what was frozen of it.
func (c change) atDigest(message string, path ...string) {
	c.ReportMeta("/readyDigest"+formula.Pointer(path...), spec.AtKey(), message, c.hint())
}

// options compares option by option.
func (c change) options() {
	now := Freeze(c.Connector, c.Options).Get("options")
	then := c.frozen.Get("options")
	for _, key := range then.Keys() {
		if !now.Has(key) {
			c.atDigest(fmt.Sprintf("option %q is gone: %s was ready with it", key, c.since()), "options", key)
		}
	}
	for _, o := range c.Options {
		key := o.Option.Key
		if !then.Has(key) {
			c.Report(o.Option, "", spec.AtKey(), fmt.Sprintf("option %q is new: %s was ready without it", key, c.since()), c.hint())
			continue
		}
		c.option(o.Option, then.Get(key), now.Get(key))
	}
}

// option compares one option with what was frozen of it.
func (c change) option(o *spec.Option, then, now formula.Value) {
	if was := then.Get("type").Text(); was != writtenType(o) {
		c.Report(o, "/type", spec.AtValue(), fmt.Sprintf("the auth type of option %q was %q when %s became ready", o.Key, was, c.since()), c.hint())
	}
	old, own := then.Get("inputs"), now.Get("inputs")
	for _, name := range own.Keys() {
		what := "has changed since " + c.since() + " became ready"
		switch {
		case !old.Has(name):
			what = "is new: " + c.since() + " was ready without it"
		case old.Get(name).Equal(own.Get(name)):
			continue
		}
		c.Report(o, inputPointer(name), spec.AtKey(), fmt.Sprintf("input %q of option %q %s", name, o.Key, what), c.hint())
	}
	for _, name := range old.Keys() {
		if !own.Has(name) {
			c.atDigest(fmt.Sprintf("input %q of option %q is gone: %s was ready with it", name, o.Key, c.since()), "options", o.Key, "inputs", name)
		}
	}
	_, config := OAuth(o)
	for _, part := range []struct{ field, what, pointer string }{
		{"conditions", "what holds between the inputs", "/inputSchema"},
		{"scopes", "the scopes", config + "/scopes"},
	} {
		if !then.Get(part.field).Equal(now.Get(part.field)) {
			have := "have"
			if part.field == "conditions" {
				have = "has"
			}
			c.Report(o, part.pointer, spec.AtKey(), fmt.Sprintf("%s of option %q %s changed since %s became ready", part.what, o.Key, have, c.since()), c.hint())
		}
	}
}

// compareVersions tells whether a version comes before another one, is the
// same, or is another one that does not come before it. None comes before any.
// Of versions that are not numbers with dots between them nobody knows which is
// the later, and the other one counts as such.
func compareVersions(now, then string) int {
	if now == then {
		return 0
	}
	if now == "" {
		return -1
	}
	a, okA := versionNumbers(now)
	b, okB := versionNumbers(then)
	if !okA || !okB {
		return 1
	}
	return slices.Compare(a, b)
}

// versionNumbers returns the numbers of a version such as v1.20.3, without
// zeros at its end.
func versionNumbers(version string) ([]int, bool) {
	var numbers []int
	for part := range strings.SplitSeq(strings.TrimPrefix(version, "v"), ".") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return nil, false
		}
		numbers = append(numbers, n)
	}
	for len(numbers) > 1 && numbers[len(numbers)-1] == 0 {
		numbers = numbers[:len(numbers)-1]
	}
	return numbers, true
}
