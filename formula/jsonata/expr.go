package jsonata

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// An Expr is a compiled expression. It never changes and may be evaluated by
// several goroutines at once.
type Expr struct {
	source string
	root   *node
}

// Options say what an evaluation may see and use. The zero value is good.
type Options struct {
	// Bindings are variables, by their names without the dollar sign.
	Bindings map[string]any

	// Now is the time for $now, $millis and dates that are given in part; the
	// zero time stands for the time of the call.
	Now time.Time

	// Rand gives numbers from 0 up to but not including 1 for $random and
	// $shuffle. If it is nil the numbers are truly random.
	Rand func() float64

	// Limits bound the evaluation.
	Limits Limits
}

// Compile reads an expression. The error is an [*Error].
func Compile(source string) (*Expr, error) {
	root, _, err := parse(source)
	if err != nil {
		return nil, finish(err)
	}
	return &Expr{source: source, root: root}, nil
}

// String returns the source of the expression.
func (e *Expr) String() string { return e.source }

// Eval evaluates the expression over input. The error is an [*Error]; it wraps
// the context's error if that ended the evaluation.
func (e *Expr) Eval(ctx context.Context, input any, opts Options) (any, error) {
	now := opts.Now
	if now.IsZero() {
		now = time.Now()
	}
	ev := &evaluator{
		budget: newBudget(ctx, opts.Limits),
		now:    float64(now.UnixMilli()),
		rand:   opts.Rand,
	}
	if ev.rand == nil {
		ev.rand = rand.Float64
	}
	env := &frame{functions: builtins()}
	for name, value := range opts.Bindings {
		env.bind(name, value)
	}
	env.bind("$", input)
	result, err := ev.eval(e.root, wrapInput(input), env)
	if err == nil {
		result, err = ev.export(result)
	}
	if err != nil {
		return nil, finish(err)
	}
	return result, nil
}

// wrapInput makes an array count as one input, rather than as many.
func wrapInput(input any) any {
	if a := asArray(input); a != nil && !a.seq {
		return &array{items: []any{input}, seq: true, outer: true}
	}
	return input
}

// finish completes the message of an error before it leaves the package.
func finish(err error) error {
	var e *Error
	if errors.As(err, &e) {
		e.complete()
	}
	return err
}

// export turns a result into plain data.
func (ev *evaluator) export(v any) (any, error) {
	switch t := v.(type) {
	case string:
		return valid(t), ev.step(len(t) / 64)
	case *function:
		return Undefined{}, nil
	case []any, *array:
		a := asArray(v)
		return ev.exportList(a.items)
	case *Object:
		return ev.exportObject(t)
	}
	return v, nil
}

func (ev *evaluator) exportList(items []any) (any, error) {
	if err := ev.down(); err != nil {
		return nil, err
	}
	defer ev.up()
	if err := ev.list(len(items)); err != nil {
		return nil, err
	}
	out := make([]any, len(items))
	for i, item := range items {
		value, err := ev.export(item)
		if err != nil {
			return nil, err
		}
		if !isUndefined(value) {
			out[i] = value
		}
	}
	return out, nil
}

func (ev *evaluator) exportObject(o *Object) (any, error) {
	if err := ev.down(); err != nil {
		return nil, err
	}
	defer ev.up()
	out := &Object{}
	for key, item := range o.All() {
		value, err := ev.export(item)
		if err != nil {
			return nil, err
		}
		if isUndefined(value) {
			continue
		}
		if err := ev.set(out, valid(key), value); err != nil {
			return nil, err
		}
	}
	return out, nil
}
