package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/store"
	"github.com/connector-spec/connector/cmd/connector/internal/terminal"
	"github.com/connector-spec/connector/spec/method/script"
)

// An Env is everything the commands take from the outside world.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// StdoutTerminal and StderrTerminal tell whether a person watches.
	StdoutTerminal, StderrTerminal bool
	Getenv                         func(string) string
	Environ                        func() []string
	// Ask asks the user for a line, without showing it if it is a secret; nil
	// if nobody can answer. A text that is pasted may have several lines. The
	// error is io.EOF if the user ends the input, and that of the context if it
	// ends.
	Ask func(ctx context.Context, prompt string, secret bool) (string, error)
	// Columns returns how wide the terminal is; 0 if nobody knows.
	Columns func() int
	// Lines begins a conversation on the terminal: line returns what the user
	// typed, with history and completion, and io.EOF at the end. There is one
	// where there is Ask.
	Lines func(prompt string, complete func(typed string) []string) (line func() (string, error), restore func(), err error)
	// Browser returns what opens the user's browser at an address, or nil and why
	// there is none; a nil Browser is none, too.
	Browser func() (open func(ctx context.Context, address string) error, why string)
	// Network makes the transport that requests go out by.
	Network func(client.TransportOptions) http.RoundTripper
	Now     func() time.Time
	// Wait lets time pass, or returns the error of a context that ends before.
	Wait func(context.Context, time.Duration) error
	Rand io.Reader
	// Keyring keeps the key of the store; nil is the system's.
	Keyring store.Ring
	// Scripts makes the engine that runs scripts; who has no more for it ends it.
	Scripts func() (engine script.Engine, end func(), err error)
	// Interrupted returns a context that ends when the user interrupts.
	Interrupted func() (context.Context, context.CancelFunc)
}

// System returns the real world.
func System() *Env {
	env := &Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		StdoutTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		StderrTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		Getenv:         os.Getenv, Environ: os.Environ,
		Network: func(o client.TransportOptions) http.RoundTripper { return client.NewTransport(o) },
		Now:     time.Now, Wait: client.Wait, Rand: rand.Reader,
		Scripts: scriptEngine,
		Browser: systemBrowser,
	}
	var interrupt atomic.Value // what Ctrl-C does that is typed at a question
	interrupt.Store(context.CancelFunc(func() {}))
	env.Interrupted = func() (context.Context, context.CancelFunc) {
		ctx, cancel, stop := interrupted()
		interrupt.Store(cancel)
		return ctx, stop
	}
	if term.IsTerminal(int(os.Stdin.Fd())) && env.StderrTerminal {
		t := systemTerminal(func() { interrupt.Load().(context.CancelFunc)() })
		env.Ask, env.Lines, env.Columns = t.Ask, lines, t.Columns
		env.Stderr = t.Writer(os.Stderr)
		if env.StdoutTerminal {
			env.Stdout = t.Writer(os.Stdout)
		}
	}
	return env
}

// systemTerminal returns the terminal of the process.
func systemTerminal(interrupt func()) *terminal.Terminal {
	return &terminal.Terminal{
		In: os.Stdin, Out: os.Stderr,
		Raw: func() (func(), error) {
			fd := int(os.Stdin.Fd())
			state, err := term.MakeRaw(fd)
			return func() { _ = term.Restore(fd, state) }, err
		},
		Columns: func() int {
			width, _, _ := term.GetSize(int(os.Stderr.Fd()))
			return width
		},
		Plain:     os.Getenv("TERM") == "dumb",
		Interrupt: interrupt,
	}
}

// lines reads lines from the terminal with editing, history and completion.
func lines(prompt string, complete func(typed string) []string) (func() (string, error), func(), error) {
	fd := int(os.Stdin.Fd())
	state, err := term.MakeRaw(fd)
	if err != nil {
		return nil, nil, err
	}
	t := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{os.Stdin, os.Stderr}, prompt)
	t.AutoCompleteCallback = func(line string, pos int, key rune) (string, int, bool) {
		if key != '\t' || pos != len(line) {
			return "", 0, false
		}
		found := complete(line)
		switch len(found) {
		case 0:
			return line, pos, true
		case 1:
			return found[0], len(found[0]), true
		}
		fmt.Fprintln(t, strings.Join(found, "  "))
		common := found[0]
		for _, f := range found {
			for !strings.HasPrefix(f, common) {
				common = common[:len(common)-1]
			}
		}
		return common, len(common), true
	}
	return t.ReadLine, func() { _ = term.Restore(fd, state) }, nil
}

// interrupted returns a context that the first interruption ends; the second
// ends the process. Cancel is the first one without a signal, stop is for the end.
func interrupted() (ctx context.Context, cancel, stop context.CancelFunc) {
	ctx, cancel = context.WithCancel(context.Background())
	signals, done := make(chan os.Signal, 2), make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		for {
			select {
			case <-done:
				return
			case <-signals:
			}
			if ctx.Err() != nil {
				os.Exit(exitInterrupted)
			}
			cancel()
		}
	}()
	return ctx, cancel, sync.OnceFunc(func() { signal.Stop(signals); close(done); cancel() })
}
