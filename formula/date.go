package formula

import (
	"fmt"
	"time"
)

// A dateReader reads a date as JavaScript's Date.parse does in V8: first the
// form of ISO 8601 that the language defines, and if it is not that, whatever
// its rules for other forms make of it.
type dateReader struct {
	*dateScanner
	day   dayParts
	clock clockParts
	zone  zoneParts
}

// parseDate returns the milliseconds since 1970 that s says; a date without a
// zone is in UTC.
func parseDate(s string) (ms int64, ok bool) {
	r := dateReader{dateScanner: newDateScanner(s)}
	token, ok := r.iso()
	if !ok || !r.legacy(token) {
		return 0, false
	}
	days, ok := r.day.days()
	if !ok {
		return 0, false
	}
	clock, ok := r.clock.milliseconds()
	if !ok {
		return 0, false
	}
	offset, ok := r.zone.milliseconds()
	if !ok {
		return 0, false
	}
	const limit = 8_640_000_000_000_000 // of JavaScript's Date
	ms = days*86_400_000 + clock - offset
	return ms, ms >= -limit && ms <= limit
}

// isoString writes a time as JavaScript's toISOString does.
func isoString(ms int64) string {
	t := time.UnixMilli(ms).UTC()
	year := fmt.Sprintf("%04d", t.Year())
	if t.Year() < 0 || t.Year() > 9999 {
		year = fmt.Sprintf("%+07d", t.Year())
	}
	return year + t.Format("-01-02T15:04:05.000Z")
}

// iso reads the form of ISO 8601. It returns the token from which to go on in
// another form, or false for a date that begins well and cannot be one.
func (r *dateReader) iso() (dateToken, bool) {
	switch {
	case r.peek.sign():
		sign := r.next()
		if !r.peek.fixed(6) || sign.is('-') && r.peek.value == 0 {
			if r.peek.fixed(6) {
				r.next()
			}
			return sign, true
		}
		year := r.next().value
		if sign.is('-') {
			year = -year
		}
		r.day.add(year)
	case r.peek.fixed(4):
		r.day.add(r.next().value)
	default:
		return r.next(), true
	}
	for _, last := range [...]int{12, 31} {
		if !r.skip('-') {
			break
		}
		if !r.peek.fixed(2) || r.peek.value < 1 || r.peek.value > last {
			return r.next(), true
		}
		r.day.add(r.next().value)
	}
	if r.peek.kind == dateT {
		r.next()
		if !r.isoClock() || !r.isoZone() || r.peek.kind != dateEnd {
			return dateToken{}, false
		}
	} else if r.peek.kind != dateEnd {
		return r.next(), true
	}
	r.day.iso = true
	return dateToken{kind: dateEnd}, true
}

// isoClock reads HH:mm[:ss[.sss]]. Whether 24:00 stands alone is seen later.
func (r *dateReader) isoClock() bool {
	for i, last := range [...]int{24, 59, 59} {
		if i == 2 && !r.skip(':') {
			return true
		}
		if i == 1 && !r.skip(':') || !r.peek.fixed(2) || r.peek.value > last {
			return false
		}
		r.clock.add(r.next().value)
	}
	if !r.skip('.') {
		return true
	}
	if r.peek.kind != dateNumber {
		return false
	}
	r.clock.add(thousandths(r.next()))
	return true
}

// isoZone reads Z, +hh:mm or +hhmm, if there is any.
func (r *dateReader) isoZone() bool {
	if r.peek.isZ() {
		r.next()
		r.zone.set(0)
		return true
	}
	if !r.peek.sign() {
		return true
	}
	r.zone.negative = r.next().is('-')
	hour, minute := 0, 0
	if r.peek.fixed(4) {
		n := r.next().value
		hour, minute = n/100, n%100
	} else {
		if !r.peek.fixed(2) {
			return false
		}
		hour = r.next().value
		if !r.skip(':') || !r.peek.fixed(2) {
			return false
		}
		minute = r.next().value
	}
	r.zone.hour, r.zone.minute, r.zone.hasHour, r.zone.hasMinute = hour, minute, true, true
	return hour <= 23 && minute <= 59
}

// legacy reads the rest of a date of any other form, from token t on.
func (r *dateReader) legacy(t dateToken) bool {
	hasNumber := r.day.count > 0
	for ; t.kind != dateEnd; t = r.next() {
		switch {
		case t.kind == dateNumber:
			hasNumber = true
			if !r.legacyNumber(t) {
				return false
			}
		case t.kind == dateHalfDay && r.clock.count > 0:
			r.clock.half, r.clock.hasHalf = t.value, true
		case t.kind == dateMonth:
			r.day.month = t.value
			r.skip('-')
		case t.kind == dateZone && hasNumber:
			r.zone.set(t.value)
		case t.kind >= dateMonth:
			// Other words are fine before the first number, and apart from it.
			if hasNumber || r.peek.kind == dateNumber {
				return false
			}
		case t.sign() && (r.zone.utc() || r.clock.count > 0):
			hasNumber = true
			if !r.legacyOffset(t) {
				return false
			}
		case (t.sign() || t.is(')')) && hasNumber:
			return false
		}
	}
	return true
}

// legacyNumber finds out what a number is: of the time, of the zone or of the
// day.
func (r *dateReader) legacyNumber(t dateToken) bool {
	n := t.value
	if r.skip(':') {
		if r.skip(':') {
			return r.clock.count == 0 && r.clock.add(n) && r.clock.add(0)
		}
		ok := r.clock.add(n)
		r.skip('.')
		return ok
	}
	point := r.skip('.')
	switch {
	case point && r.clock.expects(n):
		r.clock.add(n)
		if r.peek.kind != dateNumber {
			return false
		}
		return r.clock.finish(thousandths(r.next()))
	case r.zone.hasHour && !r.zone.hasMinute && n <= 59:
		r.zone.minute, r.zone.hasMinute = n, true
		return true
	case r.clock.expects(n):
		r.clock.finish(n)
		return r.peek.kind == dateEnd || r.peek.kind == dateSpace || r.peek.isZ() || r.peek.sign()
	}
	if !r.day.add(n) {
		return false
	}
	r.skip('-')
	return true
}

// legacyOffset reads what stands behind a sign: h, hh, hmm, hhmm or hh:mm.
func (r *dateReader) legacyOffset(sign dateToken) bool {
	r.zone.negative = sign.is('-')
	n, length := 0, 0
	if r.peek.kind == dateNumber {
		t := r.next()
		n, length = t.value, t.length
	}
	r.zone.hasHour, r.zone.hasMinute = true, true
	switch {
	case r.peek.is(':'):
		r.zone.hour, r.zone.hasMinute = n, false
	case length == 1 || length == 2:
		r.zone.hour, r.zone.minute = n, 0
	case length == 3 || length == 4:
		r.zone.hour, r.zone.minute = n/100, n%100
	default:
		return false
	}
	return true
}

// thousandths reads a number behind a decimal point as milliseconds.
func thousandths(t dateToken) int {
	n, length := t.value, min(t.length, 9)
	for ; length < 3; length++ {
		n *= 10
	}
	for ; length > 3; length-- {
		n /= 10
	}
	return n
}
