package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/cmd/connector/internal/cli"
)

// TestDocs runs the commands that the documents show and compares what they
// print. A YAML block that begins with a comment naming a file is that file;
// a command with "…" in it is for the reader to complete, and not run.
func TestDocs(t *testing.T) {
	root, err := filepath.Abs(filepath.FromSlash(repository))
	if err != nil {
		t.Fatal(err)
	}
	var documents []string
	for _, pattern := range []string{"docs/*.md", "examples/*/README.md"} {
		found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, slices.DeleteFunc(found, func(name string) bool {
			return slices.Contains(shellDocuments, "docs/"+filepath.Base(name))
		})...)
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
		b.write(t, func(name string) (string, int) { return runCommand(t, "validate --strict "+name) })
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

// write writes the file that the block is, if it names one. A connector must
// validate, but for the one that is called spec.yml: a first screen shows a
// broken one.
func (b block) write(t *testing.T, validate func(name string) (string, int)) {
	t.Helper()
	name, ok := strings.CutPrefix(strings.SplitN(b.text, "\n", 2)[0], "# ")
	if !ok || !strings.HasSuffix(name, ".yml") {
		return
	}
	writeFiles(t, ".", map[string]string{name: b.text})
	if name == "spec.yml" || !strings.Contains(b.text, "\nname: ") {
		return
	}
	if out, code := validate(name); code != 0 {
		t.Errorf("%s is not silent:\n%s", name, out)
	}
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
