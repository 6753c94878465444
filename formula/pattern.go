package formula

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
)

// The bounds of regular expressions: Go's take time in proportion to the text
// and to their own size, so both are counted.
const (
	maxPattern     = 1_000 // bytes of a regular expression
	maxPatternSize = 2_000 // weight of one
	workOfStep     = 16    // size of the expression times bytes of text that make a step
)

var (
	errPattern     = errors.New("the regular expression cannot be read")
	errPatternSize = errors.New("the regular expression repeats too much")
)

// compilePattern compiles a regular expression, unless it is too large, and
// weighs it.
func compilePattern(pattern string) (re *regexp.Regexp, weight int, err error) {
	if len(pattern) > maxPattern {
		return nil, 0, fmt.Errorf("a regular expression has at most %d bytes", maxPattern)
	}
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, 0, errPattern
	}
	weight = weigh(tree)
	if weight > maxPatternSize {
		return nil, 0, errPatternSize
	}
	re, err = regexp.Compile(pattern)
	if err != nil {
		return nil, 0, errPattern
	}
	return re, weight, nil
}

// search counts the operations of looking for an expression of that weight in
// s; 0 is the weight of plain text.
func (f *frame) search(s string, weight int) error {
	f.steps += int64(len(s)) * int64(weight) / workOfStep
	return f.spend(1 + len(s)/bytesOfStep)
}

// weigh estimates how many instructions re compiles to.
func weigh(re *syntax.Regexp) int {
	n := 1 + len(re.Rune)/2
	for _, sub := range re.Sub {
		n += weigh(sub)
	}
	if re.Op == syntax.OpRepeat {
		n *= max(1, re.Min, re.Max)
	}
	return min(n, maxPatternSize+1)
}
