package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/store"
)

func TestStore(t *testing.T) {
	t.Parallel()
	for _, place := range []store.KeyPlace{store.Keyring, store.File, store.Environment, store.None} {
		t.Run(string(place), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if _, err := store.Open(w.Options); err == nil {
				t.Error("a store that was not made is opened")
			} else {
				want[*store.NotMadeError](t, err, w.Dir)
			}
			keyFile := filepath.Join(t.TempDir(), "key")
			s, created, err := store.Create(w.Options, place, keyFile)
			if err != nil {
				t.Fatal(err)
			}
			if place == store.Environment {
				w.env[store.KeyVariable] = created.Key.Reveal()
			}
			if !created.Key.IsZero() != (place == store.Environment) {
				t.Error("a key is given for the environment only, and then it is")
			}
			if err := s.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			c := add(t, s, "work")
			got := read(t, w.open(t), "work")
			if diff := cmp.Diff(c, got); diff != "" || c.ID == "" {
				t.Errorf("the connection changed (-kept +read):\n%s", diff)
			}
			st := w.open(t).Status(t.Context())
			if st.Connections != 1 || st.KeyErr != nil || len(st.Problems) > 0 || st.Place != place || st.KeyID != created.ID ||
				st.Plain != (place == store.None) || s.Plain() != st.Plain {
				t.Errorf("the status is %+v", st)
			}
			_, _, err = store.Create(w.Options, place, keyFile)
			want[*store.ExistsError](t, err, "already")
		})
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	s := newWorld(t).create(t)
	c := add(t, s, "Work")
	add(t, s, "Straße")
	for name, says := range map[string]string{
		"work": "taken", "STRASSE": "", "": "empty", " a": "blank", "a\t": "blank", "a\x1bb": "cannot be seen", "a\u202eb": "cannot be seen",
		"a\xffb": "cannot be seen", strings.Repeat("é", 81): "more than 80", strings.Repeat("é", 80): "",
	} {
		err := s.Add(t.Context(), example(name))
		if says != "" {
			want[*store.NameError](t, err, says)
		} else if err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	if got := read(t, s, "WORK"); got.ID != c.ID || got.Name != "Work" {
		t.Errorf("WORK is %s", got.Name)
	}
	_, err := s.Connection(t.Context(), "wrok")
	if e := want[*store.MissingError](t, err, `did you mean "Work"?`); e.Near != "Work" {
		t.Errorf("near is %q", e.Near)
	}
	if _, err := s.Connection(t.Context(), "elsewhere"); strings.Contains(err.Error(), "mean") {
		t.Errorf("%v", err)
	}

	want[*store.NameError](t, s.Rename(t.Context(), "work", "stra\nsse"), "seen")
	want[*store.NameError](t, s.Rename(t.Context(), "work", "STRASSE"), "taken")
	want[*store.MissingError](t, s.Rename(t.Context(), "nobody", "x"), "nobody")
	for _, name := range []string{"WORK", "play"} {
		if err := s.Rename(t.Context(), "Work", name); err != nil && name == "WORK" {
			t.Fatal(err)
		}
	}
	got := read(t, s, "play")
	c.Name = "play"
	if diff := cmp.Diff(c, got); diff != "" {
		t.Errorf("a rename changed more (-before +after):\n%s", diff)
	}
	list, problems := s.Connections(t.Context())
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
	}
	if wanted := []string{"play", "STRASSE", "Straße", strings.Repeat("é", 80)}; !cmp.Equal(names, wanted) || len(problems) > 0 {
		t.Errorf("the list is %q, want %q; %v", names, wanted, problems)
	}
}

