package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/cmd/connector/internal/cli"
)

// TestDocs runs the commands that the documents show and compares what they
// print. A YAML block that begins with a comment naming a file is that file;
// a command with "…" in it is for the reader to complete, and not run.
func TestDocs(t *testing.T) {
	root, err := filepath.Abs(filepath.FromSlash("../../../.."))
	if err != nil {
		t.Fatal(err)
	}
	documents := []string{filepath.Join(root, "README.md")}
	for _, pattern := range []string{"docs/*.md", "examples/*/README.md"} {
		found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, found...)
	}
	ran := 0
	for _, document := range documents {
		name, err := filepath.Rel(root, document)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.ToSlash(name), func(t *testing.T) {
			data, err := os.ReadFile(document)
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir(t.TempDir())
			if err := os.Symlink(filepath.Join(root, "examples"), "examples"); err != nil {
				t.Skip("no symbolic links here")
			}
			for _, b := range fencedBlocks(string(data)) {
				ran += b.play(t)
			}
		})
	}
	if ran < 3 {
		t.Errorf("only %d commands were run", ran)
	}
}

// A block is a fenced block of a document.
type block struct{ language, text string }

func fencedBlocks(document string) []block {
	var blocks []block
	var current *block
	for line := range strings.Lines(document) {
		fence, isFence := strings.CutPrefix(strings.TrimRight(line, "\n"), "```")
		switch {
		case !isFence && current != nil:
			current.text += line
		case isFence && current == nil:
			blocks = append(blocks, block{language: fence})
			current = &blocks[len(blocks)-1]
		case isFence:
			current = nil
		}
	}
	return blocks
}

// play writes the block's file, or runs its commands, whose number it returns.
func (b block) play(t *testing.T) int {
	t.Helper()
	switch b.language {
	case "yaml":
		if name, ok := strings.CutPrefix(strings.SplitN(b.text, "\n", 2)[0], "# "); ok && strings.HasSuffix(name, ".yml") {
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(b.text), 0o644); err != nil {
				t.Fatal(err)
			}
			if name != "spec.yml" { // the first screen shows a broken one
				if out, code := runCommand(t, "validate --strict "+name); code != 0 {
					t.Errorf("%s is not silent:\n%s", name, out)
				}
			}
		}
	case "console":
		ran := 0
		for _, part := range strings.Split("\n"+b.text, "\n$ ")[1:] {
			command, want, _ := strings.Cut(part, "\n")
			args, ok := strings.CutPrefix(command, "connector ")
			if !ok || strings.Contains(command, "…") {
				continue
			}
			ran++
			out, code := runCommand(t, args)
			if want == "" {
				if code != 0 {
					t.Errorf("%s: exit %d\n%s", command, code, out)
				}
				continue
			}
			if diff := cmp.Diff(strings.TrimSpace(want), strings.TrimSpace(out)); diff != "" {
				t.Errorf("%s (-document +output):\n%s", command, diff)
			}
		}
		return ran
	}
	return 0
}

// runCommand runs the program on blank-separated arguments, from which quotes
// are taken off, and returns all that it printed.
func runCommand(t *testing.T, args string) (string, int) {
	t.Helper()
	var out bytes.Buffer
	env := cli.System()
	env.Stdin, env.Stdout, env.Stderr = strings.NewReader(""), &out, &out
	env.StdoutTerminal, env.StderrTerminal, env.Ask = false, false, nil
	env.Getenv = func(string) string { return "" }
	env.Environ = func() []string { return nil }
	code := cli.Main(env, strings.Fields(strings.ReplaceAll(args, "'", "")))
	return out.String(), code
}
