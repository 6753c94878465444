package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/store"
	"github.com/connector-spec/connector/cmd/connector/internal/report"
)

func newStore(g *global) *cobra.Command {
	return g.group(&cobra.Command{
		Use:   "store",
		Short: "Make the store of connections, and look after its key",
		Long: `The store keeps connections and OAuth clients encrypted, in CONNECTOR_HOME or the
data directory of the user. Its key is kept elsewhere: in the keyring of the
system, in a file that only its owner can read, or in the variable CONNECTOR_KEY
(32 bytes in base64).`,
		Example: `  connector store status`,
	}, newStoreInit(g), newStoreStatus(g), newStoreRotate(g))
}

// keyOptions are the flags that say where the key of the store is kept.
type keyOptions struct {
	keyring, print bool
	file           string
}

func (o *keyOptions) flags(f *pflag.FlagSet) {
	f.BoolVar(&o.keyring, "keyring", false, "keep the key in the keyring of the system")
	f.StringVar(&o.file, "key-file", "", "keep the key in this `file`, which only you can read; a key that is there is taken")
	f.BoolVar(&o.print, "print", false, "print the key, for CONNECTOR_KEY, and keep it nowhere")
}

// place returns where the key is to be kept, "" if nothing says so.
func (o *keyOptions) place() (store.KeyPlace, string, error) {
	said := 0
	for _, is := range []bool{o.keyring, o.print, o.file != ""} {
		if is {
			said++
		}
	}
	switch {
	case said > 1:
		return "", "", usagef("there is one key: give one of --keyring, --key-file and --print")
	case o.keyring:
		return store.Keyring, "", nil
	case o.print:
		return store.Environment, "", nil
	case o.file != "":
		file, err := filepath.Abs(o.file)
		return store.File, file, err
	}
	return "", "", nil
}

func newStoreInit(g *global) *cobra.Command {
	var opts keyOptions
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Make the store, and a key for it",
		Long: `Init makes a store with a key in the keyring of the system. Where there is no
keyring, or it cannot be used, nothing is made: --key-file and --print say where
else the key is to be. If CONNECTOR_KEY is set, it is the key.

Exit codes: 0 made, 1 there is a store already, 2 wrong command line, 3 it could
not be made, 4 there is no keyring, and nothing said where the key is to be.`,
		Example: `  connector store init --key-file ~/connector.key
  CONNECTOR_KEY=$(connector store init --print)`,
		Args: atMost(0),
		RunE: func(*cobra.Command, []string) error {
			place, file, err := opts.place()
			if err != nil {
				return err
			}
			return initStore(g, place, file)
		},
	}
	opts.flags(cmd.Flags())
	return cmd
}

func newStoreStatus(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say where and how connections are kept",
		Long: `Status says where the store is, where its key is kept and whether it fits, and
which records cannot be read.

Exit codes: 0 fine, 2 wrong command line, 3 there is no store, or something in it
cannot be read, 4 its key cannot be had, or is another one.`,
		Example: `  connector store status --format json`,
		Args:    atMost(0),
		RunE:    func(cmd *cobra.Command, _ []string) error { return storeStatus(cmd.Context(), g) },
	}
	g.formatFlag(cmd, "text", "json")
	return cmd
}

func newStoreRotate(g *global) *cobra.Command {
	var opts keyOptions
	cmd := &cobra.Command{
		Use:   "rotate-key",
		Short: "Change the key of the store, or where it is kept",
		Long: `Rotate-key encrypts all that is stored with a new key, which is kept where the
old one is, or where a flag says. It may be interrupted at any moment: everything
can still be read, and the next rotate-key goes on where it ended. A store of
plain text is encrypted by it.

A key in CONNECTOR_KEY is changed in two steps: without CONNECTOR_NEW_KEY a new
key is printed; with it, the store is changed to that key, which is to be in
CONNECTOR_KEY from then on.

Exit codes: 0 changed, 2 wrong command line, 3 it could not be changed, 4 a key is
missing.`,
		Example: `  connector store rotate-key --key-file ~/connector-new.key`,
		Args:    atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			place, file, err := opts.place()
			if err != nil {
				return err
			}
			return rotateKey(cmd.Context(), g, place, file)
		},
	}
	opts.flags(cmd.Flags())
	return cmd
}

