package cli

import (
	"context"

	"github.com/connector-spec/connector/cmd/connector/internal/report"
)

// eachChecked reads the connectors at paths and visits them in their order.
// What is wrong with one is printed before it is visited; broken tells that
// there are errors among it. The code is that of the run so far.
func eachChecked(ctx context.Context, g *global, paths []string, visit func(p place, l loaded, broken bool)) (code int, err error) {
	places, diagnostics, err := find(paths)
	if err != nil {
		return exitOK, err
	}
	out := report.NewText(g.Stderr, g.useColor(g.StderrTerminal))
	if err := out.Write(diagnostics); err != nil {
		return exitOK, err
	}
	if len(diagnostics) > 0 {
		code = exitNo
	}
	err = inOrder(ctx, places, loadChecked, func(p place, l loaded) error {
		if l.err != nil {
			return l.err
		}
		var s report.Summary
		if s.Add(l.diagnostics); s.Errors > 0 {
			code = exitNo
			if err := out.Write(l.diagnostics); err != nil {
				return err
			}
		}
		visit(p, l, s.Errors > 0)
		return nil
	})
	return code, err
}

// printListing prints what is said of connectors: as JSON, or for people.
func printListing[T any](g *global, list []T, print func([]T) error) error {
	if g.format != "json" {
		return print(list)
	}
	return report.JSON(g.Stdout, struct {
		Version    int `json:"version"`
		Connectors []T `json:"connectors"`
	}{1, list})
}
