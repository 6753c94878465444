package lint

import (
	"fmt"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var relativeLink = Rule{
	Code:     "relative-link",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, field := range []string{"homepageUri", "apiDocsUri"} {
			if link := p.Connector.Meta.Get(field).Text(); isRelative(link) {
				p.relative(link, func(at spec.At, message, hint string) { p.ReportMeta(formula.Pointer(field), at, message, hint) })
			}
		}
		for _, o := range p.Options {
			for _, owner := range []string{"ui", "registration"} {
				if link := o.Option.Value.Get(owner).Get("helpUri").Text(); isRelative(link) {
					p.relative(link, func(at spec.At, message, hint string) {
						p.Report(o.Option, formula.Pointer(owner, "helpUri"), at, message, hint)
					})
				}
			}
			for name, schema := range eachInput(o.Option) {
				if link := schema.Get("helpUri").Text(); isRelative(link) {
					p.relative(link, func(at spec.At, message, hint string) {
						p.Report(o.Option, inputPointer(name, "helpUri"), at, message, hint)
					})
				}
			}
		}
	},
}

// isRelative tells whether a link is no full address of a page.
func isRelative(link string) bool {
	return link != "" && !strings.HasPrefix(link, "https://") && !strings.HasPrefix(link, "http://") && !strings.HasPrefix(link, "mailto:") &&
		!strings.Contains(link, "${")
}

func (p *Pass) relative(link string, report func(at spec.At, message, hint string)) {
	hint := "write the whole address, with https://"
	if host, _, _ := strings.Cut(link, "/"); strings.Contains(host, ".") && !strings.HasPrefix(link, ".") {
		hint = fmt.Sprintf("write it as https://%s", link)
	}
	report(spec.AtValue(), fmt.Sprintf("the link %q is no full address, so it leads nowhere", link), hint)
}
