package jsonata

import "strconv"

// A resolver turns the tree of the parser into one that can be evaluated:
// chains of "." become paths of steps, predicates, groupings and bindings are
// attached to the step they belong to, and parent operators learn which step
// they refer to.
type resolver struct {
	labels int
	depth  int
}

// maxTree bounds the depth of the tree, which grows with chains of operators.
const maxTree = 20_000

func resolve(tree *node) (*node, error) {
	var r resolver
	n, err := r.node(tree)
	if err != nil {
		return nil, err
	}
	if n.kind == kindParent || len(n.seeking) > 0 {
		return nil, syntaxError("S0217", n.pos, kindNames[n.kind])
	}
	return n, nil
}

func (r *resolver) node(n *node) (*node, error) {
	r.depth++
	defer func() { r.depth-- }()
	if r.depth > maxTree {
		return nil, syntaxError(CodeExprTooLarge, n.pos, "")
	}
	out, err := r.byKind(n)
	if err == nil && n.keepArray {
		out.keepArray = true
	}
	return out, err
}

func (r *resolver) byKind(n *node) (*node, error) {
	switch n.kind {
	case kindEnd:
		return nil, syntaxError("S0207", n.pos, "")
	case kindName:
		return &node{kind: kindPath, pos: n.pos, list: []*node{n}, keepOne: n.keepArray}, nil
	case kindParent:
		n.slot = &slot{label: "!" + strconv.Itoa(r.labels), level: 1}
		r.labels++
		return n, nil
	case kindBinary:
		return r.binary(n)
	case kindNegate:
		return r.negate(n)
	case kindLambda:
		body, err := r.node(n.rhs)
		if err != nil {
			return nil, err
		}
		n.rhs = tailCalls(body)
		return n, nil
	case kindCall, kindPartial:
		if err := r.all(n, n.list); err != nil {
			return nil, err
		}
		var err error
		n.lhs, err = r.node(n.lhs)
		return n, err
	case kindTransform:
		return n, r.all(&node{}, n.list) // does not look for parents outside
	case kindBlock:
		if err := r.all(n, n.list); err != nil {
			return nil, err
		}
		for _, part := range n.list {
			if part.consArray || part.kind == kindPath && part.list[0].consArray {
				n.consArray = true
			}
		}
		return n, nil
	case kindArray, kindCondition:
		return n, r.all(n, n.list)
	case kindObject:
		return n, r.pairs(n, n)
	}
	return n, nil
}

// all resolves a list in place, on behalf of owner.
func (r *resolver) all(owner *node, list []*node) error {
	for i, item := range list {
		part, err := r.node(item)
		if err != nil {
			return err
		}
		list[i] = part
		inherit(owner, part)
	}
	return nil
}

func (r *resolver) pairs(owner, n *node) error {
	for i := range n.pairs {
		if err := r.all(owner, n.pairs[i][:]); err != nil {
			return err
		}
	}
	return nil
}

func (r *resolver) negate(n *node) (*node, error) {
	operand, err := r.node(n.lhs)
	if err != nil {
		return nil, err
	}
	if operand.kind == kindNumber {
		operand.value = -operand.value.(float64)
		return operand, nil
	}
	n.lhs = operand
	inherit(n, operand)
	return n, nil
}

func (r *resolver) binary(n *node) (*node, error) {
	switch n.text {
	case ".":
		return r.dot(n)
	case "[":
		return r.predicate(n)
	case "{":
		return r.grouping(n)
	case "^":
		return r.orderBy(n)
	case "@":
		return r.focus(n)
	case "#":
		return r.position(n)
	}
	lhs, err := r.node(n.lhs)
	if err != nil {
		return nil, err
	}
	rhs, err := r.node(n.rhs)
	if err != nil {
		return nil, err
	}
	n.lhs, n.rhs = lhs, rhs
	switch n.text {
	case "~>":
		n.kind = kindApply
	case ":=":
		n.kind = kindBind
		inherit(n, rhs)
	default:
		inherit(n, lhs)
		inherit(n, rhs)
	}
	return n, nil
}

// asPath returns n as a path of at least one step.
func asPath(n *node) *node {
	if n.kind == kindPath {
		return n
	}
	return &node{kind: kindPath, pos: n.pos, list: []*node{n}}
}

// lastStep is the step that what follows n belongs to.
func lastStep(n *node) *node {
	if n.kind == kindPath {
		return n.list[len(n.list)-1]
	}
	return n
}

