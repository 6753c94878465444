package jsonata

import (
	"math"
	"slices"
	"strings"
)

// Signs are the characters that a number picture is made of.
type signs struct {
	decimal, grouping, exponent, minus, percent, perMille, digit, pattern string
	zero                                                                  rune
}

// readSigns returns the usual signs, changed by the options of $formatNumber.
func (c *call) readSigns(options any) (*signs, error) {
	s := &signs{
		decimal: ".", grouping: ",", exponent: "e", minus: "-", percent: "%", perMille: "‰",
		digit: "#", pattern: ";", zero: '0',
	}
	zero := "0"
	targets := map[string]*string{
		"decimal-separator": &s.decimal, "grouping-separator": &s.grouping,
		"exponent-separator": &s.exponent, "minus-sign": &s.minus, "percent": &s.percent,
		"per-mille": &s.perMille, "digit": &s.digit, "pattern-separator": &s.pattern, "zero-digit": &zero,
	}
	if o, ok := options.(*Object); ok {
		for key, v := range o.All() {
			target, ok := targets[key]
			if !ok {
				continue
			}
			text, err := c.stringify(v, false)
			if err != nil {
				return nil, err
			}
			if err := c.checkPicture(text); err != nil {
				return nil, err
			}
			*target = text
		}
	}
	s.zero, _ = decode(zero)
	return s, nil
}

func (s *signs) isDigit(r rune) bool { return r >= s.zero && r <= s.zero+9 }

func (s *signs) isPlace(r rune) bool { return s.isDigit(r) || string(r) == s.digit }

func (s *signs) isActive(r rune) bool {
	switch string(r) {
	case s.decimal, s.exponent, s.grouping, s.digit, s.pattern:
		return true
	}
	return s.isDigit(r)
}

// indexRunes is the position of text in runes, counted in runes from the
// start, looked for from a position on.
func indexRunes(runes []rune, text string, from int) int {
	want := []rune(text)
	for i := max(0, from); i+len(want) <= len(runes); i++ {
		if slices.Equal(runes[i:i+len(want)], want) {
			return i
		}
	}
	return -1
}

// A numberPicture says how positive or negative numbers are written.
type numberPicture struct {
	*signs
	source                        []rune
	prefix, suffix                []rune
	active                        []rune // what stands between them
	mantissa, exponent            []rune
	integer, fraction             []rune
	hasExponent                   bool
	integerGroups, fractionGroups []int
	every                         int // distance of the groups if it is always the same
	minInteger, scale             int
	minFraction, maxFraction      int
	minExponent                   int
}

// parseNumberPicture reads one part of a picture such as "#,##0.00".
func parseNumberPicture(s *signs, source string) (*numberPicture, error) {
	p := &numberPicture{signs: s, source: []rune(source)}
	if !p.split() {
		return nil, fail("D3085")
	}
	if code := p.mistake(); code != "" {
		return nil, fail(code)
	}
	p.analyse()
	return p, nil
}

// split takes a picture apart; it reports false if there is nothing in it.
func (p *numberPicture) split() bool {
	visible := func(r rune) bool { return p.isActive(r) && string(r) != p.signs.exponent }
	first := slices.IndexFunc(p.source, visible)
	if first < 0 {
		return false
	}
	last := len(p.source) - 1
	for !visible(p.source[last]) {
		last--
	}
	p.prefix, p.active, p.suffix = p.source[:first], p.source[first:last+1], p.source[last+1:]
	p.mantissa = p.active
	// The place of the exponent counts from the start of the picture, not of
	// its active part: so does the reference.
	if at := indexRunes(p.source, p.signs.exponent, first); at >= 0 && at <= last+1 {
		p.hasExponent = true
		p.mantissa = p.active[:min(at, len(p.active))]
		p.exponent = p.active[min(at+1, len(p.active)):]
	}
	p.integer, p.fraction = p.mantissa, p.suffix
	if at := indexRunes(p.mantissa, p.decimal, 0); at >= 0 {
		p.integer, p.fraction = p.mantissa[:at], p.mantissa[min(at+1, len(p.mantissa)):]
	}
	return true
}

