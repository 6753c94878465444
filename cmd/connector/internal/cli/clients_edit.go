package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/connector-spec/connector/auth/store"
	"github.com/connector-spec/connector/cmd/connector/internal/form"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
	"github.com/connector-spec/connector/spec/method"
)

type clientOptions struct {
	name   string
	path   string
	option string
	values valueOptions
}

func (o *clientOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.option, "option", "", "take the parameters of this option of the connector, by its `key`")
	f.StringArrayVar(&o.values.params, "param", nil, "give a parameter that is not secret: `name=value`")
	f.StringVar(&o.values.paramsFile, "params-file", "", "read parameters from a YAML or JSON `file`; - is standard input")
}

func newClientsAdd(g *global) *cobra.Command {
	var opts clientOptions
	cmd := &cobra.Command{
		Use:   "add [PATH]",
		Short: "Store an OAuth client",
		Long: `Add stores the parameters of a connector under a name. PATH names the connector:
its spec says which parameters there are and which are secret, and the client is
for that connector alone. Without PATH they are clientId and clientSecret, for any
connector.

They come from --params-file, from variables such as CONNECTOR_PARAM_CLIENT_SECRET,
from a prompt, or, for what is not secret, from --param.

Exit codes: 0 stored, 1 the name is taken, or the spec has errors, 2 wrong command
line, 3 it could not be stored, 4 a parameter is missing, or the key of the store.`,
		Example: `  connector clients add examples/asana --name ours --params-file client.yml`,
		Args:    atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				opts.path = args[0]
			} else if opts.option != "" {
				return usagef("--option is one of a connector: name its PATH")
			}
			return addClient(cmd.Context(), g, opts)
		},
	}
	cmd.Flags().StringVar(&opts.name, "name", "", "store it under this `name`; without it the connector's key is taken")
	opts.flags(cmd.Flags())
	return cmd
}

func newClientsEdit(g *global) *cobra.Command {
	var opts clientOptions
	cmd := &cobra.Command{
		Use:   "edit NAME [PATH]",
		Short: "Change what an OAuth client holds",
		Long: `Edit asks for the parameters again: those that are not secret are offered as they
are, and secrets are entered anew, since nothing shows them. The connections that
use the client use it as it is from then on.

PATH names the connector, if the client is for one.`,
		Example: `  connector clients edit acme examples/asana --params-file client.yml`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 2 {
				return atMost(2)(cmd, args)
			}
			return oneName("client", listClientsBy)(cmd, args[:min(len(args), 1)])
		},
		ValidArgsFunction: g.completeClients,
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.name = args[0]
			if len(args) > 1 {
				opts.path = args[1]
			}
			return editClient(cmd.Context(), g, opts)
		},
	}
	opts.flags(cmd.Flags())
	return cmd
}

// A clientForm is what is asked for a client.
type clientForm struct {
	collector
	connector string // key; "" for any
	title     string // of what is asked
	form      *form.Form
	secrets   []string
}

// anyClient asks for a client of any connector.
const anyClient = `{
  "type": "object",
  "properties": {
    "clientId": {"type": "string", "title": "Client ID"},
    "clientSecret": {"type": "string", "title": "Client secret", "isSensitive": true}
  },
  "required": ["clientId"]
}`

// clientForm says what is to be asked: the parameters of the connector at a
// path, but for those that its environments give.
func (g *global) clientForm(o clientOptions) (*clientForm, error) {
	f := &clientForm{collector: collector{global: g, kind: "PARAM"}, title: "OAuth client"}
	if o.path == "" {
		schema, err := formula.ParseJSON([]byte(anyClient))
		if err != nil {
			return nil, err
		}
		f.ask(schema, nil, formula.Undefined)
		return f, nil
	}
	_, l, err := g.theConnector([]string{o.path})
	if err != nil {
		return nil, err
	}
	c, err := clientOption(l, o.option)
	if err != nil {
		return nil, err
	}
	f.connector, f.title, f.key = l.connector.Key(), l.connector.Name(), l.connector.Key()
	f.ask(c.Option.Value.Get("parametersSchema"), c.Methods.Secrets(), l.connector.Meta.Get("environments"))
	return f, nil
}

// clientOption returns the option of a connector whose parameters a client is
// to hold: the one of a key, or the only one that has any of its own.
func clientOption(l loaded, key string) (lint.Checked, error) {
	if key != "" {
		return optionOf(l, key)
	}
	var found []lint.Checked
	var keys []string
	for _, o := range l.checked {
		names := o.Option.Value.Get("parametersSchema").Get("properties").Keys()
		same := func(other lint.Checked) bool {
			return slices.Equal(names, other.Option.Value.Get("parametersSchema").Get("properties").Keys())
		}
		if len(names) > 0 && !slices.ContainsFunc(found, same) {
			found = append(found, o)
			keys = append(keys, o.Option.Key)
		}
	}
	switch len(found) {
	case 0:
		return lint.Checked{}, usagef("%s has no parameters: it needs no client", l.connector.Name())
	case 1:
		return found[0], nil
	}
	return lint.Checked{}, usagef("the options of %s have parameters of their own: say which by --option%s", l.connector.Name(), thereAre("there is", keys))
}

// ask notes the schema of the parameters. What each environment of a spec gives
// is not asked.
func (f *clientForm) ask(schema formula.Value, secrets []method.SecretInput, environments formula.Value) {
	f.schema, f.known = schema, schema.Get("properties").Keys()
	for _, s := range secrets {
		if s.Parameter {
			f.secrets = append(f.secrets, s.Name)
		}
	}
	for i, name := range f.known {
		_, p := schema.Get("properties").At(i)
		if spec.IsSensitive(p) && !slices.Contains(f.secrets, name) {
			f.secrets = append(f.secrets, name)
		}
	}
	required, _ := schema.Get("required").AsList()
	required = slices.DeleteFunc(slices.Clone(required), func(v formula.Value) bool { return inAll(environments, v.Text()) })
	f.form = form.New(schema.With("required", formula.List(required...)), f.secrets...)
}

