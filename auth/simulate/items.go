package simulate

import (
	"regexp"
	"strings"

	"github.com/connector-spec/connector/formula"
)

var (
	// loopStart finds a function of expressions that goes through a list in an
	// answer, up to what it does with the items.
	loopStart = regexp.MustCompile(`\b(?:all|any|one|none|map|filter|find|findIndex|findLast|findLastIndex|count|sum|groupBy|sortBy|reduce)\(\s*response\??\.data((?:\??\.[A-Za-z_]\w*|\[\d+\])*)(?:\s*\?\?\s*\[\])?\s*,`)
	// itemMember finds what is read of an item: .name and #.name.
	itemMember = regexp.MustCompile(`(?:^|[^\w\])}"'?.])#?\??((?:\??\.[A-Za-z_]\w*)+)`)
	// foundMember finds what is read of the item that a function gives.
	foundMember = regexp.MustCompile(`^(?:\??\[\d+\])?((?:\??\.[A-Za-z_]\w*|\["[\w-]+"\])+)`)
)

// looped finds what expressions read of the items of lists in an answer, by the
// look of them.
func looped(v formula.Value) [][]formula.Step {
	var list [][]formula.Step
	walk(v, func(text string) {
		for _, m := range loopStart.FindAllStringSubmatchIndex(text, -1) {
			list = append(list, loopReads(text[m[2]:m[3]], text[m[1]:])...)
		}
	})
	return list
}

// loopReads lists what a loop over a source below the data of an answer reads of
// its first item. Rest is the text behind the first argument.
func loopReads(source, rest string) [][]formula.Step {
	l, err := formula.ParseLocator("response.data" + strings.ReplaceAll(source, "?", ""))
	if err != nil {
		return nil
	}
	first := append(l.Steps(), formula.Step{IsIndex: true})
	body, behind := closed(rest)
	members := itemMember.FindAllStringSubmatch(body, -1)
	if m := foundMember.FindStringSubmatch(behind); m != nil {
		members = append(members, m)
	}
	if len(members) == 0 {
		return [][]formula.Step{first}
	}
	var list [][]formula.Step
	for _, m := range members {
		if inner, err := formula.ParseLocator("item" + strings.ReplaceAll(m[1], "?", "")); err == nil {
			list = append(list, append(first[:len(first):len(first)], inner.Steps()[1:]...))
		}
	}
	return list
}

// closed cuts a text at the parenthesis that was opened before it.
func closed(text string) (inside, behind string) {
	depth := 0
	var quote byte
	for i := range len(text) {
		switch c := text[i]; {
		case quote != 0:
			if c == quote && text[i-1] != '\\' {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case c == ')':
			return text[:i], text[i+1:]
		}
	}
	return text, ""
}
