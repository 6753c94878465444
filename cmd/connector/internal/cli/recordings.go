package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// A loadedRecording is the recording of a subject. It is read when it is needed.
type loadedRecording struct {
	place place
	file  string // relative to the place
}

// recording finds the recording of a subject; nil if there is none.
func (p place) recording(s auth.Subject) (*loadedRecording, error) {
	r := &loadedRecording{p, s.Connector.RecordingFile(s.Option.Key, s.Scenario())}
	there, err := s.Connector.HasRecording(r.file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.display(path.Dir(r.file)), cmp.Or(errors.Unwrap(err), err))
	}
	if !there {
		return nil, nil
	}
	return r, nil
}

// read reads the recording, and its file for who asks where something stands.
func (r *loadedRecording) read() (*auth.Recording, *spec.Source, error) {
	root, err := os.OpenRoot(r.place.dir) // no link leads out of the connector
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	data, err := spec.ReadFile(root.FS(), r.file, cassette.MaxBytes)
	if err != nil {
		return nil, nil, fmt.Errorf("the recording %s: %w", r.name(), cmp.Or(errors.Unwrap(err), err))
	}
	rec, source, err := parseRecording(r.name(), data)
	if err != nil {
		return nil, nil, err
	}
	ready, err := auth.NewRecording(rec)
	if err != nil {
		return nil, nil, fmt.Errorf("the recording %s cannot be used: %w", r.name(), err)
	}
	return ready, source, nil
}

// name is the file as the user would write it.
func (r *loadedRecording) name() string { return r.place.display(r.file) }

// parseRecording reads a recording; what is wrong with it is placed.
func parseRecording(file string, data []byte) (*cassette.Recording, *spec.Source, error) {
	rec, source, diagnostics := lint.ReadRecording(file, data)
	spec.SortDiagnostics(diagnostics)
	var problems []string
	for _, d := range diagnostics {
		if d.Severity == spec.Error {
			problem := d.String()
			if d.Hint != "" {
				problem += "; " + d.Hint
			}
			problems = append(problems, problem)
		}
	}
	if len(problems) > 0 {
		return nil, nil, errors.New("the recording cannot be used: " + strings.Join(problems, "; "))
	}
	return rec, source, nil
}

// replay runs a test from its recording, and says where in it a miss belongs.
func (t *tester) replay(ctx context.Context, c *testCase) (*auth.Result, error) {
	rec, source, err := c.recording.read()
	if err != nil {
		return nil, err
	}
	result, err := rec.Replay(ctx, c.subject)
	if err != nil {
		return nil, fmt.Errorf("the recording %s: %w", c.recording.name(), err)
	}
	if pointer := missed(result.Err); pointer != "" {
		result.Notes = append(result.Notes, placed(source, pointer, "this is recorded"))
	}
	return result, nil
}

// missed returns the place of what a replay did not find in the recording, or
// left unused; "" for another error.
func missed(err error) string {
	var miss *cassette.MissError
	var unused *auth.UnusedError
	switch {
	case errors.As(err, &miss):
		return miss.Pointer
	case errors.As(err, &unused):
		return unused.Unused[0].Pointer
	}
	return ""
}
