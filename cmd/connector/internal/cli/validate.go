package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/cmd/connector/internal/report"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

type validateOptions struct {
	paths         []string
	strict        bool
	stdinName     string
	ignoreUnknown bool
	disable       []string
	fix           bool
	platform      string
}

func newValidate(g *global) *cobra.Command {
	var opts validateOptions
	cmd := &cobra.Command{
		Use:   "validate [PATH...]",
		Short: "Find what is wrong with connectors, before anything runs",
		Long: `Validate reads connectors and says what is wrong with them: file, line and
column, what was expected, and how to mend it. A PATH is a spec file, the
directory of a connector, or a tree of them; without one, the working
directory. A single - reads one spec from standard input.

Recordings of tests that lie beside a connector are looked at, too: whether they
can be read, are of this spec, and hold no secret.

Nothing is run and nothing is connected to.

With --fix, what certainly mends a problem is applied to the files, and
everything else in them stays as it is; what was done is said on standard error,
and what is left is reported as ever. With --fix - the mended spec goes to
standard output, and what is left to standard error.

With --for, the rules of a platform apply too: the limits of its listings, and
what of a spec it cannot carry.

Opinions can be switched off, errors cannot: for one run with --disable, for one
line with a comment "# connector-disable-line CODE: reason" at its end or above
it, for a project with a file .connector.yml in the connector's directory or
above it, up to the one that holds .git:

  for: zoho
  rules: {unmarked-secret: error, null-default: off}

With --format sarif, github or junit the result is one that code scanning,
annotations of a change, and test reports are made of.

Exit codes: 0 no errors, 1 errors (or warnings with --strict), 2 no connector
found or a wrong command line, 3 a file could not be read.`,
		Example: `  connector validate
  connector validate examples/openweather
  connector validate --format json connectors/ > report.json
  connector validate --format junit --strict connectors/ > report.xml
  connector validate --fix connectors/
  connector validate --for zoho examples/openweather
  connector validate - < spec.yml`,
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.paths = args
			if len(args) > 1 && slices.Contains(args, "-") {
				return usagef("- is one spec from standard input, and goes with no other PATH")
			}
			return runValidate(cmd.Context(), g, opts)
		},
	}
	cmd.Flags().BoolVar(&opts.strict, "strict", false, "warnings fail, too")
	cmd.Flags().StringVar(&opts.stdinName, "stdin-name", "stdin", "the `name` that standard input has in the output")
	cmd.Flags().BoolVar(&opts.ignoreUnknown, "ignore-unknown", false, "pass over files that are no part of a connector, as hooks give them")
	cmd.Flags().BoolVar(&opts.fix, "fix", false, "apply the fixes that are certain")
	disableFlag(cmd, &opts.disable)
	platformFlag(cmd, &opts.platform)
	g.formatFlag(cmd, report.DiagnosticFormats()...)
	return cmd
}

func runValidate(ctx context.Context, g *global, opts validateOptions) error {
	stdin := len(opts.paths) == 1 && opts.paths[0] == "-"
	w, terminal := g.Stdout, g.StdoutTerminal
	if opts.fix && stdin { // standard output gets the spec
		w, terminal = g.Stderr, g.StderrTerminal
	}
	out := report.OpenDiagnostics(g.format, w, report.Options{
		Color: g.useColor(terminal), Strict: opts.strict, Version: version(), Now: g.Now, Rule: ruleOf,
	})
	if terminal && g.format == "text" && !g.quiet {
		out = &hinting{Diagnostics: out, w: w}
	}
	summary := report.Summary{Quiet: g.quiet}
	configs := newConfigurations(g, opts.disable)
	var err error
	unfixed := false
	named := len(opts.paths) > 0
	if opts.ignoreUnknown {
		opts.paths = knownPaths(opts.paths)
	}
	switch {
	case stdin:
		err = validateStdin(g, opts, configs, out, &summary)
	case named && len(opts.paths) == 0: // nothing that is known
	default:
		if opts.fix {
			unfixed, err = fixPaths(ctx, g, opts, configs)
		}
		if err == nil {
			err = validatePaths(ctx, g, opts, configs, out, &summary)
		}
	}
	if err != nil {
		return err
	}
	if err := out.Close(summary); err != nil {
		return err
	}
	if summary.Unread > 0 || unfixed {
		return exit{exitFailed}
	}
	if summary.Errors > 0 || opts.strict && summary.Warnings > 0 {
		return exit{exitNo}
	}
	return nil
}

func validateStdin(g *global, opts validateOptions, configs *configurations, out report.Diagnostics, summary *report.Summary) error {
	data, err := io.ReadAll(io.LimitReader(g.Stdin, spec.MaxFileSize+1))
	if err != nil {
		return fmt.Errorf("read standard input: %w", err)
	}
	config := configs.of(".")
	if config.err != nil {
		return config.err
	}
	if opts.fix {
		data = fixer{global: g}.fixText(opts.stdinName, data, opts.lint(config))
		if _, err := g.Stdout.Write(data); err != nil {
			return err
		}
		if _, err := io.Copy(g.Stdout, g.Stdin); err != nil { // of what is too large to be read
			return fmt.Errorf("read standard input: %w", err)
		}
	}
	if err := config.report(out, summary); err != nil {
		return err
	}
	c, _ := spec.LoadText(opts.stdinName, data)
	_, diagnostics := lint.Run(c, opts.lint(config))
	summary.Add(diagnostics)
	summary.Connectors = 1
	return out.Write(report.Checked{File: opts.stdinName, Diagnostics: diagnostics})
}

