// Package lint checks a connector whole: against the schema, as what its auth
// types and methods need, and by opinions about valid specs, of which one
// table holds the rules.
package lint
