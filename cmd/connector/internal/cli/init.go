package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/cmd/connector/internal/form"
	"github.com/connector-spec/connector/cmd/connector/internal/report"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/importer"
	"github.com/connector-spec/connector/spec/scaffold"
)

type initOptions struct {
	dir           string
	template      string
	list          bool
	from          string
	name, baseURI string
	set           []string
	dryRun, force bool
}

func newInit(g *global) *cobra.Command {
	var opts initOptions
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Begin a new connector",
		Long: `Init writes a new connector into DIR, which is named after the connector where
none is given: its spec, a README, the JSON Schema for editors, and a recording
that was made by simulation, so that its test passes at once.

What kind of connector it is says --template; --list shows them. What the API
is called and where it is, the template's questions, can be given by --name,
--base-uri and --set; on a terminal, what is missing is asked for, else the
defaults stand. With --from an OpenAPI document says it all.

Nothing is overwritten without --force.`,
		Example: `  connector init --list
  connector init acme --template oauth2 --base-uri https://api.acme.example --set issuer=https://login.acme.example
  connector init --template api-key --name Acme --base-uri https://api.acme.example/v1 --set keyName=X-Token
  connector init acme --from openapi.yaml`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				opts.dir = args[0]
			}
			return runInit(cmd.Context(), g, opts)
		},
	}
	f := cmd.Flags()
	f.StringVar(&opts.template, "template", "", "the `kind` of the connector; --list shows them")
	f.BoolVar(&opts.list, "list", false, "show the templates and their questions")
	f.StringVar(&opts.from, "from", "", "make it of an OpenAPI `document` of version 2 or 3, in YAML or JSON; - is standard input")
	f.StringVar(&opts.name, "name", "", "the `name` of the application")
	f.StringVar(&opts.baseURI, "base-uri", "", "the `URL` that all paths of the API begin with")
	f.StringArrayVar(&opts.set, "set", nil, "answer a question of the template: `question=answer`")
	f.BoolVar(&opts.dryRun, "dry-run", false, "print what would be written, and write nothing")
	f.BoolVar(&opts.force, "force", false, "overwrite files that are there")
	g.formatFlag(cmd, "text", "json")
	_ = cmd.RegisterFlagCompletionFunc("template", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		var names []string
		for _, t := range scaffold.Templates() {
			names = append(names, cobra.CompletionWithDesc(t.Name, t.Summary))
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	})
	return cmd
}

func runInit(ctx context.Context, g *global, opts initOptions) error {
	if opts.list {
		return g.listTemplates()
	}
	if opts.from != "" && (opts.template != "" || len(opts.set) > 0) {
		return usagef("--from takes all from the document: --template and --set do not go with it")
	}
	draft, err := opts.make(ctx, g)
	if err != nil {
		return err
	}
	if err := draft.complete(ctx, g); err != nil {
		return err
	}
	if opts.dryRun {
		return draft.print(g)
	}
	if err := draft.write(opts.force); err != nil {
		return err
	}
	return draft.report(g)
}

// listTemplates shows what a connector can begin as.
func (g *global) listTemplates() error {
	if g.format == "json" {
		return g.printTemplates()
	}
	for _, t := range scaffold.Templates() {
		fmt.Fprintf(g.Stdout, "%-26s %s\n", t.Name, t.Summary)
		for _, q := range t.Questions {
			about := q.Title
			if len(q.Choices) > 0 {
				about += ": " + strings.Join(q.Choices, ", ")
			} else if q.Default != "" {
				about += ", such as " + q.Default
			}
			fmt.Fprintf(g.Stdout, "  --set %-19s %s\n", q.Key+"=…", about)
		}
	}
	return nil
}

// printTemplates prints the same for programs.
func (g *global) printTemplates() error {
	type question struct {
		Key     string   `json:"key"`
		Title   string   `json:"title"`
		Default string   `json:"default,omitempty"`
		Choices []string `json:"choices,omitempty"`
	}
	type template struct {
		Name      string     `json:"name"`
		Title     string     `json:"title"`
		Summary   string     `json:"summary"`
		Questions []question `json:"questions"`
	}
	list := make([]template, 0, len(scaffold.Templates()))
	for _, t := range scaffold.Templates() {
		x := template{t.Name, t.Title, t.Summary, []question{}}
		for _, q := range t.All() {
			x.Questions = append(x.Questions, question{q.Key, q.Title, q.Default, q.Choices})
		}
		list = append(list, x)
	}
	return report.JSON(g.Stdout, struct {
		Version   int        `json:"version"`
		Templates []template `json:"templates"`
	}{1, list})
}

// make makes the files of the connector, in memory.
func (o *initOptions) make(ctx context.Context, g *global) (*draft, error) {
	if o.from != "" {
		return o.fromOpenAPI(g)
	}
	t, err := o.chooseTemplate(ctx, g)
	if err != nil {
		return nil, err
	}
	answers, err := o.answers(ctx, g, t)
	if err != nil {
		return nil, err
	}
	files, err := t.Files(answers)
	var wrong *scaffold.AnswerError
	if errors.As(err, &wrong) {
		return nil, usagef("%s; connector init --list shows the questions of %s", wrong, t.Name)
	}
	if err != nil {
		return nil, err
	}
	return &draft{dir: o.directory(scaffold.KeyOf(answers["name"])), files: files, oauth: t.OAuth}, nil
}

// directory is where the connector goes.
func (o *initOptions) directory(key string) string {
	if o.dir != "" {
		return o.dir
	}
	return key
}