func TestLock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.create(t)
	c := add(t, s, "work")
	l, err := s.Lock(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	changed := l.Connection()
	changed.Credential = []byte("fresh")
	changed.Hosts[0] = "https://elsewhere.example"
	if l.Connection().Hosts[0] == changed.Hosts[0] {
		t.Error("what Connection gives is no copy")
	}
	if err := l.Save(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(changed, read(t, w.open(t), "work")); diff != "" {
		t.Errorf("saved and read differ:\n%s", diff)
	}
	for _, break_ := range []func(*store.Connection){
		func(c *store.Connection) { c.Name = "x" }, func(c *store.Connection) { c.ID = "x" }, func(c *store.Connection) { c.Connector = "x" },
	} {
		c := l.Connection()
		break_(c)
		if err := l.Save(t.Context(), c); err == nil {
			t.Error("a connection is saved as another one")
		}
	}
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	for _, other := range []*store.Store{s, w.open(t)} {
		if _, err := other.Lock(short, c.ID); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "in use") {
			t.Errorf("a lock that is held gives %v", err)
		}
	}
	l.Release()
	l.Release()
	if err := l.Save(t.Context(), changed); err == nil {
		t.Error("a connection is saved after its release")
	}
	l, err = w.open(t).Lock(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	if err := l.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
	want[*store.MissingError](t, l.Save(t.Context(), changed), "work")
	l.Release()
	for _, id := range []string{c.ID, "../../x", ""} {
		_, err := s.Lock(t.Context(), id)
		want[*store.MissingError](t, err, id)
	}
}

func TestClients(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.create(t)
	c := &store.Client{Name: "ours", Connector: "github", Parameters: json.RawMessage(`{"clientSecret":"canary-of-client"}`)}
	if err := s.AddClient(t.Context(), c); err != nil || c.Created.IsZero() {
		t.Fatal(err, c.Created)
	}
	want[*store.NameError](t, s.AddClient(t.Context(), &store.Client{Name: "OURS", Parameters: json.RawMessage(`{}`)}), "taken")
	if err := s.AddClient(t.Context(), &store.Client{Name: "b", Parameters: json.RawMessage(`"x"`)}); err == nil {
		t.Error("a client without an object is kept")
	}
	c.Name, c.Parameters = "mine", json.RawMessage(`{"clientID":"a"}`)
	if err := s.SaveClient(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	got, err := w.open(t).Client(t.Context(), "Mine")
	if diff := cmp.Diff(c, got); diff != "" || err != nil {
		t.Errorf("%v:\n%s", err, diff)
	}
	list, problems := s.Clients(t.Context())
	if len(list) != 1 || len(problems) > 0 {
		t.Errorf("the list is %v, %v", list, problems)
	}
	if err := s.RemoveClient(t.Context(), "mine"); err != nil {
		t.Fatal(err)
	}
	_, err = s.Client(t.Context(), "mine")
	want[*store.MissingError](t, err, `no client "mine"`)
	want[*store.MissingError](t, s.RemoveClient(t.Context(), "mine"), "mine")
	want[*store.MissingError](t, s.SaveClient(t.Context(), c), "mine")
}

func TestLogins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := w.Now()
	w.Now = func() time.Time { return now }
	s := w.create(t)
	l := &store.Login{Data: []byte("canary-of-login")}
	if err := s.KeepLogin(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	got, err := w.open(t).Login(t.Context(), l.ID)
	if diff := cmp.Diff(l, got); diff != "" || err != nil {
		t.Fatalf("%v:\n%s", err, diff)
	}
	now = now.Add(time.Minute)
	second := &store.Login{Data: []byte("second")}
	if err := s.KeepLogin(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	if list, problems := s.Logins(t.Context()); len(list) != 2 || len(problems) > 0 || list[0].ID != second.ID {
		t.Errorf("the logins are %d, %v", len(list), problems)
	}
	now = now.Add(store.LoginLife - time.Minute)
	if _, err := s.Login(t.Context(), l.ID); err == nil {
		t.Error("a login can be finished after its life")
	}
	if list, _ := s.Logins(t.Context()); len(list) != 1 {
		t.Errorf("%d logins can be finished", len(list))
	}
	if err := s.KeepLogin(t.Context(), &store.Login{}); err != nil {
		t.Fatal(err)
	}
	if n := s.Status(t.Context()).Logins; n != 2 {
		t.Errorf("there are %d logins, want 2: the one that ended is removed", n)
	}
	if err := s.RemoveLogin(t.Context(), second.ID); err != nil {
		t.Fatal(err)
	}
	want[*store.MissingError](t, s.RemoveLogin(t.Context(), second.ID), "login")
	want[*store.MissingError](t, s.RemoveLogin(t.Context(), "../store"), "login")
}

// TestShownAsNothing prints and encodes what the store gives, every way.
func TestShownAsNothing(t *testing.T) {
	t.Parallel()
	key, err := store.ParseKey("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=")
	if err != nil {
		t.Fatal(err)
	}
	identity, err := store.PassphraseIdentity(secret.New("canary-of-inputs"))
	if err != nil {
		t.Fatal(err)
	}
	recipient, err := store.PassphraseRecipient(secret.New("canary-of-inputs"))
	if err != nil {
		t.Fatal(err)
	}
	c := example("work")
	client := &store.Client{Parameters: json.RawMessage(`{"a":"canary-of-client"}`)}
	login := &store.Login{Data: []byte("canary-of-login")}
	values := []any{c, *c, []*store.Connection{c}, client, *client, login, *login, key, &key, identity, recipient, store.Created{Key: key.Text()}}
	for _, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			text := fmt.Sprintf(verb, value)
			data, _ := json.Marshal(value)
			for _, canary := range append(canaries, "AQEBAQ", "0101", "1, 1, 1", "1 1 1") {
				hex := fmt.Sprintf("%x", canary)
				if strings.Contains(text+string(data), canary) || strings.Contains(text, hex) {
					t.Errorf("%s of a %T shows %s", verb, value, canary)
				}
			}
		}
	}
}

func TestRefusesWhatIsNoJSON(t *testing.T) {
	t.Parallel()
	s := newWorld(t).create(t)
	for _, c := range []*store.Connection{
		{Name: "a", Inputs: json.RawMessage(`{"canary-of-inputs"`)}, {Name: "a", Parameters: json.RawMessage(`[1]`)},
	} {
		err := s.Add(t.Context(), c)
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("the error is %v", err)
		}
	}
	big := example("big")
	big.Credential = make([]byte, 1<<20)
	want[*store.WriteError](t, s.Add(t.Context(), big), "more than")
	if list, problems := s.Connections(t.Context()); len(list)+len(problems) > 0 {
		t.Errorf("something was kept: %d, %v", len(list), problems)
	}
}

