// Package jsonata evaluates JSONata 1.8 expressions over JSON data.
//
// Compile an expression once, then evaluate it as often as needed:
//
//	expr, err := jsonata.Compile(`orders[total > 10].{"id": id, "sum": total}`)
//	...
//	input, err := jsonata.DecodeJSON(data)
//	...
//	result, err := expr.Eval(ctx, input, jsonata.Options{})
//
// # Values
//
// Input, bindings and results are made of nil, bool, float64, string, []any
// and *[Object]; a value that is not there at all is [Undefined]. Nothing that
// comes in is ever changed. A value of another Go type is carried along as an
// object without fields. Functions never leave an evaluation: a function in
// the result counts as undefined, which is left out of objects and is nil in
// arrays. A number may be infinite or not a number, as in JavaScript.
//
// # Limits
//
// An evaluation ends: its nesting, its steps, the memory it allocates and, by
// the context, its time are bounded. The zero [Options] has bounds that fit a
// formula in a configuration file, see [Limits].
//
// # Differences from the reference implementation
//
// Regular expressions are written as in JavaScript and run by Go's linear-time
// engine. It has no lookaround and no backreferences, and it repeats a part at
// most 1,000 times: expressions that need these are refused when compiled. It
// matches whole code points, where JavaScript matches halves of surrogate
// pairs, and a group inside a repetition keeps its last match.
//
// $formatBase gives all digits of numbers beyond 2^53, where the reference ends
// in zeros. A transform changes nothing but copies, even if its pattern leads
// outside of its argument.
//
// Where the reference ends in an internal TypeError, this package returns an
// [Error] with the code U1005.
package jsonata
