package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
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

// recording reads the recording of an option; nil if there is none.
func (p place) recording(s auth.Subject) (*loadedRecording, error) {
	file := s.Connector.RecordingFile(s.Option.Key, "")
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	f, err := root.Open(filepath.FromSlash(file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data := new(bytes.Buffer)
	if _, err := data.ReadFrom(f); err != nil {
		return nil, err
	}
	rec, err := parseRecording(p.display(file), data.Bytes())
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

// recordingNote stands at the top of every recording.
const recordingNote = "# What `connector test --auth` replays. Secrets are placeholders; to make it anew, run with --record.\n"

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
	data := append([]byte(recordingNote), spec.EncodeYAML(v)...)
	if err := cassette.Verify(data, rec, r); err != nil {
		return "", err
	}
	file := s.Connector.RecordingFile(s.Option.Key, "")
	full := filepath.Join(p.dir, filepath.FromSlash(file))
	if _, err := parseRecording(full, data); err != nil {
		return "", fmt.Errorf("the recording is not written, since it could not be read back: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return "", err
	}
	return p.display(file), writeFile(full, data)
}

// writeFile writes a file whole or not at all.
func writeFile(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".recording-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // does nothing once it is renamed
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
