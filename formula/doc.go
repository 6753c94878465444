// Package formula is the formula language of connector specs: it compiles
// authored values, checks them and evaluates them over variables.
//
// An authored value is JSON-like data in which some objects are formulas,
// recognised by their first key, and in which text may hold ${expressions}:
//
//	program, problems := formula.Compile(authored, formula.Options{})
//	result, err := program.Eval(variables, formula.Run{})
//
// The package is pure: it reads no file, opens no socket, and takes time and
// randomness from the [Run] it is given. A formula can reach its variables and
// nothing else of the process.
package formula
