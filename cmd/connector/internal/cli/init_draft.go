package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/cmd/connector/internal/report"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
	"github.com/connector-spec/connector/spec/scaffold"
)

// A draft is a connector that is not written yet.
type draft struct {
	dir   string
	files []scaffold.File
	notes []string // what somebody has to look at
	oauth bool     // an application has to be registered
}

// complete checks the connector, and adds the schema for editors and a recording
// of each option, made by simulation.
func (d *draft) complete(ctx context.Context, g *global) error {
	fsys, err := scaffold.FS(d.files)
	if err != nil {
		return err
	}
	c, _, err := spec.Load(fsys, "spec.yml")
	if err != nil {
		return err
	}
	checked, diagnostics := lint.Run(c, lint.Options{Files: fsys})
	var s report.Summary
	if s.Add(diagnostics); s.Errors > 0 {
		for i := range diagnostics {
			diagnostics[i].File = path.Join(filepath.ToSlash(d.dir), diagnostics[i].File)
		}
		if err := report.NewText(g.Stderr, g.useColor(g.StderrTerminal)).Write(diagnostics); err != nil {
			return err
		}
		return fmt.Errorf("the connector that was made is not valid, so that nothing is written; change the answers that the errors are about")
	}
	engine, end, err := g.Scripts()
	if err != nil {
		return err
	}
	defer end()
	d.files = append(d.files, scaffold.File{Path: "spec.schema.json", Data: spec.EditorSchema()})
	for _, o := range checked {
		s := auth.Subject{Connector: c, Option: o.Option, Methods: o.Methods, Engine: engine, Files: fsys}
		operations := []string{""}
		for _, operation := range c.Operations() {
			operations = append(operations, operation.Key)
		}
		for _, s.Operation = range operations {
			if err := d.record(ctx, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// record adds the recording of a simulated run.
func (d *draft) record(ctx context.Context, s auth.Subject) error {
	redactor := secret.NewRedactor()
	result, rec, err := auth.SimulateRecording(ctx, s, auth.SimulateOptions{Redactor: redactor}, "connector "+version())
	if err != nil {
		return err
	}
	what := s.Option.Key
	if s.Operation != "" {
		what += ", " + s.Operation
	}
	if rec == nil {
		why := result.Skipped
		if why == "" {
			why = result.Message
		}
		d.notes = append(d.notes, fmt.Sprintf("there is no recording of %s, since its simulation did not pass: %s", what, why))
		return nil
	}
	data, err := encodeRecording(rec)
	if err != nil {
		return err
	}
	if err := cassette.Verify(data, rec, redactor); err != nil {
		return err
	}
	d.files = append(d.files, scaffold.File{Path: s.Connector.RecordingFile(s.Option.Key, s.Scenario()), Data: data})
	return nil
}

// write writes all files, or none. A file that is there is an error, unless it
// may be overwritten.
func (d *draft) write(force bool) (err error) {
	if !force {
		var there []string
		for _, f := range d.files {
			if name := filepath.Join(d.dir, filepath.FromSlash(f.Path)); exists(name) {
				there = append(there, filepath.ToSlash(name))
			}
		}
		if len(there) > 0 {
			return fmt.Errorf("%s: there is such a file already, and nothing was written; choose another DIR, or give --force to overwrite it", strings.Join(there, ", "))
		}
	}
	var made []string // to take away again
	defer func() {
		if err != nil {
			for i := len(made) - 1; i >= 0; i-- {
				_ = os.Remove(made[i])
			}
		}
	}()
	mkdir := func(dir string) error {
		var missing []string
		for at := filepath.Clean(dir); !exists(at); at = filepath.Dir(at) {
			missing = append([]string{at}, missing...)
		}
		for _, m := range missing {
			if err := os.Mkdir(m, 0o755); err != nil {
				return err
			}
			made = append(made, m)
		}
		return nil
	}
	if err := mkdir(d.dir); err != nil {
		return err
	}
	root, err := os.OpenRoot(d.dir) // no link leads out of it
	if err != nil {
		return err
	}
	defer root.Close()
	for _, f := range d.files {
		name := filepath.FromSlash(f.Path)
		full := filepath.Join(d.dir, name)
		if err := mkdir(filepath.Dir(full)); err != nil {
			return err
		}
		fresh := !exists(full)
		if err := writeFile(root, name, f.Data); err != nil {
			return fmt.Errorf("write %s: %w", filepath.ToSlash(full), plainPathError(err))
		}
		if fresh {
			made = append(made, full)
		}
	}
	return nil
}

// print shows the files and writes none.
func (d *draft) print(g *global) error {
	for _, f := range d.files {
		name := path.Join(filepath.ToSlash(d.dir), f.Path)
		if f.Path == "spec.schema.json" {
			fmt.Fprintf(g.Stdout, "==> %s (%d bytes)\n\n", name, len(f.Data))
			continue
		}
		if _, err := fmt.Fprintf(g.Stdout, "==> %s\n%s\n", name, f.Data); err != nil {
			return err
		}
	}
	return nil
}

// report says what was written, and what comes next.
func (d *draft) report(g *global) error {
	dir := filepath.ToSlash(d.dir)
	if g.format == "json" {
		names := make([]string, len(d.files))
		for i, f := range d.files {
			names[i] = f.Path
		}
		return report.JSON(g.Stdout, struct {
			Version   int      `json:"version"`
			Directory string   `json:"directory"`
			Files     []string `json:"files"`
			Notes     []string `json:"notes"`
		}{1, dir, names, append([]string{}, d.notes...)})
	}
	if g.quiet {
		return nil
	}
	for _, f := range d.files {
		fmt.Fprintf(g.Stdout, "wrote %s\n", secret.PrintableLine(path.Join(dir, f.Path)))
	}
	for _, note := range d.notes {
		fmt.Fprintf(g.Stdout, "note: %s\n", secret.PrintableLine(note))
	}
	at := shellWord(dir)
	fmt.Fprintf(g.Stdout, "\nnext:\n  connector test --auth %s\n", at)
	if d.oauth {
		fmt.Fprintf(g.Stdout, "  connector connect --show-redirect %s   # what to register\n", at)
	}
	_, err := fmt.Fprintf(g.Stdout, "  connector store init               # once, for all connections\n  connector connect --draft %s\n", at)
	return err
}

// readLimited reads all that there is, if it is not more than limit bytes.
func readLimited(r io.Reader, name string, limit int) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err == nil && len(data) > limit {
		err = errors.New(name + " is larger than " + fmt.Sprint(limit>>20) + " MiB")
	}
	return data, err
}
