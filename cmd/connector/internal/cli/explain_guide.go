package cli

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/cmd/connector/internal/form"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// guide prints, as Markdown, what somebody has to do and to know who connects:
// what to register, what to enter and where to find it, and what a connection
// may do.
func (g *global) guide(path, option string) error {
	if g.format != "text" {
		return usagef("--guide is Markdown: it does not go with --format")
	}
	p, l, err := g.theConnector([]string{path})
	if err != nil {
		return err
	}
	var b strings.Builder
	meta := l.connector.Meta
	fmt.Fprintf(&b, "# Connect %s\n", markdown(l.connector.Name()))
	guideText(&b, meta.Get("description").Text())
	if docs := meta.Get("apiDocsUri").Text(); docs != "" {
		guideText(&b, "Documentation of the API: "+docs)
	}
	found := false
	for _, o := range l.checked {
		if option != "" && o.Option.Key != option {
			continue
		}
		found = true
		if len(l.checked) > 1 {
			fmt.Fprintf(&b, "\n## %s\n", markdown(o.Option.Title()))
			guideText(&b, o.Option.Value.Get("description").Text())
		}
		guideOption(&b, auth.Subject{Connector: l.connector, Option: o.Option, Methods: o.Methods, Files: rootFiles(p.dir)}, len(l.checked) > 1)
	}
	if !found {
		return usagef("--option: there is no option %q%s", option, thereAre("there is", optionKeys(l.checked)))
	}
	_, err = io.WriteString(g.Stdout, secret.Printable(b.String()))
	return err
}

func optionKeys(options []lint.Checked) []string {
	var keys []string
	for _, o := range options {
		keys = append(keys, o.Option.Key)
	}
	return keys
}

// guideOption writes what there is to say of an option. Among several its
// headings are one level lower.
func guideOption(b *strings.Builder, s auth.Subject, several bool) {
	level := "##"
	if several {
		level = "###"
	}
	heading := func(text string) { fmt.Fprintf(b, "\n%s %s\n", level, text) }
	values, problems, err := s.Complete(auth.Values{})
	registration := s.Option.Value.Get("registration")
	if s.Interactive() || registration.IsObject() {
		heading("Register an application")
		guideText(b, registration.Get("description").Text())
		guideText(b, registration.Get("helpUri").Text())
	}
	if s.Interactive() {
		if uri, err := s.RedirectURI(values); err == nil && len(s.RedirectLacks(problems)) == 0 {
			b.WriteString("\nThe redirect URI to register, as it stands:\n\n" + fenced(uri))
		} else {
			guideText(b, "The redirect URI to register depends on what is entered: connector connect --show-redirect shows it.")
		}
	}
	guideFields(b, heading, "What is configured once, for all users", formOf(s, true))
	guideEnvironments(b, s)
	guideFields(b, heading, "What you enter", formOf(s, false))
	guideScopes(b, heading, s)
	if err == nil {
		guideHosts(b, heading, s, values, len(problems) > 0)
	}
	guideCommands(b, heading, s)
}

// guideFields writes the fields of a form.
func guideFields(b *strings.Builder, heading func(string), title string, f *form.Form) {
	fields := f.All()
	if len(fields) == 0 {
		return
	}
	heading(title)
	b.WriteByte('\n')
	for _, field := range fields {
		var about []string
		if !field.Required {
			about = append(about, "optional")
		}
		if field.Secret {
			about = append(about, "secret")
		}
		fmt.Fprintf(b, "- **%s**", markdown(field.Title))
		if len(about) > 0 {
			fmt.Fprintf(b, " (%s)", strings.Join(about, ", "))
		}
		if field.Description != "" {
			b.WriteString(": " + markdown(oneLineOf(field.Description)))
		}
		if field.HelpURI != "" {
			fmt.Fprintf(b, " See <%s>.", field.HelpURI)
		}
		if !field.Secret && !field.Default.IsMissing() {
			text := field.Default.String()
			if field.Default.Kind() == formula.KindString {
				text = field.Default.Text()
			}
			fmt.Fprintf(b, " If you enter nothing, it is `%s`.", strings.ReplaceAll(oneLineOf(text), "`", ""))
		}
		b.WriteByte('\n')
		for _, choice := range field.Choices {
			fmt.Fprintf(b, "  - %s", markdown(choice.Title))
			if choice.Description != "" {
				b.WriteString(": " + markdown(oneLineOf(choice.Description)))
			}
			b.WriteByte('\n')
		}
	}
}

