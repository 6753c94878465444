package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/cmd/connector/internal/form"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// A gathered is what is known of the values of a connection.
type gathered struct {
	inputs     formula.Value
	parameters formula.Value // those of the connection's own
	borrowed   formula.Value // those of a stored client and of an environment
	scopes     []string      // of the optional ones
}

// values returns all of it, with defaults, and what is wrong with it.
func (c *connecting) valuesOf(g gathered) (auth.Values, []auth.ValueProblem, error) {
	return c.subject.Complete(auth.Values{Inputs: g.inputs, Parameters: over(g.parameters, g.borrowed), Scopes: g.scopes})
}

// enter gathers the values: what the command line gives, what was entered
// before, and what is asked for.
func (c *connecting) enter(ctx context.Context) error {
	g, given, err := c.gather(ctx)
	if err != nil {
		return err
	}
	if c.someone() {
		if g, err = c.askFor(ctx, g, given); err != nil {
			return err
		}
	}
	return c.settle(g)
}

// settle takes values for the connection, which must be complete.
func (c *connecting) settle(g gathered) error {
	values, problems, err := c.valuesOf(g)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		t := &tester{network: c.network, connects: true}
		err := t.missing(c.subject, problems)
		var missing *missingError
		if errors.As(err, &missing) {
			missing.hint += "; on a terminal connect asks, and with --web a page in the browser does"
		}
		return err
	}
	c.values, c.parameters = values, without(values.Parameters, g.borrowed)
	return nil
}

// without returns the members that others do not have with the same value.
func without(values, others formula.Value) formula.Value {
	for i, name := range others.Keys() {
		if _, item := others.At(i); values.Get(name).Equal(item) {
			values = values.Without(name)
		}
	}
	return values
}

// gather collects what nobody needs to be asked for, and says whether inputs
// were given on the command line or in the environment.
func (c *connecting) gather(ctx context.Context) (gathered, bool, error) {
	v := &c.opts.values
	if err := v.read(c.global); err != nil {
		return gathered{}, false, err
	}
	c.environment, c.client = v.environment, c.opts.client
	bare := *v
	bare.environment = ""
	given, _, _, err := bare.of(c.global, c.subject, c.loaded.checked)
	if err != nil {
		return gathered{}, false, err
	}
	g := gathered{inputs: given.Inputs, parameters: given.Parameters, scopes: c.opts.scopes}
	if c.known != nil {
		c.remember(&g)
	}
	if err := c.checkScopes(g.scopes); err != nil {
		return g, false, err
	}
	g.borrowed, err = c.borrow(ctx)
	if c.opts.client != "" { // it is to be used now, whatever was entered before
		g.parameters = over(given.Parameters, lacking(g.parameters, g.borrowed))
	}
	return g, given.Inputs.Len() > 0, err
}

// remember adds what was entered for the connection before.
func (c *connecting) remember(g *gathered) {
	inputs, parameters := asked(c.subject, "inputSchema", parsed(c.known.Inputs)), asked(c.subject, "parametersSchema", parsed(c.known.Parameters))
	if c.opts.edit { // secrets are entered anew
		inputs, parameters = withoutSecrets(formOf(c.subject, false), inputs), withoutSecrets(formOf(c.subject, true), parameters)
	}
	if !c.opts.edit || !c.someone() && !c.opts.web { // else they are offered
		g.inputs, g.parameters = over(g.inputs, inputs), over(g.parameters, parameters)
	}
	if c.environment == "" {
		c.environment = c.known.Environment
	}
	if c.client == "" {
		c.client = c.known.Client
	}
	if g.scopes == nil {
		g.scopes = c.known.OptionalScopes
	}
}

// asked returns those of values that a schema of the option asks for: it may be
// another option than at the last time, or have changed.
func asked(s auth.Subject, schema string, values formula.Value) formula.Value {
	names := s.Option.Value.Get(schema).Get("properties")
	for _, name := range values.Keys() {
		if !names.Has(name) {
			values = values.Without(name)
		}
	}
	return values
}

// lacking returns the values whose names others do not have.
func lacking(values, others formula.Value) formula.Value {
	for _, name := range others.Keys() {
		values = values.Without(name)
	}
	return values
}

