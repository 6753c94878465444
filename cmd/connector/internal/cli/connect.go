package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/store"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/lint"
)

// connectOptions are what connect is told.
type connectOptions struct {
	path         string // "" for that of the connection, or here
	option, name string
	client       string
	through      string // the connection that one of type proxy borrows from
	scopes       []string
	web          bool
	showRedirect bool
	noTest       bool
	draft        bool
	force        bool
	yes          bool
	insecure     bool
	complete     string // the address at which a login that was begun came back
	edit         bool   // what was entered before is asked for again
	login        loginOptions
	network      networkOptions
	values       valueOptions
}

func newConnect(g *global) *cobra.Command {
	var opts connectOptions
	cmd := &cobra.Command{
		Use:   "connect [PATH]",
		Short: "Log in to an API, and keep the connection",
		Long: `Connect obtains a credential for a connector, by a login in the browser if it
takes one, tests it, and keeps it under a name. It says before which hosts will
get the credential, and keeps nothing of a login that failed, or whose test did.

What the connector asks for comes from --input-file, from variables such as
CONNECTOR_INPUT_API_KEY, from a prompt, from a page in the browser with --web,
or, for what is not secret, from --input. The id and secret of an OAuth client
are connector parameters: --params-file, CONNECTOR_PARAM_CLIENT_ID, or a client
that is kept by connector clients add, with --client.

The name of a connection that there is logs it in again, with what was entered
for it before.

Without a browser and a terminal, --no-browser begins the login, prints the
address to open elsewhere, and ends; within an hour --complete - finishes it, by
the address at which that browser ended. It is read from the input, since command
lines are seen by others. The same hands an address to a connect that waits.

Exit codes: 0 connected, 1 the login was refused or its test failed, 2 wrong
command line, 3 no answer, or no store, 4 something is missing that nobody
could be asked for.`,
		Example: `  connector connect --show-redirect examples/asana
  CONNECTOR_INPUT_API_KEY=… connector connect --insecure-storage --name weather examples/openweather`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				opts.path = args[0]
			}
			if opts.network.timeout < 0 {
				return usagef("--timeout cannot be negative")
			}
			if opts.complete != "" {
				if opts.path != "" || opts.name != "" || opts.option != "" || opts.web || opts.showRedirect {
					return usagef("--complete finishes a login as it was begun: give nothing else of it")
				}
				return g.complete(cmd.Context(), opts)
			}
			return runConnect(cmd.Context(), g, opts)
		},
	}
	f := cmd.Flags()
	f.StringVar(&opts.option, "option", "", "connect by this option, by its `key`; the base is \"default\"")
	f.StringVar(&opts.name, "name", "", "call the connection by this `name`; one that there is logs in again")
	f.StringVar(&opts.client, "client", "", "use the stored OAuth client of this `name`")
	f.StringVar(&opts.through, "through", "", "let an option of type proxy use the stored connection of this `name`")
	f.StringArrayVar(&opts.scopes, "scope", nil, "ask for this optional `scope`, too")
	f.BoolVar(&opts.web, "web", false, "ask on a page in the browser")
	f.BoolVar(&opts.showRedirect, "show-redirect", false, "say which redirect URI to register with the provider, and do nothing else")
	f.StringVar(&opts.complete, "complete", "", "finish a login that was begun here by the `address` at which the browser ended; - reads it from the input")
	f.BoolVar(&opts.noTest, "no-test", false, "keep the connection without a test")
	f.BoolVar(&opts.draft, "draft", false, "connect a connector that is a draft")
	f.BoolVar(&opts.force, "force", false, "keep the connection also if its test fails")
	f.BoolVar(&opts.yes, "yes", false, "accept that the hosts or scripts of the connector have changed")
	f.BoolVar(&opts.insecure, "insecure-storage", false, "where there is no store, make one that is not encrypted")
	opts.login.flags(f)
	opts.network.flags(f)
	opts.values.flags(f)
	g.formatFlag(cmd, "text", "json")
	return cmd
}

