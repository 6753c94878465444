package store_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth/store"
)

// A process is the test binary at work on a store.
type process struct {
	*exec.Cmd
	stdin io.Closer // the process ends when it is closed, also by our end
	said  atomic.Int64
	lines chan struct{} // closed after the last line
}

// start starts the test binary. What it prints are numbers.
func start(t *testing.T, job, dir string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(os.Args[0]), lines: make(chan struct{})}
	p.Env = append(os.Environ(), childVariable+"="+job+"="+dir)
	p.Stderr = os.Stderr
	stdin, err := p.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.stdin = stdin
	stdout, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.lines)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			if n, err := strconv.ParseInt(lines.Text(), 10, 64); err == nil {
				p.said.Store(n)
			}
		}
	}()
	return p
}

// endWithParent ends this process when its parent has ended.
func endWithParent() {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
}

// inDir gives the options of a store in a directory, with its key beside it.
func inDir(dir string) (store.Options, string) {
	return store.Options{Dir: filepath.Join(dir, "home"), Keyring: newRing()}, filepath.Join(dir, "key")
}

// numbered puts a number into each part of a connection.
func numbered(c *store.Connection, n int64) {
	text := strconv.FormatInt(n, 10)
	c.Label, c.Credential = text, []byte(text)
	c.Inputs = json.RawMessage(`{"n":` + text + `,"long":"` + strings.Repeat("x", int(n%7)*3000) + `"}`)
}

// numberOf gives the number of a connection, which all its parts must have.
func numberOf(c *store.Connection) (int64, error) {
	var inputs struct{ N int64 }
	if err := json.Unmarshal(c.Inputs, &inputs); err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(c.Label, 10, 64)
	if err != nil || n != inputs.N || string(c.Credential) != c.Label {
		return 0, fmt.Errorf("its parts are of %q, %d and %q", c.Label, inputs.N, c.Credential)
	}
	return n, nil
}

// changeForever does to a store all that can be done to one, and prints the
// number that it has kept.
func changeForever(dir string) error {
	endWithParent()
	o, keyFile := inDir(dir)
	ctx := context.Background()
	s, err := store.Open(o)
	if err != nil {
		return err
	}
	c, err := s.Connection(ctx, "work")
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		n, err := increment(ctx, s, c.ID)
		if err != nil {
			return err
		}
		fmt.Println(n)
		if i%3 == 0 {
			if err := stir(ctx, s, n); err != nil {
				return err
			}
		}
		if i%20 == 7 {
			if _, err := s.Rotate(ctx, store.File, keyFile); err != nil {
				return err
			}
		}
	}
}

func increment(ctx context.Context, s *store.Store, id string) (int64, error) {
	l, err := s.Lock(ctx, id)
	if err != nil {
		return 0, err
	}
	defer l.Release()
	c := l.Connection()
	n, err := numberOf(c)
	if err != nil {
		return 0, err
	}
	numbered(c, n+1)
	return n + 1, l.Save(ctx, c)
}

// stir adds, renames and removes things that others of its kind may have.
func stir(ctx context.Context, s *store.Store, n int64) error {
	var taken *store.NameError
	var missing *store.MissingError
	other := fmt.Sprint("other", n%2)
	extra := example(other)
	numbered(extra, n)
	if err := s.Add(ctx, extra); err != nil && !errors.As(err, &taken) {
		return err
	}
	if err := s.Rename(ctx, other, other+" renamed"); err != nil && !errors.As(err, &taken) && !errors.As(err, &missing) {
		return err
	}
	if gone, err := s.Connection(ctx, other+" renamed"); err == nil {
		l, err := s.Lock(ctx, gone.ID)
		if errors.As(err, &missing) {
			return nil
		} else if err != nil {
			return err
		}
		err = l.Remove(ctx)
		l.Release()
		if err != nil {
			return err
		}
	}
	login := &store.Login{Data: []byte("x")}
	if err := s.KeepLogin(ctx, login); err != nil {
		return err
	}
	return s.RemoveLogin(ctx, login.ID)
}

// TestKilledProcesses kills two processes that write at random moments, and
// wants the store to be whole each time, and to hold what they said was kept.
// Short runs and those with the race detector, which start slowly, kill fewer.
func TestKilledProcesses(t *testing.T) {
	t.Parallel()
	rounds := 200
	if testing.Short() || raced {
		rounds = 20
		t.Logf("%d rounds in place of 200", rounds)
	}
	dir := t.TempDir()
	o, keyFile := inDir(dir)
	s, _, err := store.Create(o, store.File, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	c := example("work")
	numbered(c, 0)
	if err := s.Add(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	kept := int64(0)
	for round := range rounds {
		var all sync.WaitGroup
		processes := []*process{start(t, "change", dir), start(t, "change", dir)}
		for _, p := range processes {
			moment := time.Duration(rand.Int64N(int64(40 * time.Millisecond)))
			all.Go(func() {
				time.Sleep(moment) // the moment is what is tested
				_ = p.Process.Kill()
				<-p.lines
				_ = p.Wait()
			})
		}
		all.Wait()
		for _, p := range processes {
			kept = max(kept, p.said.Load())
		}
		n := wantWhole(t, o)
		if n < kept {
			t.Fatalf("round %d: the store has number %d, and a process said that it kept %d", round, n, kept)
		}
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
	}
	if kept < int64(rounds)/10 {
		t.Errorf("the processes kept %d numbers only: they were killed too early", kept)
	}
	if _, err := s.Rotate(t.Context(), store.File, keyFile); err != nil {
		t.Error(err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	wantWhole(t, o)
	if left, err := filepath.Glob(filepath.Join(o.Dir, "*", "*.connector-new")); err != nil || len(left) > 1 {
		t.Errorf("left are %v, %v", left, err) // one may be that of a record that is there
	}
}

// wantWhole wants every record of a store to be read, and gives the number of
// the connection called work.
func wantWhole(t *testing.T, o store.Options) int64 {
	t.Helper()
	s, err := store.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if st := s.Status(t.Context()); len(st.Problems) > 0 || st.KeyErr != nil {
		t.Errorf("the status is %+v", st)
	}
	list, problems := s.Connections(t.Context())
	for _, err := range problems {
		t.Error(err)
	}
	work := int64(-1)
	for _, c := range list {
		n, err := numberOf(c)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
		if c.Name == "work" {
			work = n
		}
	}
	return work
}

// counts is how often each of several processes counts.
const counts = 25

// count adds to the number of a connection, under its lock.
func count(dir string) error {
	endWithParent()
	o, _ := inDir(dir)
	s, err := store.Open(o)
	if err != nil {
		return err
	}
	c, err := s.Connection(context.Background(), "work")
	if err != nil {
		return err
	}
	for range counts {
		if _, err := increment(context.Background(), s, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// TestManyProcesses wants no change to be lost when many make some.
func TestManyProcesses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o, keyFile := inDir(dir)
	s, _, err := store.Create(o, store.File, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	c := example("work")
	numbered(c, 0)
	if err := s.Add(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	var processes []*process
	for range 8 {
		processes = append(processes, start(t, "count", dir))
	}
	var all sync.WaitGroup
	for range 8 { // and as many of this process, with one store
		all.Go(func() {
			for range counts {
				if _, err := increment(t.Context(), s, c.ID); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for _, p := range processes {
		<-p.lines
		if err := p.Wait(); err != nil {
			t.Error(err)
		}
	}
	if n := wantWhole(t, o); n != 16*counts {
		t.Errorf("counted to %d, want %d", n, 16*counts)
	}
}
