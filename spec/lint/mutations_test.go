package lint_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/connector-spec/connector/spec"
)

// An example is the text of a spec, which changes are made to.
type example struct {
	name    string
	text    string
	lines   []string
	members []member
	made    []mutant
}

// mutantsOf makes every mutant of an example.
func mutantsOf(t *testing.T, name string) []mutant {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	source, problems := spec.Parse(name, data)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	e := &example{name: name, text: string(data), lines: strings.Split(string(data), "\n"), members: membersOf(source)}
	for _, m := range e.members {
		e.misspell(m)
		e.mistype(m)
		e.references(m)
		e.renameInput(m)
		e.drop(m)
		e.misplace(m)
		e.breakSyntax(m)
		e.repeat(m)
		e.address(m)
		e.required(m)
		e.harmless(m)
	}
	return e.made
}

// add adds a mutant, unless the change changes nothing.
func (e *example) add(kind, what, text string, lines []int, culprits ...string) {
	if text != e.text {
		e.made = append(e.made, mutant{kind, e.name, text, what, lines, culprits})
	}
}

// replace returns the text with old at a line and column replaced.
func (e *example) replace(line, column int, old, text string) string {
	at := []rune(e.lines[line-1])
	head, tail := string(at[:column-1]), string(at[column-1:])
	rest, ok := strings.CutPrefix(tail, old)
	if !ok {
		return e.text
	}
	return e.withLine(line, head+text+rest)
}

// withLine returns the text with other lines in place of one.
func (e *example) withLine(line int, text ...string) string {
	return strings.Join(slices.Concat(e.lines[:line-1], text, e.lines[line:]), "\n")
}

// without returns the text without the lines from first to last.
func (e *example) without(first, last int) string {
	return strings.Join(slices.Concat(e.lines[:first-1], e.lines[last:]), "\n")
}

// misspelt swaps two letters of a word, or drops one.
func misspelt(word string) string {
	for i := len(word) / 2; i+1 < len(word); i++ {
		if word[i] != word[i+1] {
			return word[:i] + word[i+1:i+2] + word[i:i+1] + word[i+2:]
		}
	}
	return word[:len(word)-1]
}

// isKnown tells whether a member is a field of the language, and no name that
// the author has chosen.
func (m member) isKnown() bool {
	if slices.Contains(free, m.parent) || strings.HasPrefix(m.key, "$") || strings.HasPrefix(m.key, "x-") || strings.Contains(m.pointer, "/$") {
		return false
	}
	for _, name := range []string{"/data/", "/query/", "/headers/", "/responseMapping/", "/if/", "/then/"} {
		if strings.Contains(m.pointer, name) {
			return false
		}
	}
	return true
}

// isBlock tells whether the member has its line, or lines, for itself.
func (e *example) isBlock(m member) bool {
	return strings.TrimLeft(string([]rune(e.lines[m.line-1])[:m.column-1]), " ") == ""
}

func (e *example) misspell(m member) {
	if strings.HasPrefix(m.key, "$") {
		bad := misspelt(m.key)
		e.add("misspell-formula", m.key+" as "+bad, e.replace(m.line, m.column, m.key, bad), []int{m.line}, bad)
		return
	}
	if !m.isKnown() {
		return
	}
	bad := misspelt(m.key)
	if len(m.key) > 2 {
		e.add("misspell-key", m.key+" as "+bad, e.replace(m.line, m.column, m.key, bad), []int{m.line}, bad)
	}
	text, ok := m.value.AsString()
	if ok && slices.Contains([]string{"type", "implementationType", "method", "in"}, m.key) {
		bad := misspelt(text)
		e.add("misspell-word", m.key+": "+bad, e.replace(m.valueAt[0], m.valueAt[1], text, bad), []int{m.valueAt[0]}, bad)
	}
}

// mistype gives fields a value of another type.
func (e *example) mistype(m member) {
	text, ok := m.value.AsString()
	if !ok || !m.isKnown() || m.key == "const" || !strings.Contains(e.lines[m.valueAt[0]-1], text) {
		return
	}
	e.add("wrong-type", m.key+": [1, 2]", e.replace(m.valueAt[0], m.valueAt[1], text, "[1, 2]"), []int{m.valueAt[0]}, m.key, "[1, 2]", "1")
}

var path = regexp.MustCompile(`\b(credentials|connectionInput|connectionParameters|connectorParameters|response|test)\.[A-Za-z_.]+`)

