package cli

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/connector-spec/connector/auth/client"
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
	// if nobody can answer.
	Ask func(prompt string, secret bool) (string, error)
	// Lines begins a conversation on the terminal: line returns what the user
	// typed, with history and completion, and io.EOF at the end. There is one
	// where there is Ask.
	Lines func(prompt string, complete func(typed string) []string) (line func() (string, error), restore func(), err error)
	// Network makes the transport that requests go out by.
	Network func(client.TransportOptions) http.RoundTripper
	Now     func() time.Time
	// Wait lets time pass, or returns the error of a context that ends before.
	Wait func(context.Context, time.Duration) error
	Rand io.Reader
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
		Scripts:     scriptEngine,
		Interrupted: interrupted,
	}
	if term.IsTerminal(int(os.Stdin.Fd())) && env.StderrTerminal {
		env.Ask, env.Lines = ask, lines
	}
	return env
}

// ask asks on the terminal.
func ask(prompt string, secret bool) (string, error) {
	fmt.Fprint(os.Stderr, prompt)
	if secret {
		text, err := term.ReadPassword(int(os.Stdin.Fd()))
		fmt.Fprintln(os.Stderr)
		return string(text), err
	}
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
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

// interrupted ends its context at the first Ctrl-C and the process at the
// second.
func interrupted() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
			cancel()
		case <-ctx.Done():
			return
		}
		<-signals
		os.Exit(exitInterrupted)
	}()
	return ctx, func() { signal.Stop(signals); cancel() }
}
