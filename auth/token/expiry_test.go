package token_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth/token"
)

func TestExpiry(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name         string
		in, at       any
		milliseconds bool
		want         time.Time // zero: unknown
	}{
		{name: "nothing"},
		{name: "a lifetime of a script", in: 60.0, want: in(time.Minute)},
		{name: "a lifetime of Go", in: 60, want: in(time.Minute)},
		{name: "a lifetime of JSON", in: json.Number("60"), want: in(time.Minute)},
		{name: "a lifetime as text", in: "60", want: in(time.Minute)},
		{name: "a lifetime in milliseconds", in: int64(60000), milliseconds: true, want: in(time.Minute)},
		{name: "a lifetime before a time", in: 60, at: 1767326645, want: in(time.Minute)},
		{name: "a time where the lifetime is 0", in: 0, at: 1767323105, want: in(time.Minute)},
		{name: "a time in seconds", at: 1767323105.0, want: in(time.Minute)},
		{name: "a time with decimals", at: "1767323105.25", want: in(time.Minute + 250*time.Millisecond)},
		{name: "a time in milliseconds by its size", at: json.Number("1767323105250"), want: in(time.Minute + 250*time.Millisecond)},
		{name: "an early time in declared milliseconds", at: 86400000, milliseconds: true, want: time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC)},
		{name: "a date", at: "2026-01-02T03:05:05Z", want: in(time.Minute)},
		{name: "a date with a sign of its zone", at: "2026-01-02 05:05:05 +0200", want: in(time.Minute)},
		{name: "a date of mail", at: "Fri, 02 Jan 2026 05:05:05 +0200", want: in(time.Minute)},
		{name: "a lifetime that is not a number", in: math.NaN()},
		{name: "an infinite lifetime", in: math.Inf(1), want: in(century)},
		{name: "a lifetime that is less than none", in: math.Inf(-1)},
		{name: "a hexadecimal lifetime", in: "0x10"},
		{name: "a lifetime with a unit", in: "60s"},
		{name: "an empty lifetime", in: ""},
		{name: "a negative time", at: -1},
		{name: "no time", at: 0},
		{name: "a time past all bounds", at: 1e30, want: in(century)},
		{name: "the last nanosecond", at: math.MaxInt64, want: in(century)},
		{name: "the year 0001", at: "0001-01-01T00:00:00Z"},
		{name: "the first second of all", at: "1970-01-01T00:00:00Z"},
		{name: "the first second of all in HTTP", at: "Thu, 01 Jan 1970 00:00:00 GMT"},
		{name: "the year 9999", at: "9999-12-31T23:59:59Z", want: in(century)},
		{name: "hours, minutes and seconds", in: "01:01:01", want: in(time.Hour + time.Minute + time.Second)},
		{name: "too many minutes", in: "01:61:01"},
		{name: "an object", in: map[string]any{"seconds": 60}, at: []any{1}},
	} {
		got, known := token.Expiry(tt.in, tt.at, tt.milliseconds, now)
		if !got.Equal(tt.want) || known != !tt.want.IsZero() {
			t.Errorf("%s: %v, %v, want %v", tt.name, got, known, tt.want)
		}
	}
}
