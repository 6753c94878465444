package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/connector-spec/connector/cmd/connector/internal/cli"
)

// A file is one file of an archive.
type file struct {
	name    string
	data    []byte
	program bool
}

// extraFiles are what goes with every binary.
func extraFiles() ([]file, error) {
	var files []file
	for _, name := range []string{"LICENSE", "README.md", "CHANGELOG.md"} {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files = append(files, file{name, data, false})
	}
	root := cli.Root()
	for _, shell := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"connector.bash", func(w io.Writer) error { return root.GenBashCompletionV2(w, true) }},
		{"_connector", root.GenZshCompletion},
		{"connector.fish", func(w io.Writer) error { return root.GenFishCompletion(w, true) }},
		{"connector.ps1", root.GenPowerShellCompletionWithDesc},
	} {
		var b bytes.Buffer
		if err := shell.write(&b); err != nil {
			return nil, err
		}
		files = append(files, file{"completions/" + shell.name, b.Bytes(), false})
	}
	return manual(root, files)
}

// manual adds a manual page for each command.
func manual(c *cobra.Command, files []file) ([]file, error) {
	epoch := time.Unix(0, 0).UTC()
	var b bytes.Buffer
	err := doc.GenMan(c, &doc.GenManHeader{Section: "1", Source: "connector", Manual: "Connector manual", Date: &epoch}, &b)
	if err != nil {
		return nil, err
	}
	files = append(files, file{"man/" + strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1", b.Bytes(), false})
	for _, sub := range c.Commands() {
		if !sub.IsAvailableCommand() || sub.Name() == "help" {
			continue
		}
		if files, err = manual(sub, files); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// pack writes the archive of a target and returns its name: a zip for Windows,
// else a tar with gzip. All files are of one time and of nobody.
func pack(out, target, version, binary string, files []file, made time.Time) (string, error) {
	data, err := os.ReadFile(binary)
	if err != nil {
		return "", err
	}
	base := "connector_" + version + "_" + strings.ReplaceAll(target, "/", "_")
	var b bytes.Buffer
	if strings.HasPrefix(target, "windows/") {
		base += ".zip"
		err = writeZip(&b, append([]file{{"connector.exe", data, true}}, files...), made)
	} else {
		base += ".tar.gz"
		err = writeTar(&b, append([]file{{"connector", data, true}}, files...), made)
	}
	if err != nil {
		return "", err
	}
	return base, os.WriteFile(filepath.Join(out, base), b.Bytes(), 0o644)
}

func mode(f file) int64 {
	if f.program {
		return 0o755
	}
	return 0o644
}

func writeTar(w io.Writer, files []file, made time.Time) error {
	zipped, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(zipped)
	for _, f := range files {
		h := &tar.Header{Name: f.name, Mode: mode(f), Size: int64(len(f.data)), ModTime: made, Format: tar.FormatUSTAR}
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		if _, err := t.Write(f.data); err != nil {
			return err
		}
	}
	if err := t.Close(); err != nil {
		return err
	}
	return zipped.Close()
}

func writeZip(w io.Writer, files []file, made time.Time) error {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: made}
		h.SetMode(os.FileMode(mode(f)))
		part, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := part.Write(f.data); err != nil {
			return err
		}
	}
	return z.Close()
}