// references misspells what formulas read, or has them read something else.
func (e *example) references(m member) {
	text, ok := m.value.AsString()
	if !ok || m.key != "$var" && !strings.Contains(text, "${") || m.valueAt[0] != m.valueEnd[0] {
		return
	}
	line := e.lines[m.valueAt[0]-1]
	for _, found := range path.FindAllString(text, -1) {
		steps := strings.Split(found, ".")
		for i, step := range steps {
			bad := slices.Clone(steps)
			bad[i] = misspelt(step)
			e.add("misspell-reference", strings.Join(steps[:i+1], ".")+" as "+bad[i],
				e.withLine(m.valueAt[0], strings.Replace(line, found, strings.Join(bad, "."), 1)), []int{m.valueAt[0]}, bad[i])
		}
		other := map[string]string{"credentials": "connectorParameters", "connectionInput": "connectorParameters", "response": "credentials", "test": "response"}[steps[0]]
		e.add("wrong-reference", found+" of "+other, e.withLine(m.valueAt[0], strings.Replace(line, found, other+found[len(steps[0]):], 1)), []int{m.valueAt[0]}, other)
	}
}

// mentions lists the lines that read or require an input.
func (e *example) mentions(name string) []int {
	var lines []int
	used := regexp.MustCompile(`\.` + name + `\b|required: .*\b` + name + `\b|^ *- ` + name + `$`)
	for i, line := range e.lines {
		if used.MatchString(line) {
			lines = append(lines, i+1)
		}
	}
	return lines
}

func (e *example) renameInput(m member) {
	if m.parent != "properties" || !strings.Contains(m.pointer, "/schema/properties/") || m.value.Kind() == 0 {
		return
	}
	lines := e.mentions(m.key)
	if len(lines) == 0 || strings.Contains(m.pointer, "/options/") && m.key == "apiType" {
		return
	}
	bad := misspelt(m.key)
	e.add("rename-input", m.key+" as "+bad, e.replace(m.line, m.column, m.key, bad), append(slices.Clone(lines), m.line), m.key, bad)
	if e.isBlock(m) {
		gone := m.last - m.line + 1
		for i := range lines {
			if lines[i] > m.line {
				lines[i] -= gone
			}
		}
		e.add("drop-input", m.key, e.without(m.line, m.last), lines, m.key)
	}
}

// needed are fields that an object of that key cannot do without.
var needed = []string{"auth/type", "auth/baseUri", "mapping/path", "mapping/method", "test/implementationType", "test/mapping", "credential/name", "makeApiClient/implementationType", "makeApiClient/mapping"}

// optional are fields that a spec can do without.
var optional = []string{"title", "description", "helpUri", "version", "homepageUri", "apiDocsUri", "categories", "connectionLabel"}

// isAlone tells whether an object has no other member.
func (e *example) isAlone(m member) bool {
	owner := strings.TrimSuffix(m.pointer, "/"+m.key)
	return !slices.ContainsFunc(e.members, func(o member) bool {
		return o.pointer != m.pointer && strings.HasPrefix(o.pointer, owner+"/")
	})
}

func (e *example) drop(m member) {
	if !e.isBlock(m) || !m.isKnown() {
		return
	}
	switch {
	case slices.Contains(optional, m.key) && e.isAlone(m): // its owner would have no value
	case slices.Contains(optional, m.key):
		e.add("drop-optional", m.key, e.without(m.line, m.last), nil)
	case slices.Contains(needed, m.parent+"/"+m.key):
		owner := strings.TrimSuffix(m.pointer, "/"+m.key)
		if owner == "/auth/credential" && strings.Contains(e.text, "type: bearer") {
			return // a bearer's name is known
		}
		var lines []int
		culprits := []string{m.key}
		if m.key == "baseUri" { // it is missing where an option needs it
			culprits = append(culprits, "base address")
		}
		for _, o := range e.members {
			if m.key == "baseUri" && (strings.HasPrefix(o.pointer, "/auth/options/") || strings.HasPrefix(o.pointer, "/auth/makeApiClient/")) || o.pointer == owner || strings.HasPrefix(o.pointer, owner+"/") && strings.Count(o.pointer, "/") == strings.Count(owner, "/")+1 {
				line := o.line
				if line > m.line {
					line -= m.last - m.line + 1
				}
				lines = append(lines, line)
			}
		}
		e.add("drop-needed", m.parent+"/"+m.key, e.without(m.line, m.last), lines, culprits...)
	}
}

