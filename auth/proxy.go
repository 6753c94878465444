package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/connector-spec/connector/formula"
)

// loginProxy takes the credentials of the connection that the option names.
func (l *life) loginProxy(ctx context.Context) error {
	return l.step("proxy", func(*Step) error { return l.refreshProxied(ctx) })
}

// refreshProxied takes them anew: the other connection refreshes itself.
func (l *life) refreshProxied(ctx context.Context) error {
	key := l.Option.Value.Get("proxyKey").Text()
	if l.connections == nil {
		return errors.New("the option uses a connection of another connector, and there are none here")
	}
	other, err := l.connections(ctx, key)
	if err != nil {
		return fmt.Errorf("the connection of %q: %w", key, err)
	}
	c, err := other.Fresh(ctx)
	if err != nil {
		return fmt.Errorf("the connection of %q: %w", key, err)
	}
	fresh := *c
	b := l.values.Inputs.Builder()
	for i, name := range c.Values.Keys() {
		_, v := c.Values.At(i)
		b.Set(name, v)
	}
	fresh.Values = b.Value()
	l.learned("credentials", formula.Object(other.secrets()...))
	l.put(&fresh)
	return nil
}
