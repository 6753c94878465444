package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A session is the program on a terminal of its own.
type session struct {
	t        *testing.T
	cmd      *exec.Cmd
	keyboard *os.File // the other end of the terminal
	terminal *os.File
	before   unix.Termios
	said     chan string
	all      strings.Builder
	seen     int // how much of all was expected
}

// onTerminal starts the program on a new terminal.
func onTerminal(t *testing.T, variables []string, args ...string) *session {
	t.Helper()
	return onTerminalOf(t, &exec.Cmd{
		Path: os.Args[0], Args: append([]string{"connector"}, args...), Dir: t.TempDir(),
		Env: append(append(os.Environ(), "TERM=xterm", "GORACE=atexit_sleep_ms=1"), variables...),
	})
}

// onTerminalOf starts a command on a new terminal.
func onTerminalOf(t *testing.T, cmd *exec.Cmd) *session {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("there are no terminals to be had: ", err)
	}
	t.Cleanup(func() { keyboard.Close() })
	n, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { terminal.Close() })
	s := &session{t: t, cmd: cmd, keyboard: keyboard, terminal: terminal, before: modes(t, terminal), said: make(chan string, 100)}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, err := keyboard.Read(buffer)
			if err != nil {
				close(s.said)
				return
			}
			s.said <- string(bytes.Clone(buffer[:n]))
		}
	}()
	return s
}

func modes(t *testing.T, terminal *os.File) unix.Termios {
	t.Helper()
	m, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return *m
}

// expect waits until the program has written a text behind what was expected
// before.
func (s *session) expect(text string) {
	s.t.Helper()
	deadline := time.After(time.Minute)
	for {
		if _, rest, found := strings.Cut(s.all.String()[s.seen:], text); found {
			s.seen = s.all.Len() - len(rest)
			return
		}
		select {
		case said, ok := <-s.said:
			if s.all.WriteString(said); ok {
				continue
			}
		case <-deadline:
		}
		s.t.Fatalf("%q is wanted; there was\n%s", text, s.all.String())
	}
}

func (s *session) types(text string) {
	s.t.Helper()
	if _, err := s.keyboard.WriteString(text); err != nil {
		s.t.Fatal(err)
	}
}

// ends wants the program to end with a code, and the terminal to be as it was.
func (s *session) ends(code int) {
	s.t.Helper()
	_ = s.cmd.Wait()
	if got := s.cmd.ProcessState.ExitCode(); got != code {
		s.t.Errorf("exit code %d, want %d; there was\n%s", got, code, s.all.String())
	}
	if after := modes(s.t, s.terminal); after != s.before {
		s.t.Errorf("the terminal is left as %+v, and was %+v", after, s.before)
	}
}

// TestOnTerminal has a person type at the questions of a test.
func TestOnTerminal(t *testing.T) {
	t.Parallel()
	api := apiOf(t, "kintone")
	args := []string{"test", "--auth", "--live", "--option", "token", "--route", api.Origin + "=" + serve(t, api.Handler), copyExample(t, "kintone")}
	token := api.Options["token"].Inputs["apiKey"]
	toSecret := func(t *testing.T) *session {
		s := onTerminal(t, nil, args...)
		s.expect("Kintone: Subdomain: ")
		s.types("exx\x7fample\r")
		s.expect("Kintone: App ID: ")
		s.types("7\r")
		s.expect("Kintone: API token: ")
		return s
	}
	t.Run("answers", func(t *testing.T) {
		t.Parallel()
		s := toSecret(t)
		s.types(token + "\r")
		s.expect("label: example: Orders")
		s.expect("1 passed")
		s.ends(0)
		if strings.Contains(s.all.String(), token) {
			t.Errorf("the token is shown:\n%s", s.all.String())
		}
	})
	t.Run("a secret that is longer than the lines of a terminal", func(t *testing.T) {
		t.Parallel()
		s := toSecret(t)
		for range 6 {
			s.types(strings.Repeat("x", 1000))
		}
		s.types("\r")
		s.expect("0 passed, 1 failed")
		s.ends(1)
		if strings.Contains(s.all.String(), "xxxxx") {
			t.Errorf("the secret is shown:\n%s", s.all.String())
		}
	})
	t.Run("Ctrl-C at a secret", func(t *testing.T) {
		t.Parallel()
		s := toSecret(t)
		s.types("abc\x03")
		s.expect("connector: interrupted")
		s.ends(130)
	})
	t.Run("a signal at a secret", func(t *testing.T) {
		t.Parallel()
		s := toSecret(t)
		if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		s.expect("connector: interrupted")
		s.ends(130)
	})
	t.Run("Ctrl-D", func(t *testing.T) {
		t.Parallel()
		s := toSecret(t)
		s.types("\x04")
		s.expect("no usable credential")
		s.expect("CONNECTOR_INPUT_API_KEY")
		s.ends(4)
	})
	t.Run("no colour", func(t *testing.T) {
		t.Parallel()
		s := onTerminal(t, []string{"NO_COLOR=1"}, args...)
		s.expect("Kintone: Subdomain: ")
		s.types("\x03")
		s.ends(130)
		if strings.Contains(s.all.String(), "\x1b[1m") {
			t.Errorf("in colour: %q", s.all.String())
		}
	})
}
