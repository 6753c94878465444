package spec_test

import (
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// checkParse asserts what holds for every file.
func checkParse(t *testing.T, data []byte) (*spec.Source, []spec.Diagnostic) {
	t.Helper()
	source, list := spec.Parse("f.yml", data)
	hasError := false
	for _, d := range list {
		hasError = hasError || d.Severity == spec.Error
		checkDiagnostic(t, source, d, len(data))
	}
	if source.Value().IsUndefined() && !hasError {
		t.Errorf("there is no value, and no error says why: %v", list)
	}
	if !source.Readable() && !source.Value().IsUndefined() {
		t.Errorf("a file that could not be read has the value %v", source.Value())
	}
	if len(list) > spec.MaxDiagnostics+1 {
		t.Errorf("%d diagnostics", len(list))
	}
	_, again := spec.Parse("f.yml", data)
	if !reflect.DeepEqual(list, again) {
		t.Errorf("parsing twice differs (-first +second):\n%s", cmp.Diff(list, again))
	}
	return source, list
}

func checkDiagnostic(t *testing.T, source *spec.Source, d spec.Diagnostic, size int) {
	t.Helper()
	if d.Code == "" || d.Message == "" || d.File != "f.yml" || strings.HasSuffix(d.Message, ".") {
		t.Errorf("incomplete: %#v", d)
	}
	if d.Text != source.Line(d.Line) && d.Code != "file-too-large" { // of which nobody wants to see a line
		t.Errorf("%v: text %q of line %q", d, d.Text, source.Line(d.Line))
	}
	if d.Line < 1 || d.Column < 1 || d.Column > utf8.RuneCountInString(d.Text)+1 {
		t.Errorf("%v: no such place in %q", d, d.Text)
	}
	if d.EndLine < d.Line || d.EndLine == d.Line && d.EndColumn < d.Column || d.EndColumn > utf8.RuneCountInString(source.Line(d.EndLine))+1 {
		t.Errorf("%v: ends at %d:%d", d, d.EndLine, d.EndColumn)
	}
	if d.Fix == nil {
		return
	}
	last := 0
	for _, e := range d.Fix.Edits {
		if e.Start < last || e.End < e.Start || e.End > size {
			t.Errorf("%v: edits %v of %d bytes", d, d.Fix.Edits, size)
		}
		last = e.End
	}
}

// walkPlaces asks for the place of every value, and checks that each scalar is
// found in the source byte by byte.
func walkPlaces(t *testing.T, source *spec.Source, pointer string, v formula.Value, left *int) {
	t.Helper()
	if *left--; *left < 0 {
		return
	}
	if !source.Has(pointer) {
		t.Errorf("no value at %q", pointer)
	}
	for _, at := range []spec.At{spec.AtValue(), spec.AtKey(), spec.AtText(0, 1), spec.AtText(3, 0)} {
		checkDiagnostic(t, source, source.Diagnose("x", spec.Error, pointer, at, "m", ""), 1<<30)
	}
	source.Diagnose("x", spec.Error, pointer+"/no", spec.AtValue(), "m", "")
	for i := range v.Len() {
		key, child := v.At(i)
		if v.Kind() == formula.KindList {
			key = strconv.Itoa(i)
		}
		walkPlaces(t, source, pointer+"/"+escapeToken(key), child, left)
	}
}

func escapeToken(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}

func FuzzParse(f *testing.F) {
	for _, c := range hostile {
		f.Add([]byte(c.in))
	}
	f.Add([]byte(sample))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4096 {
			return // time is better spent on many small files
		}
		source, list := checkParse(t, data)
		if left := 20; source.Readable() {
			walkPlaces(t, source, "", source.Value(), &left)
		}
		for _, d := range list {
			if d.Fix != nil && d.Code == "cut-interpolation" {
				spec.Parse("f.yml", applyFix(data, *d.Fix))
			}
		}
		if !source.Readable() || len(list) > 0 {
			return
		}
		again, list := spec.Parse("f.yml", spec.EncodeYAML(source.Value()))
		if len(list) > 0 || !again.Value().Equal(source.Value()) {
			t.Errorf("%v was written as\n%s\nand read as %v, %v", source.Value(), spec.EncodeYAML(source.Value()), again.Value(), list)
		}
	})
}

// applyFix returns data with the edits of a fix.
func applyFix(data []byte, fix spec.Fix) []byte {
	var b []byte
	last := 0
	for _, e := range fix.Edits {
		b = append(append(b, data[last:e.Start]...), e.New...)
		last = e.End
	}
	return append(b, data[last:]...)
}
