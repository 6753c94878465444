package lint

import (
	"slices"
	"strings"

	"github.com/connector-spec/connector/spec"
)

// findings collects what stage after stage finds: the schema, the auth types,
// the methods, the rules. What only follows from something that an earlier
// stage has said is left out, so that one mistake is said once.
type findings struct {
	said []spec.Diagnostic // by Load
	list []spec.Diagnostic
	// isBroken says that the connector is not what its author meant, so that
	// what seems to be absent may be there.
	isBroken bool
}

// absences are what is missing when something else is misspelt, misplaced or
// could not be read.
var absences = []string{"missing-method", "missing-field", "missing-body", "missing-base"}

// add adds what the next stage has found.
func (f *findings) add(stage []spec.Diagnostic) {
	earlier := f.list
	for _, d := range stage {
		absent := slices.Contains(absences, d.Code)
		follows := func(e spec.Diagnostic) bool { return followsFrom(d, e, absent) }
		if absent && f.isBroken || slices.ContainsFunc(f.said, follows) || slices.ContainsFunc(earlier, follows) {
			continue
		}
		f.list = append(f.list, d)
	}
}

// hasErrors tells whether there is an error in what says how to authenticate.
func (f *findings) hasErrors(c *spec.Connector) bool {
	isError := func(d spec.Diagnostic) bool {
		field, _, _ := strings.Cut(strings.TrimPrefix(d.Pointer, "/"), "/")
		return d.Severity == spec.Error && (d.File != c.File || !slices.Contains(describing, field))
	}
	return slices.ContainsFunc(f.said, isError) || slices.ContainsFunc(f.list, isError)
}

// describing are the fields of a spec that have no part in authentication.
var describing = []string{
	"key", "name", "description", "version", "stage", "readyDigest", "logoUri", "homepageUri", "apiDocsUri",
	"categories", "audience", "environments", "operations",
}

// followsFrom tells whether d only follows from an earlier error e: it is about
// the same value, one in it or one around it, or about the same place. An
// absence follows from an error beside it as well.
func followsFrom(d, e spec.Diagnostic, absent bool) bool {
	if e.File != d.File || e.Severity != spec.Error {
		return false
	}
	if e.Line == d.Line && e.Column == d.Column {
		return true
	}
	scope := e.Pointer
	if owner, field := splitPointer(scope); field == "implementationType" || field == "type" && e.Code == "unknown-value" && isMethod(owner) {
		scope = owner
	} else if absent {
		owner, _ := splitPointer(d.Pointer)
		return owner != "" && strings.HasPrefix(e.Pointer, owner+"/")
	}
	return scope != "" && (within(d.Pointer, scope) || within(scope, d.Pointer))
}

// within tells whether a pointer is that of a value or of something in it.
func within(pointer, value string) bool {
	rest, ok := strings.CutPrefix(pointer, value)
	return ok && (rest == "" || rest[0] == '/')
}

// isMethod tells whether a pointer is that of a method.
func isMethod(pointer string) bool {
	_, field := splitPointer(pointer)
	return slices.Contains(spec.MethodNames(), field)
}

func splitPointer(pointer string) (owner, field string) {
	i := max(strings.LastIndexByte(pointer, '/'), 0)
	return pointer[:i], strings.TrimPrefix(pointer[i:], "/")
}
