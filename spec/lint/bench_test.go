package lint_test

import (
	"os"
	"testing"

	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// benchSpecs are specs as people write them.
var benchSpecs = []string{"examples/kintone/spec.yml", "examples/openweather/spec.yml", "testdata/specs/valid/client-credentials.yml", "testdata/specs/valid/oauth2.yml", "testdata/specs/valid/options.yml"}

func readBenchSpecs(b *testing.B) (texts [][]byte, size int64) {
	b.Helper()
	for _, name := range benchSpecs {
		text, err := os.ReadFile("../../" + name)
		if err != nil {
			b.Fatal(err)
		}
		texts = append(texts, text)
		size += int64(len(text))
	}
	return texts, size
}

func BenchmarkLoad(b *testing.B) {
	texts, size := readBenchSpecs(b)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		for _, text := range texts {
			spec.LoadText("spec.yml", text)
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	connectors, size := loadBenchSpecs(b)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		for _, c := range connectors {
			spec.Validate(c)
		}
	}
}

func BenchmarkRun(b *testing.B) {
	connectors, size := loadBenchSpecs(b)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		for _, c := range connectors {
			lint.Run(c, lint.Options{})
		}
	}
}

func loadBenchSpecs(b *testing.B) (connectors []*spec.Connector, size int64) {
	b.Helper()
	texts, size := readBenchSpecs(b)
	for _, text := range texts {
		c, diagnostics := spec.LoadText("spec.yml", text)
		if len(diagnostics) > 0 {
			b.Fatal(diagnostics)
		}
		connectors = append(connectors, c)
	}
	return connectors, size
}
