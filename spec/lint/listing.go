package lint

import (
	"fmt"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// listingHints say what to write for what a listing shows.
var listingHints = map[string]string{
	"key":         `add "key", the connector's name in links, such as openweather`,
	"name":        `add "name", the application's name as its owner writes it`,
	"description": `add "description", a sentence about what the application is for`,
	"homepageUri": `add "homepageUri", the address of the application's own site`,
	"logoUri":     `add "logoUri", the address of the logo or the name of an image beside the spec`,
	"categories":  `add "categories", a list with the primary category first`,
	"audience":    `add "audience", who the connector is made for`,
}

// readyNeeds are the fields that any listing shows.
var readyNeeds = []string{"name", "description", "homepageUri", "logoUri", "categories"}

var missingListingField = Rule{
	Code:     "missing-listing-field",
	Severity: spec.Warning,
	When:     WhenListed,
	check: func(p *Pass) {
		if p.platform != nil {
			p.missingFields(p.platform.needs, "a listing in "+p.platform.Title)
		}
		if p.Ready {
			p.missingFields(readyNeeds, "a connector that is ready")
		}
	},
}

// missingFields reports the fields that what needs them lacks, each once.
func (p *Pass) missingFields(fields []string, who string) {
	for _, field := range fields {
		v := p.Connector.Meta.Get(field)
		if v.Text() != "" || v.Len() > 0 || p.hasFound(formula.Pointer(field)) {
			continue
		}
		hint := listingHints[field]
		if field == "logoUri" && p.platform != nil && p.platform.logo.noLettering {
			hint += "; without the application's name in the picture"
		}
		p.ReportMeta(formula.Pointer(field), spec.AtKey(), fmt.Sprintf("%s needs %q", who, field), hint)
	}
}

// hasFound tells whether the rule at work has a finding at a pointer.
func (p *Pass) hasFound(pointer string) bool {
	for _, d := range p.found {
		if d.Pointer == pointer {
			return true
		}
	}
	return false
}

// metaLimit makes the check of a text of the connector against what the
// platform takes.
func metaLimit(field, what string, limit func(*platform) *textLimit) func(*Pass) {
	return func(p *Pass) {
		pointer := formula.Pointer(field)
		limit(p.platform).check(p.platform.Title, what, p.Connector.Meta.Get(field).Text(), func(at spec.At, message, hint string) {
			p.ReportMeta(pointer, at, message, hint)
		})
	}
}

var listingName = Rule{
	Code: "listing-name", Severity: spec.Warning, When: ForPlatform,
	check: metaLimit("name", "name", func(l *platform) *textLimit { return &l.name }),
}

var listingKey = Rule{
	Code: "listing-key", Severity: spec.Warning, When: ForPlatform,
	check: metaLimit("key", "key", func(l *platform) *textLimit { return &l.key }),
}

var listingDescription = Rule{
	Code: "listing-description", Severity: spec.Warning, When: ForPlatform,
	check: metaLimit("description", "description", func(l *platform) *textLimit { return &l.description }),
}

var listingTitle = Rule{
	Code: "listing-title", Severity: spec.Warning, When: ForPlatform,
	check: func(p *Pass) {
		if p.platform.title == (textLimit{}) {
			return
		}
		for _, o := range p.Options {
			for name, schema := range eachInput(o.Option) {
				p.titleLimit(o.Option, inputPointer(name), schema)
			}
			oauth, pointer := OAuth(o.Option)
			for i := range oauth.Get("scopes").Len() {
				_, scope := oauth.Get("scopes").At(i)
				p.titleLimit(o.Option, pointer+formula.Pointer("scopes", fmt.Sprint(i)), scope)
			}
		}
	},
}

// titleLimit checks the title of an input or a scope.
func (p *Pass) titleLimit(o *spec.Option, pointer string, v formula.Value) {
	p.platform.title.check(p.platform.Title, "title", v.Get("title").Text(), func(at spec.At, message, hint string) {
		p.Report(o, pointer+"/title", at, message, hint)
	})
}