// mistake returns the code of what is wrong with a picture. Of several
// mistakes the last counts.
func (p *numberPicture) mistake() string {
	source := string(p.source)
	twice := func(text string) bool { return strings.Index(source, text) != strings.LastIndex(source, text) }
	hasPercent, hasPerMille := strings.Contains(source, p.percent), strings.Contains(source, p.perMille)
	at := indexRunes(p.source, p.decimal, 0)
	near := func(i int) bool { return i >= 0 && i < len(p.source) && string(p.source[i]) == p.grouping }
	notDigit := func(r rune) bool { return !p.isDigit(r) }
	optionalFirst := slices.IndexFunc(p.integer, p.isOptional)
	optionalLast := -1
	for i, r := range p.fraction {
		if p.isOptional(r) {
			optionalLast = i
		}
	}
	checks := []struct {
		code  string
		wrong bool
	}{
		{"D3081", twice(p.decimal)},
		{"D3082", twice(p.percent)},
		{"D3083", twice(p.perMille)},
		{"D3084", hasPercent && hasPerMille},
		{"D3085", !slices.ContainsFunc(p.mantissa, p.isPlace)},
		{"D3086", slices.ContainsFunc(p.active, func(r rune) bool { return !p.isActive(r) })},
		{"D3087", at >= 0 && (near(at-1) || near(at+1))},
		{"D3088", at < 0 && len(p.integer) > 0 && string(p.integer[len(p.integer)-1]) == p.grouping},
		{"D3089", strings.Contains(source, p.grouping+p.grouping)},
		{"D3090", optionalFirst >= 0 && slices.ContainsFunc(p.integer[:max(0, optionalFirst)], p.isDigit)},
		{"D3091", optionalLast >= 0 && slices.ContainsFunc(p.fraction[max(0, optionalLast):], p.isDigit)},
		{"D3092", len(p.exponent) > 0 && (hasPercent || hasPerMille)},
		{"D3093", p.hasExponent && (len(p.exponent) == 0 || slices.ContainsFunc(p.exponent, notDigit))},
	}
	code := ""
	for _, check := range checks {
		if check.wrong {
			code = check.code
		}
	}
	return code
}

func (p *numberPicture) isOptional(r rune) bool { return string(r) == p.digit }

func count(runes []rune, is func(rune) bool) int {
	n := 0
	for _, r := range runes {
		if is(r) {
			n++
		}
	}
	return n
}

// analyse finds out how many digits a picture asks for and where groups end.
func (p *numberPicture) analyse() {
	p.integerGroups = p.groups(p.integer, false)
	p.fractionGroups = p.groups(p.fraction, true)
	if len(p.integerGroups) > 0 {
		p.every = commonDistance(p.integerGroups)
	}
	p.minInteger = count(p.integer, p.isDigit)
	p.scale = p.minInteger
	p.minFraction = count(p.fraction, p.isDigit)
	p.maxFraction = count(p.fraction, p.isPlace)
	if p.minInteger == 0 && p.maxFraction == 0 {
		if p.hasExponent {
			p.minFraction, p.maxFraction = 1, 1
		} else {
			p.minInteger = 1
		}
	}
	if p.hasExponent && p.minInteger == 0 && slices.ContainsFunc(p.integer, p.isOptional) {
		p.minInteger = 1
	}
	if p.minInteger == 0 && p.minFraction == 0 {
		p.minFraction = 1
	}
	p.minExponent = count(p.exponent, p.isDigit)
}

// groups returns how many digits stand right of each grouping separator, or
// left of it in the fraction. All but the first separator are looked for in
// the integer part, in the reference too.
func (p *numberPicture) groups(part []rune, fraction bool) []int {
	var positions []int
	for at := indexRunes(part, p.grouping, 0); at >= 0; at = indexRunes(p.integer, p.grouping, at+1) {
		side := part[min(at, len(part)):]
		if fraction {
			side = part[:min(at, len(part))]
		}
		positions = append(positions, count(side, p.isPlace))
		if len(positions) > maxPicture {
			break
		}
	}
	return positions
}

