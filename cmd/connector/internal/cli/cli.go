// Package cli is the command line of connector: one file per command.
package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/store"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// The exit codes.
const (
	exitOK           = 0
	exitNo           = 1 // the answer is no: error diagnostics, a failed test
	exitUsage        = 2 // a wrong command line
	exitFailed       = 3 // the work could not be done: file, network, bug
	exitNoCredential = 4 // no usable credential or input
	exitInterrupted  = 130
)

// An exit is an error that has said all there is to say and ends the program
// with a code.
type exit struct{ code int }

func (e exit) Error() string { return fmt.Sprintf("exit %d", e.code) }

// A usageError is a wrong command line.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// A noError says why the answer is no.
type noError struct{ error }

// A credentialError says that a credential or input is missing.
type credentialError struct{ error }

// Main runs the program and returns its exit code.
func Main(env *Env, args []string) (code int) {
	if isWorker(args) {
		return runWorker(env, os.Exit)
	}
	g := &global{Env: env, redactor: secret.NewRedactor(), refreshes: &underway{}, plain: env.Stdout}
	shared := &lockedWriter{w: env.Stderr}
	stdout, stderr := g.redactor.Writer(env.Stdout), g.redactor.Writer(shared)
	g.direct = &directWriter{shared, stderr}
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintf(stderr, "connector: bug: %v\n%s", r, debug.Stack())
			code = exitFailed
		}
		_ = stderr.Flush()
		if err := stdout.Flush(); err != nil && code == exitOK {
			code = exitFailed
		}
	}()
	redacted := *env
	redacted.Stdout, redacted.Stderr = stdout, stderr
	g.Env = &redacted
	ctx, stop := env.Interrupted()
	defer stop()
	root := newRoot(g)
	root.SetArgs(args)
	root.SetIn(env.Stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	g.settle()
	if ctx.Err() != nil && err != nil {
		fmt.Fprintln(stderr, "connector: interrupted")
		return exitInterrupted
	}
	if err != nil && !g.running { // what comes before a command is its line
		if _, _, unknown := root.Find(args); unknown != nil {
			err = fmt.Errorf("%s\nsee connector --help", strings.TrimSpace(unknown.Error()))
		}
		err = usageError{err}
	}
	return exitCode(stderr, err)
}

// exitCode says what went wrong, unless the command did, and returns the exit
// code: the one place where errors become codes.
func exitCode(stderr io.Writer, err error) int {
	var e exit
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &e):
		return e.code
	}
	code, text := codeAndText(err)
	fmt.Fprintf(stderr, "connector: %s\n", secret.Printable(text))
	if hint := hintOf(err); hint != "" {
		fmt.Fprintf(stderr, "hint: %s\n", secret.Printable(hint))
	}
	return code
}

// codeAndText returns the exit code of an error and what is said of it.
func codeAndText(err error) (int, string) {
	var usage usageError
	var no noError
	var credential credentialError
	var missing *missingError
	var open unanswered
	switch {
	case errors.As(err, &usage):
		return exitUsage, usage.Error()
	case errors.As(err, &no):
		return exitNo, no.Error()
	case errors.As(err, &credential):
		return exitNoCredential, credential.Error()
	case errors.As(err, &missing):
		return exitNoCredential, missing.Error()
	case errors.As(err, &open):
		return exitNoCredential, err.Error()
	case errors.Is(err, spec.ErrNoConnector):
		return exitUsage, err.Error()
	}
	return codeOfStored(err), err.Error()
}

// codeOfStored returns the exit code of an error of what is stored.
func codeOfStored(err error) int {
	var key *store.KeyError
	var missing *store.MissingError
	var name *store.NameError
	var ended *auth.LoginError
	switch {
	case errors.As(err, &ended) && ended.Err != nil: // the server says no
		return exitNo
	case errors.As(err, &key), errors.As(err, &missing), errors.As(err, &ended):
		return exitNoCredential
	case errors.As(err, &name) && name.Reason == "":
		return exitNo
	case errors.As(err, &name):
		return exitUsage
	}
	return exitFailed
}

// global holds what all commands share.
type global struct {
	*Env
	redactor  *secret.Redactor
	running   bool      // a command has begun
	refreshes *underway // of stored connections
	// plain is standard output without the redactor, for a secret that the user
	// asked to see.
	plain io.Writer
	// direct is standard error without the redactor, for the address that a user
	// has to open, which holds a state.
	direct io.Writer

	format  string
	color   string
	quiet   bool
	verbose bool
	noInput bool
	caFile  string
}

