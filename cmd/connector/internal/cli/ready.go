package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/store"
	"github.com/connector-spec/connector/cmd/connector/internal/report"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

func newReady(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ready [PATH]",
		Short: "Check a connector for a listing, and mark its spec ready",
		Long: `Ready checks all that a listing needs, such as a description, a logo, and
titles that people understand. If nothing is missing it writes "stage: ready"
into the spec, with a readyDigest below it; everything else in the file stays as
it is. What is missing is said all at once, and then nothing is written.
Warnings about other things are shown and keep no connector from being ready.

A connector that is ready keeps its auth types, the inputs that it asks for and
the scopes that it wants: connections that people have made rely on them. From
then on connector validate says ready-changed where one of them is another one
without a new "version". With a new version, ready freezes what is then in the
spec. Titles, descriptions and help may change at any time. There is no way back
to a draft but by a new version.

Where scopes are others than before, the local connections are named that have
to be made anew to get them.

Exit codes: 0 it is ready, 1 it is not, and was said why, 2 no connector found,
or a wrong command line, 3 the spec could not be read or written.`,
		Example: `  connector ready
  connector ready --format json spec.yml`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			g.running = true
			return runReady(cmd.Context(), g, args)
		},
	}
	g.formatFlag(cmd, "text", "json")
	return cmd
}

func runReady(ctx context.Context, g *global, paths []string) error {
	p, l, err := g.checkForListing(paths)
	if err != nil {
		return err
	}
	r := newReadiness(p, l)
	if !r.OK {
		return g.reportReady(r)
	}
	digest := lint.Freeze(l.connector, l.checked)
	then := l.connector.Meta.Get("readyDigest")
	before, after, err := l.connector.Ready(digest)
	if err != nil {
		return fmt.Errorf("%s: %w", r.File, err)
	}
	if r.Changed = !bytes.Equal(before, after); r.Changed {
		if err := p.replace(l.connector.File, before, after); err != nil {
			return fmt.Errorf("write %s: %w", r.File, err)
		}
		r.Connections = g.outgrown(ctx, l, then)
	}
	return g.reportReady(r)
}

// replace writes a file of the connector anew, whole or not at all.
func (p place) replace(file string, before, after []byte) error {
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return replaceFile(root, file, before, after)
}

// checkForListing loads the one connector at paths as if it were ready.
func (g *global) checkForListing(paths []string) (place, loaded, error) {
	places, diagnostics, err := find(paths)
	switch {
	case err != nil:
		return place{}, loaded{}, err
	case len(places) > 1:
		return place{}, loaded{}, usagef("there are %d connectors here: name the PATH of one", len(places))
	case len(places) == 0: // what was found of it is wrong
		return place{}, loaded{diagnostics: diagnostics}, nil
	}
	p := places[0]
	config := newConfigurations(g, nil).of(p.dir)
	if config.err != nil {
		return p, loaded{}, config.err
	}
	l := p.check(lint.Options{Ready: true, Policy: config.policy})
	l.diagnostics = slices.Concat(config.problems, diagnostics, l.diagnostics)
	return p, l, l.err
}

// A readiness is what is said of a connector that is to be ready.
type readiness struct {
	Version          int               `json:"version"`
	OK               bool              `json:"ok"`
	Connector        string            `json:"connector"`
	ConnectorVersion string            `json:"connectorVersion,omitempty"`
	File             string            `json:"file"`
	Changed          bool              `json:"changed"` // the file was written
	Frozen           []frozenOption    `json:"frozen"`
	Connections      []string          `json:"connections"` // that lack scopes now asked for
	Diagnostics      []spec.Diagnostic `json:"diagnostics"`

	missing int
}

// A frozenOption is what is not to change of an option.
type frozenOption struct {
	Option string   `json:"option"`
	Type   string   `json:"type"`
	Inputs []string `json:"inputs"`
	Scopes []string `json:"scopes"`
}

func newReadiness(p place, l loaded) readiness {
	r := readiness{Version: 1, File: p.display(p.file), Frozen: []frozenOption{}, Connections: []string{}, Diagnostics: l.diagnostics}
	if r.Diagnostics == nil {
		r.Diagnostics = []spec.Diagnostic{}
	}
	spec.SortDiagnostics(r.Diagnostics)
	for _, d := range r.Diagnostics {
		if lint.KeepsFromReady(d) {
			r.missing++
		}
	}
	if l.connector == nil {
		r.File = r.Diagnostics[0].File
		return r
	}
	r.OK = r.missing == 0
	r.Connector, r.ConnectorVersion = l.connector.Name(), l.connector.Meta.Get("version").Text()
	if !r.OK {
		return r
	}
	options := lint.Freeze(l.connector, l.checked).Get("options")
	for _, o := range l.checked {
		frozen := options.Get(o.Option.Key)
		scopes, _, _ := lint.AskedScopes(o.Option)
		f := frozenOption{o.Option.Key, frozen.Get("type").Text(), frozen.Get("inputs").Keys(), scopes}
		if f.Inputs == nil {
			f.Inputs = []string{}
		}
		if f.Scopes == nil {
			f.Scopes = []string{}
		}
		r.Frozen = append(r.Frozen, f)
	}
	return r
}