// places are where fields do not belong, by the pointer's end and how many
// columns they move to the left.
var places = map[string]int{"/auth/baseUri": 2, "/auth/type": 2, "/mapping/path": 2, "/mapping/method": 2, "/credential/name": 2, "/credential/in": 2, "/mapping/responseMapping": 2, "/ui/helpUri": 2}

func (e *example) misplace(m member) {
	for end, columns := range places {
		if !strings.HasSuffix(m.pointer, end) || !e.isBlock(m) || m.line != m.last || m.column <= columns {
			continue
		}
		// It moves behind all of the object that it was in.
		owner := strings.TrimSuffix(m.pointer, "/"+m.key)
		for _, o := range e.members {
			if o.pointer == owner && o.last > m.line {
				moved := strings.Repeat(" ", m.column-1-columns) + strings.TrimLeft(e.lines[m.line-1], " ")
				text := strings.Join(slices.Concat(e.lines[:m.line-1], e.lines[m.line:o.last], []string{moved}, e.lines[o.last:]), "\n")
				e.add("misplace", m.pointer+" a level up", text, []int{o.last}, m.key)
			}
		}
	}
}

// breakSyntax leaves out what YAML needs.
func (e *example) breakSyntax(m member) {
	line := e.lines[m.line-1]
	near := []int{m.line, m.line + 1, m.line - 1}
	if e.isBlock(m) && m.line == m.last {
		e.add("no-colon", m.key, e.withLine(m.line, strings.Replace(line, m.key+": ", m.key+" ", 1)), near, "")
		e.add("tab", m.key, e.withLine(m.line, "\t"+line), near, "")
		if strings.HasSuffix(line, "}") || strings.HasSuffix(line, "]") || strings.HasSuffix(line, "'") && strings.Count(line, "'") == 2 {
			e.add("not-closed", m.key, e.withLine(m.line, line[:len(line)-1]), near, "")
		}
	}
}

func (e *example) repeat(m member) {
	if e.isBlock(m) && m.line == m.last && m.value.Len() == 0 {
		line := e.lines[m.line-1]
		e.add("repeat-key", m.key, e.withLine(m.line, line, line), []int{m.line + 1}, m.key)
	}
}

func (e *example) address(m member) {
	text, ok := m.value.AsString()
	if !ok || !strings.HasPrefix(text, "https://") || m.key != "baseUri" {
		return
	}
	for _, scheme := range []string{"htps://", "http://", "ftp://", "https:/", ""} {
		bad := scheme + text[len("https://"):]
		e.add("bad-address", bad, e.replace(m.valueAt[0], m.valueAt[1], text, bad), []int{m.valueAt[0]}, bad, "http", m.key)
	}
}

// required misspells names in lists of what is required, and defaults.
func (e *example) required(m member) {
	line := e.lines[m.line-1]
	if list, ok := m.value.AsList(); ok && m.key == "required" {
		for _, v := range list {
			bad := misspelt(v.Text())
			e.add("unknown-required", bad, e.withLine(m.line, line[:m.column-1]+strings.Replace(line[m.column-1:], v.Text(), bad, 1)), []int{m.line}, bad)
		}
	}
	if text, ok := m.value.AsString(); ok && m.key == "default" && m.valueAt[0] == m.line {
		bad := misspelt(text)
		e.add("bad-default", bad, e.replace(m.valueAt[0], m.valueAt[1], text, bad), []int{m.line}, bad)
	}
}

// harmless makes changes after which a spec is as right as before.
func (e *example) harmless(m member) {
	line := e.lines[m.line-1]
	text, isText := m.value.AsString()
	if e.isBlock(m) {
		e.add("comment", m.key, e.withLine(m.line, strings.Repeat(" ", m.column-1)+"# a comment: {", line), nil)
		e.add("blank", m.key, e.withLine(m.line, "", line), nil)
	}
	if isText && slices.Contains([]string{"title", "description"}, m.key) && m.valueAt[0] == m.valueEnd[0] {
		e.add("other-words", m.key, e.replace(m.valueAt[0], m.valueAt[1], text, "Some other words"), nil)
	}
	if isText && text != "" && !strings.ContainsAny(text, `'"\`) && m.valueAt[0] == m.valueEnd[0] {
		e.add("quotes", m.key, e.replace(m.valueAt[0], m.valueAt[1], text, "'"+text+"'"), nil)
		e.add("quotes", m.key, e.replace(m.valueAt[0], m.valueAt[1], text, `"`+text+`"`), nil)
	}
	if m.parent == "headers" {
		e.add("other-header", m.key, e.replace(m.line, m.column, m.key, "X-Other"), nil)
	}
}
