// Release makes what a release consists of: archives of static binaries with
// their manual and completions, a bill of materials, and checksums. Two releases
// of one commit are equal byte for byte, wherever they are made.
package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// targets lists what is released for, each as GOOS/GOARCH.
var targets = []string{
	"darwin/amd64", "darwin/arm64",
	"linux/amd64", "linux/arm64",
	"windows/amd64", "windows/arm64",
}

func main() {
	out := flag.String("out", "dist", "directory for the release")
	only := flag.String("targets", strings.Join(targets, ","), "what is built, as GOOS/GOARCH with commas between")
	flag.Parse()
	if err := release(*out, strings.Split(*only, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// release makes the files of a release in a directory.
func release(out string, only []string) error {
	made, err := commitTime()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	build, err := os.MkdirTemp("", "connector-release")
	if err != nil {
		return err
	}
	defer os.RemoveAll(build)
	extras, err := extraFiles()
	if err != nil {
		return err
	}
	var names []string
	var info *buildinfo.BuildInfo
	for _, target := range only {
		if !slices.Contains(targets, target) {
			return fmt.Errorf("%q is none of %s", target, strings.Join(targets, ", "))
		}
		binary, err := compile(build, target)
		if err != nil {
			return err
		}
		if info, err = buildinfo.ReadFile(binary); err != nil {
			return err
		}
		notices, err := noticesOf(info)
		if err != nil {
			return err
		}
		name, err := pack(out, target, info.Main.Version, binary, append(slices.Clone(extras), file{"THIRD-PARTY-NOTICES.txt", notices, false}), made)
		if err != nil {
			return err
		}
		names = append(names, name)
	}
	bill, err := billOf(info, made)
	if err != nil {
		return err
	}
	name := "connector_" + info.Main.Version + ".cdx.json"
	if err := os.WriteFile(filepath.Join(out, name), bill, 0o644); err != nil {
		return err
	}
	return checksums(out, append(names, name))
}

// commitTime is when what is released was committed: the time of all files.
func commitTime() (time.Time, error) {
	if text := os.Getenv("SOURCE_DATE_EPOCH"); text != "" {
		seconds, err := strconv.ParseInt(text, 10, 64)
		return time.Unix(seconds, 0).UTC(), err
	}
	text, err := exec.Command("git", "log", "-1", "--format=%ct").Output()
	if err != nil {
		return time.Time{}, fmt.Errorf("git log: %w", err)
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return time.Unix(seconds, 0).UTC(), err
}

// compile builds the program for a target.
func compile(dir, target string) (string, error) {
	system, architecture, _ := strings.Cut(target, "/")
	binary := filepath.Join(dir, "connector_"+system+"_"+architecture)
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=true", "-ldflags=-s -w -buildid=", "-o", binary, "./cmd/connector")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOOS="+system, "GOARCH="+architecture)
	cmd.Stderr = os.Stderr
	fmt.Println("building", target)
	return binary, cmd.Run()
}

// checksums writes the SHA-256 of files, as sha256sum does.
func checksums(out string, names []string) error {
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(data), name)
	}
	return os.WriteFile(filepath.Join(out, "SHA256SUMS"), []byte(b.String()), 0o644)
}
