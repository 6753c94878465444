package token

import (
	"encoding/json"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// maxLifetime bounds lifetimes: what is longer will not be waited for.
const maxLifetime = 100 * 365 * 24 * time.Hour

// Expiry tells when a credential expires, from what an answer says: expiresIn
// is a lifetime in seconds and comes first, expiresAt a time in seconds since
// 1970, or in milliseconds where that is the only sense, or a date of RFC 3339
// or HTTP. Either may be a number, its text, or nil. With milliseconds both
// count these. It is not known where neither can be read or a lifetime is not
// positive.
func Expiry(expiresIn, expiresAt any, milliseconds bool, now time.Time) (at time.Time, known bool) {
	at, _ = readExpiry(expiresIn, expiresAt, milliseconds, now)
	return at, !at.IsZero()
}

// readExpiry gives the zero time for unknown, and notes about what was odd.
func readExpiry(expiresIn, expiresAt any, milliseconds bool, now time.Time) (at time.Time, notes []string) {
	limit := now.Add(maxLifetime).UTC()
	at, note := readLifetime(expiresIn, milliseconds, now, limit)
	notes = appendNote(notes, note)
	if at.IsZero() {
		at, note = readTime(expiresAt, milliseconds, limit)
		notes = appendNote(notes, note)
	}
	if at.After(limit) {
		at, notes = limit, append(notes, "the expiry is more than a hundred years away, and was put there")
	}
	return at, notes
}

func appendNote(notes []string, note string) []string {
	if note == "" {
		return notes
	}
	return append(notes, note)
}

// readLifetime reads expires_in. What is past the limit is just past it.
func readLifetime(v any, milliseconds bool, now, limit time.Time) (at time.Time, note string) {
	ms, ok := numberOf(v)
	if !milliseconds {
		ms *= 1000
	}
	if clock, isClock := readClock(v); isClock {
		ms, ok = clock, true
	}
	switch {
	case v == nil:
		return time.Time{}, ""
	case !ok:
		if date, ok := readDate(v); ok {
			return date, "expires_in is a date"
		}
		return time.Time{}, "expires_in is no number; the expiry is unknown"
	case ms < 0:
		return time.Time{}, "expires_in is negative; the expiry is unknown"
	case ms < 1: // 0 is said for never and for unknown
		return time.Time{}, ""
	case ms > float64(maxLifetime/time.Millisecond):
		return limit.Add(1), ""
	}
	return now.Add(time.Duration(math.Round(ms)) * time.Millisecond).UTC(), ""
}

// readTime reads expires_at.
func readTime(v any, milliseconds bool, limit time.Time) (at time.Time, note string) {
	if v == nil {
		return time.Time{}, ""
	}
	if date, ok := readDate(v); ok {
		return date, ""
	}
	n, ok := numberOf(v)
	switch {
	case !ok:
		return time.Time{}, "expires_at is neither a number nor a date that is known; the expiry is unknown"
	case n < 0:
		return time.Time{}, "expires_at is negative; the expiry is unknown"
	case n < 1:
		return time.Time{}, ""
	}
	// Seconds end with the year 5138, where milliseconds have 1973; and so on
	// for microseconds and nanoseconds.
	const lastSecond = 1e11
	ms := n * 1000
	switch {
	case milliseconds, n >= lastSecond && n < lastSecond*1e3:
		ms = n
	case n >= lastSecond*1e3 && n < lastSecond*1e6:
		ms = n / 1e3
	case n >= lastSecond*1e6 && n < lastSecond*1e9:
		ms = n / 1e6
	}
	if ms > float64(limit.UnixMilli()) {
		return limit.Add(1), ""
	}
	return time.UnixMilli(int64(math.Round(ms))).UTC(), ""
}

// numberOf reads a number, or a text that is one. What is too large for one is
// infinite.
func numberOf(v any) (float64, bool) {
	var text string
	switch v := v.(type) {
	case string:
		text = strings.TrimSpace(v)
	case json.Number:
		text = v.String()
	case float64:
		return v, !math.IsNaN(v)
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	}
	if text == "" || strings.Trim(text, "0123456789+-.eE") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(n, 0) {
		return 0, false
	}
	return n, true
}

// clock matches hours, minutes and seconds, as Tableau says lifetimes.
var clock = regexp.MustCompile(`^([0-9]{1,7}):([0-5][0-9]):([0-5][0-9](?:\.[0-9]{1,9})?)$`)

// readClock reads a lifetime such as 179:10:26.345, in milliseconds.
func readClock(v any) (ms float64, ok bool) {
	text, _ := v.(string)
	m := clock.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return 0, false
	}
	for _, part := range m[1:] {
		n, _ := strconv.ParseFloat(part, 64) // digits
		ms = ms*60 + n
	}
	return ms * 1000, true
}

// dates are the layouts of dates beside those of HTTP. A date without a zone
// is in UTC.
var dates = []string{
	time.RFC3339,
	"2006-01-02T15:04:05Z0700",
	"2006-01-02T15:04:05",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05 Z0700",
	"2006-01-02 15:04:05",
	time.RFC1123Z,
}

func readDate(v any) (time.Time, bool) {
	text, ok := v.(string)
	if !ok || len(text) > 64 {
		return time.Time{}, false
	}
	text = strings.TrimSpace(text)
	for _, layout := range dates {
		if at, err := time.Parse(layout, text); err == nil && at.Year() > 1970 {
			return at.UTC(), true
		}
	}
	at, err := http.ParseTime(text)
	return at.UTC(), err == nil && at.Year() > 1970
}