func fnFormatNumber(c *call, args []any) (any, error) {
	f, ok, err := numberArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	picture, ok, err := textArg(args, 1)
	if err == nil && !ok || math.IsInf(f, 0) {
		err = wrongKind(argument(args, 1))
	}
	if err != nil {
		return nil, err
	}
	if err := c.checkPicture(picture); err != nil {
		return nil, err
	}
	s, err := c.readSigns(argument(args, 2))
	if err != nil {
		return nil, err
	}
	sources := strings.Split(picture, s.pattern)
	if len(sources) > 2 {
		return nil, fail("D3080")
	}
	pictures := make([]*numberPicture, len(sources))
	for i, source := range sources {
		if pictures[i], err = parseNumberPicture(s, source); err != nil {
			return nil, err
		}
	}
	if f >= 0 {
		return pictures[0].format(f)
	}
	if len(pictures) == 1 {
		pictures[0].prefix = append([]rune(s.minus), pictures[0].prefix...)
		return pictures[0].format(f)
	}
	return pictures[1].format(f)
}

// format writes a number; its sign is part of the picture.
func (p *numberPicture) format(f float64) (any, error) {
	source := string(p.source)
	switch {
	case strings.Contains(source, p.percent):
		f *= 100
	case strings.Contains(source, p.perMille):
		f *= 1000
	}
	exponent := 0
	if p.minExponent > 0 {
		f, exponent = p.normalise(math.Abs(f))
	}
	if p.maxFraction > 100 {
		return nil, wrongKind(f)
	}
	text := []rune(p.digits(roundHalfEven(f, float64(p.maxFraction)), p.maxFraction))
	point := slices.Index(text, '.')
	if point < 0 {
		point = len(text)
		text = append(text, '.')
	}
	text = slices.Concat(text[:point], []rune(p.decimal), text[point+1:])
	text = p.pad(text)
	text = p.group(text)
	point = indexRunes(text, p.decimal, 0)
	if !strings.Contains(source, p.decimal) || point == len(text)-1 {
		text = text[:max(0, len(text)-1)]
	}
	out := string(p.prefix) + string(text)
	if p.minExponent > 0 {
		out += p.exponentText(exponent)
	}
	return out + string(p.suffix), nil
}

// normalise moves the decimal point to where the picture has it.
func (p *numberPicture) normalise(f float64) (float64, int) {
	most, least := math.Pow(10, float64(p.scale)), math.Pow(10, float64(p.scale-1))
	exponent := 0
	if f == 0 || math.IsNaN(f) || math.IsInf(f, 0) {
		return f, 0
	}
	for f < least {
		f *= 10
		exponent--
	}
	for f > most {
		f /= 10
		exponent++
	}
	return f, exponent
}

// digits writes a number without its sign, in the digits of the picture.
func (p *numberPicture) digits(f float64, decimals int) string {
	text := fixed(math.Abs(f), decimals)
	if p.zero == '0' {
		return text
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + p.zero
		}
		return r
	}, text)
}

// pad removes zeros at both ends and puts back those that the picture wants.
func (p *numberPicture) pad(text []rune) []rune {
	for len(text) > 0 && text[0] == p.zero {
		text = text[1:]
	}
	for len(text) > 0 && text[len(text)-1] == p.zero {
		text = text[:len(text)-1]
	}
	point := indexRunes(text, p.decimal, 0)
	left, right := p.minInteger-point, p.minFraction-(len(text)-point-1)
	return slices.Concat(p.zeros(left), text, p.zeros(right))
}

func (p *numberPicture) zeros(n int) []rune {
	return slices.Repeat([]rune{p.zero}, max(0, n))
}

func (p *numberPicture) group(text []rune) []rune {
	point := indexRunes(text, p.decimal, 0)
	separator := []rune(p.grouping)
	put := func(at int) {
		if at < 0 {
			at = max(0, at+len(text)) // as the reference's slice has it
		}
		at = min(at, len(text))
		text = slices.Concat(text[:at], separator, text[at:])
	}
	if p.every > 0 {
		for n := 1; n <= (point-1)/p.every; n++ {
			put(point - n*p.every)
		}
	} else {
		for i, position := range p.integerGroups {
			put(point + i - position)
		}
	}
	point = indexRunes(text, p.decimal, 0)
	for _, position := range p.fractionGroups {
		put(point + position + 1)
	}
	return text
}

func (p *numberPicture) exponentText(exponent int) string {
	digits := p.digits(float64(exponent), 0)
	sign := ""
	if exponent < 0 {
		sign = p.minus
	}
	return p.signs.exponent + sign + string(p.zeros(p.minExponent-len([]rune(digits)))) + digits
}
