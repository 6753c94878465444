package jsonata

// A function is a value that can be called: written in the expression, built
// in, or made while evaluating.
type function struct {
	name  string // for errors
	arity int    // how many arguments it can use
	sig   *signature
	run   func(c *call, args []any) (any, error)

	// Of a function written in the expression.
	body   *node
	params []string
	env    *frame
	input  any
	thunk  bool // stands for the call in body, which is still to be made

	regex  *regex // of a regular expression
	pos    int
	object bool // counts as true: a definition rather than an argument
}

// A call is what a built-in function sees of its surroundings.
type call struct {
	*evaluator
	input any
	env   *frame
}

// call evaluates a function call.
func (ev *evaluator) call(n *node, input any, env *frame) (any, error) {
	return ev.callWith(n, nil, input, env)
}

// callWith evaluates a function call with given arguments in front.
func (ev *evaluator) callWith(n *node, args []any, input any, env *frame) (any, error) {
	callee, err := ev.callee(n, "T1005", input, env)
	if err != nil {
		return nil, err
	}
	for _, arg := range n.list {
		v, err := ev.eval(arg, input, env)
		if err != nil {
			return nil, err
		}
		if f, ok := v.(*function); ok {
			v = asArgument(f)
		}
		if err := ev.alloc(itemSize); err != nil {
			return nil, err
		}
		args = append(args, v)
	}
	v, err := ev.apply(callee, args, input, env)
	if err != nil {
		return nil, locate(err, n.pos, n.lhs.calleeName())
	}
	return v, nil
}

// callee evaluates what is to be called. The code is for the case that only
// the dollar sign is missing.
func (ev *evaluator) callee(n *node, code string, input any, env *frame) (any, error) {
	callee, err := ev.eval(n.lhs, input, env)
	if err != nil || !isUndefined(callee) || n.lhs.kind != kindPath {
		return callee, err
	}
	name := n.lhs.list[0].text
	meant, err := ev.lookup(env, name)
	if err == nil && truthy(meant) {
		err = locate(fail(code), n.pos, name)
	}
	return callee, err
}

// asArgument hides a function's signature and context: as an argument it is
// called with what the callee gives it and nothing else.
func asArgument(f *function) *function {
	return &function{
		name: f.name, arity: f.arity, regex: f.regex, pos: f.pos,
		run: func(c *call, args []any) (any, error) { return c.apply(f, args, nil, c.env) },
	}
}

// apply calls a function, and the functions that it calls in tail position.
func (ev *evaluator) apply(callee any, args []any, input any, env *frame) (any, error) {
	result, err := ev.applyOnce(callee, args, input, env)
	for err == nil {
		tail, ok := result.(*function)
		if !ok || !tail.thunk {
			break
		}
		result, err = ev.applyTail(tail, input, env)
	}
	return result, err
}

// applyTail makes the call that a thunk stands for.
func (ev *evaluator) applyTail(tail *function, input any, env *frame) (any, error) {
	n := tail.body
	callee, err := ev.eval(n.lhs, tail.input, tail.env)
	if err != nil {
		return nil, err
	}
	args := make([]any, 0, len(n.list))
	for _, arg := range n.list {
		v, err := ev.eval(arg, tail.input, tail.env)
		if err != nil {
			return nil, err
		}
		args = append(args, v)
	}
	result, err := ev.applyOnce(callee, args, input, env)
	if err != nil {
		return nil, locate(err, n.pos, n.lhs.calleeName())
	}
	return result, nil
}

func (ev *evaluator) applyOnce(callee any, args []any, input any, env *frame) (any, error) {
	f, ok := callee.(*function)
	if !ok {
		return nil, fail("T1006")
	}
	if err := ev.down(); err != nil {
		return nil, err
	}
	defer ev.up()
	if f.sig != nil {
		var err error
		if args, err = f.sig.check(args, input); err != nil {
			return nil, err
		}
	}
	if f.run != nil {
		return f.run(&call{ev, input, env}, args)
	}
	inner, err := ev.newFrame(f.env, len(f.params))
	if err != nil {
		return nil, err
	}
	for i, name := range f.params {
		inner.bind(name, argument(args, i))
	}
	return ev.eval(f.body, f.input, inner)
}

// lambda makes a function of its definition and the variables around it.
func (ev *evaluator) lambda(n *node, input any, env *frame) (any, error) {
	if !n.thunk { // which is used up at once
		if err := ev.alloc(closureSize); err != nil {
			return nil, err
		}
	}
	return &function{
		arity: len(n.params), sig: n.sig, body: n.rhs, params: n.params,
		env: env, input: input, thunk: n.thunk, object: true,
	}, nil
}

