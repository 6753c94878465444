package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/store"
	"github.com/connector-spec/connector/spec/lint"
)

// storedOptions are the flags of a command that uses a stored connection.
type storedOptions struct {
	connection     string
	connectionFile string
	spec           string
	yes            bool
}

func (o *storedOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.connection, "connection", "", "use the stored connection of this `name`")
	f.StringVar(&o.connectionFile, "connection-file", "", "use the connection that is sealed in this `file`; a token that changes is written back to it")
	o.changeFlags(f)
}

// changeFlags adds the flags of a command that takes the name as an argument.
func (o *storedOptions) changeFlags(f *pflag.FlagSet) {
	f.StringVar(&o.spec, "spec", "", "the connector lies at this `path` now")
	f.BoolVar(&o.yes, "yes", false, "accept that the hosts or scripts of the connector have changed")
}

// sealedVariable holds a sealed connection, for programs that run without a
// store.
const sealedVariable = "CONNECTOR_CONNECTION"

// given tells whether a connection is named, by a flag or by the environment.
func (o storedOptions) given(g *global) bool {
	return o.connection != "" || o.connectionFile != "" || g.Getenv(sealedVariable) != ""
}

// storeOptions says where the store is.
func (g *global) storeOptions() (store.Options, error) {
	o := store.Options{Getenv: g.Getenv, Keyring: g.Keyring, Now: g.Now, Rand: g.Rand, Dir: g.Getenv("CONNECTOR_HOME")}
	if o.Dir == "" {
		o.Dir = g.Getenv("XDG_DATA_HOME")
		if !filepath.IsAbs(o.Dir) { // a relative one is to be ignored
			home := g.Getenv("HOME")
			if home == "" {
				home, _ = os.UserHomeDir()
			}
			if home == "" {
				return o, errors.New("there is no home directory; set CONNECTOR_HOME to the directory that is to keep connections")
			}
			o.Dir = filepath.Join(home, ".local", "share")
		}
		o.Dir = filepath.Join(o.Dir, "connector")
	}
	dir, err := filepath.Abs(o.Dir)
	o.Dir = dir
	return o, err
}

// openStore opens the store, and says so where it keeps plain text.
func (g *global) openStore() (*store.Store, error) {
	o, err := g.storeOptions()
	if err != nil {
		return nil, err
	}
	s, err := store.Open(o)
	if err == nil && s.Plain() {
		g.warnPlain()
	}
	return s, err
}

// warnPlain says that nothing is encrypted.
func (g *global) warnPlain() {
	fmt.Fprintln(g.Stderr, "connector: warning: the store is not encrypted: its secrets are plain text; connector store rotate-key encrypts them")
}

// A storedConnection is a connection that was kept, ready to be used.
type storedConnection struct {
	*network
	record     *store.Connection // as it was read
	place      place
	loaded     loaded
	subject    auth.Subject
	values     auth.Values
	world      auth.World // of connection; its keeper is for that one alone
	connection *auth.Connection

	shelf *shelf
}

// stored reads a connection and its spec, has the user agree if the spec is not
// the one that the connection was made with, and opens it. Who has no more for
// it ends it.
func (g *global) stored(ctx context.Context, o storedOptions, n networkOptions) (*storedConnection, error) {
	shelf, err := g.shelfOf(ctx, o)
	if err != nil {
		return nil, err
	}
	return g.openStored(ctx, shelf, o, n)
}

// openStored is stored for a record that was read.
func (g *global) openStored(ctx context.Context, shelf *shelf, o storedOptions, n networkOptions) (*storedConnection, error) {
	c := &storedConnection{record: shelf.record, shelf: shelf}
	if err := c.load(g, o.spec); err != nil {
		return nil, err
	}
	var err error
	n = n.with(c.record.Routes)
	n.allowPrivate = n.allowPrivate || c.record.AllowPrivate
	if c.network, err = g.newNetwork(n); err != nil {
		return nil, err
	}
	if err := c.ready(ctx, o); err != nil {
		c.end()
		return nil, err
	}
	return c, nil
}

// ready makes the connection of the record and its spec.
func (c *storedConnection) ready(ctx context.Context, o storedOptions) error {
	if err := c.choose(); err != nil {
		return err
	}
	var err error
	if c.values, err = c.complete(ctx); err != nil {
		return err
	}
	if err := c.agree(ctx, o); err != nil {
		return err
	}
	credential, err := auth.KeptCredential(c.record)
	if err != nil {
		return err
	}
	if credential == nil {
		return &hinted{credentialError{fmt.Errorf("the connection %q has no credential", c.record.Name)}, c.again()}
	}
	lends := &lending{network: c.network, store: c.shelf.store, id: c.record.Lender, yes: o.yes}
	c.world = auth.World{
		Network: c.wired(c.redactor, ""), Now: c.Now, Redactor: c.redactor, Timeout: c.timeout, Wait: c.wait, Log: c.log,
		Redirect: c.record.Redirect, Connections: lends.connection,
	}
	c.connection, err = c.open(c.subject, c.values, credential)
	return err
}

// open opens the connection's credential for a subject, such as one of its
// operations.
func (c *storedConnection) open(s auth.Subject, v auth.Values, credential *auth.Credential) (*auth.Connection, error) {
	w := c.world
	w.Keeper = c.shelf.keeper(c.global)
	return auth.Open(s, v, w, credential)
}

// load loads the spec of the record, or the one at a path.
func (c *storedConnection) load(g *global, path string) error {
	moved := path != ""
	if !moved {
		path = shownName(c.record.Spec)
	}
	if _, err := os.Stat(path); err != nil && !moved {
		return specGone(c.record, path)
	}
	var err error
	if c.place, c.loaded, err = g.theConnector([]string{path}); err != nil {
		return err
	}
	if key := c.loaded.connector.Key(); key != c.record.Connector {
		return usagef("%q is a connection of %q, and the connector in %s is %q", c.record.Name, c.record.Connector, path, key)
	}
	return nil
}

// choose finds the option of the record.
func (c *storedConnection) choose() error {
	engine, err := c.engine(c.place)
	if err != nil {
		return err
	}
	checked, err := optionOf(c.loaded, c.record.Option)
	if err != nil {
		return c.lost(err)
	}
	c.subject = auth.Subject{Connector: c.loaded.connector, Option: checked.Option, Methods: checked.Methods, Engine: engine, Files: rootFiles(c.place.dir)}
	return c.subject.Check()
}

// optionOf finds the option of a key.
func optionOf(l loaded, key string) (lint.Checked, error) {
	var keys []string
	for _, o := range l.checked {
		if o.Option.Key == key {
			return o, nil
		}
		keys = append(keys, o.Option.Key)
	}
	return lint.Checked{}, unfit("--option", "%s has no option %q%s", l.connector.Name(), key, thereAre("there is", keys))
}

// again says how to log in anew.
func (c *storedConnection) again() string {
	return fmt.Sprintf("connector connect --name %s logs in again", shellWord(c.record.Name))
}
