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
	// Network makes the transport that requests go out by.
	Network func(client.TransportOptions) http.RoundTripper
	Now     func() time.Time
	Rand    io.Reader
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
		Now:     time.Now, Rand: rand.Reader,
		Interrupted: interrupted,
	}
	if term.IsTerminal(int(os.Stdin.Fd())) && env.StderrTerminal {
		env.Ask = ask
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
