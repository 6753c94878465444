package jsonata

import (
	"errors"
	"strings"
)

// Codes of this package. All other codes are those of JSONata 1.8.
const (
	CodeTooMuchWork  = "U1001" // nested too deeply, or too many steps
	CodeTooMuchData  = "U1002" // more memory asked for than allowed
	CodeInterrupted  = "U1003" // the context ended; errors.Is finds its cause
	CodeRegexp       = "U1004" // a regular expression that cannot be compiled
	CodeWrongKind    = "U1005" // a value that a function cannot work with
	CodeExprTooLarge = "U1006" // an expression too long or nested too deeply
)

// An Error is a problem of an expression or of its evaluation.
type Error struct {
	Code     string // such as "T2001"; the first letter tells syntax, type, dynamic or usage
	Position int    // offset in bytes of the token concerned, -1 if it is not known
	Token    string // operator, function name or source text concerned, if any
	Value    any    // value concerned, if any
	Message  string // one sentence; it never quotes data, except for $error and $assert

	cause error
}

// Error returns the code and the message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Unwrap returns the context's error when the evaluation was interrupted, and
// the inner error of $eval.
func (e *Error) Unwrap() error { return e.cause }

// fail makes an error that does not know its place yet.
func fail(code string) *Error {
	return &Error{Code: code, Position: -1}
}

func failValue(code string, value any) *Error {
	e := fail(code)
	e.Value = value
	return e
}

func failArg(code string, value any, index int) *Error {
	e := failValue(code, value)
	e.Message = strings.ReplaceAll(messages[code], "{index}", itoa(index))
	return e
}

func syntaxError(code string, pos int, token string) *Error {
	e := &Error{Code: code, Position: pos, Token: token}
	e.complete()
	return e
}

// limitCode reports whether code stands for a bound rather than for a mistake
// in the expression.
func limitCode(code string) bool {
	return code == CodeTooMuchWork || code == CodeTooMuchData || code == CodeInterrupted
}

// locate fills in place and token where err does not have them yet.
func locate(err error, pos int, token string) error {
	var e *Error
	if errors.As(err, &e) && !limitCode(e.Code) {
		if e.Position < 0 {
			e.Position = pos
		}
		if e.Token == "" {
			e.Token = token
		}
	}
	return err
}

// relocate sets place and token: the operator knows better than its operands.
func relocate(err error, pos int, token string) error {
	var e *Error
	if errors.As(err, &e) && !limitCode(e.Code) {
		e.Position, e.Token = pos, token
	}
	return err
}

// complete writes the message once all facts are known.
func (e *Error) complete() {
	if e.Message == "" {
		e.Message = messages[e.Code]
	}
	token := e.Token
	if token == "" {
		token = "function"
	}
	if e.Code != "D3137" && e.Code != "D3141" { // those are the expression's own words
		e.Message = strings.NewReplacer("{token}", `"`+token+`"`, "{name}", token).Replace(e.Message)
	}
}

