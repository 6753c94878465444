package jsonata_test

import (
	"context"
	"strings"
	"testing"

	"github.com/connector-spec/connector/formula/jsonata"
)

var benchmarks = []struct{ name, expr string }{
	{"field", `shop`},
	{"path", `orders.lines.sku`},
	{"concat", `shop & "-" & orders[0].id`},
	{"predicate", `orders[total > 10].id`},
	{"aggregate", `$sum(orders.lines.(qty * price))`},
	{"object", `orders.{"no": id, "city": customer.city}`},
	{"group", `orders{customer.city: $sum(total)}`},
	{"sort", `orders^(>total).id`},
	{"map", `$map(orders, function($o, $i){ $i & $o.id })`},
	{"regex", `$replace(shop, /[aeiou]/, "*")`},
	{"recursion", `($f := function($n){ $n < 2 ? $n : $f($n-1) + $f($n-2) }; $f(12))`},
	{"date", `$fromMillis(1709211909007, "[D1o] [MNn] [Y]")`},
}

func BenchmarkEval(b *testing.B) {
	input := decodeJSON(b, []byte(shop))
	for _, bench := range benchmarks {
		expr, err := jsonata.Compile(bench.expr)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := expr.Eval(context.Background(), input, jsonata.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	for _, bench := range benchmarks {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := jsonata.Compile(bench.expr); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEvalLarge(b *testing.B) {
	item := `{"id": 1, "tags": ["a", "b"], "price": 2.5}`
	input := decodeJSON(b, []byte(`{"items": [`+strings.Repeat(item+",", 9999)+item+`]}`))
	for name, source := range map[string]string{
		"one field": `items[0].id`,
		"all":       `$sum(items[price > 1].price)`,
	} {
		expr, err := jsonata.Compile(source)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := expr.Eval(context.Background(), input, jsonata.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
