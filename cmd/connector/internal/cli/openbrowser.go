package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// A machine is what is known of it before a browser is opened.
type machine struct {
	system string // as runtime.GOOS
	getenv func(string) string
	exists func(file string) bool
	found  func(program string) bool
	read   func(file string) string
}

// browsers lists the commands that open a browser, the first first; each has %s
// for the address. There are none where nobody would see it, and why says why.
func (m machine) browsers() (commands [][]string, why string) {
	if text := m.getenv("BROWSER"); text != "" {
		return m.named(text)
	}
	for _, name := range []string{"SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"} {
		if m.getenv(name) != "" {
			return nil, "this is a session over SSH"
		}
	}
	switch m.system {
	case "darwin":
		return [][]string{{"/usr/bin/open", "%s"}}, ""
	case "windows": // no shell, which would read the & of an address
		return [][]string{{"rundll32.exe", "url.dll,FileProtocolHandler", "%s"}}, ""
	}
	if m.windowsBelow() {
		return m.known([][]string{{"wslview", "%s"}, {"rundll32.exe", "url.dll,FileProtocolHandler", "%s"}})
	}
	switch {
	case m.exists("/.dockerenv"), m.exists("/run/.containerenv"), m.getenv("container") != "", m.getenv("KUBERNETES_SERVICE_HOST") != "":
		return nil, "this is a container"
	case m.getenv("DISPLAY") == "" && m.getenv("WAYLAND_DISPLAY") == "":
		return nil, "there is no display"
	}
	return m.known([][]string{
		{"xdg-open", "%s"}, {"x-www-browser", "%s"}, {"gio", "open", "%s"}, {"firefox", "%s"}, {"chromium", "%s"}, {"google-chrome", "%s"},
	})
}

// windowsBelow tells whether this is Linux within Windows.
func (m machine) windowsBelow() bool {
	return m.getenv("WSL_DISTRO_NAME") != "" || m.getenv("WSL_INTEROP") != "" ||
		strings.Contains(strings.ToLower(m.read("/proc/sys/kernel/osrelease")), "microsoft")
}

// known keeps the commands whose programs there are.
func (m machine) known(list [][]string) (commands [][]string, why string) {
	for _, c := range list {
		if m.found(c[0]) {
			commands = append(commands, c)
		}
	}
	if commands == nil {
		why = "no program that opens a browser was found"
	}
	return commands, why
}

// named reads the variable BROWSER: commands between colons, each with %s where
// the address belongs, or else behind it.
func (m machine) named(text string) (commands [][]string, why string) {
	separator := ":"
	if m.system == "windows" {
		separator = ";"
	}
	for entry := range strings.SplitSeq(text, separator) {
		words := strings.Fields(entry)
		if len(words) == 0 {
			continue
		}
		if m.found(strings.TrimSpace(entry)) { // a program with a blank in its name
			words = []string{strings.TrimSpace(entry)}
		}
		if !strings.Contains(strings.Join(words[1:], " "), "%s") {
			words = append(words, "%s")
		}
		commands = append(commands, words)
	}
	if commands == nil {
		why = "BROWSER names none"
	}
	return commands, why
}

// thisMachine is the one that the program runs on.
func thisMachine() machine {
	return machine{
		system: runtime.GOOS, getenv: os.Getenv,
		exists: func(file string) bool { _, err := os.Stat(file); return err == nil },
		found:  func(program string) bool { _, err := exec.LookPath(program); return err == nil },
		read: func(file string) string {
			data, err := os.ReadFile(file)
			if err != nil {
				return ""
			}
			return string(data)
		},
	}
}

// systemBrowser returns what opens the user's browser.
func systemBrowser() (open func(ctx context.Context, address string) error, why string) {
	commands, why := thisMachine().browsers()
	if commands == nil {
		return nil, why
	}
	return func(ctx context.Context, address string) error { return openBy(ctx, commands, address) }, ""
}

// openBy opens an address by the first command that does. The program gets it
// as one argument, without a shell, and nothing of our own environment.
func openBy(ctx context.Context, commands [][]string, address string) error {
	if err := checkAddress(address); err != nil {
		return err
	}
	var failures []error
	for _, words := range commands {
		err := start(ctx, words, address)
		if err == nil || ctx.Err() != nil {
			return ctx.Err()
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

// checkAddress refuses what is no address of the web.
func checkAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '"' }) {
		return errors.New("only an address with https or http is opened")
	}
	return nil
}

// browserStarts is how long a command may take to say that it failed. Some run
// for as long as their window is open.
const browserStarts = 3 * time.Second

// start runs a command, and waits until it has failed, or most likely will not.
func start(ctx context.Context, words []string, address string) error {
	args := make([]string, 0, len(words))
	for _, w := range words[1:] {
		args = append(args, strings.NewReplacer("%s", address, "%%", "%").Replace(w))
	}
	name := filepath.Base(words[0])
	cmd := exec.Command(words[0], args...) // outlives the login
	cmd.Env = browserEnviron(os.Environ())
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s: %w", name, errors.Unwrap(err))
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	timer := time.NewTimer(browserStarts)
	defer timer.Stop()
	select {
	case err := <-ended:
		if err != nil {
			return fmt.Errorf("%s ended with %w", name, err)
		}
	case <-timer.C:
	case <-ctx.Done():
	}
	return nil
}

// browserEnviron leaves away what may be a secret of ours.
func browserEnviron(environ []string) []string {
	var kept []string
	for _, entry := range environ {
		if !strings.HasPrefix(strings.ToUpper(entry), "CONNECTOR_") {
			kept = append(kept, entry)
		}
	}
	return kept
}
