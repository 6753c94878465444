package jsonata

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// isoTimestamp is what $toMillis reads if there is no picture.
var isoTimestamp = regexp.MustCompile(
	`^(\d{4})(?:-([01]\d))?(?:-([0-3]\d))?(?:T([0-2]\d):([0-5]\d):([0-5]\d))?(\.\d+)?([+-][0-2]\d:?[0-5]\d|Z)?$`)

func fnToMillis(c *call, args []any) (any, error) {
	s, ok, err := textArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	picture, ok, err := textArg(args, 1)
	if err != nil {
		return nil, err
	}
	if !ok {
		if err := c.step(len(s) / 8); err != nil {
			return nil, err
		}
		fields := isoTimestamp.FindStringSubmatch(s)
		if fields == nil {
			return nil, failValue("D3110", s)
		}
		return readISO(fields[1:]), nil
	}
	return c.parseTime(s, picture)
}

// readISO makes a time of the fields of a timestamp. Without a timezone it is
// in UTC.
func readISO(fields []string) float64 {
	number := func(s string, missing float64) float64 {
		if s == "" {
			return missing
		}
		f, _ := strconv.ParseFloat(s, 64) // only digits here
		return f
	}
	year, month, day := number(fields[0], 0), number(fields[1], 1), number(fields[2], 1)
	hour, minute, second := number(fields[3], 0), number(fields[4], 0), number(fields[5], 0)
	zone := fields[7]
	skipped := fields[1] == "" && fields[2] != "" // a day needs a month
	bare := fields[3] == "" && (fields[6] != "" || zone != "" && zone != "Z")
	if skipped || bare || month < 1 || month > 12 || day < 1 || day > 31 ||
		hour > 24 || hour == 24 && minute+second > 0 {
		return math.NaN()
	}
	milli := 0.0
	if fields[6] != "" {
		milli = number((fields[6] + "00")[1:4], 0)
	}
	t := fullUTC(year, month-1, day, hour, minute, second, milli)
	if zone == "" || zone == "Z" {
		return t
	}
	zone = strings.Replace(zone, ":", "", 1)
	hours, minutes := number(zone[1:3], 0), number(zone[3:], 0)
	if hours > 23 {
		return math.NaN()
	}
	offset := (hours*60 + minutes) * 60_000
	if zone[0] == '-' {
		return t + offset
	}
	return t - offset
}

// parseTime reads a timestamp that is written like a picture.
func (c *call) parseTime(s, picture string) (any, error) {
	if err := c.checkPicture(picture); err != nil {
		return nil, err
	}
	parts, err := parseDatePicture(picture)
	if err != nil {
		return nil, err
	}
	var pattern strings.Builder
	pattern.WriteString("(?i)^")
	for i := range parts {
		p, err := parts[i].pattern()
		if err != nil {
			return nil, err
		}
		pattern.WriteString("(" + p + ")")
	}
	pattern.WriteString("$")
	if err := c.step(pattern.Len() + len(s)); err != nil {
		return nil, err
	}
	re, err := regexp.Compile(pattern.String())
	if err != nil {
		return nil, fail(CodeTooMuchData) // a width that no number has
	}
	found := re.FindStringSubmatch(s)
	if found == nil {
		return Undefined{}, nil
	}
	values := timeParts{}
	for i := range parts {
		if parts[i].component == 0 {
			continue
		}
		if values[parts[i].component], err = parts[i].read(found[i+1]); err != nil {
			return nil, err
		}
	}
	if len(values) == 0 {
		return Undefined{}, nil
	}
	return values.time(c.now)
}

// pattern returns a regular expression for the values of a part.
func (p *datePart) pattern() (string, error) {
	switch {
	case p.component == 0:
		return regexp.QuoteMeta(p.text), nil
	case strings.IndexByte(timezoneParts, p.component) >= 0:
		pattern := "[-+][0-9]+"
		if p.component == 'z' {
			pattern = "GMT" + pattern
		}
		if p.integer.every > 0 {
			pattern += regexp.QuoteMeta(p.integer.separators[0].text) + "[0-9]+"
		}
		return pattern, nil
	case p.component == 'f':
		return "[0-9]+", nil
	case p.integer == nil:
		if p.names() == nil && p.component != 'P' {
			return "", failValue("D3133", string(p.component))
		}
		return "[a-zA-Z]+", nil
	}
	return p.numberPattern()
}

