package auth

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/method"
)

// A NoCredentialError says that a server answered a login with success, and that
// what the responseMapping takes for the credential is not in the answer: so do
// servers refuse that answer 200 to everything.
type NoCredentialError struct {
	// Member is what the credential lacks.
	Member string
	// Said is what the server says in its answer, as it says it; it may hold
	// secrets. Whoever shows it redacts it first.
	Said string
	// Err is what a formula of the mapping missed, where it gave nothing at all.
	Err error
}

func (e *NoCredentialError) Error() string {
	s := fmt.Sprintf("the answer has no value for credentials.%s", e.Member)
	if e.Err != nil {
		s = fmt.Sprintf("the answer has no credential: %v", e.Err)
	}
	if e.Said != "" {
		s += fmt.Sprintf(": the server says %q", e.Said)
	}
	return s
}

// Unwrap gives the cause.
func (e *NoCredentialError) Unwrap() error { return e.Err }

// unanswered words an error of a method that obtains a credential, if its
// responseMapping missed something in an answer.
func unanswered(result method.Result, err error) error {
	var missing *formula.MissingError
	if result.Response == nil || result.Response.Status/100 != 2 || !errors.As(err, &missing) {
		return err
	}
	if !strings.HasPrefix(missing.Path, "response.") && !strings.HasPrefix(missing.Path, "steps.") {
		return err
	}
	return &NoCredentialError{Said: result.Response.Said(), Err: err}
}

// lacks returns a [*NoCredentialError] if an answer gave no value for a member of
// the credential that the API client cannot do without; nil if what is missing is
// optional. Values is the credential with what the answer gave, undefined if that
// is nothing.
func (l *life) lacks(name string, result method.Result, values formula.Value) error {
	if result.Response == nil || name != credentialsMethod && name != refreshMethod {
		return nil
	}
	mapped := l.mapped(name)
	missing := slices.DeleteFunc(slices.Clone(mapped), func(m string) bool { return !result.Value.Get(m).IsMissing() })
	if len(missing) == 0 {
		return nil
	}
	lacking := ""
	i := slices.IndexFunc(missing, l.isSent)
	switch {
	case values.IsUndefined() && kindOf(result.Response) == "":
		lacking = missing[max(i, 0)]
	case values.IsUndefined(): // which is no answer of an API
		return nil
	case i >= 0 && len(missing) == len(mapped):
		// A refresh may leave away what the last credential has, but not everything.
		lacking = missing[i]
	case name == credentialsMethod:
		lacking = l.missed(values)
	}
	if !slices.Contains(missing, lacking) {
		return nil
	}
	return &NoCredentialError{Member: lacking, Said: result.Response.Said()}
}

// mapped returns the members of the credential that a method reads from answers.
func (l *life) mapped(name string) []string {
	var list []string
	for _, read := range l.Methods.Reads() {
		root, _ := read.Path.Names()
		if read.Method != name || root != "response" && root != "steps" || strings.Contains(read.Pointer, "/steps/") {
			continue
		}
		_, at, ok := strings.Cut(read.Pointer, "/responseMapping/")
		member, _, _ := strings.Cut(at, "/")
		member = strings.NewReplacer("~1", "/", "~0", "~").Replace(member)
		if ok && !strings.HasPrefix(member, "$") && !slices.Contains(list, member) {
			list = append(list, member)
		}
	}
	return list
}

// isSent tells whether the API client reads a member of the credential, as far as
// is known: of a script nothing is.
func (l *life) isSent(member string) bool {
	return l.Methods.Scripted("makeApiClient") || slices.ContainsFunc(l.Methods.Reads(), func(read method.Read) bool {
		root, name := read.Path.Names()
		return read.Method == "makeApiClient" && (root == "credentials" || root == "authData") && (name == "" || name == member)
	})
}

// missed returns the member of a credential that the API client misses; "" for
// none. A script is not asked.
func (l *life) missed(values formula.Value) string {
	var missing *formula.MissingError
	if l.Methods.Scripted("makeApiClient") {
		return ""
	}
	if _, err := l.Methods.Client(l.variables(withCredentials(values)...), l.run); !errors.As(err, &missing) {
		return ""
	}
	for _, root := range []string{"credentials.", "authData."} {
		if path, ok := strings.CutPrefix(missing.Path, root); ok {
			return path[:len(path)-len(strings.TrimLeftFunc(path, func(r rune) bool { return r != '.' && r != '[' }))]
		}
	}
	return ""
}
