package lint

import (
	"fmt"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var repeatedHeader = Rule{
	Code:     "repeated-header",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			eachHeaders(o.Option, func(pointer string, headers formula.Value) { p.repeatedNames(o.Option, pointer, headers) })
		}
	},
}

// repeatedNames reports headers that are there twice: their names do not
// differ by case.
func (p *Pass) repeatedNames(o *spec.Option, pointer string, headers formula.Value) {
	names := headers.Keys()
	for i, name := range names {
		for _, other := range names[:i] {
			if !strings.EqualFold(name, other) {
				continue
			}
			at := name
			if o.WrittenHere(pointer+formula.Pointer(other)) && !o.WrittenHere(pointer+formula.Pointer(name)) {
				at = other
			}
			p.Report(o, pointer+formula.Pointer(at), spec.AtKey(), fmt.Sprintf("%q and %q are one header, which is sent twice", other, name),
				fmt.Sprintf("the case of a header's name means nothing: keep %q alone", other))
		}
	}
}
