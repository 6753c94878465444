package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/cmd/connector/internal/form"
	"github.com/connector-spec/connector/cmd/connector/internal/report"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

func newOperationsRun(g *global) *cobra.Command {
	var opts testOptions
	cmd := &cobra.Command{
		Use:   "run KEY [PATH]",
		Short: "Run an operation of a connector and print what it gives",
		Long: `Run obtains the credential as connector test does, runs the operation with the
connection's API client and prints what it gives as JSON.

--input and --input-file give what the operation takes and what the connection
needs, by name; a name that both have is the operation's. The rest comes from
variables such as CONNECTOR_INPUT_API_KEY, for the operation such as
CONNECTOR_OPERATION_PAGE, or from a prompt.

--connection runs it with a stored connection; then there are inputs for the
operation alone.

Where nothing is given and there is a recording of the operation, the answer
comes from there; --live asks the API.

Exit codes: 0 done, 1 the API refused, or what it gave does not meet the
outputSchema, 2 wrong command line, 3 no answer, or a file that could not be
read, 4 no credential or input.`,
		Example: `  connector operations run query examples/salesforce
  CONNECTOR_INPUT_API_KEY=… connector operations run currentWeather examples/openweather --input place=Paris`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("which operation? connector operations list shows them")
			}
			return atMost(2)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			g.running = true
			opts.paths = args[1:]
			if err := opts.checkStored(); err != nil {
				return err
			}
			return runOperation(cmd.Context(), g, args[0], opts)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&opts.live, "live", false, "ask the API, also where there is a recording")
	f.BoolVar(&opts.record, "record", false, "ask the API and keep a recording, without secrets")
	f.StringVar(&opts.option, "option", "", "connect by this option, by its `key`; the base is \"default\"")
	opts.networkFlags(f)
	opts.storedFlags(f)
	return cmd
}

func runOperation(ctx context.Context, g *global, key string, opts testOptions) error {
	g.format = "text" // so that what is missing is asked for
	kept, err := g.keptFor(ctx, &opts)
	if err != nil {
		return err
	}
	t, err := newTester(g, opts)
	if err != nil {
		return err
	}
	t.kept = kept
	defer t.end()
	c, err := t.operationCase(ctx, key)
	if err != nil {
		return err
	}
	if err := t.lent(ctx, c); err != nil {
		return err
	}
	if c.kept && c.failure == nil {
		if err := kept.open(ctx, t, c); err != nil {
			return err
		}
	} else if c.live && c.failure == nil {
		c.values, c.failure = t.complete(ctx, c.subject, c.values)
	}
	if c.failure != nil {
		return t.failed(codeOf(c.failure), c.failure.Error(), hintOf(c.failure))
	}
	if c.recording != nil && !g.quiet {
		fmt.Fprintf(g.Stderr, "connector: this is from the recording %s; --live asks the API\n", secret.PrintableLine(c.place.display(c.recording.file)))
	}
	result, err := t.test(ctx, c)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if result.OK || !result.Value.IsUndefined() {
		if err := printValue(g.Stdout, result.Value); err != nil {
			return err
		}
	}
	if result.Note != "" && opts.record && !g.quiet {
		fmt.Fprintf(g.Stderr, "connector: %s\n", secret.PrintableLine(result.Note))
	}
	switch {
	case result.OK:
		return nil
	case result.Unreachable():
		return t.failed(exitFailed, result.Message, result.Hint)
	}
	return t.failed(exitNo, result.Message, result.Hint)
}

// failed says why there is no result, and what to do.
func (t *tester) failed(code int, message, hint string) error {
	fmt.Fprintf(t.Stderr, "connector: %s\n", secret.PrintableLine(message))
	if hint != "" {
		fmt.Fprintf(t.Stderr, "hint: %s\n", secret.PrintableLine(hint))
	}
	return exitWith(code)
}

