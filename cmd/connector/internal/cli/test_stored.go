package cli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/pflag"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/store"
	"github.com/connector-spec/connector/spec"
)

// storedFlags adds the flags by which tests use stored connections.
func (opts *testOptions) storedFlags(f *pflag.FlagSet) {
	opts.stored.flags(f)
	f.StringArrayVar(&opts.connectionOf, "connection-of", nil, "let options of type proxy borrow from this stored connection: `KEY=NAME`, the key of its connector and its name")
}

// checkStored refuses what a stored connection is not for.
func (opts *testOptions) checkStored() error {
	for _, text := range opts.connectionOf {
		if key, name, ok := strings.Cut(text, "="); !ok || key == "" || name == "" {
			return usagef("--connection-of takes KEY=NAME, the key of a connector and the name of a stored connection")
		}
	}
	if !opts.stored.named() {
		return nil
	}
	switch v := &opts.values; {
	case opts.record || opts.compare || opts.replay || opts.simulate || opts.faults || opts.disconnect:
		return usagef("a stored connection is tested as it is, against the real API: it goes with none of --record, --compare, --replay, --simulate, --faults and --disconnect")
	case (opts.auth || opts.operations) && (len(v.inputs) > 0 || v.inputFile != ""):
		return usagef("a stored connection has inputs of its own: it goes with none of --input and --input-file")
	case len(v.params) > 0 || v.paramsFile != "" || v.environment != "":
		return usagef("a stored connection has parameters of its own: it goes with none of --param, --params-file and --environment")
	case len(opts.paths) > 1:
		return usagef("a stored connection is of one connector: name one PATH, or none for the spec that it was made with")
	case len(opts.paths) == 1 && opts.stored.spec != "":
		return usagef("PATH and --spec both say where the spec lies: give one of them")
	}
	return nil
}

// named tells whether a flag names a connection.
func (o storedOptions) named() bool { return o.connection != "" || o.connectionFile != "" }

// A keptRun is the stored connection that a run uses in place of values.
type keptRun struct {
	shelf *shelf
	opts  storedOptions

	mu     sync.Mutex // one test at a time uses the credential
	opened *storedConnection
	last   *auth.Credential
	err    error // of opening it
}

// keptFor reads the stored connection of a run, nil if there is none, and has
// the options say where its spec lies and by which routes it was made. One that
// the environment gives is like values that it gives: it is used where there is
// nothing recorded.
func (g *global) keptFor(ctx context.Context, opts *testOptions) (*keptRun, error) {
	unused := opts.simulate || opts.replay || opts.record || opts.compare || opts.faults || opts.disconnect
	if !opts.stored.given(g) || unused {
		return nil, nil
	}
	shelf, err := g.shelfOf(ctx, opts.stored)
	if err != nil {
		return nil, err
	}
	k := &keptRun{shelf: shelf, opts: opts.stored}
	record := shelf.record
	opts.network = opts.network.with(record.Routes)
	opts.network.allowPrivate = opts.network.allowPrivate || record.AllowPrivate
	if !k.opts.named() {
		return k, nil
	}
	if opts.option != "" && opts.option != record.Option {
		return nil, usagef("--option: the connection %q is one of the option %q", record.Name, record.Option)
	}
	if len(opts.paths) == 0 {
		path := cmp.Or(opts.stored.spec, shownName(record.Spec))
		if _, err := os.Stat(path); err != nil && opts.stored.spec == "" {
			return nil, specGone(record, path)
		}
		opts.paths = []string{path}
	}
	return k, nil
}

// fits tells whether a subject is what the connection is of.
func (k *keptRun) fits(s auth.Subject) bool {
	return k != nil && s.Connector.Key() == k.shelf.record.Connector && s.OptionKey() == k.shelf.record.Option
}

// only keeps those of the cases that the connection is for, if a flag names it,
// and those that could not be read.
func (k *keptRun) only(cases []*testCase) ([]*testCase, error) {
	if k == nil || !k.opts.named() {
		return cases, nil
	}
	found := false
	cases = slices.DeleteFunc(cases, func(c *testCase) bool {
		found = found || c.kept || c.subject.Option == nil || k.fits(c.subject)
		return c.subject.Option != nil && !k.fits(c.subject)
	})
	if !found {
		return nil, k.foreign()
	}
	return cases, nil
}

// foreign says that the connection is of no connector that is tested.
func (k *keptRun) foreign() error {
	return usagef("%q is a connection of %q, by its option %q, of which there is none here", k.shelf.record.Name, k.shelf.record.Connector, k.shelf.record.Option)
}

// optionFor returns the option that a connector is run by: the one that was
// asked for, else that of the connection.
func (k *keptRun) optionFor(c *spec.Connector, asked string) string {
	if asked == "" && k != nil && c.Key() == k.shelf.record.Connector {
		return k.shelf.record.Option
	}
	return asked
}

