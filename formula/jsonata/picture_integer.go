package jsonata

import (
	"math"
	"slices"
	"strings"
)

type numbering uint8

const (
	asDecimal numbering = iota
	asLetters
	asRoman
	asWords
	asSequence // some other numbering, which nobody has defined
)

type letterCase uint8

const (
	lowerCase letterCase = iota
	upperCase
	titleCase
)

// An integerPicture says how a whole number is written.
type integerPicture struct {
	numbering  numbering
	letters    letterCase
	ordinal    bool
	source     string
	zero       rune // the digits used
	mandatory  int  // digits
	optional   int
	separators []separator // from the right
	every      int         // digits between separators that are all alike, or 0
}

type separator struct {
	position int // digits right of it
	text     string
}

// zeros are the digits 0 of the scripts that have digits.
var zeros = []rune{
	0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66,
	0xDE6, 0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
	0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
}

// zeroOf returns the zero of the script that r is a digit of.
func zeroOf(r rune) (rune, bool) {
	for _, zero := range zeros {
		if r >= zero && r <= zero+9 {
			return zero, true
		}
	}
	return 0, false
}

// parseIntegerPicture reads a picture such as "#,##0;o".
func parseIntegerPicture(picture string) (*integerPicture, error) {
	p := &integerPicture{}
	p.source = picture
	if i := strings.LastIndexByte(picture, ';'); i >= 0 {
		p.source = picture[:i]
		p.ordinal = strings.HasPrefix(picture[i+1:], "o")
	}
	switch p.source {
	case "A", "I", "W":
		p.letters = upperCase
	case "Ww":
		p.letters = titleCase
	}
	switch p.source {
	case "A", "a":
		p.numbering = asLetters
	case "I", "i":
		p.numbering = asRoman
	case "W", "w", "Ww":
		p.numbering = asWords
	default:
		return p, p.parseDigits()
	}
	return p, nil
}

// parseDigits reads a picture made of digits, from the right.
func (p *integerPicture) parseDigits() error {
	points := codePoints(p.source)
	slices.Reverse(points)
	position := 0
	for _, point := range points {
		r, _ := decode(point)
		zero, ok := zeroOf(r)
		switch {
		case ok:
			if p.mandatory > 0 && zero != p.zero {
				return fail("D3131")
			}
			p.zero = zero
			p.mandatory++
			position++
		case r == '#':
			p.optional++
			position++
		default:
			p.separators = append(p.separators, separator{position, point})
		}
	}
	if p.mandatory == 0 {
		p.numbering = asSequence
		return nil
	}
	p.every = p.regular()
	return nil
}

// regular returns the distance of the separators if it is always the same, and
// so are they.
func (p *integerPicture) regular() int {
	positions := make([]int, len(p.separators))
	for i, s := range p.separators {
		if s.text != p.separators[0].text {
			return 0
		}
		positions[i] = s.position
	}
	return commonDistance(positions)
}

// commonDistance returns the number of which the positions are 1, 2, 3 times
// and so on; 0 if there is none.
func commonDistance(positions []int) int {
	distance := 0
	for _, p := range positions {
		for a, b := distance, p; ; a, b = b, a%b {
			if b == 0 {
				distance = a
				break
			}
		}
	}
	for i := range positions {
		if !slices.Contains(positions, (i+1)*distance) {
			return 0
		}
	}
	return distance
}

// format writes a whole number.
func (p *integerPicture) format(c *call, f float64) (string, error) {
	abs := math.Abs(f)
	if p.numbering != asDecimal && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return "", wrongKind(f)
	}
	var s string
	switch p.numbering {
	case asLetters:
		s = p.cased(letters(abs))
	case asRoman:
		if err := c.text(int(min(abs/1000, 1<<40))); err != nil {
			return "", err
		}
		s = p.cased(roman(abs))
	case asWords:
		s = words(abs, p.ordinal)
		if p.letters != titleCase {
			s = p.cased(s)
		}
	case asDecimal:
		if err := c.text(4 * p.mandatory); err != nil {
			return "", err
		}
		s = p.decimal(abs)
	case asSequence:
		return "", failValue("D3130", p.source)
	}
	if f < 0 {
		s = "-" + s
	}
	return s, nil
}