// messages says each code in one sentence. A table, longer than a file should be.
var messages = map[string]string{
	"S0101":          "string has no closing quote",
	"S0102":          "number {token} is out of range",
	"S0103":          "unknown escape sequence, backslash followed by {token}",
	"S0104":          "\\u must be followed by four hexadecimal digits",
	"S0105":          "quoted name has no closing backquote",
	"S0106":          "comment has no end",
	"S0201":          "unexpected {token}",
	"S0202":          "unexpected {token}, want {want}",
	"S0203":          "expression ends where {want} is expected",
	"S0204":          "unknown operator {token}",
	"S0207":          "expression ends too early",
	"S0208":          "parameter of a function definition must be a variable, got {token}",
	"S0209":          "predicate must stand before the grouping of a step",
	"S0210":          "step has more than one grouping",
	"S0211":          "{token} cannot begin an expression",
	"S0212":          "left side of := must be a variable",
	"S0213":          "literal {token} cannot be a step of a path",
	"S0214":          "right side of {token} must be a variable",
	"S0215":          "variable binding must stand before the predicates of a step",
	"S0216":          "variable binding must stand before the order-by of a step",
	"S0217":          "parent % has nothing to refer to here",
	"S0301":          "regular expression is empty",
	"S0302":          "regular expression has no closing slash",
	"S0401":          "type parameter is only possible for functions and arrays",
	"S0402":          "choice of types cannot hold a type parameter",
	"T0410":          "argument {index} of {token} does not match the signature",
	"T0411":          "context value cannot be argument {index} of {token}",
	"T0412":          "argument {index} of {token} must be an array of one type",
	"D1001":          "number is out of range",
	"D1002":          "only a number can be negated",
	"T1003":          "key of an object must be a string",
	"D1004":          "regular expression matches the empty string",
	"T1005":          "{token} is not a function, did you mean ${name}",
	"T1006":          "{token} is not a function",
	"T1007":          "{token} is not a function and cannot be applied partially, did you mean ${name}",
	"T1008":          "{token} is not a function and cannot be applied partially",
	"D1009":          "two key expressions give the same key",
	"T1010":          "matcher given to {token} does not return a match",
	"D1013":          "key is reserved",
	"T2001":          "left side of {token} must be a number",
	"T2002":          "right side of {token} must be a number",
	"T2003":          "left side of .. must be an integer",
	"T2004":          "right side of .. must be an integer",
	"T2006":          "right side of ~> must be a function",
	"T2007":          "order-by compares values of different types",
	"T2008":          "order-by needs numbers or strings",
	"T2009":          "both sides of {token} must have the same type",
	"T2010":          "both sides of {token} must be numbers or strings",
	"T2011":          "update of a transform must be an object",
	"T2012":          "delete of a transform must be a string or an array of strings",
	"T2013":          "transform needs $clone to be a function",
	"D2014":          "range is longer than ten million items",
	"D3001":          "number without a finite value cannot become a string",
	"D3010":          "pattern of $replace must not be empty",
	"D3011":          "limit of $replace must not be negative",
	"D3012":          "replacement must be a string",
	"D3020":          "limit of $split must not be negative",
	"D3030":          "value cannot become a number",
	"D3040":          "limit of $match must not be negative",
	"D3050":          "function given to $reduce must take at least two arguments",
	"D3060":          "square root of a negative number",
	"D3061":          "power is out of range",
	"D3070":          "$sort without a function needs only numbers or only strings",
	"D3080":          "picture has more than two parts",
	"D3081":          "picture has more than one decimal separator",
	"D3082":          "picture has more than one percent sign",
	"D3083":          "picture has more than one per-mille sign",
	"D3084":          "picture has a percent and a per-mille sign",
	"D3085":          "picture has no digit",
	"D3086":          "picture has other characters between its digits",
	"D3087":          "picture has a grouping separator next to the decimal separator",
	"D3088":          "picture has a grouping separator at the end of the integer part",
	"D3089":          "picture has two grouping separators in a row",
	"D3090":          "picture has a mandatory digit before an optional one in the integer part",
	"D3091":          "picture has an optional digit before a mandatory one in the fraction",
	"D3092":          "picture has an exponent and a percent or per-mille sign",
	"D3093":          "picture has an exponent that is not made of digits",
	"D3100":          "radix of $formatBase must be from 2 to 36",
	"D3110":          "argument of $toMillis must be an ISO 8601 timestamp",
	"D3120":          "expression given to $eval has a syntax error",
	"D3121":          "expression given to $eval failed",
	"D3130":          "picture asks for a numbering that is not supported",
	"D3131":          "picture mixes digits of several scripts",
	"D3132":          "picture has an unknown component",
	"D3133":          "picture asks for the name of a component that has none",
	"D3134":          "picture asks for a timezone of more than four digits",
	"D3135":          "picture has a bracket that is not closed",
	"D3136":          "picture lacks components that the timestamp needs",
	"D3137":          "$error() function evaluated",
	"D3138":          "$single found more than one match",
	"D3139":          "$single found no match",
	"D3140":          "{token} was given a malformed URL",
	"D3141":          "$assert() statement failed",
	CodeTooMuchWork:  "evaluation takes too many steps or is nested too deeply",
	CodeTooMuchData:  "evaluation needs more memory than allowed",
	CodeInterrupted:  "evaluation was interrupted",
	CodeRegexp:       "regular expression is not supported",
	CodeWrongKind:    "{token} cannot work with this value",
	CodeExprTooLarge: "expression is too long or nested too deeply",
}
