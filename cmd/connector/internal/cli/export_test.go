package cli

import (
	"context"
	"slices"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/auth/secret"
)

// WriteRecording writes a recording into the directory of a connector, as
// connector test --record does, and returns its file.
func WriteRecording(dir string, s auth.Subject, rec *cassette.Recording, r *secret.Redactor) (string, error) {
	return place{dir: dir, file: "spec.yml"}.writeRecording(s, rec, r)
}

// Browsers returns the commands that open a browser on a machine with these
// variables, files and programs, and why there are none.
func Browsers(system string, variables map[string]string, files, programs []string) (commands [][]string, why string) {
	return machine{
		system: system, getenv: func(name string) string { return variables[name] },
		exists: func(file string) bool { return slices.Contains(files, file) },
		found:  func(program string) bool { return slices.Contains(programs, program) },
		read: func(file string) string {
			if file == "/proc/sys/kernel/osrelease" {
				return variables["(osrelease)"]
			}
			return ""
		},
	}.browsers()
}

// OpenBy opens an address by the first command that does.
func OpenBy(ctx context.Context, commands [][]string, address string) error {
	return openBy(ctx, commands, address)
}
