package method

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// hint returns the advice on a problem of a formula: where it reads something
// that the author can ask for, how that is done.
func (c *compilation) hint(p formula.Problem) string {
	if p.Code != "unknown-variable" || strings.HasPrefix(p.Hint, "did you mean") {
		return p.Hint
	}
	name := strings.Trim(strings.TrimPrefix(p.Message, "unknown variable "), `"`)
	if step, ok := strings.CutSuffix(name, ".response.data"); ok && strings.HasPrefix(step, "steps.") && p.Hint != "" {
		return "the responseMapping of the step replaces its answer; " + strings.Replace(p.Hint, "its ", fmt.Sprintf("%s.response has ", step), 1)
	}
	root, rest, _ := strings.Cut(name, ".")
	if rest == "" || strings.Contains(rest, ".") {
		return p.Hint
	}
	switch root {
	case "connectionInput", "connectionParameters":
		return fmt.Sprintf("the user is not asked for it; add %q to properties in ui.schema", rest)
	case "connectorParameters":
		return fmt.Sprintf("declare it: add %q to properties in parametersSchema", rest)
	case "credentials", "authData":
		if names := c.scope.Credentials().Members(); len(names) == 1 {
			return fmt.Sprintf("the only credential is %q; for another one, ask for %q in ui.schema, or give it by getCredentialsFromConnectionParameters", root+"."+names[0], rest)
		} else if i := slices.IndexFunc(names, func(n string) bool { return begins(n, rest) }); i >= 0 {
			return fmt.Sprintf("did you mean %q?", root+"."+names[i])
		}
		return fmt.Sprintf("%s; ask for %q in ui.schema, or give it by getCredentialsFromConnectionParameters", c.credentialWords(), rest)
	case "input":
		return fmt.Sprintf("declare it: add %q to properties in the inputSchema of the operation", rest)
	case "steps":
		if p.Hint != "" { // which there are
			return "a step sees the steps before it; " + strings.Replace(p.Hint, "its ", "their ", 1)
		}
		return "a step sees the steps before it, and this is the first"
	case "response":
		if slices.Contains([]string{"status", "code", "statuscode", "status_code"}, rest) {
			return `did you mean "response.statusCode"?`
		}
		if slices.Contains([]string{"body", "json", "content", "text"}, rest) {
			return `did you mean "response.data"?`
		}
		return fmt.Sprintf("the body of the answer is response.data: did you mean \"response.data.%s\"?", rest)
	}
	return p.Hint
}

// begins tells whether one name begins with the other, whatever their case.
func begins(a, b string) bool {
	a, b = strings.ToLower(a), strings.ToLower(b)
	return len(a) > 2 && len(b) > 2 && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a))
}

// credentialWords says which credentials there are.
func (c *compilation) credentialWords() string {
	if names := c.scope.Credentials().Members(); len(names) > 0 {
		return "credentials are " + formula.JoinWords(names, "and")
	}
	return "there are no credentials"
}

// checkResult reports what the method gives and cannot be used.
func (c *compilation) checkResult() {
	if slices.ContainsFunc(c.diagnostics, func(d spec.Diagnostic) bool { return d.Severity == spec.Error || d.Code == "formula-not-first" }) {
		return // what it gives is not what its author meant
	}
	switch c.method {
	case "makeApiClient":
		c.checkClient()
	case "getOAuthConfig":
		c.checkOAuthConfig()
	case "test":
		if !c.result.CanBeTruthy() && c.result.String() != "" {
			c.report("test-never-passes", spec.Error, "/responseMapping", spec.AtKey(), "the test gives "+c.result.String()+" whatever the answer is, so it never passes",
				"give what shows that the answer is the right one, such as {$var: response.data.id}")
		}
	}
}

// checkClient reports parts of an API client that are of a wrong type.
func (c *compilation) checkClient() {
	for _, field := range []string{"headers", "query", "cookies"} {
		c.wantTexts(formula.Pointer(field), fieldWords[field], c.result.Member(field))
	}
	for _, half := range []string{"username", "password"} {
		c.wantText(formula.Pointer("auth", half), c.result.Member("auth").Member(half), false)
	}
}

// wantTexts reports a part of the result that is no object of texts.
func (c *compilation) wantTexts(pointer, what string, t formula.Type) {
	if !t.CanBe(formula.KindObject, formula.KindUndefined, formula.KindNull) {
		c.report("wrong-type", spec.Error, pointer, spec.AtValue(), fmt.Sprintf("%s have names, so an object is wanted, and this is %s", what, t), "write each as name: value")
		return
	}
	for _, name := range t.Members() {
		c.wantText(pointer+formula.Pointer(name), t.Member(name), true)
	}
}

// fieldWords says what the members of a field are.
var fieldWords = map[string]string{"headers": "headers", "query": "query parameters", "cookies": "cookies"}

// wantText reports a part of the result that is there and never a text, a
// number or a boolean, nor a list of them where that is allowed.
func (c *compilation) wantText(pointer string, t formula.Type, list bool) {
	fine := []formula.Kind{formula.KindString, formula.KindNumber, formula.KindBool, formula.KindUndefined, formula.KindNull}
	if list {
		fine = append(fine, formula.KindList)
	}
	if t.CanBe(fine...) || !t.CanBe(formula.KindObject, formula.KindList, formula.KindBytes) {
		return
	}
	hint := "name the member that is meant"
	if t.CanBe(formula.KindBytes) {
		hint = "hex() or base64() makes text of bytes"
	}
	c.report("wrong-type", spec.Error, pointer, spec.AtValue(), "text is wanted here, and this is "+t.String(), hint)
}
