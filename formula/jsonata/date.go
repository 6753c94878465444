package jsonata

import "math"

// Times are milliseconds since 1970 in UTC, as in JavaScript; a time that does
// not exist is not a number.

const (
	millisPerDay = 86_400_000
	maxTime      = 8.64e15
)

// utc makes a time of its parts. Months and all smaller parts may lie outside
// of their range; the years 0 to 99 stand for those of the last century.
func utc(year, month, day, hour, minute, second, milli float64) float64 {
	if y := math.Trunc(year); y >= 0 && y <= 99 {
		year = y + 1900
	}
	return fullUTC(year, month, day, hour, minute, second, milli)
}

// fullUTC is utc without the rule for short years.
func fullUTC(year, month, day, hour, minute, second, milli float64) float64 {
	sum := year + month + day + hour + minute + second + milli
	if math.IsNaN(sum) || math.IsInf(sum, 0) || math.Abs(year)+math.Abs(month) > 1e7 {
		return math.NaN()
	}
	year, month = math.Trunc(year), math.Trunc(month)
	year += math.Floor(month / 12)
	month -= 12 * math.Floor(month/12)
	days := float64(daysFromCivil(int(year), int(month)+1, 1)) + math.Trunc(day) - 1
	t := days*millisPerDay + math.Trunc(hour)*3_600_000 + math.Trunc(minute)*60_000 +
		math.Trunc(second)*1000 + math.Trunc(milli)
	return timeClip(t)
}

func timeClip(t float64) float64 {
	if math.IsNaN(t) || math.Abs(t) > maxTime {
		return math.NaN()
	}
	return math.Trunc(t)
}

// daysFromCivil counts the days from 1970 to a date of the Gregorian calendar.
func daysFromCivil(year, month, day int) int {
	if month <= 2 {
		year--
	}
	era := floorDiv(year, 400)
	yearOfEra := year - era*400
	dayOfYear := (153*((month+9)%12)+2)/5 + day - 1 // the year begins in March
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear
	return era*146097 + dayOfEra - 719468
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// A date is a time taken apart. Months count from 0, as in JavaScript.
type date struct {
	time                                  float64
	year, month, day                      float64
	weekday, hour, minute, second, millis float64
}

// dateOf takes a time apart; of a time that does not exist no part is a number.
func dateOf(t float64) date {
	t = timeClip(t)
	if math.IsNaN(t) {
		return date{t, t, t, t, t, t, t, t, t}
	}
	days := int(math.Floor(t / millisPerDay))
	rest := int(t - float64(days)*millisPerDay)
	z := days + 719468
	era := floorDiv(z, 146097)
	dayOfEra := z - era*146097
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	march := (5*dayOfYear + 2) / 153
	month := (march + 2) % 12
	year := yearOfEra + era*400
	if month < 2 {
		year++
	}
	return date{
		time: t, year: float64(year), month: float64(month),
		day:     float64(dayOfYear - (153*march+2)/5 + 1),
		weekday: float64(((days+4)%7 + 7) % 7),
		hour:    float64(rest / 3_600_000), minute: float64(rest / 60_000 % 60),
		second: float64(rest / 1000 % 60), millis: float64(rest % 1000),
	}
}

// weekStart is the Monday on which the first week of a year or a month begins,
// which is the week with its first Thursday.
func weekStart(year, month float64) float64 {
	first := utc(year, month, 1, 0, 0, 0, 0)
	weekday := dateOf(first).weekday
	if weekday == 0 {
		weekday = 7
	}
	if weekday > 4 {
		return first + (8-weekday)*millisPerDay
	}
	return first - (weekday-1)*millisPerDay
}

// monthAfter returns the month that lies n, which is 1 or -1, from another.
func monthAfter(year, month, n float64) (float64, float64) {
	month += n
	switch {
	case month > 11:
		return year + 1, 0
	case month < 0:
		return year - 1, 11
	}
	return year, month
}

// weekOf counts the weeks from the start of a period to today. The first and
// the last days may belong to the period after or before.
func weekOf(today, start, nextStart, previousStart, most float64) float64 {
	since := func(start float64) float64 { return (today-start)/(7*millisPerDay) + 1 }
	week := since(start)
	switch {
	case week > most:
		if today >= nextStart {
			week = 1
		}
	case week < 1:
		week = since(previousStart)
	}
	return math.Floor(week)
}

// component returns a part of a date by the letter it has in pictures.
func (d *date) component(letter byte) float64 {
	switch letter {
	case 'Y':
		return d.year
	case 'M':
		return d.month + 1
	case 'D':
		return d.day
	case 'd':
		today := utc(d.year, d.month, d.day, 0, 0, 0, 0)
		return (today-utc(d.year, 0, 1, 0, 0, 0, 0))/millisPerDay + 1
	case 'F':
		if d.weekday == 0 {
			return 7
		}
		return d.weekday
	case 'W', 'w', 'X', 'x':
		return d.week(letter)
	case 'H':
		return d.hour
	case 'h':
		if h := math.Mod(d.hour, 12); h != 0 {
			return h
		}
		return 12
	case 'm':
		return d.minute
	case 's':
		return d.second
	case 'f':
		return d.millis
	}
	return math.NaN()
}

// week returns the week in the year (W) or month (w), or the year (X) or month
// (x) that the week belongs to.
func (d *date) week(letter byte) float64 {
	today := utc(d.year, d.month, d.day, 0, 0, 0, 0)
	yearStart, nextYear := weekStart(d.year, 0), weekStart(d.year+1, 0)
	ny, nm := monthAfter(d.year, d.month, 1)
	py, pm := monthAfter(d.year, d.month, -1)
	monthStart, nextMonth := weekStart(d.year, d.month), weekStart(ny, nm)
	switch letter {
	case 'W':
		return weekOf(today, yearStart, nextYear, weekStart(d.year-1, 0), 52)
	case 'w':
		return weekOf(today, monthStart, nextMonth, weekStart(py, pm), 4)
	case 'X':
		switch {
		case d.time < yearStart:
			return d.year - 1
		case d.time >= nextYear:
			return d.year + 1
		}
		return d.year
	}
	switch {
	case d.time < monthStart:
		return pm + 1
	case d.time >= nextMonth:
		return nm + 1
	}
	return d.month + 1
}