func runConnect(ctx context.Context, g *global, opts connectOptions) error {
	c, err := g.newConnecting(ctx, opts)
	if err != nil {
		return err
	}
	defer c.end()
	switch {
	case opts.showRedirect:
		return c.showRedirect(ctx)
	case opts.web:
		return c.byPage(ctx)
	}
	if err := c.enter(ctx); err != nil {
		return err
	}
	if err := c.agree(ctx); err != nil {
		return err
	}
	made, err := c.login(ctx)
	if err != nil {
		return err
	}
	return c.finish(ctx, made)
}

// A connecting is a connection that is being made.
type connecting struct {
	*network
	opts  connectOptions
	store *store.Store      // nil if nothing is kept
	known *store.Connection // of the same name; nil for a new one
	// unknown says that there is none of the name.
	unknown *store.MissingError
	place   place
	loaded  loaded

	subject     auth.Subject
	values      auth.Values
	environment string
	client      string        // the name of a stored one
	parameters  formula.Value // those of values that are the connection's own
	lends       *lending      // what an option of type proxy borrows from
	consent     auth.Consent
	explained   bool // the user was told how to answer questions
}

// A made is what a login came to.
type made struct {
	connection *auth.Connection // nil if there is no credential
	result     *auth.Result
	redirect   string // where the login came back to; "" for what the spec says
}

// newConnecting loads the connector and opens the store, before anything is
// asked.
func (g *global) newConnecting(ctx context.Context, opts connectOptions) (*connecting, error) {
	c := &connecting{opts: opts}
	if err := c.find(ctx, g); err != nil {
		return nil, err
	}
	var paths []string
	switch {
	case opts.path != "":
		paths = []string{opts.path}
	case c.known != nil:
		paths = []string{shownName(c.known.Spec)}
	}
	var err error
	if c.place, c.loaded, err = g.theConnector(paths); err != nil {
		if c.unknown != nil && len(paths) == 0 {
			err = &hinted{err, c.unknown.Error()}
		}
		return nil, err
	}
	if err := c.fits(); err != nil {
		return nil, err
	}
	options := opts.network
	if c.known != nil {
		options = options.with(c.known.Routes)
		options.allowPrivate = options.allowPrivate || c.known.AllowPrivate
	}
	if c.network, err = g.newNetwork(options); err != nil {
		return nil, err
	}
	c.lends = &lending{network: c.network, store: c.store, name: opts.through, yes: opts.yes}
	if c.known != nil && opts.through == "" {
		c.lends.id = c.known.Lender
	}
	if err := c.choose(ctx); err != nil {
		c.end()
		return nil, err
	}
	return c, nil
}

// find opens the store, unless nothing is to be kept, and looks for a
// connection of the name.
func (c *connecting) find(ctx context.Context, g *global) (err error) {
	if c.opts.showRedirect {
		return nil
	}
	if c.opts.name != "" {
		if err := store.CheckName(c.opts.name); err != nil {
			return err
		}
	}
	if c.store, err = g.storeFor(c.opts); err != nil {
		return err
	}
	if err := c.store.Check(ctx); err != nil {
		return err
	}
	if c.opts.name == "" {
		return nil
	}
	c.known, err = c.store.Connection(ctx, c.opts.name)
	if errors.As(err, &c.unknown) && !c.opts.edit {
		return nil
	}
	return err
}

// storeFor opens the store for a connection, or makes one that is not encrypted
// if the user says so.
func (g *global) storeFor(opts connectOptions) (*store.Store, error) {
	s, err := g.openStore()
	var unmade *store.NotMadeError
	switch {
	case !errors.As(err, &unmade):
		return s, err
	case !opts.insecure:
		return nil, &hinted{err, "connector store init makes one; --insecure-storage makes one that is not encrypted"}
	}
	o, err := g.storeOptions()
	if err != nil {
		return nil, err
	}
	if s, _, err = store.Create(o, store.None, ""); err == nil {
		g.warnPlain()
	}
	return s, err
}