// printValue prints what an operation gave; nothing is null.
func printValue(w io.Writer, v formula.Value) error {
	text := []byte("null")
	if !v.IsUndefined() {
		text = v.AppendJSON(nil)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err := io.WriteString(w, report.PrintableJSON(b.String()))
	return err
}

// operationCase finds the operation of that key and decides how it is run.
func (t *tester) operationCase(ctx context.Context, key string) (*testCase, error) {
	p, l, err := t.theConnector(t.opts.paths)
	if err != nil {
		return nil, err
	}
	engine, err := t.engine(p)
	if err != nil {
		return nil, err
	}
	s := auth.Subject{Connector: l.connector, Operation: key, Engine: engine, Files: rootFiles(p.dir)}
	t.opts.option = t.kept.optionFor(s.Connector, t.opts.option)
	var options, keys []string
	for _, o := range l.checked {
		options = append(options, o.Option.Key)
		if t.opts.option == "" && s.Option == nil || o.Option.Key == t.opts.option {
			s.Option, s.Methods = o.Option, o.Methods
		}
	}
	operation := l.connector.Operation(key)
	for _, o := range l.connector.Operations() {
		keys = append(keys, o.Key)
	}
	switch {
	case operation == nil && formula.Nearest(key, keys) != "":
		return nil, usagef("%s has no operation %q; did you mean %q?", l.connector.Name(), key, formula.Nearest(key, keys))
	case operation == nil:
		return nil, usagef("%s has no operation %q%s", l.connector.Name(), key, thereAre("there is", keys))
	case s.Option == nil:
		return nil, usagef("--option: there is no option %q%s", t.opts.option, thereAre("there is", options))
	case t.opts.option == "" && len(options) > 1:
		return nil, usagef("%s can be connected in several ways: say which by --option%s", l.connector.Name(), thereAre("there is", options))
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	return t.decide(ctx, p, s, l, operation)
}

// decide gathers the values of an operation and says whether it is run for
// real.
func (t *tester) decide(ctx context.Context, p place, s auth.Subject, l loaded, operation *spec.Operation) (*testCase, error) {
	c := &testCase{place: p, connector: s.Connector, subject: s}
	schema := operation.InputSchema()
	t.opts.values.operation = schema.Get("properties").Keys()
	own := collector{global: t.global, key: s.Connector.Key(), schema: schema, kind: "OPERATION", known: t.opts.values.operation}
	c.kept = t.kept.fits(s)
	var values auth.Values
	given := c.kept
	var err error
	switch {
	case t.opts.stored.named() && !c.kept:
		return nil, t.kept.foreign()
	case !c.kept: // then the connection has all that it needs
		own.known = append(knownNames(l.checked, "inputSchema"), own.known...)
		if values, given, _, err = t.opts.values.of(t.global, s, l.checked); err != nil {
			return nil, err
		}
	}
	b := formula.NewObject(4)
	if err := own.fromFlags(b, t.opts.values.inputs, "--input"); err != nil {
		return nil, err
	}
	if file := t.opts.values.inputSource; file != nil {
		if err := own.fromFile(b, file); err != nil {
			return nil, err
		}
	}
	if err := own.fromVariables(b); err != nil {
		return nil, err
	}
	if !t.opts.live && !t.opts.record && !given && !t.opts.borrows(s) && b.Value().Len() == 0 {
		if c.recording, err = p.recording(s); c.recording != nil || err != nil {
			return c, err
		}
	}
	c.live, c.values = true, values
	c.values.Input, c.failure = t.completeInput(ctx, s, b.Value())
	return c, nil
}

// completeInput adds defaults to the input of an operation, asks for what is
// missing where somebody can answer, and says what it lacks.
func (t *tester) completeInput(ctx context.Context, s auth.Subject, input formula.Value) (formula.Value, error) {
	complete, problems, err := s.CompleteInput(input)
	if err != nil || len(problems) == 0 {
		return complete, err
	}
	for _, p := range problems {
		if !t.asks() || !p.Missing || strings.Contains(p.Name, ".") {
			return complete, inputError(s, problems)
		}
	}
	input, err = t.prompt(ctx, s, form.New(s.Connector.Operation(s.Operation).InputSchema()), input, true)
	if err != nil && !errors.Is(err, io.EOF) {
		return complete, err
	}
	complete, problems, err = s.CompleteInput(input)
	if err != nil || len(problems) == 0 {
		return complete, err
	}
	return complete, inputError(s, problems)
}

// inputError says what the input of an operation lacks, and how to give it.
func inputError(s auth.Subject, problems []spec.InputProblem) error {
	var words, flags []string
	for _, p := range problems {
		name := p.Name
		if name == "" {
			name = "the input"
		}
		words = append(words, name+" "+p.Message)
		if first, _, _ := strings.Cut(p.Name, "."); first != "" {
			flags = append(flags, fmt.Sprintf("--input %s=…", first))
		}
	}
	return &missingError{
		fmt.Sprintf("operation %q cannot run: %s", s.Operation, strings.Join(words, "; ")),
		"give it by " + strings.Join(flags, " ") + ", or in a file for --input-file",
	}
}
