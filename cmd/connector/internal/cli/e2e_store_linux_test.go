package cli_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// newKept is a room with a grantor, whose connector is in dir. What its user
// enters is in the variables.
func newKept(t *testing.T) (r *room, g *grantor, dir string) {
	t.Helper()
	r, g = newRoom(t), newGrantor(t)
	for _, secret := range []string{"canary-client-secret", "canary-pin-1", "canary-code", "canary-access-", "canary-refresh-"} {
		r.canaries.Add(secret, secret)
	}
	r.variables = append(r.variables, "CONNECTOR_PARAM_CLIENT_ID=an-id", "CONNECTOR_PARAM_CLIENT_SECRET=canary-client-secret", "CONNECTOR_INPUT_REGION=eu", "CONNECTOR_INPUT_PIN=canary-pin-1")
	return r, g, writeTree(t, map[string]string{"spec.yml": g.spec()})
}

// rewrite puts another text into a file, and returns what puts the first one
// back.
func rewrite(t *testing.T, file string, change func(data []byte) []byte) (undo func()) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, change(bytes.Clone(data)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Error(err)
		}
	}
}

// TestBuiltProgramAndDamage wants the right words for whatever is done to keys
// and files, nothing to be asked of the provider meanwhile, and all to be well
// when it is undone.
func TestBuiltProgramAndDamage(t *testing.T) {
	t.Parallel()
	const other = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	r, g, dir := newKept(t)
	r.run("store", "init", "--key-file", r.key()).check(t, 0)
	r.run("connect", "--name", "first", dir).check(t, 0)
	first := r.records("connections")[0]
	r.run("connect", "--name", "work", dir).check(t, 0) // which ends the tokens of the first
	files := r.records("connections")
	work := files[0]
	if work == first {
		work = files[1]
	}
	record := func(change func([]byte) []byte) func() func() {
		return func() func() { return rewrite(t, work, change) }
	}
	key := func(text string) func() func() {
		return func() func() { return rewrite(t, r.key(), func([]byte) []byte { return []byte(text) }) }
	}
	tests := []struct {
		name   string
		damage func() (undo func())
		code   int
		want   string
	}{
		{"another key", key(other + "\n"), 4, "holds another key than the one that is needed"},
		{"half a key", key(other[:20]), 4, "cannot be used"},
		{"an empty key", key(""), 4, "it is empty, and must be 32 bytes in base64"},
		{"a key of zeros", key(strings.Repeat("A", 43) + "=\n"), 4, "cannot be used"},
		{"no key", func() func() {
			_ = os.Rename(r.key(), r.key()+".away")
			return func() { _ = os.Rename(r.key()+".away", r.key()) }
		}, 4, "put the file back from where you keep a copy of it"},
		{"a key for everybody", func() func() {
			_ = os.Chmod(r.key(), 0o644)
			return func() { _ = os.Chmod(r.key(), 0o600) }
		}, 3, "chmod 600 "},
		{"a changed byte", record(func(b []byte) []byte {
			b[bytes.LastIndexByte(b, '"')-9] ^= 'A' ^ 'B'
			return b
		}), 3, "was damaged or changed by somebody else"},
		{"another connector", record(func(b []byte) []byte { return bytes.Replace(b, []byte(`"acme"`), []byte(`"evil"`), 1) }), 3, "was damaged or changed by somebody else"},
		{"swapped", func() func() {
			data, err := os.ReadFile(first)
			if err != nil {
				t.Fatal(err)
			}
			return rewrite(t, work, func([]byte) []byte { return data })
		}, 4, "it is the file of another connection"},
		{"empty", record(func([]byte) []byte { return nil }), 4, "cut off"},
		{"newer", record(func(b []byte) []byte {
			return bytes.Replace(b, []byte(`"version": 1`), []byte(`"version": 99`), 1)
		}), 4, "use a newer connector"},
		{"a store.json that is cut", func() func() {
			return rewrite(t, filepath.Join(r.store(), "store.json"), func(b []byte) []byte { return b[:len(b)/2] })
		}, 3, "was damaged or changed by somebody else"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { //nolint:paralleltest // they damage one store
			undo := test.damage()
			before := g.tokens()
			for _, args := range [][]string{
				{"connections", "show", "work"},
				{"connections", "refresh", "work"},
				{"request", "GET", "/me", "--connection", "work"},
				{"disconnect", "work", "--yes"},
			} {
				r.run(args...).check(t, test.code, "connector: ", test.want)
			}
			if o := r.run("connect", "--name", "work"); o.code == 0 || !strings.Contains(o.stderr, test.want) {
				t.Errorf("connect: %v", o)
			}
			if o := r.run("connections", "list"); o.code == 0 || !strings.Contains(o.stdout+o.stderr, test.want) {
				t.Errorf("the list: %v", o)
			}
			_, _, revoked := g.history()
			if after := g.tokens(); !slices.Equal(after, before) || revoked != nil {
				t.Errorf("the tokens were %q and are %q", before, after)
			}
			undo()
			r.run("request", "GET", "/me", "--connection", "work").check(t, 0, "Ada")
		})
	}
	whole, err := os.ReadFile(work)
	if err != nil {
		t.Fatal(err)
	}
	step := 1 + len(whole)/fewer(t, 50)
	for n := 0; n < len(whole)-1; n += step { // the last byte is a line's end
		undo := rewrite(t, work, func(b []byte) []byte { return b[:n] })
		if o := r.run("connections", "token", "work"); o.code != 4 && o.code != 3 || o.stdout != "" || !strings.Contains(o.stderr, "cut off") {
			t.Errorf("of %d bytes: %v", n, o)
		}
		undo()
	}
	r.run("connections", "refresh", "work").check(t, 0)
}

