package cli_test

import (
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// documents are all pages for people, by their paths from the top.
func documents(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "examples/*/README.md"} {
		found, err := fs.Glob(os.DirFS(repository), pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v, %v", pattern, found, err)
		}
		for _, name := range found {
			text, err := os.ReadFile(filepath.Join(repository, filepath.FromSlash(name)))
			if err != nil {
				t.Fatal(err)
			}
			texts[name] = string(text)
		}
	}
	return texts
}

var (
	anyFence  = regexp.MustCompile("(?ms)^```.*?^```$")
	codeSpan  = regexp.MustCompile("`[^`\n]*`")
	linkTo    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading   = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *$`)
	ownAnchor = regexp.MustCompile(`<a (?:id|name)="([^"]+)"`)
)

// anchorsOf are the anchors of a document, as GitHub makes them of its headings.
func anchorsOf(text string) map[string]bool {
	anchors := map[string]bool{}
	text = anyFence.ReplaceAllString(text, "")
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		words := linkTo.ReplaceAllString(strings.NewReplacer("`", "", "[", "", "*", "").Replace(m[1]), "")
		slug := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, words)
		for i, fresh := 0, slug; ; i++ {
			if !anchors[fresh] {
				anchors[fresh] = true
				break
			}
			fresh = fmt.Sprintf("%s-%d", slug, i+1)
		}
	}
	for _, m := range ownAnchor.FindAllStringSubmatch(text, -1) {
		anchors[m[1]] = true
	}
	return anchors
}

// TestDocLinks wants each link within the repository to lead to something.
func TestDocLinks(t *testing.T) {
	t.Parallel()
	texts := documents(t)
	anchors := map[string]map[string]bool{}
	for name, text := range texts {
		anchors[name] = anchorsOf(text)
	}
	links := 0
	for name, text := range texts {
		prose := codeSpan.ReplaceAllString(anyFence.ReplaceAllString(text, ""), "")
		for _, m := range linkTo.FindAllStringSubmatch(prose, -1) {
			to, err := url.Parse(m[1])
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if to.Scheme != "" {
				continue
			}
			links++
			target := name
			if to.Path != "" {
				target = path.Join(path.Dir(name), to.Path)
			}
			if _, err := os.Stat(filepath.Join(repository, filepath.FromSlash(target))); err != nil {
				t.Errorf("%s: %s leads nowhere", name, m[1])
				continue
			}
			if there, ok := anchors[target]; to.Fragment != "" && ok && !there[to.Fragment] {
				t.Errorf("%s: %s has no heading for #%s", name, target, to.Fragment)
			}
		}
	}
	if links < 100 {
		t.Errorf("only %d links were looked at", links)
	}
	for name := range texts {
		if path.Dir(name) == "docs" && !strings.Contains(texts["README.md"], "]("+name+")") {
			t.Errorf("README.md does not list %s", name)
		}
	}
}

var (
	shownCommand = regexp.MustCompile(`(?m)^(?:\$ )?(?:[A-Z_]+=\S+ +)*connector ([a-z].*)$`)
	longFlag     = regexp.MustCompile(`^--[a-z][a-z-]*`)
	flagOfHelp   = regexp.MustCompile(`(?m)^ +(?:-\w, )?(--[a-z][a-z-]*)`)
)

// TestDocCommands wants each command that a document shows, run by a test or
// not, to be one, with flags that it has.
func TestDocCommands(t *testing.T) {
	t.Parallel()
	helps := map[string]string{}
	help := func(command ...string) string {
		key := strings.Join(command, " ")
		if _, ok := helps[key]; !ok {
			helps[key] = world{}.run(append(slices.Clone(command), "--help")...).stdout
		}
		return helps[key]
	}
	seen := 0
	for name, text := range documents(t) {
		for _, b := range fencedBlocks(text) {
			if b.language != "console" && b.language != "sh" && b.language != "text" {
				continue
			}
			for _, m := range shownCommand.FindAllStringSubmatch(strings.ReplaceAll(b.text, "\\\n", " "), -1) {
				seen++
				line, _, _ := strings.Cut(m[1], " # ")
				words := strings.Fields(line)
				if words[0] == "help" || words[0] == "completion" {
					continue
				}
				command := words[:1]
				if len(words) > 1 && regexp.MustCompile(`(?m)^  `+regexp.QuoteMeta(words[1])+` `).MatchString(help(command...)) {
					command = words[:2]
				}
				if !strings.Contains(help(command...), "\nUsage:\n  connector "+strings.Join(command, " ")) {
					t.Errorf("%s: there is no command %q", name, line)
					continue
				}
				flags := flagOfHelp.FindAllStringSubmatch(help(command...), -1)
				for _, w := range words {
					flag := longFlag.FindString(w)
					if flag != "" && !slices.ContainsFunc(flags, func(f []string) bool { return f[1] == flag }) {
						t.Errorf("%s: connector %s has no flag %s", name, strings.Join(command, " "), flag)
					}
				}
			}
		}
	}
	if seen < 80 {
		t.Errorf("only %d commands were looked at", seen)
	}
}

// TestLoginErrors wants what docs/logins.md says that the program says to stand
// in the program.
func TestLoginErrors(t *testing.T) {
	t.Parallel()
	var sources strings.Builder
	err := filepath.WalkDir(repository, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := os.ReadFile(name)
		sources.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(documents(t)["docs/logins.md"], "| it says |")
	said := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) < 2 {
			continue
		}
		for _, span := range codeSpan.FindAllString(cells[1], -1) {
			said++
			if text := strings.TrimSpace(strings.TrimSuffix(strings.Trim(span, "`"), "…")); !strings.Contains(sources.String(), text) {
				t.Errorf("nothing says %q", text)
			}
		}
	}
	if said < 10 {
		t.Errorf("only %d texts were looked for", said)
	}
}

// TestEmbeddingPage wants the Go code of docs/embedding.md and README.md to stand,
// line by line, in examples that are run.
func TestEmbeddingPage(t *testing.T) {
	t.Parallel()
	var code string
	for _, name := range []string{"example_embedding_test.go", "example_connection_test.go"} {
		text, err := os.ReadFile(filepath.Join(repository, "auth", name))
		if err != nil {
			t.Fatal(err)
		}
		code += unindented(string(text))
	}
	blocks := 0
	for _, name := range []string{"README.md", "docs/embedding.md"} {
		for _, b := range fencedBlocks(documents(t)[name]) {
			if b.language != "go" {
				continue
			}
			for part := range strings.SplitSeq(b.text, "\n\n") {
				blocks++
				if !strings.Contains(code, "\n"+unindented(part)) {
					t.Errorf("%s: this stands in no example:\n%s", name, part)
				}
			}
		}
	}
	if blocks < 10 {
		t.Errorf("only %d blocks were looked at", blocks)
	}
}

// unindented is a text without the blanks that its lines begin with, and without
// empty lines.
func unindented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}
