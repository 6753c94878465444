package formula_test

import (
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/connector-spec/connector/formula"
	"github.com/expr-lang/expr"
)

// The benchmarks compare three formulas that connectors use most with the same
// written by hand in Go, and with expr's own machine.

// benchVars are the variables, for Go and expr; formula has them as a Value.
var benchVars = map[string]any{
	"credentials": map[string]any{"token": "a1b2c3d4e5f6", "user": "ann@example.com", "password": "correct horse"},
	"connection":  map[string]any{"region": "eu", "account": "4711"},
}

const benchJSON = `{
	"credentials": {"token": "a1b2c3d4e5f6", "user": "ann@example.com", "password": "correct horse"},
	"connection": {"region": "eu", "account": "4711"}
}`

// sink keeps the compiler from leaving work out.
var sink any

func member(v any, path ...string) any {
	for _, k := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[k]
	}
	return v
}

func concatByHand(vars map[string]any) any {
	region, ok1 := member(vars, "connection", "region").(string)
	account, ok2 := member(vars, "connection", "account").(string)
	if !ok1 || !ok2 {
		return nil
	}
	return "https://" + region + ".example.com/" + account
}

func headersByHand(vars map[string]any) any {
	token, ok := member(vars, "credentials", "token").(string)
	if !ok {
		return nil
	}
	version := "1"
	if region, _ := member(vars, "connection", "region").(string); region == "eu" {
		version = "2"
	}
	return map[string]any{
		"Authorization": "Bearer " + token,
		"Accept":        "application/json",
		"X-Version":     version,
	}
}

func basicByHand(vars map[string]any) any {
	user, ok1 := member(vars, "credentials", "user").(string)
	password, ok2 := member(vars, "credentials", "password").(string)
	if !ok1 || !ok2 {
		return nil
	}
	return base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
}

var benchmarks = []struct {
	name     string
	byHand   func(map[string]any) any
	formulas map[string]string
	expr     string
}{
	{
		"concat", concatByHand,
		map[string]string{
			"formula":  `{"$concat": ["https://", {"$var": "connection.region"}, ".example.com/", {"$var": "connection.account"}]}`,
			"template": `"https://${connection.region}.example.com/${connection.account}"`,
		},
		`"https://" + connection.region + ".example.com/" + connection.account`,
	},
	{
		"headers", headersByHand,
		map[string]string{
			"formula": `{
				"Authorization": {"$concat": ["Bearer ", {"$var": "credentials.token"}]},
				"Accept": "application/json",
				"X-Version": {"$case": {"cases": [{"filter": {"$eval": {"$var": "connection.region"}, "is": "eu"}, "value": "2"}], "default": "1"}}
			}`,
			"template": `{
				"Authorization": "Bearer ${credentials.token}",
				"Accept": "application/json",
				"X-Version": "${connection.region == 'eu' ? '2' : '1'}"
			}`,
		},
		`{"Authorization": "Bearer " + credentials.token, "Accept": "application/json", "X-Version": connection.region == "eu" ? "2" : "1"}`,
	},
	{
		"base64", basicByHand,
		map[string]string{
			"template": `"${base64(credentials.user + ':' + credentials.password)}"`,
		},
		`toBase64(credentials.user + ":" + credentials.password)`,
	},
}

func BenchmarkEval(b *testing.B) {
	vars := parse(b, benchJSON)
	for _, bench := range benchmarks {
		b.Run(bench.name+"/go", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sink = bench.byHand(benchVars)
			}
		})
		for name, source := range bench.formulas {
			b.Run(bench.name+"/"+name, func(b *testing.B) {
				program, problems := formula.Compile(parse(b, source), formula.Options{})
				if len(problems) > 0 {
					b.Fatal(problems)
				}
				text, err := json.Marshal(bench.byHand(benchVars))
				if err != nil {
					b.Fatal(err)
				}
				want := parse(b, string(text))
				if got, err := program.Eval(vars, formula.Run{}); err != nil || !got.Equal(want) {
					b.Fatalf("%v, %v, want %v", got, err, want)
				}
				b.ReportAllocs()
				for b.Loop() {
					benchResult, _ = program.Eval(vars, formula.Run{})
				}
			})
		}
		b.Run(bench.name+"/expr", func(b *testing.B) {
			program, err := expr.Compile(bench.expr, expr.Env(benchVars))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				sink, _ = expr.Run(program, benchVars)
			}
		})
	}
}

var benchResult formula.Value

func BenchmarkCompile(b *testing.B) {
	known := formula.Options{Variables: []string{"credentials", "connection", "connectionInput", "redirectUri"}}
	for _, bench := range benchmarks {
		for name, source := range bench.formulas {
			b.Run(bench.name+"/"+name, func(b *testing.B) {
				v := parse(b, source)
				b.ReportAllocs()
				for b.Loop() {
					sink, _ = formula.Compile(v, known)
				}
			})
		}
	}
}
