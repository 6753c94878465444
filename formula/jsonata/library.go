package jsonata

import "sync"

// A builtin is one function of the library.
type builtin struct {
	name  string
	sig   string
	arity int // how many arguments it makes use of when another function calls it
	run   func(c *call, args []any) (any, error)
}

// library lists the functions of the language, one line each.
func library() []builtin {
	return []builtin{
		{"string", "<x-b?:s>", 1, fnString},
		{"length", "<s-:n>", 1, fnLength},
		{"substring", "<s-nn?:s>", 3, fnSubstring},
		{"substringBefore", "<s-s:s>", 2, fnSubstringBefore},
		{"substringAfter", "<s-s:s>", 2, fnSubstringAfter},
		{"lowercase", "<s-:s>", 1, fnLowercase},
		{"uppercase", "<s-:s>", 1, fnUppercase},
		{"trim", "<s-:s>", 1, fnTrim},
		{"pad", "<s-ns?:s>", 3, fnPad},
		{"contains", "<s-(sf):b>", 2, fnContains},
		{"match", "<s-f<s:o>n?:a<o>>", 3, fnMatch},
		{"replace", "<s-(sf)(sf)n?:s>", 4, fnReplace},
		{"split", "<s-(sf)n?:a<s>>", 3, fnSplit},
		{"join", "<a<s>s?:s>", 2, fnJoin},
		{"base64encode", "<s-:s>", 1, fnBase64Encode},
		{"base64decode", "<s-:s>", 1, fnBase64Decode},
		{"encodeUrl", "<s-:s>", 1, fnEncodeURL},
		{"encodeUrlComponent", "<s-:s>", 1, fnEncodeURLComponent},
		{"decodeUrl", "<s-:s>", 1, fnDecodeURL},
		{"decodeUrlComponent", "<s-:s>", 1, fnDecodeURLComponent},

		{"number", "<(nsb)-:n>", 1, fnNumber},
		{"abs", "<n-:n>", 1, fnAbs},
		{"floor", "<n-:n>", 1, fnFloor},
		{"ceil", "<n-:n>", 1, fnCeil},
		{"round", "<n-n?:n>", 2, fnRound},
		{"power", "<n-n:n>", 2, fnPower},
		{"sqrt", "<n-:n>", 1, fnSqrt},
		{"random", "<:n>", 0, fnRandom},
		{"formatNumber", "<n-so?:s>", 3, fnFormatNumber},
		{"formatBase", "<n-n?:s>", 2, fnFormatBase},
		{"formatInteger", "<n-s:s>", 2, fnFormatInteger},
		{"parseInteger", "<s-s:n>", 2, fnParseInteger},
		{"sum", "<a<n>:n>", 1, fnSum},
		{"max", "<a<n>:n>", 1, fnMax},
		{"min", "<a<n>:n>", 1, fnMin},
		{"average", "<a<n>:n>", 1, fnAverage},

		{"boolean", "<x-:b>", 1, fnBoolean},
		{"not", "<x-:b>", 1, fnNot},
		{"exists", "<x:b>", 1, fnExists},
		{"type", "<x:s>", 1, fnType},
		{"assert", "<bs?:x>", 2, fnAssert},
		{"error", "<s?:x>", 1, fnError},
		{"eval", "<sx?:x>", 2, fnEval},

		{"count", "<a:n>", 1, fnCount},
		{"append", "<xx:a>", 2, fnAppend},
		{"sort", "<af?:a>", 2, fnSort},
		{"reverse", "<a:a>", 1, fnReverse},
		{"shuffle", "<a:a>", 1, fnShuffle},
		{"distinct", "<x:x>", 1, fnDistinct},
		{"zip", "<a+>", 0, fnZip},

		{"keys", "<x-:a<s>>", 1, fnKeys},
		{"lookup", "<x-s:x>", 2, fnLookup},
		{"spread", "<x-:a<o>>", 1, fnSpread},
		{"merge", "<a<o>:o>", 1, fnMerge},
		{"clone", "<(oa)-:o>", 1, fnClone},
		{"each", "<o-f:a>", 2, fnEach},
		{"sift", "<o-f?:o>", 2, fnSift},

		{"map", "<af>", 2, fnMap},
		{"filter", "<af>", 2, fnFilter},
		{"single", "<af?>", 2, fnSingle},
		{"reduce", "<afj?:j>", 3, fnReduce},

		{"now", "<s?s?:s>", 2, fnNow},
		{"millis", "<:n>", 0, fnMillis},
		{"fromMillis", "<n-s?s?:s>", 3, fnFromMillis},
		{"toMillis", "<s-s?:n>", 2, fnToMillis},
	}
}

// builtins returns the library by name. It is built at its first use and read
// by all evaluations.
var builtins = sync.OnceValue(func() map[string]*function {
	functions := map[string]*function{}
	for _, b := range library() {
		sig, err := parseSignature(b.sig)
		if err != nil {
			panic("jsonata: signature of $" + b.name + ": " + err.Error())
		}
		functions[b.name] = &function{name: b.name, arity: b.arity, sig: sig, run: b.run, object: true}
	}
	return functions
})

// wrongKind says that an argument is nothing that the function can work with.
func wrongKind(v any) error { return failValue(CodeWrongKind, v) }

// textArg returns a string argument; ok is false if it is undefined.
func textArg(args []any, i int) (s string, ok bool, err error) {
	switch v := argument(args, i).(type) {
	case Undefined:
		return "", false, nil
	case string:
		return v, true, nil
	default:
		return "", false, wrongKind(v)
	}
}

// numberArg returns a number argument; ok is false if it is undefined.
func numberArg(args []any, i int) (f float64, ok bool, err error) {
	switch v := argument(args, i).(type) {
	case Undefined:
		return 0, false, nil
	case float64:
		return v, true, nil
	default:
		return 0, false, wrongKind(v)
	}
}

// listArg returns an array argument, nil if it is undefined.
func listArg(args []any, i int) (*array, error) {
	v := argument(args, i)
	if a := asArray(v); a != nil || isUndefined(v) {
		return a, nil
	}
	return nil, wrongKind(v)
}

// functionArg returns a function argument.
func functionArg(args []any, i int) (*function, error) {
	v := argument(args, i)
	if f, ok := v.(*function); ok {
		return f, nil
	}
	return nil, wrongKind(v)
}
