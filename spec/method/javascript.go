package method

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/authtype"
	"github.com/connector-spec/connector/spec/method/script"
)

// A scriptPlace is what a script of a method stands in.
type scriptPlace struct {
	Language script.Language
	// Directory is that of its file, relative to the connector's; "" for a
	// script in the spec.
	Directory string
}

// compileScript checks the script that is the body of a method.
func compileScript(c *compilation) runner {
	at := scriptPlace{}
	file := c.option.FileOf(c.pointer)
	if extension := path.Ext(file); extension == ".ts" || extension == ".js" {
		at.Directory = strings.TrimPrefix(path.Dir(file), c.option.Connector().Root+"/")
		if extension == ".ts" {
			at.Language = script.TypeScript
		}
	}
	s := c.checkScript(at, scriptArguments(c.method))
	if s == nil {
		return nil
	}
	for _, u := range s.URLs {
		c.literalOrigin(u.Text)
	}
	return newScripted(c, at)
}

// scriptArguments lists the names of what a script of a method is called with,
// those of all generations of the format.
func scriptArguments(method string) []string {
	names := authtype.Variables(method)
	if method == operationMethod {
		names = append(names, "input")
	}
	if method == "test" || method == "disconnect" || method == operationMethod {
		names = append(names, "apiClient", "externalApiClient")
	}
	return names
}

// scriptModules are the modules, besides files of the connector, that a script
// can import.
var scriptModules = script.Modules()

// checkScript reports what is wrong with the script that is the body of the
// method. The arguments are the names of what it is called with. It returns
// what is known of the script, nil if it cannot be read.
func (c *compilation) checkScript(at scriptPlace, arguments []string) *script.Script {
	s, problems := script.Parse(c.body.Text(), at.Language)
	for _, p := range problems {
		if p.Hint == "" {
			p.Hint = misspeltKeyword(c.body.Text()[:p.Offset])
		}
		c.report("script-syntax", spec.Error, "", textAt(p.Span), p.Message, p.Hint)
	}
	if s == nil {
		return nil
	}
	for _, i := range s.Imports {
		c.checkImport(at.Directory, i)
	}
	export := s.Method(c.method)
	if export == nil || !export.Callable {
		c.noExport(s, export)
		return s
	}
	if f := export.Function; f != nil {
		c.checkArguments(f, arguments)
		c.checkTest(export)
	}
	return s
}

func textAt(s script.Span) spec.At { return spec.AtText(s.Offset, s.Length) }

// keywords are the words of JavaScript that a person may misspell.
var keywords = []string{"async", "await", "break", "catch", "const", "continue", "default", "else", "export", "finally", "function", "import", "return", "switch", "throw", "typeof", "while"}