func (p *integerPicture) cased(s string) string {
	if p.letters == upperCase {
		return strings.ToUpper(s)
	}
	return strings.ToLower(s)
}

// decimal writes a number in digits with its separators.
func (p *integerPicture) decimal(f float64) string {
	digits := []rune(numberText(f))
	if missing := p.mandatory - len(digits); missing > 0 {
		digits = append([]rune(strings.Repeat("0", missing)), digits...)
	}
	for i := range digits {
		digits[i] += p.zero - '0'
	}
	if p.every > 0 {
		for i := (len(digits) - 1) / p.every; i > 0; i-- {
			digits = insert(digits, len(digits)-i*p.every, p.separators[0].text)
		}
	} else {
		for i := len(p.separators) - 1; i >= 0; i-- {
			digits = insert(digits, len(digits)-p.separators[i].position, p.separators[i].text)
		}
	}
	if p.ordinal {
		return string(digits) + ordinalSuffix(digits)
	}
	return string(digits)
}

// insert puts text at a position. One that lies left of the start counts from
// the end, as the reference's substr does.
func insert(digits []rune, at int, text string) []rune {
	head, tail := max(0, at), at
	if at < 0 {
		tail = max(0, len(digits)+at)
	}
	out := slices.Clone(digits[:head])
	out = append(out, []rune(text)...)
	return append(out, digits[tail:]...)
}

func ordinalSuffix(digits []rune) string {
	n := len(digits)
	if n > 1 && digits[n-2] == '1' {
		return "th"
	}
	switch digits[n-1] {
	case '1':
		return "st"
	case '2':
		return "nd"
	case '3':
		return "rd"
	}
	return "th"
}

// read is the number that s stands for, written like the picture; it is not a
// number if s is something else.
func (p *integerPicture) read(s string) (float64, error) {
	switch p.numbering {
	case asLetters:
		first := 'a'
		if p.letters == upperCase {
			first = 'A'
		}
		return fromLetters(s, first), nil
	case asRoman:
		if p.letters != upperCase {
			s = strings.ToUpper(s)
		}
		return fromRoman(s), nil
	case asWords:
		return fromWords(lower(s)), nil
	case asSequence:
		return 0, failValue("D3130", p.source)
	}
	if p.ordinal {
		s = s[:max(0, unitOffset(s, unitLen(s)-2))]
	}
	if p.every > 0 {
		s = strings.ReplaceAll(s, ",", "")
	} else {
		for _, sep := range p.separators {
			s = strings.ReplaceAll(s, sep.text, "")
		}
	}
	if p.zero != '0' {
		s = strings.Map(func(r rune) rune { return r - p.zero + '0' }, s)
	}
	return leadingInt(s), nil
}

func fnFormatInteger(c *call, args []any) (any, error) {
	f, ok, err := numberArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	p, err := pictureArg(c, args)
	if err != nil {
		return nil, err
	}
	return p.format(c, math.Floor(f))
}

func fnParseInteger(c *call, args []any) (any, error) {
	s, ok, err := textArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	p, err := pictureArg(c, args)
	if err != nil {
		return nil, err
	}
	if err := c.text(4 * len(s)); err != nil {
		return nil, err
	}
	return p.read(s)
}

// pictureArg reads the second argument as a picture of an integer.
func pictureArg(c *call, args []any) (*integerPicture, error) {
	picture, ok, err := textArg(args, 1)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, wrongKind(Undefined{})
	}
	if err := c.checkPicture(picture); err != nil {
		return nil, err
	}
	return parseIntegerPicture(picture)
}

// maxPicture bounds a picture, which costs more than its length.
const maxPicture = 1024

func (b *budget) checkPicture(picture string) error {
	if len(picture) > maxPicture {
		return fail(CodeTooMuchData)
	}
	return b.text(16 * len(picture))
}