// useColor tells whether output on a stream is coloured.
func (g *global) useColor(terminal bool) bool {
	switch g.color {
	case "always":
		return true
	case "never":
		return false
	}
	return terminal && g.Getenv("NO_COLOR") == "" && g.Getenv("TERM") != "dumb"
}

func newRoot(g *global) *cobra.Command {
	root := &cobra.Command{
		Use:     "connector",
		Short:   "The toolchain for declarative connector specs",
		Version: version(),
		Long: `Connector validates, tests and runs connector specs: YAML files that say how
to authenticate to an API.`,
		Example: `  connector validate
  connector test --auth examples/openweather`,
		SilenceUsage: true, SilenceErrors: true,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(*cobra.Command, []string) error { return g.check() },
	}
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), "Flags.FlagUsages ", "Flags.FlagUsagesWrapped 80 "))
	root.SetVersionTemplate("connector {{.Version}}\n")
	flags := root.PersistentFlags()
	flags.StringVar(&g.color, "color", "auto", "colour the output: `auto`, always or never")
	flags.BoolVar(&g.quiet, "quiet", false, "print results only")
	flags.BoolVar(&g.verbose, "verbose", false, "show each request and answer, without secrets")
	flags.BoolVar(&g.noInput, "no-input", false, "never ask")
	flags.StringVar(&g.caFile, "ca-file", "", "trust the certificates of this PEM `file`, too")
	_ = root.RegisterFlagCompletionFunc("color", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp))
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w\nsee %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(newValidate(g), newTest(g), newConnect(g), newReady(g), newInit(g), newList(g), newOperations(g), newRequest(g), newConnections(g), newClients(g), newStore(g), newDisconnect(g), newEval(g), newExplain(g), newSchema(g), newVersion(g))
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "completion":
			strictCompletion(cmd)
		case "help":
			strictHelp(root, cmd)
		}
		run := cmd.RunE
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			g.running = true
			return run(cmd, args)
		}
	}
	return root
}

// strictHelp makes help for what is no command a wrong command line, too.
func strictHelp(root, cmd *cobra.Command) {
	show := cmd.Run
	cmd.Run = nil
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if found, _, err := root.Find(args); err != nil || found == root && len(args) > 0 {
			return usagef("there is no command %q; see connector --help", strings.Join(args, " "))
		}
		show(cmd, args)
		return nil
	}
}

// atMost returns the check of a command that takes so many arguments.
func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) <= n:
			return nil
		case n == 0:
			return usagef("%s takes no argument, and got %q\nsee %s --help", cmd.CommandPath(), args[0], cmd.CommandPath())
		}
		return usagef("%s takes %s, and %q is one too many\nsee %s --help", cmd.CommandPath(), [...]string{1: "one argument", 2: "two arguments"}[n], args[n], cmd.CommandPath())
	}
}

// strictCompletion makes an unknown shell a wrong command line: cobra shows the
// help and is content.
func strictCompletion(cmd *cobra.Command) {
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		return usagef("there is no completion for %q; there is one for bash, fish, powershell and zsh", args[0])
	}
}

// check looks at the global flags.
func (g *global) check() error {
	switch g.color {
	case "auto", "always", "never":
		return nil
	}
	return usagef("--color is auto, always or never, not %q", g.color)
}

// formatFlag adds --format with the formats that a command knows.
func (g *global) formatFlag(cmd *cobra.Command, formats ...string) {
	cmd.Flags().StringVar(&g.format, "format", "text", "how results are printed: "+formula.JoinWords(formats, "or"))
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	pre := cmd.PreRunE
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error {
		for _, f := range formats {
			if g.format == f {
				if pre != nil {
					return pre(cmd, args)
				}
				return nil
			}
		}
		return usagef("--format is %s, not %q", formula.JoinWords(formats, "or"), g.format)
	}
}

// worst returns the exit code that counts among many.
func worst(codes ...int) int {
	for _, c := range []int{exitInterrupted, exitFailed, exitNo, exitNoCredential} {
		for _, d := range codes {
			if c == d {
				return c
			}
		}
	}
	return exitOK
}

// exitWith returns the error that ends the program with a code; nil for 0.
func exitWith(code int) error {
	if code == exitOK {
		return nil
	}
	return exit{code}
}