// borrow returns the parameters of the stored client and of the environment.
func (c *connecting) borrow(ctx context.Context) (formula.Value, error) {
	client, err := clientParameters(ctx, c.store, c.subject.Connector, c.client)
	if err != nil {
		return formula.Undefined, err
	}
	environment, err := environmentOf(c.subject.Connector, c.environment)
	if err != nil {
		return formula.Undefined, err
	}
	return over(client, environment), nil
}

// optionalScopes lists the scopes of an option that a user may choose.
func optionalScopes(o *spec.Option) []form.Choice {
	var choices []form.Choice
	list, _ := o.Value.Get("getOAuthConfig").Get("mapping").Get("scopes").AsList()
	for _, item := range list {
		if value := item.Get("value"); item.Get("optional").Truthy() && value.Kind() == formula.KindString {
			choices = append(choices, form.Choice{Key: value.Text(), Value: value, Title: item.Get("title").Text(), Description: item.Get("description").Text()})
		}
	}
	return choices
}

// checkScopes refuses scopes that nobody can choose.
func (c *connecting) checkScopes(scopes []string) error {
	var keys []string
	for _, choice := range optionalScopes(c.subject.Option) {
		keys = append(keys, choice.Key)
	}
	for _, s := range scopes {
		if !slices.Contains(keys, s) && len(c.opts.scopes) > 0 {
			return usagef("--scope: %s has no optional scope %q%s", c.subject.Connector.Name(), s, thereAre("it has", keys))
		}
	}
	return nil
}

// askOption asks by which option is connected.
func (c *connecting) askOption(ctx context.Context) (lint.Checked, error) {
	var keys []string
	var choices []form.Choice
	for _, o := range c.loaded.checked {
		keys = append(keys, o.Option.Key)
		choices = append(choices, form.Choice{Key: o.Option.Key, Title: o.Option.Title(), Description: o.Option.Value.Get("description").Text()})
	}
	if !c.someone() {
		return lint.Checked{}, usagef("%s can be connected in several ways: say which by --option%s", c.loaded.connector.Name(), thereAre("there is", keys))
	}
	i, err := form.Choose(ctx, c.asker(), c.Stderr, "How to connect "+c.loaded.connector.Name(), choices, c.promptOptions())
	if err != nil {
		return lint.Checked{}, err
	}
	return c.loaded.checked[i], nil
}

// askFor asks for what is missing, and once for all that may be given.
func (c *connecting) askFor(ctx context.Context, g gathered, given bool) (gathered, error) {
	_, problems, err := c.valuesOf(g)
	if err != nil {
		return g, err
	}
	lacks := func(parameter bool) bool {
		return slices.ContainsFunc(problems, func(p auth.ValueProblem) bool { return p.Parameter == parameter })
	}
	if lacks(true) && c.environment == "" {
		if err := c.askEnvironment(ctx, &g); err != nil {
			return g, err
		}
		if _, problems, err = c.valuesOf(g); err != nil {
			return g, err
		}
	}
	if lacks(true) || c.opts.edit {
		c.sayRegistration(g)
		if g.parameters, err = c.askForm(ctx, true, over(g.parameters, g.borrowed)); err != nil {
			return g, err
		}
		g.parameters = without(g.parameters, g.borrowed)
	}
	first := c.known == nil && !given
	if lacks(false) || first || c.opts.edit {
		if g.inputs, err = c.askForm(ctx, false, g.inputs); err != nil {
			return g, err
		}
	}
	if first && len(g.scopes) == 0 || c.opts.edit {
		g.scopes, err = c.askScopes(ctx, g.scopes)
	}
	return g, err
}

// askForm asks for inputs, or for parameters of the connector.
func (c *connecting) askForm(ctx context.Context, parameter bool, given formula.Value) (formula.Value, error) {
	f := formOf(c.subject, parameter)
	o := c.promptOptions()
	o.For, o.Needed, o.Explained = c.subject.Connector.Name(), c.known != nil && !c.opts.edit, &c.explained
	if c.opts.edit && c.known != nil {
		o.Offered = parsed(c.known.Inputs)
		if parameter {
			o.Offered = parsed(c.known.Parameters)
		}
		o.Offered = withoutSecrets(f, o.Offered)
	}
	return form.Prompt(ctx, c.asker(), c.Stderr, f, given, o)
}

// withoutSecrets returns the values that a form may show.
func withoutSecrets(f *form.Form, values formula.Value) formula.Value {
	for _, field := range f.All() {
		if field.Secret {
			values = values.Without(field.Name)
		}
	}
	return values
}

