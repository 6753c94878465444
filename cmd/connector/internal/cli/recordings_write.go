package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// record runs a test for real and keeps a recording of it, over the one that
// there is: what has not changed stays as it stands there.
func (t *tester) record(ctx context.Context, c *testCase, world auth.World) (*auth.Result, error) {
	previous, err := c.place.previous(c.subject)
	if err != nil {
		return nil, err
	}
	result, rec, err := auth.RecordOver(ctx, c.subject, c.values, world, t.Rand, "connector "+version(), previous)
	if err != nil || rec == nil {
		return result, err
	}
	rec.Source = t.source(result.Hosts)
	return result, t.keepRecording(c, rec, previous, result)
}

// keepRecording writes a recording, unless it says what the previous one says,
// and notes that in the result.
func (t *tester) keepRecording(c *testCase, rec, previous *cassette.Recording, result *auth.Result) error {
	file := c.place.display(c.subject.Connector.RecordingFile(c.subject.Option.Key, c.subject.Scenario()))
	if previous != nil && rec.SameAs(previous) {
		result.Note = file + " is unchanged"
		return nil
	}
	file, err := c.place.writeRecording(c.subject, rec, c.redactor)
	if err == nil {
		result.Note = "recorded in " + file
	}
	return err
}

// previous reads the recording that one is made over; nil if there is none, or
// none that can be read: it is made anew.
func (p place) previous(s auth.Subject) (*cassette.Recording, error) {
	found, err := p.recording(s)
	if found == nil || err != nil {
		return nil, err
	}
	rec, _, err := found.read()
	if err != nil || rec.Scenario != "" && rec.Scenario != s.Scenario() {
		return nil, nil
	}
	return rec.Recording, nil
}

// What stands at the top of recordings, of tests and of operations.
const (
	recordingNote = "# What `connector test --auth` replays. Secrets are placeholders; to make it anew, run with --record.\n"
	operationNote = "# What `connector test --operations` replays. Secrets are placeholders; to make it anew, run with --record.\n"
)

// writeRecording writes a recording, if there is no secret in it, and returns
// its file: whole or not at all.
func (p place) writeRecording(s auth.Subject, rec *cassette.Recording, r *secret.Redactor) (string, error) {
	data, err := encodeRecording(rec)
	if err != nil {
		return "", err
	}
	if err := cassette.Verify(data, rec, r); err != nil {
		return "", err
	}
	file := s.Connector.RecordingFile(s.Option.Key, s.Scenario())
	read, _, err := parseRecording(p.display(file), data)
	if err == nil && !read.SameAs(rec) {
		err = errors.New("it reads as something else")
	}
	if err != nil {
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

// encodeRecording gives the text of a recording's file.
func encodeRecording(rec *cassette.Recording) ([]byte, error) {
	encoded, err := json.Marshal(rec)
	if err != nil {
		return nil, err
	}
	v, err := formula.ParseJSON(encoded)
	if err != nil {
		return nil, err
	}
	note := recordingNote
	if rec.Operation != "" {
		note = operationNote
	}
	return append([]byte(note), spec.EncodeYAML(v)...), nil
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