// TestLeftovers wants what a killed process left to be out of the way.
func TestLeftovers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.create(t)
	c := add(t, s, "work")
	file := filepath.Join(w.Dir, "connections", c.ID+".json.connector-new")
	orphan := filepath.Join(w.Dir, "connections", strings.Repeat("a", 26)+".json.connector-new")
	for _, f := range []string{file, orphan} {
		if err := os.WriteFile(f, []byte("half"), 0o400); err != nil {
			t.Fatal(err)
		}
	}
	if list, problems := s.Connections(t.Context()); len(list) != 1 || len(problems) > 0 {
		t.Errorf("the list is %d, %v", len(list), problems)
	}
	l, err := s.Lock(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	if err := l.Save(t.Context(), l.Connection()); err != nil {
		t.Fatal(err)
	}
	l.Release()
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(w.Dir, "*", "*.connector-new"))
	if err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}

// TestNamesWithoutAKey lists what there is where no key can be had, without
// what cannot be read.
func TestNamesWithoutAKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.create(t)
	for _, name := range []string{"Work", "home"} {
		add(t, s, name)
		if err := s.AddClient(t.Context(), &store.Client{Name: "of " + name, Parameters: []byte("{}")}); err != nil {
			t.Fatal(err)
		}
	}
	keyless, err := store.Open(store.Options{Dir: w.Dir, Keyring: w.Keyring})
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(w.Dir, "connections", "*.json"))
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	if got, want := keyless.ConnectionNames(), []string{"home", "Work"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := keyless.ClientNames(), []string{"of home", "of Work"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if err := os.WriteFile(files[0], nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := keyless.ConnectionNames(); len(got) != 1 {
		t.Errorf("%q", got)
	}
}
