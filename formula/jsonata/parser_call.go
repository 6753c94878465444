package jsonata

// call reads the arguments of a call, or the rest of a function definition.
func (p *parser) call(n *node) (*node, error) {
	n.kind = kindCall
	for !p.at(")") {
		if p.at("?") {
			n.kind = kindPartial
			n.list = append(n.list, &node{kind: kindPlaceholder, pos: p.tok.pos, text: "?"})
			if err := p.advance(false); err != nil {
				return nil, err
			}
		} else {
			arg, err := p.expression(0)
			if err != nil {
				return nil, err
			}
			n.list = append(n.list, arg)
		}
		if !p.at(",") {
			break
		}
		if err := p.advance(false); err != nil {
			return nil, err
		}
		if p.at(")") {
			return nil, syntaxError("S0211", p.tok.pos, ")")
		}
	}
	if err := p.expect(")", true); err != nil {
		return nil, err
	}
	if n.lhs.kind == kindName && (n.lhs.text == "function" || n.lhs.text == "λ") {
		return n, p.lambda(n)
	}
	return n, nil
}

// lambda reads the signature and the body of a function definition.
func (p *parser) lambda(n *node) error {
	n.kind = kindLambda
	for _, arg := range n.list {
		if arg.kind != kindVariable {
			return syntaxError("S0208", arg.pos, arg.text)
		}
		n.params = append(n.params, arg.text)
	}
	n.list = nil
	if p.at("<") {
		if err := p.signature(n); err != nil {
			return err
		}
	}
	if err := p.expect("{", false); err != nil {
		return err
	}
	body, err := p.expression(0)
	if err != nil {
		return err
	}
	n.rhs = body
	return p.expect("}", false)
}

func (p *parser) signature(n *node) error {
	pos := p.tok.pos
	text, depth := "<", 1
	for depth > 0 && !p.at("{") && p.tok.kind != tokEnd {
		if err := p.advance(false); err != nil {
			return err
		}
		switch {
		case p.at(">"):
			depth--
		case p.at("<"):
			depth++
		}
		text += p.tok.describe()
	}
	if err := p.expect(">", false); err != nil {
		return err
	}
	sig, err := parseSignature(text)
	if err != nil {
		return locate(err, pos, text)
	}
	n.sig = sig
	return nil
}
