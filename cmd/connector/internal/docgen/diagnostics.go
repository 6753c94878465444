package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// writeDiagnostics writes the reference of all codes from their pages.
func writeDiagnostics(w io.Writer) error {
	var b strings.Builder
	b.WriteString(diagnosticsIntro)
	b.WriteString("\n## Index\n\n| code | | |\n|---|---|---|\n")
	pages := lint.Pages()
	for _, p := range pages {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s | %s |\n", p.Code, p.Code, p.Severity(), cell(markdown(p.Summary)))
	}
	for _, p := range pages {
		writePage(&b, p)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

const diagnosticsIntro = `<!-- Made by go generate from the pages of package lint. -->

# Diagnostics

Everything that ` + "`connector validate`" + ` says has a code, which never changes its
meaning. ` + "`connector explain CODE`" + ` prints what stands here.

An **error** says that the spec cannot be used as it is. A **warning** says that
there is a better way, and fails with ` + "`--strict`" + `. An **info** is worth knowing and
never fails.

## Switching off

Opinions, which are warnings and infos, can be switched off. Errors cannot.

For one line: by a comment at its end, or on a line of its own above it. It
gives the reason. In a script it stands after ` + "`//`" + `.

` + "```yaml" + `
region: {type: string} # connector-disable-line unmarked-secret: the name of a region
` + "```" + `

A comment that switches nothing off is reported itself, so that none outlives
its reason.

For one run: ` + "`--disable CODE,CODE`" + `.

For a project: by a file ` + "`.connector.yml`" + ` in the connector's directory or in one
above it, up to the one that holds ` + "`.git`" + `, or the home directory. The nearest
file holds alone; nothing is merged.

` + "```yaml" + `
for: zoho # what --for says if it is not given
rules:
  unmarked-secret: error # off, info, warning or error
  null-default: off
` + "```" + `

` + "`connector test`" + ` does not read it: a test wants to know whether a spec can be
used, and opinions do not decide that.

## Fixes

` + "`connector validate --fix`" + ` applies what certainly mends a problem, such as quotes
that are missing or a field that is called otherwise, and leaves every other
byte of the files as it is. With ` + "`-`" + ` the mended spec goes to standard output.
`

func writePage(b *strings.Builder, p lint.Page) {
	fmt.Fprintf(b, "\n## %s\n\n**%s**", p.Code, p.Severity())
	if r := lint.FindRule(p.Code); r != nil && r.When != lint.Always {
		fmt.Fprintf(b, " %s", map[lint.When]string{
			lint.WhenListed:  "if the spec says `stage: ready`, or with `--for`",
			lint.ForPlatform: "with `--for`",
		}[r.When])
	}
	if p.Severity() == spec.Error {
		b.WriteString(", cannot be switched off")
	}
	fmt.Fprintf(b, "\n\n%s\n", markdown(p.Summary))
	if p.Reason != "" {
		fmt.Fprintf(b, "\n%s\n", markdown(p.Reason))
	}
	writeFiles(b, p.Bad)
	fmt.Fprintf(b, "\n`%s` says\n\n", strings.TrimSpace("connector validate "+p.Flags))
	fenced(b, "text", p.Output)
	b.WriteString("\nRight:\n")
	writeFiles(b, p.Good)
}

// writeFiles writes the files of an example, with their names if there are
// several.
func writeFiles(b *strings.Builder, files []lint.File) {
	several := slices.ContainsFunc(files, func(f lint.File) bool { return f.Name != "spec.yml" })
	for _, f := range files {
		if several {
			fmt.Fprintf(b, "\n`%s`:\n", f.Name)
		}
		b.WriteString("\n")
		language := "yaml"
		switch {
		case f.IsEscaped():
			language = "text"
		case strings.HasSuffix(f.Name, ".js"):
			language = "js"
		case strings.HasSuffix(f.Name, ".ts"):
			language = "ts"
		case !strings.HasSuffix(f.Name, ".yml"):
			language = "text"
		}
		fenced(b, language, f.Written())
	}
}

// fenced writes text as a block, with a fence that is longer than any in it.
func fenced(b *strings.Builder, language, text string) {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	fmt.Fprintf(b, "%s%s\n%s\n%s\n", fence, language, strings.TrimRight(text, "\n"), fence)
}

// markdown keeps what Markdown would take for its own in text for people.
func markdown(s string) string {
	return strings.NewReplacer("<", "&lt;", "*", `\*`, "_", `\_`).Replace(s)
}
