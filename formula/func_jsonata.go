package formula

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/connector-spec/connector/formula/jsonata"
)

var jsonataFormula = Func{
	Name:    "$jsonata",
	Summary: "The result of a JSONata 1.8 expression over all variables.",
	Args:    "an expression as text, or a formula that gives it",
	Examples: []Example{
		{In: `{"$jsonata": "$sum(items.price)"}`, Vars: `{"items": [{"price": 1}, {"price": 2}]}`, Want: `3`},
		{In: `{"$jsonata": "user.first & \" \" & user.last"}`, Vars: `{"user": {"first": "Ann", "last": "Lee"}}`, Want: `"Ann Lee"`},
		{In: `{"$jsonata": "1 +"}`, Vars: `{}`, Note: "an expression that cannot be read, or that fails, has no result"},
	},
	compile: compileJSONata,
	infer:   inferJSONata,
}

func compileJSONata(c *compiler, arg, _ Value) compiled {
	c.reference(Locator{}, -1, 0)
	source, place := c.verbatimValue(arg), c.pointer()
	text, fixed := arg.AsString()
	var expr *jsonata.Expr
	if fixed && text != "" {
		var err error
		if expr, err = jsonata.Compile(text); err != nil {
			c.jsonataProblem(text, err)
		}
	}
	return compiled{eval: func(f *frame) (Value, error) {
		expr, text := expr, text
		if !fixed {
			v, err := source.run(f)
			if err != nil {
				return Undefined, err
			}
			text = v.Text()
			if err := f.spend(1 + len(text)); err != nil {
				return Undefined, errorAt(place, err)
			}
			expr, _ = jsonata.Compile(text) // what cannot be read has no result
		}
		if expr == nil || text == "" {
			return Undefined, nil
		}
		v, err := f.jsonata(expr)
		if err != nil {
			return Undefined, errorAt(place, err)
		}
		return v, nil
	}}
}

// jsonataProblem reports an expression that cannot be read.
func (c *compiler) jsonataProblem(text string, err error) {
	p := Problem{
		Code: "bad-jsonata", Pointer: c.pointer(), Offset: -1,
		Message: "the JSONata expression cannot be read: " + err.Error(),
	}
	var e *jsonata.Error
	if errors.As(err, &e) {
		p.Message = "the JSONata expression cannot be read: " + e.Message
		if e.Position >= 0 { // at the end of the text its last character is shown
			p.Offset = min(e.Position, len(text)-1)
			p.Length = min(max(1, len(e.Token)), len(text)-p.Offset)
		}
	}
	c.problems = append(c.problems, p)
}

// jsonataTiers are the bounds with which an expression is tried, one after the
// other: so what it takes is known about, without its telling, and what is
// counted for it is in proportion.
var jsonataTiers = [...]jsonata.Limits{
	{Steps: 2_000, Bytes: 256 << 10},
	{Steps: 20_000, Bytes: 2 << 20},
	{Steps: 200_000, Bytes: 8 << 20},
	{Steps: 2_000_000, Bytes: 32 << 20},
	{Steps: 8_000_000, Bytes: 128 << 20},
}

// jsonataStep is how many of its steps count as one of ours.
const jsonataStep = 20

var (
	errNoClock = errors.New("this run has no clock")
	errNoRand  = errors.New("this run has no randomness")
)

// jsonata evaluates expr over all variables.
func (f *frame) jsonata(expr *jsonata.Expr) (Value, error) {
	input, err := f.toJSONata(f.vars)
	if err != nil {
		return Undefined, err
	}
	options, err := f.jsonataOptions(expr.String())
	if err != nil {
		return Undefined, err
	}
	for _, options.Limits = range jsonataTiers {
		if err := f.spend(options.Limits.Steps / jsonataStep); err != nil {
			return Undefined, err
		}
		result, err := expr.Eval(context.Background(), input, options)
		if err == nil {
			return f.fromJSONata(result)
		}
		var e *jsonata.Error
		if !errors.As(err, &e) || e.Code != jsonata.CodeTooMuchWork && e.Code != jsonata.CodeTooMuchData {
			return Undefined, nil // the format has no result then
		}
	}
	return Undefined, errSteps
}

// jsonataOptions returns the time and the randomness of the run. An expression
// that asks for what the run does not have fails.
func (f *frame) jsonataOptions(source string) (jsonata.Options, error) {
	o := jsonata.Options{Now: time.Unix(0, 0), Rand: func() float64 { return 0 }}
	if f.run.Now != nil {
		o.Now = f.run.Now()
	} else if strings.Contains(source, "$now") || strings.Contains(source, "$millis") {
		return o, errNoClock
	}
	if f.run.Rand != nil {
		o.Rand = f.fraction
	} else if strings.Contains(source, "$random") || strings.Contains(source, "$shuffle") {
		return o, errNoRand
	}
	return o, nil
}

// fraction returns a random number from 0 up to but not including 1.
func (f *frame) fraction() float64 {
	var b [8]byte
	if _, err := io.ReadFull(f.run.Rand, b[:]); err != nil {
		return 0
	}
	return float64(binary.BigEndian.Uint64(b[:])>>11) / (1 << 53)
}

// toJSONata returns v as package jsonata wants it. Parts are converted once in
// an evaluation.
func (f *frame) toJSONata(v Value) (any, error) {
	switch v.kind {
	case KindUndefined:
		return jsonata.Undefined{}, nil
	case KindBool:
		return v.num != 0, nil
	case KindNumber:
		return v.num, nil
	case KindString:
		return v.str, nil
	case KindBytes:
		return base64.StdEncoding.EncodeToString([]byte(v.str)), nil
	case KindList, KindObject:
		if made, ok := f.converted[v.node]; ok {
			return made, nil
		}
		made, err := f.nodeToJSONata(v)
		if f.converted == nil {
			f.converted = map[*node]any{}
		}
		f.converted[v.node] = made
		return made, err
	default:
		return nil, nil
	}
}

func (f *frame) nodeToJSONata(v Value) (any, error) {
	if err := f.spend(1 + v.Len()/4); err != nil {
		return nil, err
	}
	if v.kind == KindList {
		list := make([]any, len(v.node.items))
		for i, item := range v.node.items {
			var err error
			if list[i], err = f.toJSONata(item); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	o := new(jsonata.Object)
	for i, k := range v.node.keys {
		item, err := f.toJSONata(v.node.items[i])
		if err != nil {
			return nil, err
		}
		if v.node.items[i].kind != KindUndefined {
			o.Set(k, item)
		}
	}
	return o, nil
}

// fromJSONata returns a result of package jsonata as a value.
func (f *frame) fromJSONata(result any) (Value, error) {
	if err := f.spend(1); err != nil {
		return Undefined, err
	}
	switch r := result.(type) {
	case nil:
		return Null, nil
	case bool:
		return Bool(r), nil
	case float64:
		return Number(r), nil
	case string:
		return String(r), nil
	case []any:
		items := make([]Value, len(r))
		for i := range r {
			var err error
			if items[i], err = f.fromJSONata(r[i]); err != nil {
				return Undefined, err
			}
		}
		return f.made(List(items...))
	case *jsonata.Object:
		b := NewObject(r.Len())
		for k, item := range r.All() {
			v, err := f.fromJSONata(item)
			if err != nil {
				return Undefined, err
			}
			b.Set(k, v)
		}
		return f.made(b.Value())
	default:
		return Undefined, nil
	}
}
