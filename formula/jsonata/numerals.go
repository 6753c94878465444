package jsonata

import (
	"math"
	"regexp"
	"strings"
)

// smallWords are the numbers that have a word of their own, and their ordinals.
var smallWords = [][2]string{
	{"Zero", "Zeroth"},
	{"One", "First"},
	{"Two", "Second"},
	{"Three", "Third"},
	{"Four", "Fourth"},
	{"Five", "Fifth"},
	{"Six", "Sixth"},
	{"Seven", "Seventh"},
	{"Eight", "Eighth"},
	{"Nine", "Ninth"},
	{"Ten", "Tenth"},
	{"Eleven", "Eleventh"},
	{"Twelve", "Twelfth"},
	{"Thirteen", "Thirteenth"},
	{"Fourteen", "Fourteenth"},
	{"Fifteen", "Fifteenth"},
	{"Sixteen", "Sixteenth"},
	{"Seventeen", "Seventeenth"},
	{"Eighteen", "Eighteenth"},
	{"Nineteen", "Nineteenth"},
}

// tenWords are the tens from twenty on.
var tenWords = []string{"Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"}

// powerWords are the powers of a thousand.
var powerWords = []string{"Thousand", "Million", "Billion", "Trillion"}

// words writes a number in English.
func words(f float64, ordinal bool) string {
	var b strings.Builder
	writeWords(&b, f, ordinal, false)
	return b.String()
}

// writeWords writes a number; continued says that a larger part stands before.
func writeWords(b *strings.Builder, f float64, ordinal, continued bool) {
	link := ""
	if continued {
		link = ", "
		if f < 100 {
			link = " and "
		}
	}
	b.WriteString(link)
	switch {
	case f < 20:
		form := 0
		if ordinal {
			form = 1
		}
		b.WriteString(smallWords[int(f)][form])
	case f < 100:
		word, rest := tenWords[int(f)/10-2], math.Mod(f, 10)
		switch {
		case rest > 0:
			b.WriteString(word + "-")
			writeWords(b, rest, ordinal, false)
		case ordinal:
			b.WriteString(strings.TrimSuffix(word, "y") + "ieth")
		default:
			b.WriteString(word)
		}
	case f < 1000:
		b.WriteString(smallWords[int(f)/100][0] + " Hundred")
		writeRest(b, math.Mod(f, 100), ordinal)
	default:
		magnitude := min(int(math.Log10(f)/3), len(powerWords))
		factor := math.Pow(10, float64(3*magnitude))
		count := math.Floor(f / factor)
		writeWords(b, count, false, false)
		b.WriteString(" " + powerWords[magnitude-1])
		writeRest(b, f-count*factor, ordinal)
	}
}

// writeRest ends a number whose larger part is written.
func writeRest(b *strings.Builder, rest float64, ordinal bool) {
	if rest > 0 {
		writeWords(b, rest, ordinal, true)
	} else if ordinal {
		b.WriteString("th")
	}
}

// wordValue returns the number that a word in lower case stands for.
func wordValue(word string) (float64, bool) {
	for i, forms := range smallWords {
		if word == strings.ToLower(forms[0]) || word == strings.ToLower(forms[1]) {
			return float64(i), true
		}
	}
	for i, ten := range tenWords {
		ten = strings.ToLower(ten)
		if word == ten || word == strings.TrimSuffix(ten, "y")+"ieth" {
			return float64(10 * (i + 2)), true
		}
	}
	word = strings.TrimSuffix(word, "th")
	if word == "hundred" {
		return 100, true
	}
	for i, power := range powerWords {
		if word == strings.ToLower(power) {
			return math.Pow(1000, float64(i+1)), true
		}
	}
	return 0, false
}

// numberWords is a regular expression for numbers in words.
func numberWords() string {
	var all []string
	for _, forms := range smallWords {
		all = append(all, forms[0], forms[1])
	}
	for _, ten := range tenWords {
		all = append(all, ten, strings.TrimSuffix(ten, "y")+"ieth")
	}
	for _, power := range append([]string{"Hundred"}, powerWords...) {
		all = append(all, power, power+"th")
	}
	return "(?:" + strings.Join(all, "|") + `|and|[\-, ])+`
}

// wordBreaks are what stands between the words of a number.
var wordBreaks = regexp.MustCompile(`,\s|\sand\s|[\s\\-]`)

// fromWords reads a number in English, in lower case.
func fromWords(s string) float64 {
	parts := []float64{0}
	for _, word := range wordBreaks.Split(s, -1) {
		value, ok := wordValue(word)
		if !ok {
			return math.NaN()
		}
		last := &parts[len(parts)-1]
		switch {
		case value >= 100:
			*last *= value
		case *last >= 1000:
			parts = append(parts, value)
		default:
			*last += value
		}
	}
	total := 0.0
	for _, part := range parts {
		total += part
	}
	return total
}

// romanParts are the parts of a Roman number, the largest first.
var romanParts = []struct {
	value float64
	text  string
}{
	{1000, "m"},
	{900, "cm"},
	{500, "d"},
	{400, "cd"},
	{100, "c"},
	{90, "xc"},
	{50, "l"},
	{40, "xl"},
	{10, "x"},
	{9, "ix"},
	{5, "v"},
	{4, "iv"},
	{1, "i"},
}

func roman(f float64) string {
	var b strings.Builder
	for _, part := range romanParts {
		for ; f >= part.value; f -= part.value {
			b.WriteString(part.text)
		}
	}
	return b.String()
}

// fromRoman reads a Roman number in capitals.
func fromRoman(s string) float64 {
	values := map[byte]float64{'M': 1000, 'D': 500, 'C': 100, 'L': 50, 'X': 10, 'V': 5, 'I': 1}
	total, most := 0.0, 1.0
	for i := len(s) - 1; i >= 0; i-- {
		value, ok := values[s[i]]
		switch {
		case !ok:
			return math.NaN()
		case value < most:
			total -= value
		default:
			most = value
			total += value
		}
	}
	return total
}

// letters counts a, b, ... z, aa, ab and so on.
func letters(f float64) string {
	var b []byte
	for f > 0 {
		b = append(b, 'a'+byte(math.Mod(f-1, 26)))
		f = math.Floor((f - 1) / 26)
	}
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

func fromLetters(s string, first rune) float64 {
	total := 0.0
	all := units(s)
	for i := range all {
		digit := rune(all[len(all)-1-i]) - first + 1
		total += float64(digit) * power(26, float64(i))
	}
	return total
}