// inAll tells whether each environment of a spec, of which there is one, gives a
// parameter.
func inAll(environments formula.Value, name string) bool {
	for i := range environments.Len() {
		if _, set := environments.At(i); !set.Has(name) {
			return false
		}
	}
	return environments.Len() > 0
}

// fill gathers the parameters: those that are given, and by prompts the rest.
// Offered are taken for what is neither given nor secret.
func (f *clientForm) fill(ctx context.Context, o clientOptions, offered formula.Value) (formula.Value, error) {
	if err := o.values.read(f.global); err != nil {
		return formula.Undefined, err
	}
	given, err := f.collect(o.values.params, "--param", o.values.paramsSrc)
	if err != nil {
		return formula.Undefined, err
	}
	last := offered
	offered = f.open(offered)
	if f.someone() {
		options := f.promptOptions()
		options.For, options.Offered = f.title, offered
		given, err = form.Prompt(ctx, f.asker(), f.Stderr, f.form, given, options)
	} else {
		given = over(given, offered)
		err = f.lacks(given, last)
	}
	for i, name := range given.Keys() {
		if _, v := given.At(i); slices.Contains(f.secrets, name) {
			f.redactor.Add("parameter."+name, v.Text())
		}
	}
	return given, err
}

// open returns values without the secrets among them.
func (f *clientForm) open(values formula.Value) formula.Value {
	b := formula.NewObject(values.Len())
	for i, name := range values.Keys() {
		if _, v := values.At(i); !slices.Contains(f.secrets, name) && slices.Contains(f.known, name) {
			b.Set(name, v)
		}
	}
	return b.Value()
}

// lacks says what is missing or wrong, and how to give it. What was secret in the
// last values is not dropped because nobody could be asked for it.
func (f *clientForm) lacks(values, last formula.Value) error {
	var words, variables []string
	for _, p := range f.form.Check(values) {
		words = append(words, strings.TrimSpace(p.Name+" "+p.Message))
		if p.Name != "" {
			variables = append(variables, f.variable(p.Name))
		}
	}
	for _, name := range f.secrets {
		if last.Has(name) && !values.Has(name) && !slices.Contains(variables, f.variable(name)) {
			words, variables = append(words, name+" is a secret, which is entered anew"), append(variables, f.variable(name))
		}
	}
	if len(words) == 0 {
		return nil
	}
	return &missingError{
		"the client is not stored: " + strings.Join(words, "; "),
		fmt.Sprintf("set %s, write it into a file for --params-file, or run this on a terminal to be asked", formula.JoinWords(variables, "and")),
	}
}

func addClient(ctx context.Context, g *global, o clientOptions) error {
	s, err := g.openStore()
	if err != nil {
		return err
	}
	if err := s.Check(ctx); err != nil { // before anybody is asked
		return err
	}
	f, err := g.clientForm(o)
	if err != nil {
		return err
	}
	parameters, err := f.fill(ctx, o, formula.Object())
	if err != nil {
		return err
	}
	c := &store.Client{Name: o.name, Connector: f.connector, Parameters: parameters.AppendJSON(nil)}
	if err := addUnder(ctx, s, c); err != nil {
		return err
	}
	g.say("the client %q is stored; connector connect --client %s uses it", c.Name, shellWord(c.Name))
	return nil
}

// addUnder adds a client; if it has no name, under the first that is free.
func addUnder(ctx context.Context, s *store.Store, c *store.Client) error {
	if c.Name != "" {
		return s.AddClient(ctx, c)
	}
	name := c.Connector
	if name == "" {
		name = "client"
	}
	const most = 1000
	for n := 1; ; n++ {
		if c.Name = name; n > 1 {
			c.Name = fmt.Sprintf("%s %d", name, n)
		}
		err := s.AddClient(ctx, c)
		var taken *store.NameError
		if n == most || !errors.As(err, &taken) || taken.Reason != "" {
			return err
		}
	}
}

func editClient(ctx context.Context, g *global, o clientOptions) error {
	s, err := g.openStore()
	if err != nil {
		return err
	}
	if err := s.Check(ctx); err != nil {
		return err
	}
	c, err := s.Client(ctx, o.name)
	if err != nil {
		return err
	}
	if c.Connector != "" && o.path == "" {
		return usagef("%q is a client of %s: name the PATH of that connector, which says what to ask", c.Name, c.Connector)
	}
	f, err := g.clientForm(o)
	if err != nil {
		return err
	}
	if c.Connector != f.connector {
		return usagef("%q is a client of %s, and %s is another connector", c.Name, anyConnector(c.Connector), o.path)
	}
	parameters, err := f.fill(ctx, o, parsed(c.Parameters))
	if err != nil {
		return err
	}
	dropped := lacking(parsed(c.Parameters), parameters).Keys()
	c.Parameters = parameters.AppendJSON(nil)
	if err := s.SaveClient(ctx, c); err != nil {
		return err
	}
	g.say("the client %q is changed", c.Name)
	if len(dropped) > 0 {
		g.say("warning: it has no %s any more", formula.JoinWords(dropped, "and no"))
	}
	connections, _ := s.Connections(ctx)
	for _, user := range usersOf(c.Name, connections) {
		g.say("%q uses it: connector connections test %s tells whether it still works", user, shellWord(user))
	}
	return nil
}
