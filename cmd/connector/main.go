// Connector is the toolchain for declarative connector specs.
package main

import (
	"os"

	"github.com/connector-spec/connector/cmd/connector/internal/cli"
)

//go:generate go run ./internal/docgen ../../docs

func main() {
	noCoreDumps()
	os.Exit(cli.Main(cli.System(), os.Args[1:]))
}
