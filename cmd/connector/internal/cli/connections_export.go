package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/store"
)

type exportOptions struct {
	names          []string
	all, sealed    bool
	to             []string
	passphraseFile string
	output         string
	force          bool
}

func newConnectionsExport(g *global) *cobra.Command {
	var opts exportOptions
	cmd := &cobra.Command{
		Use:   "export NAME...",
		Short: "Write connections encrypted, for another machine or for CI",
		Long: `Export writes connections with all that belongs to them, encrypted to a passphrase
or to age recipients; connections import reads them.

--sealed writes one connection as one line of text, encrypted to the key in
CONNECTOR_KEY: a secret of CI may hold it as the variable CONNECTOR_CONNECTION, or a
file as --connection-file, together with that key. A key for it is made by
connector store init --print.

A refresh token that its server replaces with each use serves one place: connect
a connection of its own for each place then.`,
		Example: `  connector connections export work --to age1… --output work.age
  connector connections export work --sealed > work.sealed`,
		Args: func(cmd *cobra.Command, args []string) error {
			if opts.all && len(args) > 0 {
				return usagef("--all exports every connection: name none")
			}
			if !opts.all && len(args) == 0 {
				return usagef("which connection? %s shows them; --all exports every one", listConnectionsBy)
			}
			return nil
		},
		ValidArgsFunction: g.completeManyConnections,
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.names = args
			switch {
			case opts.sealed && (len(opts.to) > 0 || opts.passphraseFile != ""):
				return usagef("--sealed encrypts to the key in CONNECTOR_KEY: give no --to and no --passphrase-file")
			case len(opts.to) > 0 && opts.passphraseFile != "":
				return usagef("it is encrypted to a passphrase, or to recipients: give one of --to and --passphrase-file")
			case opts.sealed && len(args) != 1:
				return usagef("--sealed writes one connection: give one NAME")
			}
			return exportConnections(cmd.Context(), g, opts)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&opts.all, "all", false, "export every connection")
	f.BoolVar(&opts.sealed, "sealed", false, "write one line of text that is encrypted to the key in CONNECTOR_KEY")
	f.StringArrayVar(&opts.to, "to", nil, "encrypt to this age `recipient`, such as age1…")
	f.StringVar(&opts.passphraseFile, "passphrase-file", "", "read the passphrase from this `file`; - is standard input")
	f.StringVar(&opts.output, "output", "", "write to this `file`, which only you can read, in place of standard output")
	f.BoolVar(&opts.force, "force", false, "write over a file that is there")
	return cmd
}

