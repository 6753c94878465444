package formula

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

const timeFormats = `"unix", "unixMs", "rfc3339", or a pattern such as "%Y-%m-%d %H:%M:%S"`

var nowFunc = ExprFunc{
	Name: "now", Args: "format", Summary: "the time of the run: seconds since 1970, whole; with a format as formatTime writes it", min: 0, max: 1,
	takes: []kinds{ofText}, gives: timeResult,
	Examples: []Example{
		{In: `now()`, Want: `1706696430`},
		{In: `now() + 3600`, Want: `1706700030`, Note: "an hour later"},
		{In: `now("unixMs")`, Want: `1706696430123`},
		{In: `now("rfc3339")`, Want: `"2024-01-31T10:20:30Z"`},
		{In: `now("%Y%m%dT%H%M%SZ")`, Want: `"20240131T102030Z"`},
	},
	check: func(_ int, arg Value) error { return checkTimeFormat(arg.str) },
	many: func(f *frame, args []Value) (Value, error) {
		if f.run.Now == nil {
			return Undefined, errNoClock
		}
		t := f.run.Now().UTC()
		if len(args) == 0 {
			return Number(float64(t.Unix())), nil
		}
		format, err := textOf(args[0], "the format")
		if err != nil {
			return Undefined, err
		}
		return formatTime(f, t, format)
	},
}

var formatTimeFunc = ExprFunc{
	Name: "formatTime", Args: "seconds, format", Summary: "seconds since 1970 in a format: " + timeFormats + "; in UTC; the parts of a pattern are those of strftime: " + timePartNames(), min: 2, max: 2,
	takes: []kinds{ofNumber, ofText}, gives: timeResult,
	Examples: []Example{
		{In: `formatTime(now() + 3600, "rfc3339")`, Want: `"2024-01-31T11:20:30Z"`},
		{In: `formatTime(0, "%a, %d %b %Y %H:%M:%S GMT")`, Want: `"Thu, 01 Jan 1970 00:00:00 GMT"`},
		{In: `formatTime(expires, "unixMs")`, Vars: `{"expires": 1.5}`, Want: `1500`},
	},
	check: func(i int, arg Value) error {
		if i == 0 {
			return nil
		}
		return checkTimeFormat(arg.str)
	},
	many: func(f *frame, args []Value) (Value, error) {
		seconds, ok := args[0].AsNumber()
		if !ok {
			return Undefined, fmt.Errorf("the time is a number of seconds, not %s", kindWithArticle(args[0]))
		}
		const year10000 = 253_402_300_800
		if !(math.Abs(seconds) < year10000) {
			return Undefined, errors.New("the time is beyond the year 9999; it is wanted in seconds, not in milliseconds")
		}
		format, err := textOf(args[1], "the format")
		if err != nil {
			return Undefined, err
		}
		return formatTime(f, time.UnixMicro(int64(math.Round(seconds*1e6))).UTC(), format)
	},
}

// checkTimeFormat tells whether a time can be written in format.
func checkTimeFormat(format string) error {
	_, err := formatTime(new(frame), time.Unix(0, 0).UTC(), format)
	return err
}

// formatTime writes t in format.
func formatTime(f *frame, t time.Time, format string) (Value, error) {
	switch format {
	case "unix":
		return Number(float64(t.Unix())), nil
	case "unixMs":
		return Number(float64(t.UnixMilli())), nil
	case "rfc3339":
		return String(t.Format(time.RFC3339)), nil
	}
	if !strings.Contains(format, "%") {
		return Undefined, fmt.Errorf("unknown format %q; a format is %s", format, timeFormats)
	}
	if err := f.build(4 * len(format)); err != nil {
		return Undefined, err
	}
	var b []byte
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b = append(b, format[i])
			continue
		}
		i++
		if i == len(format) {
			return Undefined, errors.New(`the format ends with "%"; write "%%" for a percent sign`)
		}
		var ok bool
		if b, ok = appendTimePart(b, t, format[i]); !ok {
			return Undefined, fmt.Errorf("unknown part %q in the format; parts are %s", "%"+format[i:i+1], timePartNames())
		}
	}
	return String(string(b)), nil
}

// timeParts lists what can stand behind "%" in a format, as in strftime, with
// the layout that package time has for it.
var timeParts = []struct {
	letter byte
	layout string
}{
	{'Y', "2006"},
	{'y', "06"},
	{'m', "01"},
	{'d', "02"},
	{'e', "_2"},
	{'j', "002"},
	{'H', "15"},
	{'I', "03"},
	{'M', "04"},
	{'S', "05"},
	{'p', "PM"},
	{'a', "Mon"},
	{'A', "Monday"},
	{'b', "Jan"},
	{'B', "January"},
	{'F', "2006-01-02"},
	{'T', "15:04:05"},
	{'z', "-0700"},
	{'Z', "MST"},
}

func appendTimePart(b []byte, t time.Time, letter byte) ([]byte, bool) {
	switch letter {
	case '%':
		return append(b, '%'), true
	case 's':
		return strconv.AppendInt(b, t.Unix(), 10), true
	case 'L':
		return fmt.Appendf(b, "%03d", t.Nanosecond()/1_000_000), true
	}
	for _, p := range timeParts {
		if p.letter == letter {
			return t.AppendFormat(b, p.layout), true
		}
	}
	return b, false
}

func timePartNames() string {
	var names []string
	for _, p := range timeParts {
		names = append(names, "%"+string(p.letter))
	}
	return JoinWords(append(names, "%L", "%s", "%%"), "and")
}

var uuidFunc = ExprFunc{
	Name: "uuid", Summary: "a random UUID (RFC 9562, version 4)", min: 0, max: 0,
	gives:    textType,
	Examples: []Example{{In: `uuid()`, Want: `"00010203-0405-4607-8809-0a0b0c0d0e0f"`}},
	many: func(f *frame, _ []Value) (Value, error) {
		b, err := f.random(16)
		if err != nil {
			return Undefined, err
		}
		b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
		s := hex.EncodeToString(b)
		return String(s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]), nil
	},
}

var nonceFunc = ExprFunc{
	Name: "nonce", Summary: "a random text of 32 hexadecimal digits", min: 0, max: 0,
	gives:    textType,
	Examples: []Example{{In: `nonce()`, Want: `"000102030405060708090a0b0c0d0e0f"`}},
	many: func(f *frame, _ []Value) (Value, error) {
		b, err := f.random(16)
		return String(hex.EncodeToString(b)), err
	},
}

// random returns n bytes of the run's randomness.
func (f *frame) random(n int) ([]byte, error) {
	if f.run.Rand == nil {
		return nil, errNoRand
	}
	if err := f.spend(10); err != nil {
		return nil, err
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(f.run.Rand, b); err != nil {
		return nil, fmt.Errorf("the run's randomness has ended: %w", err)
	}
	return b, nil
}
