package formula

import "github.com/expr-lang/expr/ast"

func (e *exprCompiler) matchesLiteral(n *ast.BinaryNode, pattern *ast.StringNode) operation {
	re, weight, err := compilePattern(pattern.Value)
	if err != nil {
		return e.problemAt(pattern, "bad-expression", err.Error(), "RE2 syntax is understood: no look-around and no back references")
	}
	left := e.need(n.Left)
	return func(f *frame) (Value, error) {
		v, err := left(f)
		if err != nil {
			return Undefined, err
		}
		s, err := textOf(v, "the left side of matches")
		if err == nil {
			err = f.search(s, weight)
		}
		return Bool(err == nil && re.MatchString(s)), err
	}
}

func matches(f *frame, v, w Value) (Value, error) {
	s, err := textOf(v, "the left side of matches")
	if err != nil {
		return Undefined, err
	}
	pattern, err := textOf(w, "the right side of matches")
	if err != nil {
		return Undefined, err
	}
	re, weight, err := compilePattern(pattern)
	if err != nil {
		return Undefined, err
	}
	if err := f.spend(10 * (weight + len(pattern))); err != nil {
		return Undefined, err
	}
	if err := f.search(s, weight); err != nil {
		return Undefined, err
	}
	return Bool(re.MatchString(s)), nil
}