// partial evaluates a call with placeholders: a function of what is left open.
func (ev *evaluator) partial(n *node, input any, env *frame) (any, error) {
	args := make([]any, len(n.list))
	open := make([]bool, len(n.list))
	for i, arg := range n.list {
		if open[i] = arg.kind == kindPlaceholder; open[i] {
			continue
		}
		v, err := ev.eval(arg, input, env)
		if err != nil {
			return nil, err
		}
		args[i] = v
	}
	callee, err := ev.callee(n, "T1007", input, env)
	if err != nil {
		return nil, err
	}
	f, ok := callee.(*function)
	if !ok {
		return nil, locate(fail("T1008"), n.pos, n.lhs.calleeName())
	}
	if err := ev.alloc(closureSize + len(args)*itemSize); err != nil {
		return nil, err
	}
	if f.body != nil {
		return ev.partialLambda(f, args, open)
	}
	return partialBuiltin(f, args, open), nil
}

func (ev *evaluator) partialLambda(f *function, args []any, open []bool) (any, error) {
	env, err := ev.newFrame(f.env, len(f.params))
	if err != nil {
		return nil, err
	}
	g := &function{body: f.body, env: env, input: f.input, object: true}
	for i, name := range f.params {
		if i < len(open) && open[i] {
			g.params = append(g.params, name)
		} else {
			env.bind(name, argument(args, i))
		}
	}
	g.arity = len(g.params)
	return g, nil
}

func partialBuiltin(f *function, args []any, open []bool) *function {
	g := &function{name: f.name, object: true}
	for _, o := range open {
		if o {
			g.arity++
		}
	}
	g.run = func(c *call, given []any) (any, error) {
		full := make([]any, len(args))
		next := 0
		for i := range args {
			if full[i] = args[i]; open[i] {
				full[i] = argument(given, next)
				next++
			}
		}
		return f.run(c, full)
	}
	return g
}

// applyOperator evaluates lhs ~> rhs.
func (ev *evaluator) applyOperator(n *node, input any, env *frame) (any, error) {
	lhs, err := ev.eval(n.lhs, input, env)
	if err != nil {
		return nil, err
	}
	if n.rhs.kind == kindCall {
		return ev.callWith(n.rhs, []any{lhs}, input, env)
	}
	rhs, err := ev.eval(n.rhs, input, env)
	if err != nil {
		return nil, err
	}
	second, ok := rhs.(*function)
	if !ok {
		return nil, locate(failValue("T2006", rhs), n.pos, "~>")
	}
	first, ok := lhs.(*function)
	if !ok {
		return ev.apply(second, []any{lhs}, nil, env)
	}
	return compose(first, second), nil
}

// compose makes the function that applies first, then second.
func compose(first, second *function) *function {
	return &function{
		arity: 1, object: true,
		run: func(c *call, args []any) (any, error) {
			v, err := c.apply(first, []any{argument(args, 0)}, nil, c.env)
			if err != nil {
				return nil, err
			}
			if f, ok := v.(*function); ok {
				v = asArgument(f)
			}
			return c.apply(second, []any{v}, nil, c.env)
		},
	}
}

// transform makes the function |pattern|update,delete|, which changes a copy
// of its argument.
func (ev *evaluator) transform(n *node, env *frame) *function {
	return &function{
		arity: 1, object: true, sig: transformSignature,
		run: func(c *call, args []any) (any, error) { return c.transformed(n, argument(args, 0), env) },
	}
}

// transformSignature is <(oa):o>.
var transformSignature = &signature{params: []param{{accepts: "oam", kind: '(', least: 1, most: 1}}}

func (c *call) transformed(n *node, v any, env *frame) (any, error) {
	if isUndefined(v) {
		return v, nil
	}
	cloner, err := c.lookup(env, "clone")
	if err != nil {
		return nil, err
	}
	f, ok := cloner.(*function)
	if !ok {
		return nil, locate(fail("T2013"), n.pos, "")
	}
	result, err := c.apply(f, []any{v}, nil, env)
	if err == nil && f.name != "clone" { // one of the user's may return what it was given
		result, err = c.clone(result)
	}
	if err != nil {
		return nil, err
	}
	matches, err := c.eval(n.list[0], result, env)
	if err != nil || isUndefined(matches) {
		return result, err
	}
	list := asArray(matches)
	if list == nil {
		list = sequence(matches)
	}
	for _, match := range list.items {
		if err := c.change(n, match, env); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// change updates one match of a transform in place.
func (c *call) change(n *node, match any, env *frame) error {
	target, _ := match.(*Object)
	if target != nil && target.owner != c.evaluator {
		target = nil // the pattern went outside of the copy, to what is not ours
	}
	update, err := c.eval(n.list[1], match, env)
	if err != nil {
		return err
	}
	if !isUndefined(update) {
		if symbol(update) != 'o' && symbol(update) != 'f' {
			return locate(failValue("T2011", update), n.list[1].pos, "")
		}
		if target != nil {
			if err := c.assign(target, update); err != nil {
				return err
			}
		}
	}
	if len(n.list) < 3 {
		return nil
	}
	names, err := c.eval(n.list[2], match, env)
	if err != nil || isUndefined(names) {
		return err
	}
	list := asArray(names)
	if list == nil {
		list = sequence(names)
	}
	if !allStrings(list) {
		return locate(failValue("T2012", names), n.list[2].pos, "")
	}
	for _, name := range list.items {
		if target != nil {
			target.Delete(name.(string))
			if err := c.step(1 + target.Len()/16); err != nil {
				return err
			}
		}
	}
	return nil
}
