package script

import (
	"encoding/json"
	"slices"
	"strings"
)

// A mapping says where the parts of a generated text come from, in its order.
type mapping []segment

// A segment says that what stands at an offset of the generated text comes
// from an offset of the source.
type segment struct{ to, from int }

// readMapping reads a source map of version 3 with one source, which begins
// skipped bytes into the file.
func readMapping(text string, generated, source *lineIndex, skipped int) mapping {
	var file struct{ Mappings string }
	if json.Unmarshal([]byte(text), &file) != nil {
		return nil
	}
	var list mapping
	var line, column int // of the source
	for number, part := range splitSeq(file.Mappings, ';') {
		unit := 0 // of the generated line
		for _, field := range splitSeq(part, ',') {
			values, n := decodeVLQ(field)
			if n == 0 {
				continue
			}
			unit += values[0]
			if n < 4 {
				continue
			}
			line += values[2]
			column += values[3]
			list = append(list, segment{generated.unitOffset(number, unit), skipped + source.unitOffset(line, column)})
		}
	}
	slices.SortStableFunc(list, func(a, b segment) int { return a.to - b.to })
	return list
}

// splitSeq counts and gives the parts of a text between separators.
func splitSeq(text string, separator byte) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		for i := 0; ; i++ {
			part, rest, more := strings.Cut(text, string(separator))
			if !yield(i, part) || !more {
				return
			}
			text = rest
		}
	}
}

// decodeVLQ decodes the numbers of a segment, Base64 digits of five bits with
// the sign in the lowest one.
func decodeVLQ(field string) (values [5]int, n int) {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	value, shift := 0, 0
	for i := range len(field) {
		d := strings.IndexByte(digits, field[i])
		if d < 0 || shift > 30 || n == len(values) {
			return values, 0
		}
		value |= d & 31 << shift
		if shift += 5; d&32 != 0 {
			continue
		}
		values[n] = value >> 1
		if value&1 != 0 {
			values[n] = -values[n]
		}
		n++
		value, shift = 0, 0
	}
	return values, n
}

// source returns the offset in the source of what stands at an offset of the
// generated text. It is not exact if that was not noted.
func (m mapping) source(offset int) (from int, exact bool) {
	i, exact := slices.BinarySearchFunc(m, offset, func(s segment, offset int) int { return s.to - offset })
	switch {
	case exact:
		return m[i].from, true
	case i == 0:
		return 0, false
	}
	return m[i-1].from + offset - m[i-1].to, false
}
