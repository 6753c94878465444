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

// BenchmarkRules is the cost of the rules alone, for one spec.
func BenchmarkRules(b *testing.B) {
	checked := checkBenchSpecs(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c := checked[i%len(checked)]
		lint.Opinions(c.connector, c.options, "")
	}
}

// BenchmarkRule is the cost of each rule for one spec.
func BenchmarkRule(b *testing.B) {
	checked := checkBenchSpecs(b)
	for _, r := range lint.Rules() {
		b.Run(r.Code, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				c := checked[i%len(checked)]
				lint.Opinions(c.connector, c.options, r.Code)
			}
		})
	}
}

type benchSpec struct {
	connector *spec.Connector
	options   []lint.Checked
}

func checkBenchSpecs(b *testing.B) []benchSpec {
	b.Helper()
	connectors, _ := loadBenchSpecs(b)
	var list []benchSpec
	for _, c := range connectors {
		checked, _ := lint.Run(c, lint.Options{})
		list = append(list, benchSpec{c, checked})
	}
	return list
}
