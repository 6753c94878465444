package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/spec/lint"
)

// An explained is what a connector would send, for programs.
type explained struct {
	Connector string            `json:"connector"`
	File      string            `json:"file"`
	Options   []explainedOption `json:"options"`
}

type explainedOption struct {
	Option  string           `json:"option"`
	Type    string           `json:"type"`    // as the author wrote it
	Lowered string           `json:"lowered"` // as it runs
	Phases  []explainedPhase `json:"phases"`
}

type explainedPhase struct {
	Name      string             `json:"name"`
	Operation bool               `json:"operation,omitempty"`
	Kind      string             `json:"kind"`
	File      string             `json:"file"`
	Line      int                `json:"line"`
	Parts     []explainedPart    `json:"parts,omitempty"`
	Requests  []explainedRequest `json:"requests,omitempty"`
	Note      string             `json:"note,omitempty"`
}

type explainedRequest struct {
	Method string          `json:"method"`
	URL    string          `json:"url"`
	Parts  []explainedPart `json:"parts"`
}

// An explainedPart has no file where the program adds it.
type explainedPart struct {
	Name string `json:"name"`
	Text string `json:"text"`
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
}

// explainSpec prints what the connectors at a path would send.
func explainSpec(ctx context.Context, g *global, path, option string) error {
	list, keys := []explained{}, []string(nil)
	code, err := eachChecked(ctx, g, []string{path}, func(p place, l loaded, broken bool) {
		if broken {
			return
		}
		e := explained{Connector: l.connector.Name(), File: p.display(p.file), Options: []explainedOption{}}
		for _, o := range l.checked {
			if !slices.Contains(keys, o.Option.Key) {
				keys = append(keys, o.Option.Key)
			}
			if option != "" && o.Option.Key != option {
				continue
			}
			plan := auth.Explain(ctx, auth.Subject{Connector: l.connector, Option: o.Option, Methods: o.Methods})
			e.Options = append(e.Options, explainedOption{
				Option: o.Option.Key, Type: l.connector.Option(o.Option.Key).Type(), Lowered: o.Option.Type(), Phases: p.phases(plan),
			})
		}
		if len(e.Options) > 0 {
			list = append(list, e)
		}
	})
	if err != nil {
		return err
	}
	if option != "" && len(list) == 0 && code == exitOK {
		return usagef("--option: there is no option %q%s", option, thereAre("there is", keys))
	}
	if err := printListing(g, list, g.printExplained); err != nil {
		return err
	}
	return exitWith(code)
}

// phases returns the phases of a plan with the files as the user writes them.
func (p place) phases(plan *auth.Plan) []explainedPhase {
	parts := func(list []auth.Part) []explainedPart {
		var shown []explainedPart
		for _, part := range list {
			e := explainedPart{Name: part.Name, Text: part.Text, Line: part.Place.Line}
			if part.Place.File != "" {
				e.File = p.display(part.Place.File)
			}
			shown = append(shown, e)
		}
		return shown
	}
	var list []explainedPhase
	for _, phase := range plan.Phases {
		e := explainedPhase{
			Name: phase.Name, Operation: phase.Operation, Kind: phase.Kind,
			File: p.display(phase.Place.File), Line: phase.Place.Line, Parts: parts(phase.Parts), Note: phase.Note,
		}
		for _, r := range phase.Requests {
			e.Requests = append(e.Requests, explainedRequest{r.Method, r.URL, parts(r.Parts)})
		}
		list = append(list, e)
	}
	return list
}

// printExplained prints plans for people.
func (g *global) printExplained(list []explained) error {
	var b strings.Builder
	for i, c := range list {
		for j, o := range c.Options {
			if i+j > 0 {
				b.WriteByte('\n')
			}
			lowered := ""
			if o.Lowered != o.Type {
				lowered = ", lowered to " + o.Lowered
			}
			title := secret.PrintableLine(c.Connector)
			if o.Option != "default" {
				title += " / " + secret.PrintableLine(o.Option)
			}
			fmt.Fprintf(&b, "%s  type %s%s\n", g.paint(styleBold, title), secret.PrintableLine(o.Type), lowered)
			for _, phase := range o.Phases {
				g.writePhase(&b, phase)
			}
		}
	}
	_, err := io.WriteString(g.Stdout, b.String())
	return err
}

func (g *global) writePhase(b *strings.Builder, phase explainedPhase) {
	name := phase.Name
	if phase.Operation {
		name = "operation " + name
	}
	fmt.Fprintf(b, "\n%s  %s  %s\n", g.paint(styleBold, name), phase.Kind, at(phase.File, phase.Line))
	for _, r := range phase.Requests {
		fmt.Fprintf(b, "  %s %s\n", r.Method, secret.PrintableLine(r.URL))
		writeParts(b, "    ", r.Parts)
	}
	writeParts(b, "  ", phase.Parts)
	if phase.Note != "" {
		fmt.Fprintf(b, "  %s\n", secret.PrintableLine(phase.Note))
	}
}

// writeParts writes parts in columns.
func writeParts(b *strings.Builder, indent string, parts []explainedPart) {
	names, texts := 0, 0
	for _, p := range parts {
		names = max(names, utf8.RuneCountInString(p.Name))
		texts = max(texts, min(utf8.RuneCountInString(secret.PrintableLine(p.Text)), 60))
	}
	for _, p := range parts {
		fmt.Fprintf(b, "%s%-*s  %-*s  %s\n", indent, names, secret.PrintableLine(p.Name), texts, secret.PrintableLine(p.Text), at(p.File, p.Line))
	}
}

// at names a line of a file.
func at(file string, line int) string {
	if file == "" {
		return "(connector)"
	}
	return fmt.Sprintf("%s:%d", secret.PrintableLine(file), line)
}

// isCode tells whether a name is that of a diagnostic code.
func isCode(name string) bool {
	_, known := lint.PageOf(name)
	return known
}
