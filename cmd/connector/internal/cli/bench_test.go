package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// BenchmarkReplay replays the recorded test of a connector that is loaded,
// with its recording read.
func BenchmarkReplay(b *testing.B) {
	fsys := os.DirFS(filepath.Join(repository, "examples", "kintone"))
	c, _, err := spec.Load(fsys, "spec.yml")
	if err != nil {
		b.Fatal(err)
	}
	checked, _ := lint.Run(c, lint.Options{})
	for _, o := range checked {
		data, err := os.ReadFile(filepath.Join(repository, "examples", "kintone", c.RecordingFile(o.Option.Key, "")))
		if err != nil {
			b.Fatal(err)
		}
		read, _ := spec.Parse("recording.yml", data)
		parsed, err := cassette.Read(read.Value())
		if err != nil {
			b.Fatal(err)
		}
		rec, err := auth.NewRecording(parsed)
		if err != nil {
			b.Fatal(err)
		}
		s := auth.Subject{Connector: c, Option: o.Option, Methods: o.Methods}
		b.Run(o.Option.Key, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if result, err := rec.Replay(b.Context(), s); err != nil || !result.OK {
					b.Fatal(err, result.Message)
				}
			}
		})
	}
}

// BenchmarkRecordedTest is the whole of connector test --auth on one example,
// but for the start of the process.
func BenchmarkRecordedTest(b *testing.B) {
	dir := filepath.Join(repository, "examples", "openweather")
	b.ReportAllocs()
	for b.Loop() {
		if o := (world{}).run("test", "--auth", "--quiet", dir); o.code != 0 {
			b.Fatal(o)
		}
	}
}

// BenchmarkValidateExample is the whole of connector validate on one example,
// but for the start of the process.
func BenchmarkValidateExample(b *testing.B) {
	dir := filepath.Join(repository, "examples", "openweather")
	b.ReportAllocs()
	for b.Loop() {
		if o := (world{}).run("validate", "--quiet", dir); o.code != 0 {
			b.Fatal(o)
		}
	}
}

// BenchmarkStart starts the program, which here has the tests in it, and ends
// it at once.
func BenchmarkStart(b *testing.B) {
	program, err := exec.LookPath("connector") // as TestMain put it there
	if err != nil {
		b.Skip(err)
	}
	for b.Loop() {
		out, err := exec.Command(program, "version", "--format", "json").Output()
		if err != nil || !json.Valid(bytes.TrimSpace(out)) {
			b.Fatalf("%v: %s", err, out)
		}
	}
}