// TestBuiltProgramKeyInEnvironment wants a key in a variable to be the right one,
// and never another place to be taken for it.
func TestBuiltProgramKeyInEnvironment(t *testing.T) {
	t.Parallel()
	r, g, dir := newKept(t)
	o := r.runShowing("store", "init", "--print", "--quiet")
	o.check(t, 0)
	key := strings.TrimSpace(o.stdout)
	r.canaries.Add("the key of the store", key)
	mine := r.with("CONNECTOR_KEY=" + key)
	mine.run("connect", "--name", "work", dir).check(t, 0)
	for name, test := range map[string]struct{ key, want string }{
		"none": {"", "is not in CONNECTOR_KEY"}, "another": {"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "holds another key than the one that is needed"},
		"short": {key[:30], "cannot be used"}, "no base64": {"*" + key[1:], "cannot be used"}, "zeros": {strings.Repeat("A", 43) + "=", "cannot be used"},
	} {
		wrong := r.with("CONNECTOR_KEY=" + test.key)
		for _, args := range [][]string{{"connections", "token", "work"}, {"connect", "--name", "more", dir}, {"disconnect", "work", "--yes"}} {
			o := wrong.run(args...)
			o.check(t, 4, test.want)
			if t.Failed() {
				t.Fatalf("%s: %q", name, args)
			}
		}
	}
	if logins, _, revoked := g.history(); logins != 1 || revoked != nil {
		t.Errorf("%d logins, revoked %q", logins, revoked)
	}
	mine.run("connections", "refresh", "work").check(t, 0)
}

// TestBuiltProgramWithoutKeyring wants a machine without one to be told what to
// do, and nothing to be made, nor anybody to be sent to a login.
func TestBuiltProgramWithoutKeyring(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/run/user/" + strconv.Itoa(os.Getuid()) + "/bus"); err == nil {
		t.Skip("this machine has a session")
	}
	r, g, dir := newKept(t)
	r.run("connect", "--name", "work", dir).check(t, 3, "there is no store in "+r.store(), "hint: connector store init")
	r.run("store", "init").check(t, 4, "the system has no keyring", "--key-file")
	if _, err := os.Stat(filepath.Join(r.store(), "store.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a store was made: %v", err)
	}
	if logins, _, _ := g.history(); logins != 0 {
		t.Error("somebody logged in")
	}
	r.run("store", "init", "--key-file", r.key()).check(t, 0)
	r.run("connect", "--name", "work", dir).check(t, 0, `Connected "work"`)
}

