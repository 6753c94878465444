// Docgen writes the documents that are made from the program's own tables.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/connector-spec/connector/cmd/connector/internal/cli"
)

// A document is one that is generated.
type document struct {
	name  string
	write func(io.Writer) error
}

// documents lists what is generated into a directory at the top of the
// repository.
func documents(dir string) []document {
	return []document{
		{"commands.md", cli.WriteReference},
		{"diagnostics.md", writeDiagnostics},
		{"formulas.md", writeFormulas},
		{"scripts.md", writeScripts},
		{"spec.md", writeSpec},
		{"terminal.svg", writePicture(filepath.Dir(filepath.Clean(dir)))},
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: docgen DIRECTORY")
		os.Exit(2)
	}
	for _, d := range documents(os.Args[1]) {
		var b bytes.Buffer
		err := d.write(&b)
		if err == nil {
			err = os.WriteFile(filepath.Join(os.Args[1], d.name), b.Bytes(), 0o644)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", d.name, err)
			os.Exit(1)
		}
	}
}
