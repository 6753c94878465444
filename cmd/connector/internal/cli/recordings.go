package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// A loadedRecording is a recording with the file it came from.
type loadedRecording struct {
	*cassette.Recording
	file string
}

// recording reads the recording of a subject; nil if there is none.
func (p place) recording(s auth.Subject) (*loadedRecording, error) {
	file := s.Connector.RecordingFile(s.Option.Key, s.Scenario())
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Stat(filepath.FromSlash(file)) // before it is opened: opening a pipe waits
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("the recording %s is no regular file", p.display(file))
	}
	if err != nil {
		return nil, err
	}
	f, err := root.Open(filepath.FromSlash(file))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, cassette.MaxBytes+1))
	if err != nil {
		return nil, err
	}
	rec, err := parseRecording(p.display(file), data)
	if err != nil {
		return nil, err
	}
	return &loadedRecording{rec, file}, nil
}

// parseRecording reads a recording; what is wrong with it is placed.
func parseRecording(file string, data []byte) (*cassette.Recording, error) {
	// The version first: what another one holds would all be called wrong.
	if head, _ := spec.Parse(file, data); head.Readable() {
		if n, ok := head.Value().Get("version").AsNumber(); ok && n != cassette.Version {
			return nil, fmt.Errorf("%s: %w", placed(head, "/version", "the recording cannot be used"), &cassette.VersionError{Version: int(n)})
		}
	}
	v, diagnostics := spec.ParseRecording(file, data)
	spec.SortDiagnostics(diagnostics)
	var problems []string
	for _, d := range diagnostics {
		if d.Severity == spec.Error {
			problems = append(problems, d.String())
		}
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("the recording cannot be used; --record makes it anew: %s", strings.Join(problems, "; "))
	}
	rec, err := cassette.Parse(v.AppendJSON(nil))
	if err != nil {
		return nil, fmt.Errorf("the recording %s cannot be used: %w", file, err)
	}
	return rec, nil
}

// What stands at the top of recordings, of tests and of operations.
const (
	recordingNote = "# What `connector test --auth` replays. Secrets are placeholders; to make it anew, run with --record.\n"
	operationNote = "# What `connector test --operations` replays. Secrets are placeholders; to make it anew, run with --record.\n"
)

// writeRecording writes a recording, if there is no secret in it, and returns
// its file: whole or not at all.
func (p place) writeRecording(s auth.Subject, rec *cassette.Recording, r *secret.Redactor) (string, error) {
	encoded, err := json.Marshal(rec)
	if err != nil {
		return "", err
	}
	v, err := formula.ParseJSON(encoded)
	if err != nil {
		return "", err
	}
	note := recordingNote
	if s.Operation != "" {
		note = operationNote
	}
	data := append([]byte(note), spec.EncodeYAML(v)...)
	if err := cassette.Verify(data, rec, r); err != nil {
		return "", err
	}
	file := s.Connector.RecordingFile(s.Option.Key, s.Scenario())
	if _, err := parseRecording(p.display(file), data); err != nil {
		return "", fmt.Errorf("the recording is not written, since it could not be read back: %w", err)
	}
	root, err := os.OpenRoot(p.dir) // no link leads out of the connector
	if err != nil {
		return "", err
	}
	defer root.Close()
	if err := root.MkdirAll(filepath.FromSlash(path.Dir(file)), 0o755); err != nil {
		return "", fmt.Errorf("the recording is not written: %w", err)
	}
	if err := writeFile(root, filepath.FromSlash(file), data); err != nil {
		return "", fmt.Errorf("the recording is not written: %w", err)
	}
	return p.display(file), nil
}

// writeFile writes a file whole or not at all.
func writeFile(root *os.Root, name string, data []byte) error {
	temporary := fmt.Sprintf("%s.%d.new", name, os.Getpid())
	f, err := root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = root.Rename(temporary, name)
	}
	if err != nil {
		_ = root.Remove(temporary)
	}
	return err
}