// fits says why the connector that was loaded cannot be connected.
func (c *connecting) fits() error {
	spec := c.loaded.connector
	if c.known != nil && spec.Key() != c.known.Connector {
		return usagef("--name: %q is a connection of %q, and this is %q: give another name", c.known.Name, c.known.Connector, spec.Key())
	}
	if spec.Meta.Get("stage").Text() == "draft" && !c.opts.draft {
		return &hinted{
			noError{fmt.Errorf("%s is a draft, and nobody connects a draft by accident", spec.Name())},
			"--draft connects it; connector ready makes it ready",
		}
	}
	return nil
}

// choose finds the option, and the engine of its scripts.
func (c *connecting) choose(ctx context.Context) error {
	key := c.opts.option
	if key == "" && c.known != nil {
		key = c.known.Option
	}
	checked, err := c.optionFor(ctx, key)
	if err != nil {
		return err
	}
	return c.take(checked)
}

// optionFor returns the option of a key, or the one that the user chooses.
func (c *connecting) optionFor(ctx context.Context, key string) (lint.Checked, error) {
	if key != "" || len(c.loaded.checked) == 1 {
		if key == "" {
			return c.loaded.checked[0], nil
		}
		return optionOf(c.loaded, key)
	}
	if c.opts.web {
		return c.loaded.checked[0], nil // the page asks
	}
	return c.askOption(ctx)
}

// take makes an option the one that is connected.
func (c *connecting) take(checked lint.Checked) error {
	engine, err := c.engine(c.place)
	if err != nil {
		return err
	}
	c.subject = auth.Subject{
		Connector: c.loaded.connector, Option: checked.Option, Methods: checked.Methods,
		Engine: engine, Files: rootFiles(c.place.dir), Untested: c.opts.noTest,
	}
	return c.subject.Check()
}

// changed lists what is no longer as the user of a known connection agreed to:
// in the connector, and not by what the user enters now. What was entered for
// one option is for its hosts, and not for those of another.
func (c *connecting) changed(ctx context.Context) ([]string, error) {
	switch {
	case c.known == nil:
		return nil, nil
	case c.known.Option != c.subject.Option.Key:
		return c.consent.Elsewhere(c.known.Hosts), nil
	}
	client, err := clientParameters(ctx, c.store, c.subject.Connector, c.known.Client)
	if err != nil {
		client = formula.Object() // it was removed, and another is used now
	}
	environment, err := environmentOf(c.subject.Connector, c.known.Environment)
	if err != nil {
		environment = formula.Object()
	}
	values, _, err := c.subject.Complete(auth.Values{
		Inputs: parsed(c.known.Inputs), Parameters: over(over(parsed(c.known.Parameters), client), environment),
	})
	if err != nil {
		return nil, err
	}
	consent, err := c.subject.Consent(values)
	return consent.Since(c.known.Hosts, c.known.Digest), err
}

// agree says where the credential goes, and asks where that has changed.
func (c *connecting) agree(ctx context.Context) error {
	consent, err := c.subject.Consent(c.values)
	if err != nil {
		return err
	}
	c.consent = consent
	changes, err := c.changed(ctx)
	if err != nil {
		return err
	}
	if len(changes) > 0 {
		if err := c.acceptChanges(ctx, c.known.Name, changes, c.opts.yes); err != nil {
			return err
		}
	}
	if !c.quiet {
		fmt.Fprintf(c.Stderr, "connector: %s\n", whereTo(c.consent))
	}
	return nil
}

// whereTo says where a credential goes.
func whereTo(consent auth.Consent) string {
	places := destinations(consent)
	if len(places) == 0 {
		return "the credential goes nowhere"
	}
	return "the credential goes to " + formula.JoinWords(places, "and") + ", and nowhere else"
}

// destinations lists where a credential goes, also what is not known before a
// login.
func destinations(consent auth.Consent) []string {
	places := slices.Clone(consent.Hosts)
	if consent.Issuer != "" {
		places = append(places, "the endpoints that "+secret.PrintableLine(consent.Issuer)+" names")
	}
	if consent.Later {
		places = append(places, "the address that the login gives")
	}
	return places
}
