package report

import (
	"bytes"
	"encoding/json"
	"io"
)

// jsonTests prints tests as one JSON object, version 1, which
// schemas/test-result.schema.json describes.
type jsonTests struct {
	w       io.Writer
	options TestOptions
	tests   []Test
	tally   Tally
}

func openJSONTests(w io.Writer, o TestOptions) Tests { return &jsonTests{w: w, options: o} }

func (j *jsonTests) Write(t Test) error {
	if t.Steps == nil {
		t.Steps = []Step{}
	}
	j.tally.add(&t)
	j.tests = append(j.tests, t)
	return nil
}

func (j *jsonTests) Close(end End) error {
	if j.tests == nil {
		j.tests = []Test{}
	}
	return JSON(j.w, struct {
		Version int      `json:"version"`
		OK      bool     `json:"ok"`
		Summary Tally    `json:"summary"`
		Missing int      `json:"interrupted,omitempty"`
		Routes  []string `json:"routes,omitempty"`
		Tests   []Test   `json:"tests"`
	}{1, j.tally.Failed == 0 && end.Missing == 0, j.tally, end.Missing, j.options.Routes, j.tests})
}

// indented returns JSON with a member a line.
func indented(data json.RawMessage) string {
	var b bytes.Buffer
	if err := json.Indent(&b, data, "", "  "); err != nil {
		return string(data)
	}
	return b.String()
}
