package auth_test

import (
	"path/filepath"
	"testing"

	"github.com/connector-spec/connector/auth"
)

func TestScratchFaults(t *testing.T) {
	for _, dir := range []string{"../examples", "../testdata/specs/valid"} {
		eachSubject(t, filepath.FromSlash(dir), func(name string, s auth.Subject) {
			r, err := auth.SimulateFaults(t.Context(), s, auth.SimulateOptions{})
			if err != nil {
				t.Error(name, err)
				return
			}
			if r.Skipped != "" {
				t.Log(name, "skipped", r.Skipped)
				return
			}
			t.Log(name, r.OK, r.Message, "| hint:", r.Hint)
			for _, s := range r.Steps {
				if !s.OK || testing.Verbose() && name=="jira/spec.yml default" {
					t.Log("     ", s.Name, s.OK, s.Message)
				}
			}
		})
	}
}
