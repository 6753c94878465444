package lint

import (
	"fmt"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var notPortable = Rule{
	Code:     "not-portable",
	Severity: spec.Warning,
	When:     ForPlatform,
	check:    func(p *Pass) { p.platform.portable(p) },
}

var listingOAuth = Rule{
	Code:     "listing-oauth",
	Severity: spec.Warning,
	When:     ForPlatform,
	check: func(p *Pass) {
		if p.platform.oauth == nil {
			return
		}
		for _, o := range p.Options {
			p.platform.oauth(p, o)
		}
	},
}

// A lack is a field that a platform does not know, and what to write instead.
type lack struct {
	field, instead string
	// ignored says that the field does no harm there and no good, and needs
	// nothing instead.
	ignored bool
}

// lacking reports the fields of an object that the platform does not know.
func (p *Pass) lacking(lacks []lack, v formula.Value, report func(field string, at spec.At, message, hint string) *spec.Diagnostic) {
	for i := range lacks {
		l := &lacks[i]
		if v.Get(l.field).IsMissing() {
			continue
		}
		if l.ignored {
			report(l.field, spec.AtKey(), fmt.Sprintf("%s ignores %q", p.platform.Title, l.field), l.instead).Severity = spec.Info
			continue
		}
		report(l.field, spec.AtKey(), fmt.Sprintf("%s has no %q", p.platform.Title, l.field), l.instead)
	}
}

// lackingMeta reports the fields of the connector that the platform does not
// know.
func (p *Pass) lackingMeta(lacks []lack) {
	p.lacking(lacks, p.Connector.Meta, func(field string, at spec.At, message, hint string) *spec.Diagnostic {
		return p.ReportMeta(formula.Pointer(field), at, message, hint)
	})
}

// lackingAuth reports the fields of a part of the authored auth that the
// platform does not know.
func (p *Pass) lackingAuth(lacks []lack, pointer string, v formula.Value) {
	p.lacking(lacks, v, func(field string, at spec.At, message, hint string) *spec.Diagnostic {
		return p.ReportAuth(pointer+formula.Pointer(field), at, message, hint)
	})
}

// lackingIn reports the fields of a part of an option that the platform does
// not know.
func (p *Pass) lackingIn(lacks []lack, o *spec.Option, pointer string, v formula.Value) {
	p.lacking(lacks, v, func(field string, at spec.At, message, hint string) *spec.Diagnostic {
		return p.Report(o, pointer+formula.Pointer(field), at, message, hint)
	})
}

// unshown reports, once for all of them, fields that say something of the
// connector and that the platform does not show.
func (p *Pass) unshown(fields []string) {
	var there []string
	for _, field := range fields {
		if !p.Connector.Meta.Get(field).IsMissing() {
			there = append(there, field)
		}
	}
	if len(there) > 0 {
		p.ReportMeta(formula.Pointer(there[0]), spec.AtKey(), fmt.Sprintf("%s shows nothing of %s", p.platform.Title, formula.JoinWords(quoted(there), "and")),
			"it does no harm there, and may stay for other programs").Severity = spec.Info
	}
}
