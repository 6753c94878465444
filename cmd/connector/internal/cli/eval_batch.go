package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/connector-spec/connector/formula"
)

// maxLine bounds a line of a batch.
const maxLine = 16 << 20

// evalBatch evaluates line by line, so that any number of lines takes the same
// memory.
func evalBatch(ctx context.Context, g *global, file string, options formula.Options) error {
	in := g.Stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	out := bufio.NewWriterSize(g.Stdout, 64<<10)
	var answer []byte
	for n := 1; lines.Scan(); n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			break
		}
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		answer = appendAnswer(answer[:0], g, lines.Bytes(), options)
		if _, err := out.Write(append(answer, '\n')); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("a line of the batch is longer than %d MiB", maxLine>>20)
	case err != nil && !errors.Is(err, io.EOF):
		return err
	}
	return context.Cause(ctx)
}

// appendAnswer evaluates one line.
func appendAnswer(b []byte, g *global, line []byte, options formula.Options) []byte {
	fail := func(message string) []byte {
		return formula.Object(formula.Member{Key: "error", Value: formula.String(message)}).AppendJSON(b)
	}
	v, err := formula.ParseJSON(line)
	switch {
	case err != nil:
		return fail("the line is not JSON: " + err.Error())
	case !v.Has("formula"):
		return fail(`the line has no "formula"`)
	}
	program, _ := formula.Compile(v.Get("formula"), options)
	vars := v.Get("variables")
	if vars.IsUndefined() {
		vars = formula.Object()
	}
	result, err := program.Eval(vars, g.run())
	switch {
	case err != nil:
		return fail(err.Error())
	case result.IsUndefined():
		return append(b, `{"undefined":true}`...)
	}
	b = append(b, `{"value":`...)
	b = result.AppendJSON(b)
	return append(b, '}')
}