// keptCase decides how a subject is tested that there is a connection of.
func (t *tester) keptCase(c *testCase) *testCase {
	if c.skip = t.unfit(c.subject); c.skip != "" {
		return c
	}
	c.live, c.kept = true, true
	if c.subject.Operation != "" {
		c.values.Input, _, c.failure = c.subject.CompleteInput(c.subject.ExampleInput())
	}
	return c
}

// open opens the connection, once, with the spec of a case, and gives the case
// its values.
func (k *keptRun) open(ctx context.Context, t *tester, c *testCase) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.opened == nil && k.err == nil {
		o := k.opts
		o.spec = c.place.display(c.place.file)
		if k.opened, k.err = t.openStored(ctx, k.shelf, o, t.opts.network); k.err == nil {
			t.ends = append(t.ends, k.opened.end)
			k.last = k.opened.connection.Credential()
		}
	}
	if k.err == nil {
		input := c.values.Input
		c.values = k.opened.values
		c.values.Input = input
	}
	return k.err
}

// test runs a test with the credential of the connection. What a refresh makes
// of it is kept, and is what the next test begins with.
func (k *keptRun) test(ctx context.Context, c *testCase, w auth.World) (*auth.Result, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	w.Keeper, w.Connections, w.Redirect = k.shelf.keeper(k.opened.global), k.opened.world.Connections, k.opened.world.Redirect
	connection, err := auth.Open(c.subject, c.values, w, k.last)
	if err != nil {
		return nil, err
	}
	result, err := connection.Test(ctx)
	k.last = connection.Credential()
	return result, err
}

// A lender opens the stored connections that options of type proxy borrow from.
type lender struct {
	mu     sync.Mutex
	store  *store.Store
	tried  bool
	err    error // why there is no store
	byKey  map[string]*lending
	chosen map[string]string // names of connections by the keys of their connectors
}

// of returns what lends connections of a connector.
func (l *lender) of(t *tester, key string) *lending {
	l.open(t)
	if l.byKey == nil {
		l.byKey = make(map[string]*lending)
	}
	if l.byKey[key] == nil {
		l.byKey[key] = &lending{network: t.network, store: l.store, name: l.chosen[key], yes: t.opts.stored.yes}
	}
	return l.byKey[key]
}

// open opens the store, once.
func (l *lender) open(t *tester) {
	if l.tried {
		return
	}
	l.tried, l.chosen = true, make(map[string]string)
	for _, text := range t.opts.connectionOf {
		key, name, _ := strings.Cut(text, "=")
		l.chosen[key] = name
	}
	l.store, l.err = t.openStore()
}

// lends tells whether there is, or may be, a stored connection that a proxy
// borrows from: where one is named, or tests run for real.
func (t *tester) lends(ctx context.Context, s auth.Subject) bool {
	t.lender.mu.Lock()
	defer t.lender.mu.Unlock()
	key := s.Option.Value.Get("proxyKey").Text()
	t.lender.open(t)
	if t.opts.borrows(s) || t.lender.store == nil || !t.opts.forced() {
		return t.opts.borrows(s)
	}
	list, problems := t.lender.store.Connections(ctx)
	return len(problems) > 0 || slices.ContainsFunc(list, func(c *store.Connection) bool { return c.Connector == key })
}

// lend gives a stored connection of a connector, by its key.
func (t *tester) lend(ctx context.Context, key string, by auth.Subject) (*auth.Connection, error) {
	t.lender.mu.Lock()
	defer t.lender.mu.Unlock()
	l := t.lender.of(t, key)
	if t.lender.err != nil {
		return nil, t.lender.err
	}
	if l.name == "" && l.store != nil && l.opened[key] == nil {
		list, _ := l.store.Connections(ctx)
		var names []string
		for _, c := range list {
			if c.Connector == key {
				names = append(names, c.Name)
			}
		}
		if len(names) > 1 {
			return nil, usagef("there are several connections of %q: say by --connection-of %s=NAME which one lends its credential%s", key, key, thereAre("there is", names))
		}
	}
	return l.connection(ctx, key, by)
}

// borrows tells whether the command line names a connection that a proxy borrows
// from.
func (opts *testOptions) borrows(s auth.Subject) bool {
	key := s.Option.Value.Get("proxyKey").Text() + "="
	return s.Option.Type() == "proxy" && slices.ContainsFunc(opts.connectionOf, func(text string) bool { return strings.HasPrefix(text, key) })
}

// lent opens what a case borrows from, so that what is wrong with that is said
// before anything runs.
func (t *tester) lent(ctx context.Context, c *testCase) error {
	if !c.live || c.kept || c.skip != "" || c.subject.Option == nil || c.subject.Option.Type() != "proxy" {
		return nil
	}
	_, err := t.lend(ctx, c.subject.Option.Value.Get("proxyKey").Text(), c.subject)
	return err
}

// specGone says that the spec of a record is not where it was.
func specGone(record *store.Connection, path string) error {
	return &hinted{
		fmt.Errorf("the spec of %q is not at %s any more", record.Name, path),
		"--spec PATH says where it lies now",
	}
}
