package script

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// A sourceMap says where the parts of a program come from.
type sourceMap struct {
	segments []spot
	files    []string          // by their numbers; "" for what is no file of the connector
	texts    map[string]string // of the files

	mu    sync.Mutex // the indexes remember what they looked up
	lines map[string]*lineIndex
}

// A spot is a place of the program and the one that it comes from: lines and
// columns from 0, in UTF-16 code units.
type spot struct{ line, column, file, fromLine, fromColumn int }

// readSourceMap reads a source map of version 3.
func readSourceMap(data []byte, texts map[string]string, entry string) *sourceMap {
	var file struct {
		Sources  []string
		Mappings string
	}
	m := &sourceMap{texts: texts, lines: make(map[string]*lineIndex)}
	if json.Unmarshal(data, &file) != nil {
		return m
	}
	for _, name := range file.Sources {
		path, own := strings.CutPrefix(name, fileSpace+":")
		if !own {
			path = ""
		}
		m.files = append(m.files, path)
	}
	for name, text := range texts {
		m.lines[name] = indexLines(text)
	}
	var source, fromLine, fromColumn int
	for number, part := range splitSeq(file.Mappings, ';') {
		column := 0
		for _, field := range splitSeq(part, ',') {
			values, n := decodeVLQ(field)
			if n == 0 {
				continue
			}
			column += values[0]
			if n < 4 {
				continue
			}
			source += values[1]
			fromLine += values[2]
			fromColumn += values[3]
			m.segments = append(m.segments, spot{number, column, source, fromLine, fromColumn})
		}
	}
	return m
}

// source returns the place that a place of the program comes from: lines and
// columns from 1. It is false for what no author wrote.
func (m *sourceMap) source(line, column int) (path string, fromLine, fromColumn int, ok bool) {
	i, exact := slices.BinarySearchFunc(m.segments, spot{line: line - 1, column: column - 1}, func(a, b spot) int {
		if a.line != b.line {
			return a.line - b.line
		}
		return a.column - b.column
	})
	if !exact {
		i--
	}
	if i < 0 || m.segments[i].line != line-1 || m.segments[i].file >= len(m.files) || m.files[m.segments[i].file] == "" {
		return "", 0, 0, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.segments[i]
	path = m.files[s.file]
	lines := m.lines[path]
	if lines == nil {
		return "", 0, 0, false
	}
	return path, s.fromLine + 1, columnAt(m.texts[path], lines, lines.unitOffset(s.fromLine, s.fromColumn)), true
}

// columnAt returns the column of an offset, in characters from 1.
func columnAt(text string, lines *lineIndex, offset int) int {
	i, exact := slices.BinarySearch(lines.starts, offset)
	if !exact {
		i--
	}
	start := lines.starts[max(i, 0)]
	return utf8.RuneCountInString(strings.TrimPrefix(text[start:min(max(offset, start), len(text))], byteOrderMark)) + 1
}

// frame matches a line of a stack of QuickJS within the program.
var frame = regexp.MustCompile(`^\s*at (?:(.*?) \()?` + programName + `:(\d+):(\d+)\)?$`)

// maxFrames is how much of a stack is kept.
const maxFrames = 20

// frames returns the places of a stack that an author wrote.
func (p *Program) frames(stack string) []Frame {
	var list []Frame
	for line := range strings.SplitSeq(stack, "\n") {
		m := frame.FindStringSubmatch(line)
		if m == nil || len(list) == maxFrames {
			continue
		}
		number, _ := strconv.Atoi(m[2])
		column, _ := strconv.Atoi(m[3])
		path, fromLine, fromColumn, ok := p.marks.source(number, column)
		if !ok {
			continue
		}
		if path == inlinePath {
			path = ""
		}
		name := m[1]
		if name == "<anonymous>" {
			name = ""
		}
		list = append(list, Frame{name, path, fromLine, fromColumn})
	}
	return list
}