func exportConnections(ctx context.Context, g *global, o exportOptions) error {
	s, err := g.openStore()
	if err != nil {
		return err
	}
	list, err := chosen(ctx, s, o)
	if err != nil {
		return err
	}
	for _, c := range list {
		if err := bringClient(ctx, s, c); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	if o.sealed {
		key, err := store.EnvironmentKey(g.Getenv)
		if err != nil {
			return &hinted{err, "a new one is printed by: openssl rand -base64 32"}
		}
		text, err := store.Seal(key, list[0])
		if err != nil {
			return err
		}
		b.WriteString(text + "\n")
	} else {
		to, err := g.recipients(ctx, o)
		if err != nil {
			return err
		}
		if err := store.Export(&b, list, to...); err != nil {
			return err
		}
	}
	if err := g.deliver(o, b.Bytes()); err != nil {
		return err
	}
	for _, c := range list {
		g.warnShared(c)
	}
	g.say("%s exported", counted(len(list), "connection"))
	return nil
}

// chosen returns the connections that are to be exported.
func chosen(ctx context.Context, s *store.Store, o exportOptions) ([]*store.Connection, error) {
	if o.all {
		list, problems := s.Connections(ctx)
		if len(problems) > 0 {
			return nil, errors.Join(problems...)
		}
		if len(list) == 0 {
			return nil, noError{errors.New("there are no connections to export")}
		}
		return list, nil
	}
	var list []*store.Connection
	for _, name := range o.names {
		c, err := s.Connection(ctx, name)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// bringClient puts the parameters of a connection's stored client into the
// connection, since the client stays behind.
func bringClient(ctx context.Context, s *store.Store, c *store.Connection) error {
	if c.Client == "" {
		return nil
	}
	kept, err := s.Client(ctx, c.Client)
	if err != nil {
		return fmt.Errorf("connection %q: %w", c.Name, err)
	}
	c.Parameters = over(parsed(c.Parameters), parsed(kept.Parameters)).AppendJSON(nil)
	c.Client = ""
	return nil
}

// warnShared warns of a connection that two places may end for each other.
func (g *global) warnShared(c *store.Connection) {
	credential, err := auth.KeptCredential(c)
	if err == nil && credential != nil && !credential.Values.Get("refresh_token").IsMissing() {
		g.say("warning: %q is in two places now: if its server replaces refresh tokens, the first place that refreshes it ends it in the other", c.Name)
	}
}

// recipients returns whom an export is encrypted to.
func (g *global) recipients(ctx context.Context, o exportOptions) ([]store.Recipient, error) {
	var list []store.Recipient
	for _, text := range o.to {
		r, err := store.ParseRecipient(text)
		if err != nil {
			return nil, usageError{fmt.Errorf("--to: %w", err)}
		}
		list = append(list, r)
	}
	if len(list) > 0 {
		return list, nil
	}
	passphrase, err := g.passphrase(ctx, o.passphraseFile, true)
	if err != nil {
		return nil, err
	}
	r, err := store.PassphraseRecipient(passphrase)
	return []store.Recipient{r}, err
}

// passphrase reads a passphrase from a file, or asks for it; twice, if it is a
// new one.
func (g *global) passphrase(ctx context.Context, file string, isNew bool) (secret.Secret, error) {
	var text string
	var err error
	switch {
	case file == "-":
		text, err = bufio.NewReader(io.LimitReader(g.Stdin, maxPassphrase+1)).ReadString('\n')
		if errors.Is(err, io.EOF) {
			err = nil
		}
	case file != "":
		var data []byte
		data, err = readAtMost(file)
		text, _, _ = strings.Cut(string(data), "\n")
	case !g.someone():
		err = &hinted{credentialError{errors.New("a passphrase is needed, and nobody can be asked for it")}, "give it by --passphrase-file"}
	default:
		text, err = g.askPassphrase(ctx, isNew)
	}
	text = strings.TrimRight(text, "\r\n")
	g.redactor.Add("passphrase", text)
	switch {
	case err != nil:
		return secret.Secret{}, err
	case text == "":
		return secret.Secret{}, credentialError{errors.New("the passphrase is empty")}
	case len(text) > maxPassphrase:
		return secret.Secret{}, usagef("the passphrase has more than %d bytes", maxPassphrase)
	}
	return secret.New(text), nil
}

// maxPassphrase is how many bytes a passphrase may have.
const maxPassphrase = 1024

func (g *global) askPassphrase(ctx context.Context, isNew bool) (string, error) {
	text, err := g.asker().Secret(ctx, "Passphrase: ")
	if err != nil || !isNew {
		return text, err
	}
	again, err := g.asker().Secret(ctx, "The same again: ")
	if err == nil && again != text {
		err = noError{errors.New("the two passphrases differ: nothing is exported")}
	}
	return text, err
}

// deliver writes what was exported, never over a file without being told to.
func (g *global) deliver(o exportOptions, data []byte) error {
	if o.output == "" {
		_, err := g.plain.Write(data)
		return err
	}
	write := func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}
	if o.force {
		return o.failed(writeOver(o.output, write))
	}
	f, err := os.OpenFile(o.output, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return noError{fmt.Errorf("%s is there already; --force writes over it", o.output)}
	}
	if err != nil {
		return o.failed(err)
	}
	return o.failed(errors.Join(write(f), f.Close()))
}

// failed says of which file an error is.
func (o exportOptions) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("--output %s: %w", o.output, plainPathError(err))
}