// inSession runs the program after a script in a session with a keyring of the
// home.
func (r *room) inSession(daemon string, args ...string) outcome {
	r.t.Helper()
	words := append([]string{"--", "sh", "-c", daemon + ` >/dev/null 2>&1 && exec "$0" "$@"`, r.program}, args...)
	cmd := exec.CommandContext(r.t.Context(), "dbus-run-session", words...)
	cmd.Dir = filepath.Join(r.home, "work")
	cmd.Env = append(r.variables[:len(r.variables):len(r.variables)], "XDG_DATA_HOME="+r.home, "XDG_RUNTIME_DIR="+r.home)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exited *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exited) {
		r.t.Fatal(err)
	}
	o := outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
	for _, found := range r.canaries.Find(o.stdout + o.stderr) {
		r.t.Errorf("%q printed %v: %v", args, found, o)
	}
	return o
}

// TestBuiltProgramWithKeyring keeps the key in gnome-keyring, finds that locked,
// and then open again with nothing lost.
func TestBuiltProgramWithKeyring(t *testing.T) {
	t.Parallel()
	r, g, dir := newKept(t)
	for _, program := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	const open = "echo -n phrase | gnome-keyring-daemon --unlock --components=secrets"
	const locked = "gnome-keyring-daemon --start --components=secrets"
	r.inSession(open, "store", "init").check(t, 0)
	r.inSession(open, "connect", "--name", "work", dir).check(t, 0, `Connected "work"`)
	before := g.tokens()
	for _, args := range [][]string{
		{"connections", "token", "work"},
		{"connections", "refresh", "work"},
		{"connect", "--name", "more", dir},
		{"disconnect", "work", "--yes"},
	} {
		r.inSession(locked, args...).check(t, 4, "the keyring is locked or does not answer", "unlock it and try again")
	}
	logins, _, revoked := g.history()
	if after := g.tokens(); !slices.Equal(after, before) || logins != 1 || revoked != nil {
		t.Errorf("the tokens were %q and are %q; %d logins", before, after, logins)
	}
	r.inSession(open, "connections", "refresh", "work").check(t, 0, "refreshed")
	r.inSession(open, "disconnect", "work").check(t, 0)
}

// diskScript makes a small disk, connects, and then uses the connection while
// the disk is full, has room again, may only be read, and has a directory that
// may not be written, or read. Each step leaves its
// exit code and what it said.
const diskScript = `
mount -t tmpfs -o size=160k,mode=700 tmpfs "$DISK" || exit 77
without=
step() {
  name=$1
  shift
  $without "$PROGRAM" "$@" >"$OUT/$name" 2>&1
  echo $? >"$OUT/$name.code"
}
step init store init --key-file "$DISK/key"
step connect connect --name work "$SPEC"
dd if=/dev/zero of="$DISK/filler" bs=4096 2>/dev/null
dd if=/dev/zero of="$DISK/filler2" bs=1 count=4096 2>/dev/null
step full-refresh connections refresh work
step full-request request GET /me --connection work
step full-connect connect --name more "$SPEC"
step full-rename connections rename work other
find "$DISK" -name '*.new' >"$OUT/left"
rm "$DISK/filler" "$DISK/filler2"
step room-refresh connections refresh work
mount -o remount,ro "$DISK" || exit 77
step readonly-refresh connections refresh work
step readonly-request request GET /me --connection work
step readonly-connect connect --name more "$SPEC"
step readonly-list connections list
mount -o remount,rw "$DISK" || exit 77
chmod 500 "$DISK/store/connections"
# As somebody who may not do what modes do not allow.
without="setpriv --bounding-set=-all --inh-caps=-all"
step mode-refresh connections refresh work
step mode-request request GET /me --connection work
step mode-connect connect --name more "$SPEC"
step mode-rename connections rename work other
step mode-show connections show work
chmod 000 "$DISK/store/connections"
step mode-list connections list
chmod 700 "$DISK/store/connections"
without=
step end-refresh connections refresh work
mount -o remount,ro "$DISK" || exit 77
step readonly-disconnect disconnect work --yes
mount -o remount,rw "$DISK" || exit 77
step end-disconnect disconnect work --yes
mkdir "$OUT/home" && cp -r "$DISK/." "$OUT/home"
`

