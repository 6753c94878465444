package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/cmd/connector/internal/cli"
)

// TestMust34Browsers wants $BROWSER to be taken, no shell anywhere, and no browser
// where nobody would see it.
func TestMust34Browsers(t *testing.T) {
	t.Parallel()
	all := []string{"xdg-open", "firefox", "wslview", "rundll32.exe"}
	display := func(pairs ...string) map[string]string {
		m := map[string]string{"DISPLAY": ":0"}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	tests := []struct {
		name, system string
		variables    map[string]string
		files        []string
		programs     []string
		want         [][]string
		why          string
	}{
		{"a desktop", "linux", display(), nil, all, [][]string{{"xdg-open", "%s"}, {"firefox", "%s"}}, ""},
		{"Wayland", "linux", map[string]string{"WAYLAND_DISPLAY": "wayland-0"}, nil, all, [][]string{{"xdg-open", "%s"}, {"firefox", "%s"}}, ""},
		{"nothing installed", "linux", display(), nil, nil, nil, "no program that opens a browser was found"},
		{"no display", "linux", nil, nil, all, nil, "there is no display"},
		{"SSH", "linux", display("SSH_CONNECTION", "a b c d"), nil, all, nil, "this is a session over SSH"},
		{"SSH to a Mac", "darwin", map[string]string{"SSH_TTY": "/dev/ttys1"}, nil, all, nil, "this is a session over SSH"},
		{"docker", "linux", display(), []string{"/.dockerenv"}, all, nil, "this is a container"},
		{"podman", "linux", display(), []string{"/run/.containerenv"}, all, nil, "this is a container"},
		{"systemd-nspawn", "linux", display("container", "systemd-nspawn"), nil, all, nil, "this is a container"},
		{"WSL", "linux", map[string]string{"WSL_DISTRO_NAME": "Debian"}, nil, all, [][]string{{"wslview", "%s"}, {"rundll32.exe", "url.dll,FileProtocolHandler", "%s"}}, ""},
		{"WSL by its kernel", "linux", map[string]string{"(osrelease)": "5.15.1-Microsoft-standard-WSL2"}, nil, []string{"rundll32.exe"}, [][]string{{"rundll32.exe", "url.dll,FileProtocolHandler", "%s"}}, ""},
		{"a Mac", "darwin", nil, nil, nil, [][]string{{"/usr/bin/open", "%s"}}, ""},
		{"Windows", "windows", nil, nil, nil, [][]string{{"rundll32.exe", "url.dll,FileProtocolHandler", "%s"}}, ""},
		{"BROWSER over SSH", "linux", map[string]string{"BROWSER": "my-browser", "SSH_TTY": "x"}, nil, nil, [][]string{{"my-browser", "%s"}}, ""},
		{"BROWSER with arguments", "linux", map[string]string{"BROWSER": "a --new %s -x:b:: c -y "}, nil, nil, [][]string{{"a", "--new", "%s", "-x"}, {"b", "%s"}, {"c", "-y", "%s"}}, ""},
		{"BROWSER with a blank in its name", "linux", map[string]string{"BROWSER": "/opt/My Browser/run"}, nil, []string{"/opt/My Browser/run"}, [][]string{{"/opt/My Browser/run", "%s"}}, ""},
		{"BROWSER on Windows", "windows", map[string]string{"BROWSER": `C:\x.exe;D:\y.exe`}, nil, nil, [][]string{{`C:\x.exe`, "%s"}, {`D:\y.exe`, "%s"}}, ""},
		{"BROWSER of nothing", "linux", map[string]string{"BROWSER": ":"}, nil, nil, nil, "BROWSER names none"},
	}
	for _, test := range tests {
		got, why := cli.Browsers(test.system, test.variables, test.files, test.programs)
		if diff := cmp.Diff(test.want, got); diff != "" || why != test.why {
			t.Errorf("%s: why %q, want %q; (-want +got)\n%s", test.name, why, test.why, diff)
		}
	}
}

// TestMust34Open wants an address to arrive as one argument, whatever is in it,
// and our own variables not at all; and nothing but web addresses to be opened.
func TestMust34Open(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in is a script")
	}
	t.Setenv("CONNECTOR_KEY", "a-key-of-the-store")
	t.Setenv("connector_input_x", "an-input")
	dir := t.TempDir()
	script, out := filepath.Join(dir, "a browser"), filepath.Join(dir, "out")
	text := "#!/bin/sh\nprintf '%s\\n' \"$#\" \"$@\" >'" + out + "'\nenv >>'" + out + "'\n"
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	const address = "https://login.example.com/a?x=1&y=$(touch%20pwned);`id`|z%s'#f"
	if err := cli.OpenBy(t.Context(), [][]string{{filepath.Join(dir, "missing"), "%s"}, {"false", "%s"}, {script, "--at", "%s"}}, address); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(got), "2\n--at\n"+address+"\n") {
		t.Errorf("the browser got %s", got)
	}
	if strings.Contains(string(got), "a-key-of-the-store") || strings.Contains(string(got), "an-input") {
		t.Error("the browser got our variables")
	}
	if err := os.Remove(out); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "file:///etc/passwd", "javascript:alert(1)", "ssh://x", "--help", "https:", "https://", "https://a b", "http://a\nb", "https://a/\"x", "C:\\x.exe"} {
		if err := cli.OpenBy(t.Context(), [][]string{{script, "%s"}}, bad); err == nil {
			t.Errorf("%q was opened", bad)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a browser was started")
	}
	if err := cli.OpenBy(t.Context(), [][]string{{"false", "%s"}}, address); err == nil || strings.Contains(err.Error(), "example.com") {
		t.Errorf("a browser that fails: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := cli.OpenBy(ended, [][]string{{"sleep", "3"}}, address); err == nil {
		t.Error("it was opened after the end")
	}
}
