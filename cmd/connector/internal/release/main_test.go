package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"debug/buildinfo"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestReproducible releases one commit twice, from two places, and wants the
// same bytes.
func TestReproducible(t *testing.T) {
	t.Parallel()
	root, err := exec.Command("git", "rev-parse", "--show-toplevel").Output()
	if err != nil {
		t.Skip("this is no repository: ", err)
	}
	target := runtime.GOOS + "/" + runtime.GOARCH
	var sums []string
	for _, place := range []string{"one", "another/place"} {
		dir := filepath.Join(t.TempDir(), place)
		for _, args := range [][]string{
			{"git", "clone", "-q", "--no-local", strings.TrimSpace(string(root)), dir},
			{"go", "run", "./cmd/connector/internal/release", "-targets", target},
		} {
			cmd := exec.Command(args[0], args[1:]...)
			if args[0] == "go" {
				cmd.Dir = dir
			}
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%q: %v\n%s", args, err, out)
			}
		}
		data, err := os.ReadFile(filepath.Join(dir, "dist", "SHA256SUMS"))
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, string(data))
	}
	if sums[0] != sums[1] || strings.Count(sums[0], "\n") != 2 {
		t.Errorf("the sums are\n%s\nand\n%s", sums[0], sums[1])
	}
}

// TestArchives have the program and what goes with it, of one time and with one
// mode each.
func TestArchives(t *testing.T) {
	t.Parallel()
	made := time.Unix(1_700_000_000, 0).UTC()
	files := []file{{"connector", []byte("program"), true}, {"man/connector.1", []byte("manual"), false}}
	var tarred, zipped bytes.Buffer
	if err := writeTar(&tarred, files, made); err != nil {
		t.Fatal(err)
	}
	if err := writeZip(&zipped, files, made); err != nil {
		t.Fatal(err)
	}
	plain, err := gzip.NewReader(&tarred)
	if err != nil {
		t.Fatal(err)
	}
	for r, i := tar.NewReader(plain), 0; ; i++ {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil || h.Name != files[i].name || h.Mode != mode(files[i]) || !h.ModTime.Equal(made) || h.Uid != 0 || h.Uname != "" {
			t.Errorf("%+v, %v", h, err)
		}
	}
	z, err := zip.NewReader(bytes.NewReader(zipped.Bytes()), int64(zipped.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range z.File {
		if f.Name != files[i].name || f.Mode().Perm() != os.FileMode(mode(files[i])) || !f.Modified.Equal(made) {
			t.Errorf("%+v", f.FileHeader)
		}
	}
}

// TestExtraFiles has a manual page for each command, and completions.
func TestExtraFiles(t *testing.T) {
	t.Chdir("../../../..")
	files, err := extraFiles()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct{ name, text string }{
		{"man/connector.1", ".TH"},
		{"man/connector-connect.1", "redirect"},
		{"man/connector-store-init.1", "key-file"},
		{"completions/connector.bash", "__start_connector"},
		{"completions/_connector", "#compdef connector"},
		{"completions/connector.fish", "complete"},
		{"completions/connector.ps1", "Register-ArgumentCompleter"},
	} {
		i := slices.IndexFunc(files, func(f file) bool { return f.name == want.name })
		if i < 0 || !strings.Contains(string(files[i].data), want.text) {
			t.Errorf("%s is not there, or has no %q", want.name, want.text)
		}
	}
}

// TestBill lists what is in a binary: here in that of this test.
func TestBill(t *testing.T) {
	t.Parallel()
	name, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	data, err := billOf(info, time.Unix(0, 0).UTC())
	if err != nil {
		t.Fatal(err)
	}
	var b bill
	if err := json.Unmarshal(data, &b); err != nil || b.BOMFormat != "CycloneDX" {
		t.Fatal(err)
	}
	i := slices.IndexFunc(b.Components, func(c component) bool { return c.Name == "github.com/spf13/cobra" })
	if i < 0 || !strings.HasPrefix(b.Components[i].PURL, "pkg:golang/github.com/spf13/cobra@v1.") || len(b.Components[i].Properties) != 1 {
		t.Errorf("%s", data)
	}
	text, err := noticesOf(info)
	if err != nil || !bytes.Contains(text, []byte("github.com/spf13/cobra v1.")) || !bytes.Contains(text, []byte("Apache License")) || !bytes.Contains(text, []byte("The Go Authors")) {
		t.Errorf("%v: the notices are %d bytes", err, len(text))
	}
}
