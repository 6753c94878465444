package jsonata

import (
	"math"
	"strings"
)

func fnNow(c *call, args []any) (any, error) {
	return c.formatTime(c.now, argument(args, 0), argument(args, 1))
}

func fnMillis(c *call, _ []any) (any, error) { return c.now, nil }

func fnFromMillis(c *call, args []any) (any, error) {
	f, ok, err := numberArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	return c.formatTime(f, argument(args, 1), argument(args, 2))
}

// formatTime writes a time by a picture, ISO 8601 if there is none, in a
// timezone given as +hhmm.
func (c *call) formatTime(t float64, picture, timezone any) (any, error) {
	text, ok, err := textArg([]any{picture}, 0)
	if err != nil {
		return nil, err
	}
	if !ok {
		text = isoPicture
	}
	if err := c.checkPicture(text); err != nil {
		return nil, err
	}
	parts, err := parseDatePicture(text)
	if err != nil {
		return nil, err
	}
	w := dateWriter{call: c}
	zone, ok, err := textArg([]any{timezone}, 0)
	if err != nil {
		return nil, err
	}
	if ok {
		if err := c.step(len(zone) / 8); err != nil {
			return nil, err
		}
		offset := leadingInt(zone)
		w.hours, w.minutes = math.Floor(offset/100), math.Mod(offset, 100)
	}
	w.date = dateOf(t + (60*w.hours+w.minutes)*60_000)
	var b strings.Builder
	for i := range parts {
		s := parts[i].text
		if parts[i].component != 0 {
			if s, err = w.part(&parts[i]); err != nil {
				return nil, err
			}
		}
		b.WriteString(s)
	}
	return b.String(), c.text(b.Len())
}

// A dateWriter writes the parts of a date that is hours and minutes from UTC.
type dateWriter struct {
	*call
	date           date
	hours, minutes float64
}

func (w *dateWriter) part(p *datePart) (string, error) {
	switch p.component {
	case 'P':
		if w.date.hour >= 12 {
			return "pm", nil
		}
		return "am", nil
	case 'C', 'E':
		return "ISO", nil
	case 'Z', 'z':
		return w.timezone(p)
	}
	f := w.date.component(p.component)
	if p.named {
		return w.name(p, f)
	}
	if p.component == 'Y' && p.digits >= 0 {
		f = math.Mod(f, math.Pow(10, float64(p.digits)))
	}
	return p.integer.format(w.call, f)
}

func (w *dateWriter) name(p *datePart, f float64) (string, error) {
	names := p.names()
	if names == nil || p.component == 'f' {
		return "", failValue("D3133", string(p.component))
	}
	if math.IsNaN(f) {
		return "", wrongKind(f)
	}
	s := p.cased(names[int(f)])
	if p.maxWidth >= 0 && len(s) > p.maxWidth {
		s = s[:p.maxWidth]
	}
	return s, nil
}

// timezone writes the offset from UTC.
func (w *dateWriter) timezone(p *datePart) (string, error) {
	offset := w.hours*100 + w.minutes
	s, err := w.offset(p.integer, offset)
	if err != nil {
		return "", err
	}
	if offset >= 0 {
		s = "+" + s
	}
	if p.component == 'z' {
		s = "GMT" + s
	}
	if offset == 0 && p.zulu {
		s = "Z"
	}
	return s, nil
}

func (w *dateWriter) offset(picture *integerPicture, offset float64) (string, error) {
	switch n := picture.mandatory; {
	case picture.every > 0, n == 3, n == 4:
		return picture.format(w.call, offset)
	case n == 1, n == 2:
		s, err := picture.format(w.call, w.hours)
		if err != nil || w.minutes == 0 {
			return s, err
		}
		two := &integerPicture{zero: '0', mandatory: 2}
		minutes, err := two.format(w.call, w.minutes)
		return s + ":" + minutes, err
	default:
		return "", failValue("D3134", float64(n))
	}
}
