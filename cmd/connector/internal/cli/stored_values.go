package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/store"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// parsed reads an object that was stored; an empty one for what is none.
func parsed(data []byte) formula.Value {
	if v, err := formula.ParseJSON(data); err == nil && v.IsObject() {
		return v
	}
	return formula.Object()
}

// over returns values with those of others that they lack.
func over(values, others formula.Value) formula.Value {
	for i, name := range others.Keys() {
		if _, item := others.At(i); !values.Has(name) {
			values = values.With(name, item)
		}
	}
	return values
}

// An unfitError says that there is not what a flag names. To a connection that
// was made with it, it says that its credential is of no use any more.
type unfitError struct {
	usageError
	bare error // without the flag
}

func unfit(flag, format string, args ...any) error {
	bare := fmt.Errorf(format, args...)
	return &unfitError{usageError{fmt.Errorf("%s: %w", flag, bare)}, bare}
}

// Unwrap gives the wrong command line.
func (e *unfitError) Unwrap() error { return e.usageError }

// lost returns what is wrong with a connection whose connector has lost a
// part that it was made with; other errors as they are.
func (c *storedConnection) lost(err error) error {
	var gone *unfitError
	if errors.As(err, &gone) {
		err = &hinted{credentialError{fmt.Errorf("what %q was connected with is gone: %w", c.record.Name, gone.bare)}, c.again()}
	}
	return err
}

// environmentOf returns the parameters of an environment of the spec.
func environmentOf(c *spec.Connector, name string) (formula.Value, error) {
	if name == "" {
		return formula.Object(), nil
	}
	set := c.Meta.Get("environments").Get(name)
	if !set.IsObject() {
		return formula.Undefined, unfit("--environment", "%s has no environment %q%s", c.Name(), name, thereAre("it has", c.Meta.Get("environments").Keys()))
	}
	return set, nil
}

// clientParameters returns the parameters of a stored client, of those that
// the connector knows.
func clientParameters(ctx context.Context, s *store.Store, c *spec.Connector, name string) (formula.Value, error) {
	if name == "" || s == nil {
		return formula.Object(), nil
	}
	kept, err := s.Client(ctx, name)
	if err != nil {
		return formula.Undefined, err
	}
	if kept.Connector != "" && kept.Connector != c.Key() {
		return formula.Undefined, unfit("--client", "%q is a client of %q, and this is %q", kept.Name, kept.Connector, c.Key())
	}
	return parsed(kept.Parameters), nil
}

// complete gathers the values of the connection: what was entered for it, the
// parameters of its client, and those of its environment.
func (c *storedConnection) complete(ctx context.Context) (auth.Values, error) {
	parameters := parsed(c.record.Parameters)
	client, err := clientParameters(ctx, c.shelf.store, c.subject.Connector, c.record.Client)
	if err != nil {
		return auth.Values{}, c.lost(err)
	}
	environment, err := environmentOf(c.subject.Connector, c.record.Environment)
	if err != nil {
		return auth.Values{}, c.lost(err)
	}
	values, problems, err := c.subject.Complete(auth.Values{
		Inputs: parsed(c.record.Inputs), Parameters: over(over(parameters, client), environment), Scopes: c.record.OptionalScopes,
	})
	if err != nil {
		return values, err
	}
	if len(problems) > 0 {
		var words []string
		for _, p := range problems {
			words = append(words, strings.TrimSpace(p.Name+" "+p.Message))
		}
		return values, &hinted{
			credentialError{fmt.Errorf("what %q was connected with does not do any more: %s", c.record.Name, strings.Join(words, "; "))},
			c.again(),
		}
	}
	return values, nil
}

// agree has the user agree if the spec is not the one that the connection was
// made with, and notes that, where it can be noted.
func (c *storedConnection) agree(ctx context.Context, o storedOptions) error {
	consent, err := c.subject.Consent(c.values)
	if err != nil {
		return err
	}
	changes := consent.Since(c.record.Hosts, c.record.Digest)
	if len(changes) > 0 {
		if err := c.acceptChanges(ctx, c.record.Name, changes, o.yes); err != nil {
			return err
		}
	}
	file, err := c.place.absolute()
	if err != nil || len(changes) == 0 && file == c.record.Spec {
		return err
	}
	err = c.shelf.update(ctx, func(r *store.Connection) {
		r.Spec, r.Digest, r.Hosts = file, consent.Digest(), union(r.Hosts, consent.Hosts)
	})
	c.record = c.shelf.record
	var unwritten *store.WriteError
	if errors.As(err, &unwritten) { // it is asked for again the next time
		if len(changes) > 0 {
			c.say("warning: that you agree could not be kept: %v", err)
		}
		return nil
	}
	return err
}

// acceptChanges asks whether a connection is to go on with a spec that changed.
func (g *global) acceptChanges(ctx context.Context, name string, changes []string, yes bool) error {
	fmt.Fprintf(g.Stderr, "connector: this is not as it was when %q was connected:\n", secret.PrintableLine(name))
	for _, change := range changes {
		fmt.Fprintf(g.Stderr, "  - %s\n", secret.PrintableLine(change))
	}
	if yes {
		return nil
	}
	accepted, err := g.confirm(ctx, "Go on with it as it is now?")
	if err != nil || accepted {
		return err
	}
	return &hinted{
		noError{fmt.Errorf("the credential of %q is not sent by what was not agreed to", name)},
		"look at the changes, and accept them with --yes",
	}
}

// union returns the texts of both lists, each once.
func union(a, b []string) []string {
	list := slices.Clone(a)
	for _, text := range b {
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return list
}
