package auth

import (
	"context"
	"fmt"
	"strconv"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/method"
)

// credentialsMethod obtains a credential that needs nobody's consent.
const credentialsMethod = "getCredentialsFromConnectionParameters"

// refreshMethod obtains a credential anew.
const refreshMethod = "refreshCredentials"

// credentials obtains the credential: what the user entered, with what the
// method makes of it over it.
func (l *life) credentials(ctx context.Context) (formula.Value, error) {
	l.current = l.values.Inputs
	if !l.Methods.Has(credentialsMethod) {
		return l.current, nil
	}
	err := l.step(credentialsMethod, func(*Step) error {
		return l.ask(ctx, credentialsMethod, l.variables(), l.values.Inputs, "credentials")
	})
	return l.current, err
}

// refresher returns how to obtain the credential anew when an API does not
// accept it any more: by refreshCredentials, else as it was obtained; nil if
// that would give the same again.
func (l *life) refresher() func(context.Context) (client.Config, error) {
	name := refreshMethod
	if !l.Methods.Has(refreshMethod) {
		name = credentialsMethod
		if !l.Methods.Has(name) || l.Option.Value.Get(name).Get("type").Text() == spec.KindMapping {
			return nil
		}
	}
	if l.Methods.Supported(name) != nil {
		return nil
	}
	return func(ctx context.Context) (client.Config, error) {
		if err := l.refresh(ctx, name); err != nil {
			return client.Config{}, err
		}
		made, err := l.client(ctx, l.current)
		if err != nil {
			return client.Config{}, err
		}
		return l.configOf(made)
	}
}

// refresh obtains the credential anew by a method.
func (l *life) refresh(ctx context.Context, name string) error {
	l.refreshes++
	called := "refreshed"
	if l.refreshes > 1 {
		called += strconv.Itoa(l.refreshes)
	}
	return l.step(name, func(*Step) error {
		if name == credentialsMethod {
			return l.ask(ctx, name, l.variables(), l.values.Inputs, called)
		}
		return l.ask(ctx, name, l.variables(withCredentials(l.current)...), l.current, called)
	})
}

// ask runs a method that gives credentials, and puts them over those that are
// there. What is secret in them is learnt under a name.
func (l *life) ask(ctx context.Context, name string, variables, old formula.Value, called string) error {
	result, err := l.Methods.Run(ctx, name, l.call(method.Call{Variables: variables, Client: &bareClient{l}}))
	if err != nil {
		return err
	}
	if result.Value.IsMissing() {
		return &VerdictError{"the method gives no credential: what it reads is not there" + kindOf(result.Response)}
	}
	if !result.Value.IsObject() {
		return fmt.Errorf("the method gives %s; credentials are an object", result.Value.Kind())
	}
	b := old.Builder()
	for i, key := range result.Value.Keys() {
		_, v := result.Value.At(i)
		b.Set(key, v)
	}
	l.current = b.Value()
	if result.Response != nil || l.Methods.Scripted(name) {
		l.learned(called, result.Value)
	} else {
		l.learned(called, l.derived(result.Value))
	}
	return nil
}
