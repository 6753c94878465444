package cli

import (
	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/auth/secret"
)

// WriteRecording writes a recording into the directory of a connector, as
// connector test --record does, and returns its file.
func WriteRecording(dir string, s auth.Subject, rec *cassette.Recording, r *secret.Redactor) (string, error) {
	return place{dir: dir, file: "spec.yml"}.writeRecording(s, rec, r)
}