// reportReady says how it went and returns what the command ends with.
func (g *global) reportReady(r readiness) error {
	code := exitOK
	if !r.OK {
		code = exitNo
	}
	if g.format == "json" {
		if err := report.JSON(g.Stdout, r); err != nil {
			return err
		}
		return exitWith(code)
	}
	if err := report.NewText(g.Stderr, g.useColor(g.StderrTerminal)).Write(r.Diagnostics); err != nil {
		return err
	}
	if !r.OK {
		what := "1 thing keeps"
		if r.missing > 1 {
			what = fmt.Sprintf("%d things keep", r.missing)
		}
		fmt.Fprintf(g.Stderr, "connector: %s %s from being ready; nothing was written\n", what, secret.PrintableLine(r.name()))
		return exitWith(code)
	}
	_, err := io.WriteString(g.Stdout, secret.Printable(r.text()))
	return err
}

// name returns the connector's name, its file if it could not be read.
func (r readiness) name() string {
	if r.Connector == "" {
		return r.File
	}
	return r.Connector
}

// text says for people that a connector is ready.
func (r readiness) text() string {
	var b strings.Builder
	name := r.name()
	if r.ConnectorVersion != "" {
		name += " " + r.ConnectorVersion
	}
	if !r.Changed {
		fmt.Fprintf(&b, "%s was ready already; nothing was written\n", name)
		return b.String()
	}
	until := "it has another version"
	if r.ConnectorVersion == "" {
		until = "it has a version"
	}
	fmt.Fprintf(&b, "%s is ready: %s says so\nthis stays as it is until %s:\n", name, r.File, until)
	for _, o := range r.Frozen {
		fmt.Fprintf(&b, "  option %s: type %s", o.Option, o.Type)
		if len(o.Inputs) > 0 {
			fmt.Fprintf(&b, "; inputs %s", strings.Join(o.Inputs, ", "))
		}
		if len(o.Scopes) > 0 {
			fmt.Fprintf(&b, "; scopes %s", strings.Join(o.Scopes, ", "))
		}
		b.WriteByte('\n')
	}
	if len(r.Connections) > 0 {
		fmt.Fprintf(&b, "the scopes are not those of before, and these connections lack some until they are connected again: %s\n", formula.JoinWords(r.Connections, "and"))
	}
	return b.String()
}

// outgrown names the local connections that lack scopes which the connector
// asks for now, and did not when it was ready before.
func (g *global) outgrown(ctx context.Context, l loaded, then formula.Value) []string {
	names := []string{}
	var changed []*spec.Option
	now := lint.Freeze(l.connector, l.checked).Get("options")
	for _, o := range l.checked {
		was := then.Get("options").Get(o.Option.Key)
		if was.IsObject() && !was.Get("scopes").Equal(now.Get(o.Option.Key).Get("scopes")) {
			changed = append(changed, o.Option)
		}
	}
	if len(changed) == 0 || l.connector.Key() == "" {
		return names
	}
	s, err := g.openStore()
	var unmade *store.NotMadeError
	if errors.As(err, &unmade) {
		return names
	}
	var list []*store.Connection
	problems := []error{err}
	if err == nil {
		list, problems = s.Connections(ctx)
	}
	if err := errors.Join(problems...); err != nil {
		fmt.Fprintf(g.Stderr, "connector: the scopes are not those of before, and which connections lack some is not known: %s\n", secret.Printable(err.Error()))
	}
	for _, c := range list {
		if c.Connector == l.connector.Key() && slices.ContainsFunc(changed, func(o *spec.Option) bool { return o.Key == c.Option && lacksScope(o, c.Scopes) }) {
			names = append(names, c.Name)
		}
	}
	return names
}

// lacksScope tells whether a grant may lack a scope that an option asks for.
func lacksScope(o *spec.Option, granted []string) bool {
	asked, optional, whole := lint.AskedScopes(o)
	for i, scope := range asked {
		if !optional[i] && !slices.Contains(granted, scope) {
			return true
		}
	}
	return !whole
}
