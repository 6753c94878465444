package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version returns the version of the program, from what the build noted.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}

func newVersion(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Example: `  connector version
  connector version --format json`,
		Args: atMost(0),
		RunE: func(*cobra.Command, []string) error {
			if g.format == "json" {
				_, err := fmt.Fprintf(g.Stdout, `{"version":1,"connector":%q,"go":%q,"platform":"%s/%s"}`+"\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
				return err
			}
			_, err := fmt.Fprintf(g.Stdout, "connector %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
	g.formatFlag(cmd, "text", "json")
	return cmd
}