// lint returns how connectors are checked where a configuration holds.
func (o *validateOptions) lint(c *configuration) lint.Options {
	return lint.Options{For: o.platform, Policy: c.policy}
}

// ruleOf describes a code.
func ruleOf(code string) report.Rule {
	page, _ := lint.PageOf(code)
	return report.Rule{Code: code, Summary: page.Summary, Reason: page.Reason}
}

func validatePaths(ctx context.Context, g *global, opts validateOptions, configs *configurations, out report.Diagnostics, summary *report.Summary) error {
	places, diagnostics, err := find(opts.paths)
	if err != nil {
		return err
	}
	summary.Add(diagnostics)
	for _, d := range diagnostics {
		if err := out.Write(report.Checked{File: d.File, Diagnostics: []spec.Diagnostic{d}}); err != nil {
			return err
		}
	}
	if len(places) > 100 {
		// Reading many small files makes garbage quickly and keeps none of it.
		defer debug.SetGCPercent(debug.SetGCPercent(300))
	}
	progress := newProgress(g, len(places), "validating")
	defer progress.done()
	type result struct {
		config      *configuration
		diagnostics []spec.Diagnostic
		err         error
	}
	return inOrder(ctx, places, func(p place) result {
		config := configs.of(p.dir)
		o := opts.lint(config)
		o.Recordings = true
		l := p.check(o)
		return result{config, l.diagnostics, l.err}
	}, func(p place, r result) error {
		progress.step()
		if r.config.err != nil {
			return r.config.err
		}
		if err := r.config.report(out, summary); err != nil {
			return err
		}
		checked := report.Checked{File: p.display(p.file), Diagnostics: r.diagnostics}
		if r.err != nil { // the others are to be seen, too
			summary.Unread++
			checked.Failure = r.err.Error()
			if _, err := fmt.Fprintf(g.Stderr, "connector: %s\n", secret.Printable(checked.Failure)); err != nil {
				return err
			}
			return out.Write(checked)
		}
		summary.Connectors++
		summary.Add(r.diagnostics)
		return out.Write(checked)
	})
}

// knownPaths returns the paths without files that are no part of a connector.
// A file that find takes for a connector only because it is named is replaced
// by the connector in whose directory it lies.
func knownPaths(paths []string) []string {
	var known []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil || info.IsDir() {
			known = append(known, path) // find says what is wrong
			continue
		}
		found, _, err := findAt(path)
		switch {
		case err == nil && (len(found) != 1 || found[0].display(found[0].file) != filepath.ToSlash(filepath.Clean(path))):
			known = append(known, path)
		case err == nil || errors.Is(err, spec.ErrNoConnector):
			if owner := ownerOf(path); owner != "" {
				known = append(known, owner)
			}
		default:
			known = append(known, path)
		}
	}
	return known
}

// ownerOf returns the spec that a file is, or in whose directory it lies; ""
// if there is none.
func ownerOf(path string) string {
	name := filepath.Base(path)
	for dir := filepath.Dir(path); ; dir, name = filepath.Dir(dir), "" {
		absolute, err := filepath.Abs(dir)
		if err != nil {
			return ""
		}
		if found, _, err := spec.Find(alone{os.DirFS(dir), name}, ".", filepath.Base(absolute)); err == nil && len(found) > 0 {
			return filepath.Join(dir, filepath.FromSlash(found[0]))
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

// An alone is a file system that lists one file only, so that a directory is
// looked at without those below it.
type alone struct {
	fs.FS
	name string // "" for none
}

// ReadDir lists the one file.
func (a alone) ReadDir(string) ([]fs.DirEntry, error) {
	if a.name == "" {
		return nil, nil
	}
	info, err := fs.Stat(a.FS, a.name)
	if err != nil {
		return nil, err
	}
	return []fs.DirEntry{fs.FileInfoToDirEntry(info)}, nil
}

// A progress shows on a terminal how far long work is.
type progress struct {
	w     io.Writer
	what  string
	total int
	count int
	last  time.Time
	now   func() time.Time
}

// newProgress returns a progress that is shown only where a person sees it and
// has to wait.
func newProgress(g *global, total int, what string) *progress {
	p := &progress{what: what, total: total, now: g.Now, last: g.Now()}
	if g.StderrTerminal && !g.quiet && total > 200 {
		p.w = g.Stderr
	}
	return p
}

func (p *progress) step() {
	p.count++
	if p.w == nil || p.now().Sub(p.last) < 100*time.Millisecond {
		return
	}
	p.last = p.now()
	fmt.Fprintf(p.w, "\r%s %d of %d\x1b[K", p.what, p.count, p.total)
}

func (p *progress) done() {
	if p.w != nil {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
