package jsonata

// inherit hands the parent operators that part could not resolve to owner.
func inherit(owner, part *node) {
	owner.seeking = append(owner.seeking, part.seeking...)
	if part.kind == kindParent {
		owner.seeking = append(owner.seeking, part.slot)
	}
}

// resolveParents finds the steps that the parent operators at the end of a
// path refer to. Those that would be left of the path wait for a longer one.
func resolveParents(path *node) error {
	last := len(path.list) - 1
	slots := path.list[last].seeking
	if path.list[last].kind == kindParent {
		slots = append(slots[:len(slots):len(slots)], path.list[last].slot)
	}
	for _, s := range slots {
		for i := last - 1; s.level > 0; {
			if i < 0 {
				path.seeking = append(path.seeking, s)
				break
			}
			step := path.list[i]
			i--
			for i >= 0 && step.focus != "" && path.list[i].focus != "" {
				step = path.list[i] // of several bindings in a row, the first counts
				i--
			}
			if err := seek(step, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// seek moves a slot over a step, to which it belongs when its level is zero.
func seek(n *node, s *slot) error {
	switch n.kind {
	case kindName, kindWildcard:
		s.level--
		if s.level == 0 {
			if n.ancestor != nil {
				s.label = n.ancestor.label
			}
			n.ancestor = s
			n.tuple = true
		}
	case kindParent:
		s.level++
	case kindBlock:
		if len(n.list) > 0 {
			n.tuple = true
			return seek(n.list[len(n.list)-1], s)
		}
	case kindPath:
		n.tuple = true
		for i := len(n.list) - 1; i >= 0; i-- {
			if err := seek(n.list[i], s); err != nil {
				return err
			}
			if s.level <= 0 {
				break
			}
		}
	default:
		return syntaxError("S0217", n.pos, kindNames[n.kind])
	}
	return nil
}