// misspeltKeyword returns a hint if the code before a syntax error ends with
// a word that is nearly a keyword.
func misspeltKeyword(code string) string {
	code = strings.TrimRight(code, " \t")
	word := code[strings.LastIndexFunc(code, func(r rune) bool { return !unicode.IsLetter(r) })+1:]
	if near := formula.Nearest(word, keywords); near != "" && near != word && len(word) > 3 {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return ""
}

// noExport reports that there is nothing to call.
func (c *compilation) noExport(s *script.Script, export *script.Export) {
	hint := fmt.Sprintf(`write "export default async function %s({ %s }) { … }"`, c.method, exampleArgument(c.method))
	if export != nil {
		c.report("no-default-export", spec.Error, "", textAt(export.Span), fmt.Sprintf("what the script exports as %q is no function", export.Name), hint)
		return
	}
	if s.Dynamic { // there may be one
		return
	}
	at := script.Span{}
	names := make([]string, len(s.Named))
	for i, n := range s.Named {
		names[i] = n.Name
	}
	if near := formula.Nearest(c.method, names); near != "" {
		at = s.Named[slices.Index(names, near)].Span
		hint = fmt.Sprintf("export %q by default, or as %q", near, c.method)
	}
	c.report("no-default-export", spec.Error, "", textAt(at), "the script exports no function that can be called", hint)
}

// exampleArgument returns what a script of a method mostly needs.
func exampleArgument(method string) string {
	switch method {
	case "test", "disconnect":
		return "apiClient"
	case operationMethod:
		return "input, apiClient"
	case "makeApiClient", "refreshCredentials":
		return "credentials"
	case "getOAuthConfig":
		return "connectorParameters"
	case "getTokenData":
		return "queryParameters"
	case "getCredentialsFromAccessTokenResponse", "getCredentialsFromRefreshTokenResponse":
		return "tokenResponse"
	}
	return "connectionInput"
}

// checkArguments holds what the function takes against what it is called with.
func (c *compilation) checkArguments(f *script.Function, arguments []string) {
	if f.Parameters > 1 {
		c.report("several-parameters", spec.Error, "", textAt(f.Second), fmt.Sprintf("the function has %d parameters, and is called with one object", f.Parameters),
			"take what it needs from the first one, as in ({ credentials, connectionInput })")
	}
	for _, r := range f.Reads {
		if slices.Contains(arguments, r.Name) {
			continue
		}
		severity, hint := spec.Error, "there are "+formula.JoinWords(arguments, "and")
		if r.Optional {
			severity = spec.Warning
		}
		if near := formula.Nearest(r.Name, arguments); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		c.report("unknown-argument", severity, "", textAt(r.Span), fmt.Sprintf("%q is not among the arguments of %s", r.Name, c.method), hint)
	}
	for _, at := range f.BodyStatus {
		c.report("body-has-no-status", spec.Warning, "", textAt(at), "the status of an answer's body is compared, and a body has none",
			"the API client gives the body and throws on an error; pass { returnFullResponse: true } as the third argument to get the status")
	}
}

// checkTest reports a test that never says that it passed.
func (c *compilation) checkTest(export *script.Export) {
	f := export.Function
	if c.method != "test" || f.Returns || f.OnlyThrows || c.option.Connector().Generation == 1 {
		return
	}
	hint := `end it with "return true"`
	if f.Throws {
		hint = `throwing is enough to fail; to pass, end it with "return true"`
	}
	if reads := c.labelReads(); len(reads) > 0 {
		hint = fmt.Sprintf(`end it with what connectionLabel reads, as in "return { %s }"`, strings.Join(reads, ", "))
	}
	c.report("test-returns-nothing", spec.Error, "", textAt(export.Span), "the test returns nothing, which counts as failed", hint)
}

// labelReads lists the members of what the test gives that connectionLabel
// reads.
func (c *compilation) labelReads() []string {
	program, _ := formula.Compile(c.option.Value.Get("connectionLabel"), formula.Options{Dialect: c.option.Connector().Dialect()})
	var names []string
	for _, r := range program.References() {
		if root, name := r.Path.Names(); root == "test" && name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// checkImport reports a module that there will not be.
func (c *compilation) checkImport(directory string, module script.Literal) {
	name := module.Text
	relative := name == "." || name == ".." || strings.HasPrefix(name, "./") || strings.HasPrefix(name, "../")
	switch {
	case relative:
		if target := path.Join(directory, name); target != ".." && !strings.HasPrefix(target, "../") {
			return
		}
		fallthrough
	case path.IsAbs(name), strings.ContainsAny(name, `\:`) && !strings.HasPrefix(name, "node:"):
		c.report("import-outside", spec.Error, "", textAt(module.Span), fmt.Sprintf("%q is outside the connector", name),
			`a file that is imported is named relative to the script, as in "./help.js", and stays in the connector`)
	case !slices.Contains(scriptModules, name):
		hint := fmt.Sprintf("there are %s and the files of the connector", formula.JoinWords(quoted(scriptModules), "and"))
		if near := formula.Nearest(name, scriptModules); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		c.report("unknown-module", spec.Error, "", textAt(module.Span), fmt.Sprintf("there is no module %q", name), hint)
	}
}

func quoted(words []string) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = fmt.Sprintf("%q", w)
	}
	return list
}
