// Package authtype holds the facts of each auth type: its methods, what they
// see and give, and what a shorthand type lowers to.
//
//	options, diagnostics := authtype.Resolve(connector)
//
// gives every way to authenticate in its runnable form, in which only core
// types are left.
package authtype