// keyChoices lists what a user can choose where there is no keyring.
const keyChoices = `a key is needed, and is never chosen for you:
  connector store init --key-file FILE   keeps it in a file that only you can read
  connector store init --print           prints it, for the variable CONNECTOR_KEY
connector connect --insecure-storage keeps connections as plain text, without a key.`

func initStore(g *global, place store.KeyPlace, file string) error {
	chosen := place != ""
	if !chosen {
		if place = store.Keyring; g.Getenv(store.KeyVariable) != "" {
			place = store.Environment
		}
	}
	options, err := g.storeOptions()
	if err != nil {
		return err
	}
	_, created, err := store.Create(options, place, file)
	var exists *store.ExistsError
	var key *store.KeyError
	switch {
	case errors.As(err, &exists):
		return noError{fmt.Errorf("%w; connector store status says how it is kept", err)}
	case errors.As(err, &key) && place == store.Keyring && !chosen:
		fmt.Fprintf(g.Stderr, "connector: %s\n%s\n", secret.Printable(err.Error()), keyChoices)
		if key.Problem == store.KeyNoService {
			return exit{exitNoCredential}
		}
		return exit{exitFailed}
	case err != nil:
		return err
	}
	return g.sayCreated(options.Dir, created)
}

// sayCreated says where a new store is, and prints a key that is kept nowhere.
func (g *global) sayCreated(dir string, c *store.Created) error {
	if c.Place == store.Environment && !c.Existing {
		if _, err := fmt.Fprintln(g.plain, c.Key.Reveal()); err != nil {
			return fmt.Errorf("the key could not be printed, and nobody has it: delete %s and try again: %w", dir, err)
		}
	}
	g.say("the store is made in %s", dir)
	g.say("its key (%s) is %s", c.ID, keptIn(c.Place, c.File))
	switch {
	case c.Place == store.Environment && !c.Existing:
		g.say("keep it in CONNECTOR_KEY: it is not shown again, and without it nothing stored can be read")
	case c.Place == store.File && strings.HasPrefix(c.File, dir+string(filepath.Separator)):
		g.say("the key lies in the store: whoever copies that directory has both")
	case c.Place == store.File:
		g.say("keep a copy of that file: without it nothing stored can be read")
	}
	return nil
}

// keptIn says where a key is.
func keptIn(place store.KeyPlace, file string) string {
	switch place {
	case store.Keyring:
		return "in the keyring of the system"
	case store.File:
		return "in " + file
	case store.Environment:
		return "the one for CONNECTOR_KEY, and kept nowhere"
	}
	return "none: all is plain text"
}

// say tells the user what was done, on standard error, unless nothing but
// results is wanted.
func (g *global) say(format string, args ...any) {
	if !g.quiet {
		fmt.Fprintf(g.Stderr, "connector: %s\n", secret.PrintableLine(fmt.Sprintf(format, args...)))
	}
}

// storeReport is what is printed of a store as JSON.
type storeReport struct {
	Version     int       `json:"version"`
	OK          bool      `json:"ok"`
	Directory   string    `json:"directory"`
	Format      int       `json:"format"` // the version of the store
	Encrypted   bool      `json:"encrypted"`
	Key         keyReport `json:"key"`
	Rotating    bool      `json:"rotating"` // a change of the key was interrupted
	Connections int       `json:"connections"`
	Clients     int       `json:"clients"`
	Logins      int       `json:"logins"` // begun, to be finished
	Problems    []string  `json:"problems"`
}

type keyReport struct {
	Place   string `json:"place"` // keyring, file, environment or none
	File    string `json:"file,omitempty"`
	ID      string `json:"id,omitempty"`
	Problem string `json:"problem,omitempty"`
}