// guideScopes writes what the connection may do.
func guideScopes(b *strings.Builder, heading func(string), s auth.Subject) {
	list, _ := s.Option.Value.Get("getOAuthConfig").Get("mapping").Get("scopes").AsList()
	if len(list) == 0 {
		return
	}
	heading("What it may do")
	b.WriteByte('\n')
	for _, item := range list {
		value, title := item.Get("value").Text(), item.Get("title").Text()
		if item.Kind() == formula.KindString {
			value = item.Text()
		}
		if value == "" {
			value = "a scope that depends on what is entered"
		}
		fmt.Fprintf(b, "- `%s`", strings.ReplaceAll(value, "`", ""))
		if title != "" {
			b.WriteString(": " + markdown(title))
		}
		if item.Get("optional").Truthy() {
			b.WriteString(" (only if you want it)")
		}
		b.WriteByte('\n')
	}
}

// guideEnvironments writes by which names the parameters can be given together.
func guideEnvironments(b *strings.Builder, s auth.Subject) {
	sets := s.Connector.Meta.Get("environments")
	if sets.Len() == 0 {
		return
	}
	b.WriteString("\nAn environment gives several of them at once, by `--environment`:\n\n")
	schema := s.Option.Value.Get("parametersSchema").Get("properties")
	for i, name := range sets.Keys() {
		_, set := sets.At(i)
		var values []string
		for j, parameter := range set.Keys() {
			_, value := set.At(j)
			shown := value.String()
			switch {
			case spec.IsSensitive(schema.Get(parameter)):
				shown = "…"
			case value.Kind() == formula.KindString:
				shown = value.Text()
			}
			title := cmp.Or(schema.Get(parameter).Get("title").Text(), parameter)
			values = append(values, fmt.Sprintf("%s `%s`", markdown(title), strings.ReplaceAll(oneLineOf(shown), "`", "")))
		}
		fmt.Fprintf(b, "- **%s**: %s\n", markdown(name), strings.Join(values, ", "))
	}
}

// guideHosts writes who gets the credential, as far as it is known: values may be
// open.
func guideHosts(b *strings.Builder, heading func(string), s auth.Subject, values auth.Values, open bool) {
	consent, err := s.Consent(values)
	if err != nil || len(consent.Hosts) == 0 && !consent.Later {
		return
	}
	heading("Where your credential goes")
	if len(consent.Hosts) > 0 {
		b.WriteByte('\n')
	}
	for _, host := range consent.Hosts {
		fmt.Fprintf(b, "- <%s>\n", host)
	}
	if consent.Issuer != "" {
		guideText(b, "The endpoints that "+consent.Issuer+" names get it, too.")
	}
	switch {
	case consent.Later && open && strings.HasPrefix(s.Option.Type(), "oauth"):
		guideText(b, "The address of the API depends on what is entered, or comes with the login.")
	case consent.Later && open:
		guideText(b, "The address of the API depends on what is entered.")
	case consent.Later:
		guideText(b, "The address of the API comes with the login.")
	}
}

// guideCommands writes what to type.
func guideCommands(b *strings.Builder, heading func(string), s auth.Subject) {
	heading("Connect")
	command := "connector connect"
	if len(s.Connector.Options()) > 1 && s.Option.Key != "" {
		command += " --option " + shellWord(s.Option.Key)
	}
	b.WriteString("\n" + fenced(command+" PATH\n"+command+" --web PATH   # the same in a browser"))
}

// fenced writes a text as a block of code.
func fenced(text string) string { return "```\n" + text + "\n```\n" }

// guideText writes a text of a spec, which may be Markdown of several lines.
func guideText(b *strings.Builder, text string) {
	if text = strings.TrimSpace(text); text != "" {
		b.WriteString("\n" + strings.ReplaceAll(text, "<", "&lt;") + "\n")
	}
}

// markdown writes a text so that Markdown takes none of it for a mark.
func markdown(text string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "<", "&lt;", "[", `\[`, "]", `\]`).Replace(oneLineOf(text))
}

func oneLineOf(text string) string { return strings.Join(strings.Fields(text), " ") }
