package cli

import (
	"context"
	"fmt"
	"io"
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
	paths     []string
	strict    bool
	stdinName string
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

Nothing is run and nothing is connected to.

Exit codes: 0 no errors, 1 errors (or warnings with --strict), 2 no connector
found or a wrong command line, 3 a file could not be read.`,
		Example: `  connector validate
  connector validate examples/openweather
  connector validate --format json connectors/ > report.json
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
	g.formatFlag(cmd, "text", "json")
	return cmd
}

func runValidate(ctx context.Context, g *global, opts validateOptions) error {
	out := report.NewDiagnostics(g.format, g.Stdout, g.useColor(g.StdoutTerminal))
	summary := report.Summary{Quiet: g.quiet}
	var err error
	if len(opts.paths) == 1 && opts.paths[0] == "-" {
		err = validateStdin(g, opts, out, &summary)
	} else {
		err = validatePaths(ctx, g, opts, out, &summary)
	}
	if err != nil {
		return err
	}
	if err := out.Close(summary); err != nil {
		return err
	}
	if summary.Unread > 0 {
		return exit{exitFailed}
	}
	if summary.Errors > 0 || opts.strict && summary.Warnings > 0 {
		return exit{exitNo}
	}
	return nil
}

func validateStdin(g *global, opts validateOptions, out report.Diagnostics, summary *report.Summary) error {
	data, err := io.ReadAll(io.LimitReader(g.Stdin, spec.MaxFileSize+1))
	if err != nil {
		return fmt.Errorf("read standard input: %w", err)
	}
	c, _ := spec.LoadText(opts.stdinName, data)
	_, diagnostics := lint.Run(c, lint.Options{})
	summary.Add(diagnostics)
	summary.Connectors = 1
	return out.Write(diagnostics)
}

func validatePaths(ctx context.Context, g *global, opts validateOptions, out report.Diagnostics, summary *report.Summary) error {
	places, diagnostics, err := find(opts.paths)
	if err != nil {
		return err
	}
	summary.Add(diagnostics)
	if err := out.Write(diagnostics); err != nil {
		return err
	}
	if len(places) > 100 {
		// Reading many small files makes garbage quickly and keeps none of it.
		defer debug.SetGCPercent(debug.SetGCPercent(300))
	}
	progress := newProgress(g, len(places), "validating")
	defer progress.done()
	type result struct {
		diagnostics []spec.Diagnostic
		err         error
	}
	return inOrder(ctx, places, func(p place) result {
		diagnostics, err := validateOne(p)
		return result{diagnostics, err}
	}, func(_ place, r result) error {
		progress.step()
		if r.err != nil { // the others are to be seen, too
			summary.Unread++
			_, err := fmt.Fprintf(g.Stderr, "connector: %s\n", secret.Printable(r.err.Error()))
			return err
		}
		summary.Connectors++
		summary.Add(r.diagnostics)
		return out.Write(r.diagnostics)
	})
}

// validateOne returns all that is to be said about one connector.
func validateOne(p place) ([]spec.Diagnostic, error) {
	l := loadChecked(p)
	return l.diagnostics, l.err
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