func storeStatus(ctx context.Context, g *global) error {
	s, err := g.openStore()
	if err != nil {
		return err
	}
	st := s.Status(ctx)
	r := storeReport{
		Version: 1, OK: st.KeyErr == nil && len(st.Problems) == 0, Directory: st.Dir, Format: st.Version, Encrypted: !st.Plain,
		Key: keyReport{Place: string(st.Place), File: st.KeyFile, ID: st.KeyID}, Rotating: st.Rotating,
		Connections: st.Connections, Clients: st.Clients, Logins: st.Logins, Problems: []string{},
	}
	if st.KeyErr != nil {
		r.Key.Problem = st.KeyErr.Error()
	}
	for _, p := range st.Problems {
		r.Problems = append(r.Problems, p.Error())
	}
	if g.format == "json" {
		err = report.JSON(g.Stdout, r)
	} else {
		_, err = io.WriteString(g.Stdout, g.storeText(r))
	}
	switch {
	case err != nil:
		return err
	case st.KeyErr != nil:
		return exit{exitNoCredential}
	case len(st.Problems) > 0:
		return exit{exitFailed}
	}
	return nil
}

// storeText says of a store for people what a report says.
func (g *global) storeText(r storeReport) string {
	var s sheet
	s.add("store", fmt.Sprintf("%s (format %d)", r.Directory, r.Format))
	key := keptIn(store.KeyPlace(r.Key.Place), r.Key.File)
	switch {
	case r.Key.Problem != "":
		s.add("key", key+" ("+r.Key.ID+")", "it cannot be used: "+r.Key.Problem)
	case r.Encrypted:
		s.add("key", key+" ("+r.Key.ID+"), and fits")
	default:
		s.add("key", key, "connector store rotate-key --keyring or --key-file FILE encrypts it")
	}
	if r.Rotating {
		s.add("", "a change of the key was interrupted: connector store rotate-key finishes it")
	}
	holds := []string{counted(r.Connections, "connection"), counted(r.Clients, "client")}
	if r.Logins > 0 {
		holds = append(holds, counted(r.Logins, "login")+" to be finished")
	}
	s.add("holds", strings.Join(holds, ", "))
	s.add("problems", r.Problems...)
	return s.text(g.bold)
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

func rotateKey(ctx context.Context, g *global, place store.KeyPlace, file string) error {
	s, err := g.openStore()
	if err != nil {
		return err
	}
	if place == "" {
		st := s.Status(ctx)
		if place, file = st.Place, st.KeyFile; place == store.None {
			return usagef("the store is plain text: say where its key is to be, by --keyring, --key-file or --print")
		}
	}
	r, err := s.Rotate(ctx, place, file)
	var wanted *store.NewKeyError
	if errors.As(err, &wanted) {
		return g.printNewKey()
	}
	if err != nil {
		return err
	}
	g.sayRotated(r)
	return nil
}

// sayRotated says what the key is now, and where the last one still is.
func (g *global) sayRotated(r *store.Rotated) {
	if r.Resumed {
		g.say("the change that was interrupted is finished; no other one was made")
	}
	if r.OldID == "" {
		g.say("%s encrypted with the key %s", counted(r.Records, "record"), r.ID)
	} else {
		g.say("%s encrypted with the key %s in place of %s", counted(r.Records, "record"), r.ID, r.OldID)
	}
	g.say("the key is %s", keptIn(r.Place, r.File))
	if r.Place == store.Environment {
		g.say("set CONNECTOR_KEY to it from now on, and CONNECTOR_NEW_KEY to nothing")
	}
	switch {
	case r.Left != nil:
		g.say("the last key is still in the keyring: %v", r.Left)
	case r.OldPlace == store.File:
		g.say("the last key still stands in %s: remove it there, unless a backup of the store needs it", r.OldFile)
	}
}

// printNewKey prints a new key for the second step of a change.
func (g *global) printNewKey() error {
	key, err := store.NewKey(g.Rand)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(g.plain, key.Text().Reveal()); err != nil {
		return err
	}
	fmt.Fprintf(g.Stderr, `connector: nothing is changed yet: this is a new key (%s)
keep it, set CONNECTOR_NEW_KEY to it, and run this command again
`, key.ID())
	return exit{exitNoCredential}
}