func (r *resolver) dot(n *node) (*node, error) {
	left, err := r.node(n.lhs)
	if err != nil {
		return nil, err
	}
	path := asPath(left)
	if left.kind == kindParent {
		path.seeking = []*slot{left.slot}
	}
	right, err := r.node(n.rhs)
	if err != nil {
		return nil, err
	}
	if right.kind == kindPath {
		path.list = append(path.list, right.list...)
	} else {
		if right.predicates != nil {
			right.stages, right.predicates = right.predicates, nil
		}
		path.list = append(path.list, right)
	}
	for _, step := range path.list {
		switch step.kind {
		case kindNumber, kindValue:
			err := syntaxError("S0213", step.pos, literalText(step.value))
			err.Value = step.value
			return nil, err
		case kindString:
			step.kind = kindName
		}
		path.keepOne = path.keepOne || step.keepArray
	}
	for _, step := range []*node{path.list[0], lastStep(path)} {
		if step.kind == kindArray {
			step.consArray = true
		}
	}
	return path, resolveParents(path)
}

func (r *resolver) predicate(n *node) (*node, error) {
	out, err := r.node(n.lhs)
	if err != nil {
		return nil, err
	}
	step := lastStep(out)
	if step.group != nil {
		return nil, syntaxError("S0209", n.pos, "")
	}
	filter, err := r.node(n.rhs)
	if err != nil {
		return nil, err
	}
	if len(filter.seeking) > 0 {
		for _, s := range filter.seeking {
			if s.level == 1 {
				if err := seek(step, s); err != nil {
					return nil, err
				}
			} else {
				s.level--
			}
		}
		inherit(step, filter)
	}
	if out.kind == kindPath {
		step.stages = append(step.stages, stage{expr: filter})
	} else {
		step.predicates = append(step.predicates, stage{expr: filter})
	}
	return out, nil
}

func (r *resolver) grouping(n *node) (*node, error) {
	out, err := r.node(n.lhs)
	if err != nil {
		return nil, err
	}
	if out.group != nil {
		return nil, syntaxError("S0210", n.pos, "")
	}
	group := &node{kind: kindObject, pos: n.pos, pairs: n.pairs}
	if err := r.pairs(&node{}, group); err != nil {
		return nil, err
	}
	out.group = group
	return out, nil
}

func (r *resolver) orderBy(n *node) (*node, error) {
	left, err := r.node(n.lhs)
	if err != nil {
		return nil, err
	}
	path := asPath(left)
	step := &node{kind: kindSort, pos: n.pos, terms: n.terms}
	for i := range step.terms {
		expr, err := r.node(step.terms[i].expr)
		if err != nil {
			return nil, err
		}
		step.terms[i].expr = expr
		inherit(step, expr)
	}
	path.list = append(path.list, step)
	return path, resolveParents(path)
}

// focus resolves path@$variable.
func (r *resolver) focus(n *node) (*node, error) {
	out, err := r.node(n.lhs)
	if err != nil {
		return nil, err
	}
	step := lastStep(out)
	if step.stages != nil || step.predicates != nil {
		return nil, syntaxError("S0215", n.pos, "@")
	}
	if step.kind == kindSort {
		return nil, syntaxError("S0216", n.pos, "@")
	}
	if n.keepArray {
		step.keepArray = true
	}
	step.focus = n.rhs.text
	step.tuple = true
	return out, nil
}

// position resolves path#$variable.
func (r *resolver) position(n *node) (*node, error) {
	left, err := r.node(n.lhs)
	if err != nil {
		return nil, err
	}
	path := asPath(left)
	step := lastStep(path)
	if left.kind != kindPath && step.predicates != nil {
		step.stages, step.predicates = step.predicates, nil
	}
	if step.stages == nil {
		step.index = n.rhs.text
	} else {
		step.stages = append(step.stages, stage{index: n.rhs.text})
	}
	step.tuple = true
	return path, nil
}

// tailCalls wraps calls in tail position, so that they are made by the caller
// of the function and recursion does not nest.
func tailCalls(n *node) *node {
	switch {
	case n.kind == kindCall && n.predicates == nil:
		return &node{kind: kindLambda, thunk: true, pos: n.pos, rhs: n}
	case n.kind == kindCondition:
		for i := 1; i < len(n.list); i++ {
			n.list[i] = tailCalls(n.list[i])
		}
	case n.kind == kindBlock && len(n.list) > 0:
		last := len(n.list) - 1
		n.list[last] = tailCalls(n.list[last])
	}
	return n
}
