package spec

// A structure reads tokens as the grammar of YAML has them, to find the first
// token that does not fit.
type structure struct {
	text    []byte
	tokens  []token
	i       int
	depth   int
	anchors map[string]bool
	fault   *fault
}

// tokFault ends tokens that end with a fault.
const tokFault tokenKind = 255

// libraryDepth is how deep the YAML library lets collections nest.
const libraryDepth = 10_000

// locate returns what is wrong with text as YAML, the tokens before it, and
// the index of the token at which it was noticed; nil if nothing is found.
func locate(text []byte) (*fault, []token, int) {
	tokens, scanFault := tokenize(text)
	if scanFault != nil {
		tokens = append(tokens, token{kind: tokFault, span: scanFault.at})
	}
	p := &structure{text: text, tokens: tokens, anchors: map[string]bool{}}
	p.stream()
	if p.fault != nil {
		return p.fault, tokens, p.i
	}
	return scanFault, tokens, len(tokens) - 1
}

func (p *structure) kind() tokenKind { return p.tokens[p.i].kind }

// is tells whether the current token is one of kinds.
func (p *structure) is(kinds ...tokenKind) bool {
	for _, k := range kinds {
		if p.tokens[p.i].kind == k {
			return true
		}
	}
	return false
}

// skipIf skips a token of a kind.
func (p *structure) skipIf(kind tokenKind) bool {
	if p.kind() == kind {
		p.i++
		return true
	}
	return false
}

// stream reads all documents. Like all that follow, it returns false at a
// fault.
func (p *structure) stream() bool {
	for first := true; ; first = false {
		if !first {
			for p.skipIf(tokDocumentEnd) {
			}
		}
		switch {
		case p.kind() == tokFault:
			return false
		case p.kind() == tokStreamEnd:
			return true
		case p.skipIf(tokDocumentStart):
			if p.is(tokDocumentStart, tokDocumentEnd, tokStreamEnd) {
				break
			}
			if !p.node(true, false) {
				return false
			}
		case !first:
			return p.complain(afterDocument, 0)
		case !p.node(true, false):
			return false
		}
		p.skipIf(tokDocumentEnd)
	}
}

// node reads a value, with the anchor and tag before it.
func (p *structure) node(block, indentless bool) bool {
	if p.depth++; p.depth > libraryDepth {
		p.fault = &fault{code: "too-deep", at: p.tokens[p.i].span, message: tooDeepMessage}
		return false
	}
	defer func() { p.depth-- }()
	if p.kind() == tokAlias {
		return p.aliasToken()
	}
	start := p.i
	if !p.properties() {
		return false
	}
	switch k := p.kind(); {
	case k == tokFault:
		return false
	case k == tokScalar:
		p.i++
		return true
	case k == tokEntry && indentless:
		return p.indentlessList()
	case k == tokFlowSequence:
		return p.flowList()
	case k == tokFlowMapping:
		return p.flowObject()
	case k == tokBlockSequence && block:
		return p.blockList()
	case k == tokBlockMapping && block:
		return p.blockObject()
	case p.i > start:
		return true // an empty value
	}
	return p.complain(beforeValue, 0)
}

// properties reads an anchor and a tag, in any order.
func (p *structure) properties() bool {
	var anchor, tag bool
	for {
		t := p.tokens[p.i]
		switch {
		case t.kind == tokAnchor && !anchor:
			anchor = true
			p.anchors[string(p.text[t.start+1:t.end])] = true
		case t.kind == tokTag && !tag:
			if tag = true; !knownTagHandle(p.text[t.start:t.end]) {
				p.fault = &fault{code: "yaml-tag", at: t.span, message: tagMessage(string(p.text[t.start:t.end])), hint: tagHint}
				return false
			}
		default:
			return true
		}
		p.i++
	}
}

// knownTagHandle tells whether a tag has no handle of its own such as !name!.
func knownTagHandle(tag []byte) bool {
	end := 1
	for end < len(tag) && isNameByte(tag[end]) {
		end++
	}
	return end == 1 || end == len(tag) || tag[end] != '!'
}

func (p *structure) aliasToken() bool {
	t := p.tokens[p.i]
	if !p.anchors[string(p.text[t.start+1:t.end])] {
		p.fault = &fault{
			at: t.span, message: "alias " + excerpt(p.text[t.start:t.end]) + " has no anchor before it",
			hint: `put the text in quotes if the "*" is text`,
		}
		return false
	}
	p.i++
	return true
}

func (p *structure) blockList() bool {
	open := p.i
	p.i++
	for p.skipIf(tokEntry) {
		if p.is(tokEntry, tokBlockEnd) {
			continue
		}
		if !p.node(true, false) {
			return false
		}
	}
	return p.skipIf(tokBlockEnd) || p.complain(inList, open)
}

func (p *structure) indentlessList() bool {
	for p.skipIf(tokEntry) {
		if p.is(tokEntry, tokKey, tokColon, tokBlockEnd) {
			continue
		}
		if !p.node(true, false) {
			return false
		}
	}
	return true
}

func (p *structure) blockObject() bool {
	open := p.i
	p.i++
	for p.skipIf(tokKey) {
		if !p.is(tokKey, tokColon, tokBlockEnd) && !p.node(true, true) {
			return false
		}
		if p.skipIf(tokColon) && !p.is(tokKey, tokColon, tokBlockEnd) && !p.node(true, true) {
			return false
		}
	}
	return p.skipIf(tokBlockEnd) || p.complain(inObject, open)
}

func (p *structure) flowList() bool {
	open := p.i
	p.i++
	for first := true; !p.is(tokFlowSequenceEnd); first = false {
		if !first && !p.skipIf(tokComma) {
			return p.complain(inBrackets, open)
		}
		switch {
		case p.kind() == tokFlowSequenceEnd:
		case p.skipIf(tokKey):
			if !p.flowPair() {
				return false
			}
		case !p.nodeIn(open):
			return false
		}
	}
	p.i++
	return true
}

// flowPair reads the one pair of [key: value] after its key token, with the
// habits of the YAML library.
func (p *structure) flowPair() bool {
	if p.is(tokColon, tokComma, tokFlowSequenceEnd) {
		p.i++
	} else if !p.node(false, false) {
		return false
	}
	if p.skipIf(tokColon) && !p.is(tokComma, tokFlowSequenceEnd) {
		return p.node(false, false)
	}
	return true
}

func (p *structure) flowObject() bool {
	open := p.i
	p.i++
	for first := true; !p.is(tokFlowMappingEnd); first = false {
		if !first && !p.skipIf(tokComma) {
			return p.complain(inBrackets, open)
		}
		switch {
		case p.kind() == tokFlowMappingEnd:
		case p.skipIf(tokKey):
			if !p.is(tokColon, tokComma, tokFlowMappingEnd) && !p.nodeIn(open) {
				return false
			}
			if p.skipIf(tokColon) && !p.is(tokComma, tokFlowMappingEnd) && !p.nodeIn(open) {
				return false
			}
		case !p.nodeIn(open):
			return false
		}
	}
	p.i++
	return true
}

// nodeIn reads a value within the brackets that open opened.
func (p *structure) nodeIn(open int) bool {
	if p.is(tokStreamEnd, tokDocumentStart, tokDocumentEnd) {
		return p.complain(inBrackets, open)
	}
	return p.node(false, false)
}
