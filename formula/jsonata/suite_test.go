package jsonata_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/formula/jsonata"
)

// knownDifferences are the cases of the official suite that come out otherwise
// here, with the reason. A case that begins to pass has to leave the list.
var knownDifferences = map[string]string{}

// A suiteCase is one case of the official suite.
type suiteCase struct {
	Expr       string          `json:"expr"`
	ExprFile   string          `json:"expr-file"`
	Data       json.RawMessage `json:"data"`
	Dataset    *string         `json:"dataset"`
	Bindings   json.RawMessage `json:"bindings"`
	TimeLimit  int             `json:"timelimit"`
	Depth      int             `json:"depth"`
	Result     json.RawMessage `json:"result"`
	Undefined  bool            `json:"undefinedResult"`
	Unordered  bool            `json:"unordered"`
	Code       string          `json:"code"`
	Token      string          `json:"token"`
	Error      suiteError      `json:"error"`
	dir, name  string
	hasData    bool
	wantResult bool
}

type suiteError struct {
	Code    string `json:"code"`
	Token   string `json:"token"`
	Message string `json:"message"`
}

// TestOfficialSuite runs the suite of the language, which lies beside the
// repository and is not part of it.
func TestOfficialSuite(t *testing.T) {
	t.Parallel()
	root := suiteRoot(t)
	cases := loadSuite(t, root)
	seen := map[string]bool{}
	failures := 0
	for _, c := range cases {
		seen[c.name] = true
		problem := runSuiteCase(t, root, c)
		reason, known := knownDifferences[c.name]
		switch {
		case known && problem == "":
			t.Errorf("%s passes now, although it is listed: %s", c.name, reason)
		case !known && problem != "":
			failures++
			t.Errorf("%s: %s\n%s", c.name, c.Expr, problem)
		}
	}
	for name := range knownDifferences {
		if !seen[name] {
			t.Errorf("%s is listed but not in the suite", name)
		}
	}
	t.Logf("%d cases, %d failed, %d listed", len(cases), failures, len(knownDifferences))
	if 100*len(knownDifferences) > len(cases) {
		t.Errorf("%d of %d cases are listed, more than 1 %%", len(knownDifferences), len(cases))
	}
}

func suiteRoot(t *testing.T) string {
	t.Helper()
	shared := os.Getenv("CONNECTOR_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	root := filepath.Join(shared, "vectors", "jsonata")
	if _, err := os.Stat(root); err != nil {
		t.Skipf("the official suite is not here (set CONNECTOR_SHARED): %v", err)
	}
	return root
}

// loneHigh is half of a surrogate pair, which Go cannot keep: it is handed on
// as an escape within the expression.
var loneHigh = regexp.MustCompile(`([^\\])\\(u[dD][89abAB][0-9a-fA-F]{2})([^\\]|\\[^u])`)

func loadSuite(t *testing.T, root string) []suiteCase {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "groups", "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []suiteCase
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		data = loneHigh.ReplaceAll(data, []byte(`$1\\$2$3`))
		if !strings.HasPrefix(strings.TrimSpace(string(data)), "[") {
			data = []byte("[" + string(data) + "]")
		}
		var cases []suiteCase
		var fields []map[string]json.RawMessage
		if err := errors.Join(json.Unmarshal(data, &cases), json.Unmarshal(data, &fields)); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		dir := filepath.Dir(file)
		name := filepath.Base(dir) + "/" + strings.TrimSuffix(filepath.Base(file), ".json")
		for i, c := range cases {
			c.dir, c.name = dir, name
			if len(cases) > 1 {
				c.name += "#" + string(rune('0'+i/100)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10))
			}
			_, c.hasData = fields[i]["data"]
			_, c.wantResult = fields[i]["result"]
			all = append(all, c)
		}
	}
	return all
}

// runSuiteCase returns what is wrong, nothing if all is well.
func runSuiteCase(t *testing.T, root string, c suiteCase) string {
	t.Helper()
	if c.ExprFile != "" {
		data, err := os.ReadFile(filepath.Join(c.dir, c.ExprFile))
		if err != nil {
			t.Fatal(err)
		}
		c.Expr = string(data)
	}
	var input any = jsonata.Undefined{}
	switch {
	case c.hasData:
		input = decodeJSON(t, c.Data)
	case c.Dataset != nil:
		data, err := os.ReadFile(filepath.Join(root, "datasets", *c.Dataset+".json"))
		if err != nil {
			t.Fatal(err)
		}
		input = decodeJSON(t, data)
	}
	opts := jsonata.Options{Bindings: map[string]any{}}
	opts.Limits.Depth = c.Depth
	if len(c.Bindings) > 0 {
		for name, v := range decodeJSON(t, c.Bindings).(*jsonata.Object).All() {
			opts.Bindings[name] = v
		}
	}
	ctx := t.Context()
	if c.TimeLimit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, 10*time.Duration(c.TimeLimit)*time.Millisecond)
		defer cancel()
	}
	got, err := evaluate(ctx, c.Expr, input, opts)
	return judge(t, c, got, err)
}

func evaluate(ctx context.Context, source string, input any, opts jsonata.Options) (any, error) {
	expr, err := jsonata.Compile(source)
	if err != nil {
		return nil, err
	}
	return expr.Eval(ctx, input, opts)
}

func judge(t *testing.T, c suiteCase, got any, err error) string {
	t.Helper()
	want := c.Error
	if want.Code == "" {
		want.Code, want.Token = c.Code, c.Token
	}
	if want.Code != "" {
		var e *jsonata.Error
		if !errors.As(err, &e) {
			return "got " + show(got) + ", want error " + want.Code
		}
		own := want.Code == "D3137" || want.Code == "D3141" // messages of the expression
		if e.Code != want.Code || want.Token != "" && e.Token != want.Token || own && e.Message != want.Message {
			return cmp.Diff(want, suiteError{e.Code, e.Token, e.Message})
		}
		return ""
	}
	if err != nil {
		return "error " + err.Error()
	}
	var result any = jsonata.Undefined{}
	if c.wantResult {
		result = decodeJSON(t, c.Result)
	}
	if c.Unordered {
		got, result = sorted(got), sorted(result)
	}
	return cmp.Diff(plain(result), plain(got))
}

// sorted puts the items of an array in some order that is always the same.
func sorted(v any) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	list = append([]any(nil), list...)
	sort.Slice(list, func(i, j int) bool { return show(list[i]) < show(list[j]) })
	return list
}