// formOf returns the form of the inputs of an option, or of its parameters.
func formOf(s auth.Subject, parameter bool) *form.Form {
	return form.New(s.Option.Value.Get(schemaField(parameter)), secretNames(s, parameter)...)
}

// schemaField is the field of an option that has the schema of its inputs, or of
// its parameters.
func schemaField(parameter bool) string {
	if parameter {
		return "parametersSchema"
	}
	return "inputSchema"
}

// secretNames lists the inputs that are secret, or the parameters.
func secretNames(s auth.Subject, parameter bool) []string {
	var names []string
	for _, in := range s.Methods.Secrets() {
		if in.Parameter == parameter {
			names = append(names, in.Name)
		}
	}
	return names
}

// askEnvironment asks which of the spec's environments is connected.
func (c *connecting) askEnvironment(ctx context.Context, g *gathered) error {
	names := c.subject.Connector.Meta.Get("environments").Keys()
	if len(names) == 0 {
		return nil
	}
	choices := make([]form.Choice, 0, len(names)+1)
	for _, name := range names {
		choices = append(choices, form.Choice{Key: name, Title: name, Description: c.environmentText(name)})
	}
	choices = append(choices, form.Choice{Key: "-", Title: "none of these", Description: "The parameters are asked for one by one."})
	i, err := form.Choose(ctx, c.asker(), c.Stderr, "Environment", choices, c.promptOptions())
	if err != nil || i == len(names) {
		return err
	}
	c.environment = names[i]
	g.borrowed, err = c.borrow(ctx)
	return err
}

// environmentText says what an environment stands for: its parameters that may
// be shown.
func (c *connecting) environmentText(name string) string {
	var lines []string
	values := withoutSecrets(formOf(c.subject, true), c.subject.Connector.Meta.Get("environments").Get(name))
	for i, key := range values.Keys() {
		title := c.subject.Option.Value.Get("parametersSchema").Get("properties").Get(key).Get("title").Text()
		if _, value := values.At(i); value.Kind() == formula.KindString {
			lines = append(lines, cmp.Or(title, key)+": "+value.Text())
		}
	}
	return strings.Join(lines, "\n")
}

// askScopes asks which of the optional scopes are wanted.
func (c *connecting) askScopes(ctx context.Context, chosen []string) ([]string, error) {
	choices := optionalScopes(c.subject.Option)
	if len(choices) == 0 {
		return chosen, nil
	}
	var list []formula.Value
	for _, choice := range choices {
		item := formula.Object(formula.Member{Key: "const", Value: choice.Value}, formula.Member{Key: "title", Value: formula.String(choice.Title)})
		list = append(list, item)
	}
	items := formula.Object(formula.Member{Key: "oneOf", Value: formula.List(list...)})
	property := formula.Object(
		formula.Member{Key: "type", Value: formula.String("array")},
		formula.Member{Key: "title", Value: formula.String("Optional scopes")},
		formula.Member{Key: "items", Value: items},
	)
	schema := formula.Object(
		formula.Member{Key: "type", Value: formula.String("object")},
		formula.Member{Key: "properties", Value: formula.Object(formula.Member{Key: "scopes", Value: property})},
	)
	answer, err := form.Prompt(ctx, c.asker(), c.Stderr, form.New(schema), formula.Object(), c.promptOptions())
	if err != nil {
		return chosen, err
	}
	chosen = nil
	picked, _ := answer.Get("scopes").AsList()
	for _, item := range picked {
		chosen = append(chosen, item.Text())
	}
	return chosen, nil
}

// sayRegistration says, before the id of a client is asked for, how to get one.
func (c *connecting) sayRegistration(g gathered) {
	if !c.subject.Interactive() {
		return
	}
	values, _, err := c.valuesOf(g)
	if err != nil {
		return
	}
	fmt.Fprintln(c.Stderr)
	if uri, err := redirectOf(c.opts.login, c.subject, values); err == nil {
		uri, anyPort := registered(uri)
		form.Say(c.Stderr, "Register an application with the provider. Its redirect URI is", 0, c.promptOptions())
		fmt.Fprintf(c.Stderr, "\n  %s\n\n", secret.PrintableLine(uri))
		if anyPort {
			form.Say(c.Stderr, "with any port.\n", 0, c.promptOptions())
		}
	}
	form.Say(c.Stderr, registrationText(c.subject), 0, c.promptOptions())
}
