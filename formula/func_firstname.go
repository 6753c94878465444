package formula

import (
	"regexp"
	"slices"
	"strings"
)

var firstNameFormula = Func{
	Name:    "$firstName",
	Summary: "The first name within a full name.",
	Args:    "text",
	Examples: []Example{
		{In: `{"$firstName": {"$var": "name"}}`, Vars: `{"name": "Dr. Jane van Doe"}`, Want: `"Jane"`},
		{In: `{"$firstName": "Doe, Jane M."}`, Want: `"Jane"`},
		{In: `{"$firstName": "Jane"}`, Note: "a name of one word is a last name"},
	},
	compile: func(c *compiler, arg, _ Value) compiled { return c.personName(arg, 0) },
	infer:   inferFromText,
}

// personName compiles $firstName (part 0) and $lastName (part 1).
func (c *compiler) personName(arg Value, part int) compiled {
	return c.ofText(arg, func(s string) Value { return splitName(s)[part] })
}

// The words that stand around names, in lower case without dots.
var (
	salutations   = strings.Fields("mr master mister mrs miss ms dr prof rev fr judge honorable hon tuan sr srta br pr mx sra")
	nameSuffixes  = strings.Fields("i ii iii iv v senior junior jr sr phd apr rph pe md ma dmd cme qc kc")
	nameParticles = strings.Fields("vere von van de del della der den di da pietro vanden du st. st la lo ter bin ibn te ten op ben al")
)

var (
	blankBeforeComma = regexp.MustCompile(`\b[\s\x{a0}\x{feff}\p{Z}]+(,[\s\x{a0}\x{feff}\p{Z}]+)\b`)
	commaInWord      = regexp.MustCompile(`\b,\b`)
	nameWord         = regexp.MustCompile(`[^\s\x{a0}\x{feff}\p{Z}"]+|"[^"]+"`)
	quotedName       = regexp.MustCompile(`^"[^\n\r\x{2028}\x{2029}]*"$`)
)

// splitName finds the first and the last name in a full name, as the npm
// package humanparser does, whose rules the format has. What there is not is
// undefined.
func splitName(full string) [2]Value {
	full = strings.Trim(full, jsSpace)
	full = replaceFirst(blankBeforeComma, full, "$1")
	full = replaceFirst(commaInWord, full, ", ")
	words := nameWord.FindAllString(full, -1)
	if words == nil {
		words = strings.FieldsFunc(full, isJSSpace) // nothing but quotes
	}
	if len(words) == 0 {
		return [2]Value{}
	}
	for i, w := range words {
		if len(w) > 1 && quotedName.MatchString(w) {
			words[i] = w[1 : len(w)-1]
		}
	}
	first, last := nameOf(words)
	first.str, last.str = strings.Trim(first.str, jsSpace), strings.Trim(last.str, jsSpace)
	switch {
	case last.str != "":
		return [2]Value{first, last}
	case first.str != "":
		return [2]Value{Undefined, first}
	}
	return [2]Value{}
}

func isJSSpace(r rune) bool { return strings.ContainsRune(jsSpace, r) }

// nameOf finds the names among words.
func nameOf(words []string) (first, last Value) {
	if len(words) == 1 {
		first = String(words[0])
	}
	if n := len(words); n > 1 && isWord(nameSuffixes, words[n-1]) {
		words = words[:n-1]
		words[n-2] = strings.Replace(words[n-2], ",", "", 1)
	}
	if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, ",") }) {
		return lastNameFirst(words, first)
	}
	return firstNameFirst(words)
}

// replaceFirst replaces the first match of re.
func replaceFirst(re *regexp.Regexp, s, replacement string) string {
	m := re.FindStringSubmatchIndex(s)
	if m == nil {
		return s
	}
	return s[:m[0]] + string(re.ExpandString(nil, replacement, s, m)) + s[m[1]:]
}

// isWord tells whether w is one of words, whatever its case and dots.
func isWord(words []string, w string) bool {
	return slices.Contains(words, strings.ReplaceAll(strings.ToLower(w), ".", ""))
}

// lastNameFirst reads "Last, First Middle"; otherwise is the first name if
// nothing stands behind the comma.
func lastNameFirst(words []string, otherwise Value) (first, last Value) {
	var parts []string
	for i, w := range words {
		before, after, found := strings.Cut(w, ",")
		if !found {
			parts = append(parts, w)
			continue
		}
		if w = before + after; !isWord(nameSuffixes, w) {
			parts = append(parts, w)
		}
		if i+1 < len(words) {
			otherwise = String(words[i+1])
		}
		break
	}
	return otherwise, String(strings.Join(parts, " "))
}

// firstNameFirst reads "Salutation First Middle van Last".
func firstNameFirst(words []string) (first, last Value) {
	if len(words) > 1 && isWord(salutations, words[0]) {
		words = words[1:]
		if len(words) == 1 {
			return Undefined, String(strings.Replace(words[0], ",", "", 1))
		}
	}
	first, words = String(words[0]), words[1:]
	if len(words) == 0 {
		return first, Undefined
	}
	from := len(words) - 1
	for from > 0 && isWord(nameParticles, words[from-1]) {
		from--
	}
	return first, String(strings.Replace(strings.Join(words[from:], " "), ",", "", 1))
}
