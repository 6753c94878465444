package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/connector-spec/connector/cmd/connector/internal/cli"
)

// writePicture draws a terminal in which the broken spec of the README is
// validated, and an example tested.
func writePicture(top string) func(io.Writer) error {
	return func(w io.Writer) error {
		readme, err := os.ReadFile(filepath.Join(top, "README.md"))
		if err != nil {
			return err
		}
		_, broken, _ := strings.Cut(string(readme), "```yaml\n")
		broken, _, ok := strings.Cut(broken, "```")
		if !ok {
			return errors.New("README.md has no spec")
		}
		example := filepath.Join(top, "examples", "openweather")
		screen := "$ connector validate spec.yml\n" + coloured(broken, "validate", "--stdin-name", "spec.yml", "-") +
			"\n$ connector test --auth examples/openweather\n" + coloured("", "test", "--auth", example)
		_, err = io.WriteString(w, drawn(screen))
		return err
	}
}

// coloured is what a command prints on a terminal.
func coloured(stdin string, args ...string) string {
	var out bytes.Buffer
	env := cli.System()
	env.Stdin, env.Stdout, env.Stderr, env.Ask = strings.NewReader(stdin), &out, &out, nil
	env.Getenv = func(string) string { return "" }
	env.Environ = func() []string { return nil }
	_ = cli.Main(env, append(args, "--color", "always")) // 1 for the broken spec
	return out.String()
}

// colours are those of a dark terminal, by their codes.
var colours = map[string]string{"1": "#ffffff", "31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "34": "#79c0ff", "36": "#76e3ea", "90": "#8b949e", "2": "#8b949e"}

var colouring = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// drawn is a screen as an SVG image, which fetches nothing.
func drawn(screen string) string {
	lines := strings.Split(strings.TrimRight(screen, "\n"), "\n")
	width := 0
	for _, line := range lines {
		width = max(width, len([]rune(colouring.ReplaceAllString(line, ""))))
	}
	const column, row, margin = 8.43, 20, 16
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" role="img" aria-label="connector validate finds three mistakes in a spec; connector test passes from a recording">`+"\n",
		float64(width)*column+2*margin, len(lines)*row+2*margin)
	b.WriteString(`<rect width="100%" height="100%" rx="8" fill="#161b22"/>` + "\n")
	for i, line := range lines {
		fmt.Fprintf(&b, `<text x="%d" y="%d" fill="#e6edf3" xml:space="preserve">%s</text>`+"\n", margin, margin+row*i+14, spans(line))
	}
	return b.String() + "</svg>\n"
}

// spans is a line with its colours.
func spans(line string) string {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace
	var b strings.Builder
	colour, at := "", 0
	write := func(text string) {
		switch {
		case text == "":
		case colour == "":
			b.WriteString(escape(text))
		default:
			fmt.Fprintf(&b, `<tspan fill="%s">%s</tspan>`, colour, escape(text))
		}
	}
	for _, m := range colouring.FindAllStringSubmatchIndex(line, -1) {
		write(line[at:m[0]])
		colour, at = "", m[1]
		for _, code := range strings.Split(line[m[2]:m[3]], ";") {
			if c := colours[code]; c != "" {
				colour = c
			}
		}
	}
	write(line[at:])
	return b.String()
}