func (p *datePart) numberPattern() (string, error) {
	switch p.integer.numbering {
	case asLetters:
		return "[a-z]+", nil
	case asRoman:
		return "[mdclxvi]+", nil
	case asWords:
		return numberWords(), nil
	case asSequence:
		return "", failValue("D3130", p.integer.source)
	}
	times := "+"
	if p.digits > 0 {
		times = "{" + itoa(p.digits) + "}"
		if p.integer.optional > 0 {
			times = "{" + itoa(max(0, p.digits-p.integer.optional)) + "," + itoa(p.digits) + "}"
		}
	}
	if p.integer.ordinal {
		times += "(?:th|st|nd|rd)"
	}
	return "[0-9]" + times, nil
}

// read returns the value of a part; it is not a number if s is no such value.
func (p *datePart) read(s string) (float64, error) {
	switch {
	case strings.IndexByte(timezoneParts, p.component) >= 0:
		return p.readOffset(s), nil
	case p.component == 'f':
		f, _ := strconv.ParseFloat("0."+s[:min(3, len(s))], 64) // only digits here
		return f * 1000, nil
	case p.component == 'P' && p.integer == nil:
		switch s {
		case "am", "AM":
			return 0, nil
		case "pm", "PM":
			return 1, nil
		}
		return math.NaN(), nil
	case p.integer != nil:
		return p.integer.read(s)
	}
	for i, name := range p.names() {
		if p.maxWidth > 0 {
			name = name[:min(p.maxWidth, len(name))]
		}
		if name == s && i > 0 {
			return float64(i), nil
		}
	}
	return math.NaN(), nil
}

// readOffset reads an offset from UTC in minutes.
func (p *datePart) readOffset(s string) float64 {
	if p.component == 'z' {
		s = s[3:]
	}
	if p.integer.every > 0 {
		hours, minutes, _ := strings.Cut(s, p.integer.separators[0].text)
		return leadingInt(hours)*60 + leadingInt(minutes)
	}
	if len(s) <= 3 {
		return leadingInt(s) * 60
	}
	return leadingInt(s[:3])*60 + leadingInt(s[3:])
}

// timeParts are the parts of a timestamp by their letters. What is not a
// number counts as not given.
type timeParts map[byte]float64

func (v timeParts) given(letter byte) bool {
	f, ok := v[letter]
	return ok && !math.IsNaN(f)
}

// only reports whether of all letters some of those wanted are given, and none
// of the others. A zero does not count.
func (v timeParts) only(all, wanted string) bool {
	some := false
	for _, letter := range []byte(all) {
		if v.given(letter) && v[letter] != 0 {
			if strings.IndexByte(wanted, letter) < 0 {
				return false
			}
			some = true
		}
	}
	return some
}

const (
	dateLetters = "YXMxWwdD"
	timeLetters = "PHhmsf"
)

// time puts the parts together. Missing parts are those of now if they are
// larger than all given ones, and the least possible if they are smaller; a
// gap in between is an error.
func (v timeParts) time(now float64) (any, error) {
	dayOfYear := !v.only(dateLetters, "YMD") && v.only(dateLetters, "Yd")
	weekOfMonth := v.only(dateLetters, "XxwF")
	weekOfYear := !weekOfMonth && v.only(dateLetters, "XW")
	halfDay := !v.only(timeLetters, "Hmsf") && v.only(timeLetters, "Phmsf")
	order := "YMD"
	switch {
	case dayOfYear:
		order = "YD"
	case weekOfMonth:
		order = "XxwF"
	case weekOfYear:
		order = "XWF"
	}
	if halfDay {
		order += "Phmsf"
	} else {
		order += "Hmsf"
	}
	if err := v.complete(order, now); err != nil {
		return nil, err
	}
	if weekOfMonth || weekOfYear {
		return nil, fail("D3136") // weeks cannot be read, in the reference either
	}
	v['M'] = max(0, v['M']-1)
	if dayOfYear {
		d := dateOf(utc(v['Y'], 0, 1, 0, 0, 0, 0) + (v['d']-1)*millisPerDay)
		v['M'], v['D'] = d.month, d.day
	}
	if halfDay {
		v['H'] = v['h'] + 12*v['P']
		if v['h'] == 12 {
			v['H'] -= 12
		}
	}
	t := utc(v['Y'], v['M'], v['D'], v['H'], v['m'], v['s'], v['f'])
	for _, letter := range []byte(timezoneParts) {
		if v.given(letter) && v[letter] != 0 {
			return t - v[letter]*60_000, nil
		}
	}
	return t, nil
}

// complete fills in what is not given.
func (v timeParts) complete(order string, now float64) error {
	today := dateOf(now)
	started, ended := false, false
	for _, letter := range []byte(order) {
		switch {
		case v.given(letter):
			started = true
			if ended {
				return fail("D3136")
			}
		case started:
			ended = true
			v[letter] = 0
			if letter == 'M' || letter == 'D' {
				v[letter] = 1
			}
		case letter == 'P':
			v[letter] = 0
		default:
			v[letter] = today.component(letter)
		}
	}
	return nil
}
