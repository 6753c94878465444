package jsonata

import (
	"math"
	"strings"
)

// A datePicture says how a date is written: text and parts of the date in turn.
type datePicture []datePart

type datePart struct {
	text      string // if it is not a part of the date
	component byte
	zulu      bool       // zero offset is written as Z
	named     bool       // written as a name
	letters   letterCase // of the name
	integer   *integerPicture
	digits    int // of the year that are shown or read, -1 for all, 0 if not said
	maxWidth  int // -1 if not said
}

// defaultForms are the forms that components have if none is given.
var defaultForms = map[byte]string{
	'Y': "1", 'M': "1", 'D': "1", 'd': "1", 'F': "n", 'W': "1", 'w': "1", 'X': "1", 'x': "1",
	'H': "1", 'h': "1", 'P': "n", 'm': "01", 's': "01", 'f': "1", 'Z': "01:01", 'z': "01:01",
	'C': "n", 'E': "n",
}

const (
	isoPicture      = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]"
	numberParts     = "YMDdFWwXxHhmsf"
	calendarParts   = "YMD"
	timezoneParts   = "Zz"
	formatModifiers = "atco"
)

// parseDatePicture reads a picture such as "[D]/[M]/[Y0001]".
func parseDatePicture(picture string) (datePicture, error) {
	var parts datePicture
	addText := func(s string) {
		if s != "" {
			parts = append(parts, datePart{text: strings.ReplaceAll(s, "]]", "]")})
		}
	}
	for picture != "" {
		before, after, found := strings.Cut(picture, "[")
		addText(before)
		if !found {
			break
		}
		if strings.HasPrefix(after, "[") {
			parts = append(parts, datePart{text: "["})
			picture = after[1:]
			continue
		}
		marker, rest, found := strings.Cut(after, "]")
		if !found {
			return nil, fail("D3135")
		}
		part, err := parseDatePart(strings.Join(strings.Fields(marker), ""))
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		picture = rest
	}
	return parts, nil
}

// parseDatePart reads what stands between brackets, such as "Y0001" or "FNn,3-3".
func parseDatePart(marker string) (datePart, error) {
	p := datePart{maxWidth: -1}
	if marker == "" {
		return p, failValue("D3132", "")
	}
	_, size := decode(marker)
	if size > 1 {
		return p, failValue("D3132", marker[:size])
	}
	p.component = marker[0]
	form := marker[1:]
	minWidth := -1
	if i := strings.LastIndexByte(marker, ','); i > 0 {
		minWidth, p.maxWidth = parseWidths(marker[i+1:])
		form = marker[1:i]
	}
	modifier := ""
	if n := len(form); n > 1 && strings.IndexByte(formatModifiers, form[n-1]) >= 0 {
		form, modifier = form[:n-1], form[n-1:]
	}
	if defaultForms[p.component] == "" {
		return p, failValue("D3132", string(p.component))
	}
	if form == "" {
		form = defaultForms[p.component]
	}
	p.zulu = modifier == "t"
	if form[0] == 'n' || form[0] == 'N' {
		p.setNamed(form)
		if strings.IndexByte(timezoneParts, p.component) < 0 {
			return p, nil
		}
	}
	return p, p.setInteger(form, modifier, minWidth)
}

func (p *datePart) setNamed(form string) {
	p.named = true
	switch {
	case strings.HasPrefix(form, "Nn"):
		p.letters = titleCase
	case form[0] == 'N':
		p.letters = upperCase
	}
}

// setInteger reads the form of a part that is written as a number.
func (p *datePart) setInteger(form, modifier string, minWidth int) error {
	var err error
	if strings.IndexByte(timezoneParts, p.component) >= 0 {
		p.integer, err = parseIntegerPicture(form)
		return err
	}
	if strings.IndexByte(numberParts, p.component) < 0 {
		return nil
	}
	if modifier != "" {
		form += ";" + modifier
	}
	if p.integer, err = parseIntegerPicture(form); err != nil {
		return err
	}
	if p.integer.numbering == asDecimal {
		p.integer.mandatory = max(p.integer.mandatory, minWidth)
	}
	if strings.IndexByte(calendarParts, p.component) < 0 {
		return nil
	}
	p.digits = -1
	if p.maxWidth >= 0 {
		p.digits = p.maxWidth
		p.integer.mandatory = p.maxWidth
	} else if n := p.integer.mandatory + p.integer.optional; n >= 2 && p.integer.numbering == asDecimal {
		p.digits = n
	}
	return nil
}

// parseWidths reads "min" or "min-max"; -1 stands for what is not said.
func parseWidths(s string) (least, most int) {
	low, high, _ := strings.Cut(s, "-")
	width := func(s string) int {
		f := leadingInt(s)
		if math.IsNaN(f) {
			return -1
		}
		return int(max(-1, min(f, maxPicture)))
	}
	return width(low), width(high)
}

var (
	dayNames   = []string{"", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
	monthNames = []string{
		"", "January", "February", "March", "April", "May", "June", "July", "August", "September",
		"October", "November", "December",
	}
)

// names returns the names of a part's values, nil if it has none.
func (p *datePart) names() []string {
	switch p.component {
	case 'M', 'x':
		return monthNames
	case 'F':
		return dayNames
	}
	return nil
}

func (p *datePart) cased(s string) string {
	switch p.letters {
	case upperCase:
		return strings.ToUpper(s)
	case lowerCase:
		return strings.ToLower(s)
	}
	return s
}
