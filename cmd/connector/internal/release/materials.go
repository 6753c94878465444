package main

import (
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"time"
)

// A bill is a software bill of materials, as CycloneDX 1.5 has it.
type bill struct {
	BOMFormat   string      `json:"bomFormat"`
	SpecVersion string      `json:"specVersion"`
	Version     int         `json:"version"`
	Metadata    metadata    `json:"metadata"`
	Components  []component `json:"components"`
}

type metadata struct {
	Timestamp string    `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	PURL       string     `json:"purl"`
	Properties []property `json:"properties,omitempty"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// billOf lists the modules that are in the binary, with the sums that go.sum has.
func billOf(info *buildinfo.BuildInfo, made time.Time) ([]byte, error) {
	b := bill{BOMFormat: "CycloneDX", SpecVersion: "1.5", Version: 1}
	b.Metadata = metadata{made.Format(time.RFC3339), component{Type: "application", Name: info.Main.Path, Version: info.Main.Version, PURL: purl(&info.Main)}}
	for _, m := range modules(info) {
		c := component{Type: "library", Name: m.Path, Version: m.Version, PURL: purl(m)}
		if m.Sum != "" {
			c.Properties = []property{{"go:module:sum", m.Sum}}
		}
		b.Components = append(b.Components, c)
	}
	b.Components = append(b.Components, component{
		Type: "library", Name: "std", Version: info.GoVersion, PURL: "pkg:golang/std@" + info.GoVersion[len("go"):],
	})
	text, err := json.MarshalIndent(b, "", "  ")
	return append(text, '\n'), err
}

func purl(m *debug.Module) string { return "pkg:golang/" + m.Path + "@" + m.Version }

// modules returns the modules of a binary as they were built.
func modules(info *buildinfo.BuildInfo) []*debug.Module {
	var list []*debug.Module
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		list = append(list, m)
	}
	return list
}

// licenceFile matches the names of files with terms that go with a binary.
var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|copyright|authors)([.-].*)?$`)

// noticesOf collects the licences of what is in the binary. A module without one
// is an error.
func noticesOf(info *buildinfo.BuildInfo) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("This program contains the software below, each under its own terms.\n")
	for _, m := range modules(info) {
		text, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", m.Path).Output()
		if err != nil {
			return nil, fmt.Errorf("go list %s: %w", m.Path, err)
		}
		if err := notices(&b, m.Path+" "+m.Version, string(bytes.TrimSpace(text))); err != nil {
			return nil, err
		}
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	err = notices(&b, "The Go standard library "+info.GoVersion, string(bytes.TrimSpace(root)))
	return b.Bytes(), err
}

// notices writes the licences in a directory.
func notices(b *bytes.Buffer, title, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && licenceFile.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	if len(names) == 0 {
		return fmt.Errorf("%s has no licence in %s", title, dir)
	}
	slices.Sort(names)
	fmt.Fprintf(b, "\n%s\n%s\n", "--------------------------------------------------------------------------------", title)
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "\n%s\n\n%s\n", name, bytes.TrimSpace(data))
	}
	return nil
}
