package jsonata

import "context"

// Limits bound one evaluation. A field that is zero has the stated default.
type Limits struct {
	Depth int // nested evaluations; default 5,000, at most 50,000
	Steps int // expressions evaluated and items, characters or matches looked at; default 10,000,000
	Bytes int // memory allocated for values in total, freed or not; default 128 MiB
}

const (
	defaultDepth = 5_000
	maxDepth     = 50_000
	defaultSteps = 10_000_000
	defaultBytes = 128 << 20

	// maxNesting bounds walks through nested values and calls of functions
	// that do not pass through an expression.
	maxNesting = 10_000

	// checkEvery is the number of steps between two looks at the context.
	checkEvery = 4096
)

// A budget counts what an evaluation may still use.
type budget struct {
	ctx       context.Context
	steps     int
	nextCheck int
	bytes     int
	depth     int
	nesting   int
}

func newBudget(ctx context.Context, limits Limits) budget {
	orDefault := func(n, def int) int {
		if n <= 0 {
			return def
		}
		return n
	}
	b := budget{
		ctx:   ctx,
		steps: orDefault(limits.Steps, defaultSteps),
		bytes: orDefault(limits.Bytes, defaultBytes),
		depth: min(orDefault(limits.Depth, defaultDepth), maxDepth),
	}
	b.nextCheck = b.steps
	return b
}

// step counts n steps and looks at the context from time to time.
func (b *budget) step(n int) error {
	b.steps -= n
	if b.steps >= b.nextCheck {
		return nil
	}
	if b.steps < 0 {
		return fail(CodeTooMuchWork)
	}
	if err := b.ctx.Err(); err != nil {
		e := fail(CodeInterrupted)
		e.cause = context.Cause(b.ctx)
		return e
	}
	b.nextCheck = max(0, b.steps-checkEvery)
	return nil
}

// alloc counts n bytes before they are allocated.
func (b *budget) alloc(n int) error {
	if n > b.bytes {
		return fail(CodeTooMuchData)
	}
	b.bytes -= n
	return nil
}

// text counts the making of a string of n bytes.
func (b *budget) text(n int) error {
	if err := b.alloc(n); err != nil {
		return err
	}
	return b.step(n / 64)
}

// list counts the making of a list of n items.
func (b *budget) list(n int) error {
	if n > b.bytes/itemSize {
		return fail(CodeTooMuchData)
	}
	b.bytes -= n * itemSize
	return b.step(n / 8)
}

// itemSize is what an item of a list takes: the slot, the boxed value and what
// growing the list leaves behind.
const itemSize = 32

// push appends v to a.
func (b *budget) push(a *array, v any) error {
	if err := b.alloc(itemSize); err != nil {
		return err
	}
	a.items = append(a.items, v)
	return b.step(1)
}

// pushAll appends items to a.
func (b *budget) pushAll(a *array, items []any) error {
	if err := b.list(len(items)); err != nil {
		return err
	}
	a.items = append(a.items, items...)
	return nil
}

// set gives a field of o a value.
func (b *budget) set(o *Object, key string, v any) error {
	if err := b.alloc(2*itemSize + len(key)/4); err != nil {
		return err
	}
	o.Set(key, v)
	return b.step(1)
}

// down goes one level deeper into a value; up leaves it.
func (b *budget) down() error {
	b.nesting++
	if b.nesting > maxNesting {
		return fail(CodeTooMuchWork)
	}
	return b.step(1)
}

func (b *budget) up() { b.nesting-- }

// object makes an object that belongs to the evaluation.
func (ev *evaluator) object() *Object { return &Object{owner: ev} }
