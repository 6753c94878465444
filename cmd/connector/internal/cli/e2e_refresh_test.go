package cli_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/store"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
	"github.com/connector-spec/connector/testdata/peers"
)

// lifetime is that of the tokens which many processes share. They are refreshed
// when half of it is over by a clock of whole seconds: sooner than after shortest
// never, since one and a half that are counted so are more than one.
const (
	lifetime = 3 * time.Second
	shortest = time.Second
)

// fewer is a number of rounds, a tenth of it for short runs and those with the
// race detector.
func fewer(t *testing.T, rounds int) int {
	t.Helper()
	if testing.Short() || raced {
		t.Logf("%d rounds in place of %d", rounds/10, rounds)
		return rounds / 10
	}
	return rounds
}

// TestBuiltProgramsShareAConnection has 20 processes at a time use a connection
// whose token ends all the time, at a server that revokes everything when a
// refresh token is used twice: 50 runs of the program after another each, then
// 50 requests each of processes that last. No request may fail, and each token is
// to be refreshed once. A short run has 5 processes.
func TestBuiltProgramsShareAConnection(t *testing.T) {
	t.Parallel()
	r := newStored(t)
	g, _ := oidcGate(r, peers.OIDCOptions{AccessTokenTTL: int(lifetime / time.Second)})
	dir := writeTree(t, map[string]string{"spec.yml": peerConnector(g.url, peerScopes)})
	named := r.with("CONNECTOR_PARAM_CLIENT_ID=" + peers.PublicClient)
	named.run("connect", "--name", "work", "--login-timeout", "60s", dir).check(t, 0)
	processes, requests := 20, 50
	if testing.Short() {
		processes = 5
		t.Log("5 processes in place of 20")
	}
	began := time.Now()
	var all sync.WaitGroup
	for range processes {
		all.Go(func() {
			for range requests {
				r.run("request", "GET", "/me", "--connection", "work").check(t, 0, `"alice"`)
			}
		})
	}
	all.Wait()
	g.wantRefreshedOnce(t, "runs of the program", processes*requests, time.Since(began), 0)

	seen := len(g.granted("refresh_token"))
	began = time.Now()
	for range processes {
		all.Go(func() {
			cmd := exec.CommandContext(t.Context(), "many-requests", filepath.Join(dir, "spec.yml"), strconv.Itoa(requests))
			cmd.Env = r.variables
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	all.Wait()
	g.wantRefreshedOnce(t, "requests of processes that last", processes*requests, time.Since(began), seen)
	r.run("disconnect", "work").check(t, 0)
}

// wantRefreshedOnce looks at the refreshes from one on: all were granted, of a
// token each that was not used before, and none before the last one was half over.
func (g *gate) wantRefreshedOnce(t *testing.T, what string, requests int, took time.Duration, from int) {
	t.Helper()
	list := g.granted("refresh_token")
	used := map[string]bool{}
	for i, one := range list {
		if one.status != http.StatusOK || used[one.used] {
			t.Errorf("%s: refresh %d was answered by %d; its token was used before: %v", what, i, one.status, used[one.used])
		}
		used[one.used] = true
		if i > 0 {
			if pause := one.at.Sub(list[i-1].at); pause < shortest {
				t.Errorf("%s: refresh %d came %v after the one before", what, i, pause)
			}
		}
	}
	n := len(list) - from
	t.Logf("%s: %d requests in %v, %d refreshes, %d answers of 401 so far", what, requests, took.Round(time.Millisecond), n, g.unsignedSoFar())
	if most, least := int(took/shortest)+1, int(took/lifetime); n > most || n < least {
		t.Errorf("%s: %d refreshes in %v, want %d to %d", what, n, took, least, most)
	}
}

func (g *gate) unsignedSoFar() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.unsigned
}

// manyRequests is a program that sends requests with the connection work, as a
// service does that runs for long.
func manyRequests(args []string) int {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	n, err := strconv.Atoi(args[1])
	if err == nil {
		err = sendMany(ctx, args[0], n)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func sendMany(ctx context.Context, file string, n int) error {
	c, err := openWork(ctx, file)
	if err != nil {
		return err
	}
	for i := range n {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "/me", http.NoBody)
		if err != nil {
			return err
		}
		resp, err := c.Do(req)
		if err != nil {
			return fmt.Errorf("request %d: %w", i, err)
		}
		_, err = io.Copy(io.Discard, resp.Body)
		if err := errors.Join(err, resp.Body.Close()); err != nil || resp.StatusCode != http.StatusOK {
			return fmt.Errorf("request %d: %d, %w", i, resp.StatusCode, err)
		}
		time.Sleep(rand.N(200 * time.Millisecond)) // a while, so that tokens end
	}
	return nil
}

// openWork opens the connection work of the store in the environment.
func openWork(ctx context.Context, file string) (*auth.Connection, error) {
	s, err := store.Open(store.Options{Dir: os.Getenv("CONNECTOR_HOME"), Getenv: os.Getenv})
	if err != nil {
		return nil, err
	}
	record, err := s.Connection(ctx, "work")
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	connector, _ := spec.LoadText(file, text)
	checked, _ := lint.Run(connector, lint.Options{})
	subject := auth.Subject{Connector: connector, Option: checked[0].Option, Methods: checked[0].Methods}
	parameters, err := formula.ParseJSON(record.Parameters)
	if err != nil {
		return nil, err
	}
	values, _, err := subject.Complete(auth.Values{Parameters: parameters})
	if err != nil {
		return nil, err
	}
	credential, err := auth.KeptCredential(record)
	if err != nil {
		return nil, err
	}
	keeper := auth.Kept(func(ctx context.Context) (*store.Locked, error) { return s.Lock(ctx, record.ID) })
	world := auth.World{Network: client.NewTransport(client.TransportOptions{}), Keeper: keeper}
	return auth.Open(subject, values, world, credential)
}
