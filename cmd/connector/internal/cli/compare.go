package cli

import (
	"context"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/cmd/connector/internal/report"
)

// compare tests a subject for real and holds the answers against its recording.
func (t *tester) compare(ctx context.Context, c *testCase, world auth.World) (*auth.Result, error) {
	rec, _, err := c.recording.read()
	if err != nil {
		return nil, err
	}
	result, err := auth.Compare(ctx, c.subject, c.values, world, t.Rand, rec.Recording)
	if err == nil && result.OK && len(result.Drift) == 0 {
		result.Note = "the answers are as in " + c.recording.name()
	}
	return result, err
}

// fillDrift takes over what a comparison found.
func fillDrift(r *report.Test, result *auth.Result) {
	for _, d := range result.Drift {
		r.Drift = append(r.Drift, report.Drift{
			Step: d.Step, Request: d.Request, Field: d.Field, Recorded: d.Recorded, Now: d.Now, Reader: d.Reader, Text: d.String(),
		})
	}
}
