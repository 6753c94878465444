package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/auth/store"
)

type importOptions struct {
	file, passphraseFile, name string
	identities                 []string
}

func newConnectionsImport(g *global) *cobra.Command {
	var opts importOptions
	cmd := &cobra.Command{
		Use:   "import FILE|-",
		Short: "Read connections that were exported",
		Long: `Import reads what connections export wrote and stores it: with the passphrase, with
age identities, or, if it is sealed, with the key in CONNECTOR_KEY. Nothing is stored
if one of the names is taken.

A spec that lies elsewhere on this machine is named when the connection is used,
by --spec.

Exit codes: 0 stored, 1 a name is taken, or it cannot be decrypted with what was
given, 2 wrong command line, 3 it could not be read or written, 4 no passphrase or
key.`,
		Example: `  connector connections import work.age --identity key.txt --name "work on the laptop"`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("which file? - is standard input")
			}
			return atMost(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.file = args[0]
			if opts.file == "-" && opts.passphraseFile == "-" {
				return usagef("standard input is the export or the passphrase: give the other in a file")
			}
			return importConnections(cmd.Context(), g, opts)
		},
	}
	f := cmd.Flags()
	f.StringVar(&opts.passphraseFile, "passphrase-file", "", "read the passphrase from this `file`; - is standard input")
	f.StringArrayVar(&opts.identities, "identity", nil, "decrypt with the age identities in this `file`")
	f.StringVar(&opts.name, "name", "", "store it under this `name`; only where one connection was exported")
	return cmd
}

// maxExport bounds what is imported.
const maxExport = 64 << 20

func importConnections(ctx context.Context, g *global, o importOptions) error {
	s, err := g.openStore()
	if err != nil {
		return err
	}
	data, err := g.exported(o.file)
	if err != nil {
		return err
	}
	list, err := g.decrypt(ctx, o, data)
	if err != nil {
		return err
	}
	if o.name != "" {
		if len(list) != 1 {
			return usagef("--name is for one connection, and there are %d", len(list))
		}
		list[0].Name = o.name
	}
	for _, c := range list { // all or none
		var missing *store.MissingError
		switch _, err := s.Connection(ctx, c.Name); {
		case err == nil:
			return &hinted{&store.NameError{Name: c.Name}, "connector connections rename gives the one that is here another name"}
		case !errors.As(err, &missing):
			return err
		}
	}
	for _, c := range list {
		if err := s.Add(ctx, c); err != nil {
			return err
		}
		g.say("%q is stored", c.Name)
		g.warnReach(c)
	}
	return nil
}

// warnReach says which servers an imported connection reaches beside those of its
// spec: who exported it decided that, and a new login goes there, too.
func (g *global) warnReach(c *store.Connection) {
	for _, route := range c.Routes {
		g.say("warning: %q sends its requests by the route %s", c.Name, route)
	}
	if c.AllowPrivate {
		g.say("warning: %q may reach private addresses", c.Name)
	}
}

// exported reads what is to be imported.
func (g *global) exported(file string) ([]byte, error) {
	in := g.Stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxExport+1))
	if err == nil && len(data) > maxExport {
		err = fmt.Errorf("%s is larger than %d bytes", file, maxExport)
	}
	return data, err
}

// sealedPrefix begins a sealed connection, of whatever version.
const sealedPrefix = "connector-sealed-"

// decrypt opens an export with what it was encrypted to.
func (g *global) decrypt(ctx context.Context, o importOptions, data []byte) ([]*store.Connection, error) {
	if text := strings.TrimSpace(string(data)); strings.HasPrefix(text, sealedPrefix) {
		key, err := store.EnvironmentKey(g.Getenv)
		if err != nil {
			return nil, err
		}
		c, err := store.Unseal(key, text)
		if err != nil {
			return nil, err
		}
		return []*store.Connection{c}, nil
	}
	var identities []store.Identity
	for _, file := range o.identities {
		text, err := readAtMost(file)
		if err != nil {
			return nil, fmt.Errorf("--identity: %w", err)
		}
		found, err := store.ParseIdentities(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("--identity: %s: %w", file, err)
		}
		identities = append(identities, found...)
	}
	if len(identities) == 0 {
		passphrase, err := g.passphrase(ctx, o.passphraseFile, false)
		if err != nil {
			return nil, err
		}
		identity, err := store.PassphraseIdentity(passphrase)
		if err != nil {
			return nil, err
		}
		identities = append(identities, identity)
	}
	list, err := store.Import(bytes.NewReader(data), identities...)
	if errors.Is(err, store.ErrNotOpened) {
		err = noError{err}
	}
	return list, err
}
