package formula

import (
	"math"
	"time"
)

// dayParts collects the numbers of a date.
type dayParts struct {
	numbers [3]int
	count   int
	month   int // by name, 0 if there is none
	iso     bool
}

func (d *dayParts) add(n int) bool {
	if d.count == len(d.numbers) {
		return false
	}
	d.numbers[d.count] = n
	d.count++
	return true
}

// days returns the days since 1970; the numbers of a day that the month lacks
// count on into the next one.
func (d *dayParts) days() (int64, bool) {
	if d.count < 1 {
		return 0, false
	}
	for d.count < len(d.numbers) {
		d.add(1)
	}
	year, month, day := d.order()
	if !d.iso {
		switch {
		case year >= 0 && year <= 49:
			year += 2000
		case year >= 50 && year <= 99:
			year += 1900
		}
	}
	if month < 1 || month > 12 || !isDay(day) || year > 1_000_000 || year < -1_000_000 {
		return 0, false
	}
	first := time.Date(year, time.Month(month), 1, 0, 0, 0, 0, time.UTC)
	return first.Unix()/86_400 + int64(day-1), true
}

// order says which number is what.
func (d *dayParts) order() (year, month, day int) {
	a, b, c := d.numbers[0], d.numbers[1], d.numbers[2]
	switch {
	case d.month == 0 && (d.iso || !isDay(a)):
		return a, b, c
	case d.month == 0:
		return c, a, b
	case !isDay(a):
		return a, d.month, b
	default:
		return b, d.month, a
	}
}

func isDay(n int) bool { return n >= 1 && n <= 31 }

// clockParts collects the numbers of a time: hours, minutes, seconds and
// milliseconds.
type clockParts struct {
	numbers [4]int
	count   int
	half    int // hours to add: 0 for am, 12 for pm
	hasHalf bool
}

func (c *clockParts) add(n int) bool {
	if c.count == len(c.numbers) {
		return false
	}
	c.numbers[c.count] = n
	c.count++
	return true
}

// finish adds the last number.
func (c *clockParts) finish(n int) bool {
	c.add(n)
	c.count = len(c.numbers)
	return true
}

// expects tells whether n can be the next number behind the hours.
func (c *clockParts) expects(n int) bool {
	switch c.count {
	case 1, 2:
		return n <= 59
	case 3:
		return n <= 999
	}
	return false
}

func (c *clockParts) milliseconds() (int64, bool) {
	hour, minute, second, ms := c.numbers[0], c.numbers[1], c.numbers[2], c.numbers[3]
	if c.hasHalf {
		if hour > 12 {
			return 0, false
		}
		hour = hour%12 + c.half
	}
	end := hour == 24 && minute == 0 && second == 0 && ms == 0
	if (hour > 23 || minute > 59 || second > 59 || ms > 999) && !end {
		return 0, false
	}
	return int64(((hour*60+minute)*60+second)*1000 + ms), true
}

// zoneParts is an offset from UTC.
type zoneParts struct {
	negative           bool
	hour, minute       int
	hasHour, hasMinute bool
}

// set takes the offset of a zone that has a name.
func (z *zoneParts) set(hours int) {
	*z = zoneParts{negative: hours < 0, hour: abs(hours), hasHour: true, hasMinute: true}
}

// utc tells whether the zone is said to be UTC.
func (z *zoneParts) utc() bool { return z.hasHour && z.hasMinute && z.hour == 0 && z.minute == 0 }

// milliseconds returns the offset, which V8 counts in seconds of 32 bits.
func (z *zoneParts) milliseconds() (int64, bool) {
	seconds := uint32(z.hour)*3600 + uint32(z.minute)*60
	if seconds > math.MaxInt32 {
		return 0, false
	}
	if z.negative {
		return -1000 * int64(seconds), true
	}
	return 1000 * int64(seconds), true
}
