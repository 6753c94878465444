package spec

import "slices"

// A Code is the name of a problem, as diagnostics have it. Codes never change
// their meaning.
type Code struct {
	Name    string
	Summary string
}

// Codes lists the codes of all diagnostics, by name.
func Codes() []Code { return slices.Clone(codes) }

var codes = []Code{
	{"alias-cycle", "A value contains itself by an alias."},
	{"alias-expansion", "Aliases make a file larger than what is read."},
	{"ambiguous-number", "A number is written in a way that programs read differently."},
	{"bad-argument", "A formula has an argument that it cannot use."},
	{"bad-expression", "An expression cannot be read, or uses what there is not."},
	{"bad-file-path", "A filePath leaves the connector, or does not say what the file holds."},
	{"bad-jsonata", "A JSONata expression cannot be read."},
	{"bad-locator", "A locator cannot be read."},
	{"bad-method", "A request has a method that HTTP does not have."},
	{"bad-name", "A key cannot be the name of what it names."},
	{"bad-operator", "A condition has an operator that there is not."},
	{"bad-pattern", "The pattern of an input cannot be used."},
	{"bad-text", "A text does not have the form it should have."},
	{"bad-url", "A URL is none, or one that requests do not go to."},
	{"bidi-control", "An invisible character makes text look other than it is."},
	{"byte-order-mark", "A byte order mark stands where it does not belong."},
	{"control-character", "A control character stands in a file."},
	{"cut-interpolation", "YAML ends a text within its ${…}."},
	{"empty-file", "A file holds nothing."},
	{"file-too-large", "A file is larger than what is read."},
	{"foreign-field", "A field belongs to another auth type."},
	{"foreign-method", "A method belongs to another auth type."},
	{"formula-not-first", "A formula is not the first key of its object, so it is plain data."},
	{"implementation-mismatch", "A method is declared as one kind, and its file is of another."},
	{"inherited-foreign-method", "An option inherits a method that its type does not have."},
	{"key-not-text", "A key is a list or an object."},
	{"line-break", "A character ends a line for some readers and not for others."},
	{"merge-key", "A merge key stands for fields of another object."},
	{"misplaced-field", "A field is known, and cannot stand where it does."},
	{"missing-base", "An API client has no base address."},
	{"missing-body", "A method is declared and has neither a body nor a file."},
	{"missing-field", "A required field is not there."},
	{"missing-file", "A file that a method names is not there."},
	{"missing-method", "A method that the auth type needs is not there."},
	{"missing-path-parameter", "Nothing gives a placeholder of a path."},
	{"not-utf8", "A file is not UTF-8."},
	{"odd-credential", "A credential is sent in a place that its name does not fit."},
	{"open-interpolation", "A ${ has no closing brace."},
	{"out-of-bounds", "A number, text or list is past a bound."},
	{"repeated-key", "A key is there twice."},
	{"reserved-parameter", "A parameter that protects a login is overridden."},
	{"several-documents", "A file holds more than one document."},
	{"tab-indentation", "A tab indents a line."},
	{"too-deep", "Values are nested deeper than what is read."},
	{"too-many-problems", "A file has more problems than are shown."},
	{"two-bodies", "A method has a body in the spec and one in a file."},
	{"two-method-files", "A method has two files."},
	{"two-names", "A method stands under its name and under an older one."},
	{"two-specs", "A directory has two specs."},
	{"two-steps", "Two steps have one name."},
	{"unknown-field", "A field is not known where it stands."},
	{"unknown-formula", "A formula that there is not."},
	{"unknown-function", "A function that there is not."},
	{"unknown-method-file", "A file among the method files is none."},
	{"unknown-option-directory", "A directory for the files of an option that there is not."},
	{"unknown-value", "A word that is not among those that a field can have."},
	{"unknown-variable", "A variable that is not there where a formula reads it."},
	{"unmarked-secret", "An input goes where credentials go and is not marked as a secret."},
	{"unquoted-text", "YAML reads a text as a number, a boolean or nothing."},
	{"unreadable-file", "A file of the connector cannot be read."},
	{"untyped-override", "An option changes an inherited property without its type, so that the change is lost."},
	{"wrong-implementation", "A method file is of a kind that its method cannot be."},
	{"wrong-type", "A value is of another type than its field."},
	{"yaml-directive", "A YAML directive stands in a file."},
	{"yaml-syntax", "A file is no YAML."},
	{"yaml-tag", "A YAML tag stands before a value."},
}
