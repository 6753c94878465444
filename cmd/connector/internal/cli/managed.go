package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/store"
)

// sure has the user confirm what cannot be undone, where somebody can be asked
// and has not said so already.
func (g *global) sure(ctx context.Context, question string, yes bool) error {
	if yes || !g.someone() {
		return nil
	}
	agreed, err := g.confirm(ctx, secret.PrintableLine(question))
	if err == nil && !agreed {
		err = noError{errors.New("nothing is changed")}
	}
	return err
}

// noStore tells whether an error says that there is no store yet.
func noStore(err error) bool {
	var missing *store.NotMadeError
	return errors.As(err, &missing)
}

// isKeyError tells whether an error says that the key of the store cannot be
// had, so that nothing can be read.
func isKeyError(err error) bool {
	var key *store.KeyError
	return errors.As(err, &key)
}

// A completion gives the shell what may be typed in a place.
type completion = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective)

// completeStored completes names of what is stored, of which a command takes so
// many. No key is needed for it: the names stand in the files as they are.
func (g *global) completeStored(most int, names func(*store.Store) []string) completion {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if most > 0 && len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		o, err := g.storeOptions()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		s, err := store.Open(o)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return names(s), cobra.ShellCompDirectiveNoFileComp
	}
}

func (g *global) completeConnections(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	return g.completeStored(1, (*store.Store).ConnectionNames)(cmd, args, typed)
}

func (g *global) completeManyConnections(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	return g.completeStored(0, (*store.Store).ConnectionNames)(cmd, args, typed)
}

func (g *global) completeClients(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	return g.completeStored(1, (*store.Store).ClientNames)(cmd, args, typed)
}
