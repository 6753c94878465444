package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// maxRounds bounds how often a connector is mended and looked at again. One
// round does nearly always; fixes that touch each other need one more.
const maxRounds = 20

// A fixer applies the certain fixes of connectors and says so.
type fixer struct {
	*global
	options func(place) lint.Options
}

// fixPaths mends the connectors at the paths of validate, and says why one
// could not be. Those that need nothing are only looked at, on all cores; the
// others are mended one after the other, since two of them may share a file.
func fixPaths(ctx context.Context, g *global, opts validateOptions, configs *configurations) (failed bool, err error) {
	places, _, err := find(opts.paths)
	if err != nil {
		return false, err
	}
	f := fixer{g, func(p place) lint.Options { return opts.lint(configs.of(p.dir)) }}
	err = inOrder(ctx, places, func(p place) bool {
		if configs.of(p.dir).err != nil {
			return false // nobody knows what is to be fixed
		}
		l := p.check(f.options(p))
		return l.err == nil && hasFix(l.diagnostics)
	}, func(p place, fixable bool) error {
		if !fixable {
			return ctx.Err()
		}
		if err := f.fixPlace(p); err != nil { // the others are mended all the same
			failed = true
			fmt.Fprintf(g.Stderr, "connector: %s\n", secret.Printable(err.Error()))
		}
		return ctx.Err()
	})
	return failed, err
}

func hasFix(list []spec.Diagnostic) bool {
	for _, d := range list {
		if d.Fix != nil {
			return true
		}
	}
	return false
}

// fixPlace mends one connector, round after round, until no fix is left.
func (f fixer) fixPlace(p place) error {
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	o := f.options(p)
	o.Files = root.FS()
	for range maxRounds {
		c, _, err := spec.Load(o.Files, p.file)
		if err != nil {
			return nil // validate says so
		}
		_, diagnostics := lint.Run(c, o)
		mended := mendFiles(c, diagnostics)
		if len(mended) == 0 {
			return nil
		}
		for _, m := range mended {
			if err := replaceFile(root, m.file, m.before, m.after); err != nil {
				return fmt.Errorf("fix %s: %w", p.display(m.file), err)
			}
			f.say(p.display(m.file), m.done)
		}
	}
	return nil
}

// fixText mends the text of a spec that has no other files.
func (f fixer) fixText(name string, data []byte, o lint.Options) []byte {
	for range maxRounds {
		c, _ := spec.LoadText(name, data)
		_, diagnostics := lint.Run(c, o)
		mended := mendFiles(c, diagnostics)
		if len(mended) == 0 {
			break
		}
		data = mended[0].after
		f.say(name, mended[0].done)
	}
	return data
}

// say says what was mended, on standard error: standard output holds what is
// left, in the format that was asked for, or the mended text.
func (f fixer) say(file string, done []spec.Diagnostic) {
	if f.quiet {
		return
	}
	for _, d := range done {
		fmt.Fprintf(f.Stderr, "fixed %s:%d: %s [%s]\n", secret.PrintableLine(file), d.Line, secret.PrintableLine(d.Fix.Title), d.Code)
	}
}

// A mending is what fixes make of a file.
type mending struct {
	file          string
	before, after []byte
	done          []spec.Diagnostic // whose fixes were applied
}

// mendFiles applies the fixes of diagnostics, those of one file in one go. A
// fix after which a file could not be read any more is none: then that file
// stays as it is.
func mendFiles(c *spec.Connector, diagnostics []spec.Diagnostic) []mending {
	var order []string
	byFile := make(map[string][]spec.Diagnostic)
	for _, d := range diagnostics {
		if d.Fix == nil {
			continue
		}
		if byFile[d.File] == nil {
			order = append(order, d.File)
		}
		byFile[d.File] = append(byFile[d.File], d)
	}
	var list []mending
	for _, file := range order {
		before, ok := c.FileText(file)
		if !ok {
			continue
		}
		m := mending{file: file, before: before}
		fixes := make([]*spec.Fix, len(byFile[file]))
		for i, d := range byFile[file] {
			fixes[i] = d.Fix
		}
		var applied []bool
		m.after, applied = spec.Mend(before, fixes)
		for i, d := range byFile[file] {
			if applied[i] {
				m.done = append(m.done, d)
			}
		}
		if !bytes.Equal(m.before, m.after) && (!isYAML(file) || readable(m.after) || !readable(m.before)) {
			list = append(list, m)
		}
	}
	return list
}

func isYAML(name string) bool { return path.Ext(name) == ".yml" || path.Ext(name) == ".yaml" }

func readable(data []byte) bool {
	s, _ := spec.Parse("", data)
	return s.Readable()
}

// replaceFile writes a file anew, whole or not at all: into a file beside it
// that takes its place. It refuses what is no regular file, or has changed
// since it was read, and keeps its permissions.
func replaceFile(root *os.Root, name string, before, after []byte) error {
	info, err := root.Lstat(name)
	switch {
	case err != nil:
		return plainPathError(err)
	case info.Mode()&fs.ModeSymlink != 0:
		return errors.New("it is a symbolic link: fix the file that it leads to")
	case !info.Mode().IsRegular():
		return errors.New("it is no regular file")
	}
	if now, err := root.ReadFile(name); err != nil || !bytes.Equal(now, before) {
		return errors.New("it changed while it was looked at: try again")
	}
	temporary, err := createBeside(root, name, info.Mode().Perm())
	if err != nil {
		return plainPathError(err)
	}
	_, err = temporary.Write(after)
	if err == nil {
		err = temporary.Chmod(info.Mode().Perm()) // whatever the umask is
	}
	if err == nil {
		err = temporary.Sync()
	}
	err = errors.Join(err, temporary.Close())
	beside := path.Join(path.Dir(name), path.Base(temporary.Name()))
	if err == nil {
		err = root.Rename(beside, name)
	}
	if err != nil {
		_ = root.Remove(beside)
	}
	return plainPathError(err)
}

// createBeside creates a file in the directory of another one, under a name
// that no file has and no command takes for a part of a connector.
func createBeside(root *os.Root, name string, mode fs.FileMode) (*os.File, error) {
	for i := 0; ; i++ {
		beside := path.Join(path.Dir(name), "."+path.Base(name)+".fix"+strconv.Itoa(i))
		file, err := root.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) && i < 100 {
			continue
		}
		return file, err
	}
}

// plainPathError returns the reason alone of an error that names its file as
// the root sees it.
func plainPathError(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		return l.Err
	}
	return err
}