// chooseTemplate finds the template, by the question that comes first: whether
// the API is used for a user who logs in, or with a key.
func (o *initOptions) chooseTemplate(ctx context.Context, g *global) (*scaffold.Template, error) {
	templates := scaffold.Templates()
	if o.template == "" && g.someone() {
		var choices []form.Choice
		for _, t := range templates {
			choices = append(choices, form.Choice{Title: t.Title, Description: t.Summary})
		}
		i, err := form.Choose(ctx, g.asker(), g.Stderr, "How does one log in to the API? OAuth 2 is the best, a password the last", choices, g.promptOptions())
		if err != nil {
			return nil, err
		}
		return &templates[i], nil
	}
	if o.template == "" {
		return nil, usagef("which kind of connector? --template NAME says it; connector init --list shows them. OAuth 2 is the best where the API has it")
	}
	if t := scaffold.Find(o.template); t != nil {
		return t, nil
	}
	var names []string
	for _, t := range templates {
		names = append(names, t.Name)
	}
	if near := formula.Nearest(o.template, names); near != "" {
		return nil, usagef("--template: there is no template %q; did you mean %q?", o.template, near)
	}
	return nil, usagef("--template: there is no template %q%s", o.template, thereAre("there is", names))
}

// answers collects what the template asks for, from the command line and, where
// there is one, from the user.
func (o *initOptions) answers(ctx context.Context, g *global, t *scaffold.Template) (map[string]string, error) {
	answers := map[string]string{}
	for _, set := range o.set {
		key, answer, ok := strings.Cut(set, "=")
		if !ok {
			return nil, usagef("--set takes question=answer")
		}
		answers[key] = answer
	}
	for key, given := range map[string]string{"name": o.name, "baseUri": o.baseURI} {
		if given != "" {
			answers[key] = given
		}
	}
	for g.someone() {
		open := t.Asked(answers)
		if len(open) == 0 {
			break
		}
		answer, err := o.ask(ctx, g, open[0])
		if err != nil {
			return nil, err
		}
		answers[open[0].Key] = answer
	}
	if answers["name"] == "" {
		base := filepath.Base(o.dir)
		if o.dir == "" || base == "." || base == string(filepath.Separator) {
			return nil, usagef("what is the application called? --name says it, or the name of DIR")
		}
		answers["name"] = base
	}
	return answers, nil
}

// ask asks one question until the answer is one.
func (o *initOptions) ask(ctx context.Context, g *global, q scaffold.Question) (string, error) {
	if q.Key == "name" && q.Default == "" && o.dir != "" {
		q.Default = filepath.Base(o.dir)
	}
	if len(q.Choices) > 0 {
		choices := make([]form.Choice, len(q.Choices))
		for i, c := range q.Choices {
			choices[i].Title = c
		}
		i, err := form.ChooseOr(ctx, g.asker(), g.Stderr, q.Title, choices, slices.Index(q.Choices, q.Default), g.promptOptions())
		if err != nil {
			return "", err
		}
		return q.Choices[i], nil
	}
	for {
		if q.Help != "" {
			form.Say(g.Stderr, q.Title+": "+q.Help, 0, g.promptOptions())
		}
		prompt := q.Title
		switch {
		case q.Default != "":
			prompt += " [" + secret.PrintableLine(q.Default) + "]"
		case q.Check("") == nil:
			prompt += " (optional)"
		}
		answer, err := g.asker().Line(ctx, prompt+": ")
		if err != nil {
			return "", err
		}
		if answer = strings.TrimSpace(answer); answer == "" {
			answer = q.Default
		}
		err = q.Check(answer)
		if err == nil {
			return answer, nil
		}
		fmt.Fprintf(g.Stderr, "  it %s\n", err)
		q.Help = ""
	}
}

// fromOpenAPI makes the connector of a description.
func (o *initOptions) fromOpenAPI(g *global) (*draft, error) {
	data, err := readForeign(g, o.from)
	if err != nil {
		return nil, fmt.Errorf("--from: %w", err)
	}
	im, err := importer.OpenAPI(o.from, data, importer.Answers{Name: o.name, BaseURI: o.baseURI})
	if err != nil {
		return nil, fmt.Errorf("--from: %w", err)
	}
	d := &draft{dir: o.directory(im.Spec.Get("key").Text()), notes: im.Notes, oauth: im.Spec.Has("parametersSchema")}
	d.files = []scaffold.File{
		{Path: "spec.yml", Data: append([]byte(importedNote), spec.EncodeYAML(im.Spec)...)},
		{Path: "README.md", Data: importedReadme(im)},
	}
	return d, nil
}

const importedNote = "# yaml-language-server: $schema=./spec.schema.json\n# Made of an OpenAPI document; README.md says what to look at.\n"

// importedReadme says what is left to do.
func importedReadme(im *importer.Imported) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\nA connector of %[1]s, made of its OpenAPI document.\n\n## What to look at\n\n", strings.ReplaceAll(im.Spec.Get("name").Text(), "\n", " "))
	for _, note := range slices.Concat(im.Notes, []string{"say in the description of each field where its value is found"}) {
		fmt.Fprintf(&b, "- %s\n", strings.ReplaceAll(note, "<", "&lt;"))
	}
	b.WriteString("\n## Then\n\n```console\n$ connector validate\n$ connector test --auth\n$ connector connect --draft\n```\n")
	return []byte(b.String())
}

// readForeign reads a description, which may be larger than a spec.
func readForeign(g *global, file string) ([]byte, error) {
	if file == "-" {
		return readLimited(g.Stdin, file, importer.MaxJSON)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, plainPathError(err))
	}
	defer f.Close()
	return readLimited(f, file, importer.MaxJSON)
}