// TestBuiltProgramOnFullDisk wants a disk that is full, or may not be written, to
// be told before anything is asked of the provider, and nothing to be lost.
func TestBuiltProgramOnFullDisk(t *testing.T) {
	t.Parallel()
	r, g, dir := newKept(t)
	disk := filepath.Join(r.home, "disk")
	out := filepath.Join(r.home, "out")
	for _, d := range []string{disk, out} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", diskScript)
	cmd.Dir = filepath.Join(r.home, "work")
	cmd.Env = append(r.variables, "CONNECTOR_HOME="+filepath.Join(disk, "store"), "DISK="+disk, "OUT="+out, "SPEC="+dir, "PROGRAM="+r.program)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	said, err := cmd.CombinedOutput()
	var ended *exec.ExitError
	switch {
	case err != nil && (!errors.As(err, &ended) || ended.ExitCode() == 77):
		t.Skipf("this system lets nobody mount disks: %v %s", err, said)
	case err != nil:
		t.Fatalf("%v: %s", err, said)
	}
	step := func(name string) outcome {
		text, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		code, err := os.ReadFile(filepath.Join(out, name+".code"))
		if err != nil {
			t.Fatal(err)
		}
		n, err := strconv.Atoi(strings.TrimSpace(string(code)))
		if err != nil {
			t.Fatal(err)
		}
		return outcome{code: n, stderr: string(text)}
	}
	step("init").check(t, 0)
	step("connect").check(t, 0, `Connected "work"`)
	step("full-refresh").check(t, 3, "the connection cannot be written, so it was not refreshed", "make room", disk)
	step("full-request").check(t, 0, "Ada")
	step("full-connect").check(t, 3, "make room", disk, "!not connected")
	step("full-rename").check(t, 3, "make room", disk)
	step("room-refresh").check(t, 0, "refreshed")
	step("readonly-refresh").check(t, 3, "mount its disk for writing", disk)
	step("readonly-request").check(t, 0, "Ada")
	step("readonly-connect").check(t, 3, "mount its disk for writing", disk)
	step("readonly-list").check(t, 0, "work")
	step("mode-refresh").check(t, 3, "the connection cannot be written, so it was not refreshed", "make its directory writable for you")
	step("mode-request").check(t, 0, "Ada")
	step("mode-connect").check(t, 3, "make its directory writable for you")
	step("mode-rename").check(t, 3, "make its directory writable for you")
	step("mode-show").check(t, 0, "work")
	step("mode-list").check(t, 3, "permission denied")
	step("end-refresh").check(t, 0, "refreshed")
	step("readonly-disconnect").check(t, 3, "is still stored here", "mount its disk for writing", disk)
	step("end-disconnect").check(t, 0)
	if left, err := os.ReadFile(filepath.Join(out, "left")); err != nil || len(left) > 0 {
		t.Errorf("left on a full disk: %q, %v", left, err)
	}
	// The login, and the two refreshes when there was room.
	if logins, grants, _ := g.history(); grants != 3 || logins != 1 {
		t.Errorf("%d grants and %d logins", grants, logins)
	}
	if left := g.tokens(); len(left) > 0 {
		t.Errorf("not revoked: %q", left)
	}
}
