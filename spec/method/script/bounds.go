package script

import "slices"

// The bounds of what is given to the libraries, which follow the nesting of a
// script by recursion, and some of them without a bound of their own. They are
// far above what a person writes. Time grows with the square or the cube of
// most of them; with doubts, it doubles.
const (
	maxBrackets = 100  // brackets that are open
	maxChain    = 4000 // tokens of what is not ended yet: statements, items
	maxArrows   = 50   // arrow functions within each other
	maxAngles   = 100  // < without >
	maxDoubts   = 5    // places of TypeScript that have to be read twice
	maxObscure  = 2000 // bytes of what may be a regular expression or may not
	maxNames    = 8000 // variables, functions, classes and imports that are declared
)

// A mark is a place where something is exported, as the tokens say it.
type mark struct {
	Span
	name string // "default", another name, or "" for the word export
}

// A level is what is open within a bracket.
type level struct {
	open      string // the bracket; "" for the script
	start     int    // of the template, if the bracket is one's
	operand   bool   // what it closes is a value, which a slash divides
	separates bool   // a comma ends an item, and nothing goes on behind it

	chain, arrows, angles, doubts int
	questions                     int  // conditions that wait for their colon
	returns                       bool // a colon that may stand before a return type was seen
}

// measure holds a script against the bounds, by its tokens alone. It returns
// the places that look like exports; what they are the tree says.
func measure(source string, language Language) ([]mark, *Problem) {
	m := newMeter(source, language)
	for {
		t := m.following()
		if t.kind == endToken {
			return m.marks, nil
		}
		if message := m.take(t); message != "" {
			return nil, &Problem{Span: Span{t.start, t.end - t.start}, Message: message, Hint: "write it in several statements or functions"}
		}
	}
}

// templateAt returns where the template begins that the text before an offset
// is a part of; it is not ok if that is no template.
func templateAt(source string, language Language, offset int) (start int, ok bool) {
	for m := newMeter(source, language); ; {
		t := m.following()
		switch {
		case t.kind == endToken:
			return 0, false
		case t.end < offset:
			m.take(t)
		case source[t.start] == '}':
			return m.top().start, m.top().open == "${"
		default:
			return t.start, source[t.start] == '`'
		}
	}
}

// A meter measures a script token by token.
type meter struct {
	scanner
	typed  bool
	levels []level
	total  level // the sums over the levels
	marks  []mark

	operand bool      // the token before ends a value
	before  [4]string // the tokens before, the last one first
	starts  [4]int    // where they start
	header  bool      // the bracket to come holds the condition of a statement
	obscure int
	names   int
}

func newMeter(source string, language Language) *meter {
	return &meter{scanner: scanner{source: source}, typed: language == TypeScript, levels: []level{{}}}
}

// following returns the next token, which is to be taken.
func (m *meter) following() token { return m.next(m.operand, m.top().open == "${") }

func (m *meter) top() *level { return &m.levels[len(m.levels)-1] }

// take takes a token and says which bound is passed, "" if none is.
func (m *meter) take(t token) string {
	text := m.source[t.start:t.end]
	m.add(1, 0, 0, 0)
	m.suspect(t, text)
	switch t.kind {
	case wordToken:
		m.takeWord(t, text)
	case templateToken:
		start := t.start
		if text[0] == '}' {
			start = m.top().start
			m.pop()
		}
		m.push(level{open: "${", start: start})
		m.operand = false
	case textToken:
		if text[0] == '}' {
			m.pop()
		}
		m.operand = true
	case numberToken, regexpToken:
		m.operand = true
	default:
		m.takeMark(t, text)
	}
	copy(m.before[1:], m.before[:])
	copy(m.starts[1:], m.starts[:])
	m.before[0], m.starts[0] = text, t.start
	switch {
	case len(m.levels) > maxBrackets:
		return "brackets are nested too deeply"
	case m.total.chain > maxChain:
		return "a statement is too long"
	case m.total.arrows > maxArrows:
		return "functions are nested too deeply"
	case m.total.angles > maxAngles:
		return `too many "<" stand in a statement`
	case m.total.doubts > maxDoubts:
		return "types and conditions are nested too deeply"
	case m.obscure > maxObscure:
		return "the script cannot be told from its regular expressions"
	case m.names > maxNames:
		return "the script declares too many names"
	}
	return ""
}

// suspect counts the bytes of a token that may have been cut wrongly: only the
// grammar knows whether a slash after these is a division.
func (m *meter) suspect(t token, text string) {
	if t.kind == regexpToken && slices.Contains([]string{"}", ">", "of", "await", "yield", "default", "!", "++", "--"}, m.before[0]) {
		m.obscure += len(text)
	}
}

// add adds to what is open in the innermost bracket.
func (m *meter) add(chain, arrows, angles, doubts int) {
	for _, l := range []*level{m.top(), &m.total} {
		l.chain += chain
		l.arrows += arrows
		l.angles = max(l.angles+angles, 0)
		l.doubts += doubts
	}
}

// end ends what is open in the innermost bracket.
func (m *meter) end(all bool) {
	l := m.top()
	m.total.chain -= l.chain
	m.total.arrows -= l.arrows
	m.total.doubts -= l.doubts
	l.chain, l.arrows, l.doubts, l.questions, l.returns = 0, 0, 0, 0, false
	if all {
		m.total.angles -= l.angles
		l.angles = 0
	}
}

func (m *meter) push(l level) { m.levels = append(m.levels, l) }

// pop closes the innermost bracket.
func (m *meter) pop() {
	m.operand = false
	if len(m.levels) == 1 {
		return
	}
	m.end(true)
	m.operand = m.top().operand
	m.levels = m.levels[:len(m.levels)-1]
}

var (
	// openWords end no value: a slash after them begins a regular expression,
	// and a brace an object, unless they are among blockWords.
	openWords  = []string{"return", "typeof", "instanceof", "in", "of", "new", "delete", "void", "throw", "case", "do", "else", "await", "yield", "default", "extends", "try", "finally", "export", "import", "as", "satisfies", "keyof", "is", "infer", "readonly"}
	blockWords = []string{"do", "else", "try", "finally", "export", "import", "as", "satisfies", "is"}
	// nameWords declare names.
	nameWords = []string{"var", "let", "const", "function", "class", "import", "enum", "namespace"}
	// headerWords are followed by a condition in brackets, which is no value.
	headerWords = []string{"if", "while", "for", "with"}
)

func (m *meter) takeWord(t token, text string) {
	if m.before[0] == "." || m.before[0] == "?." {
		m.operand = true
		m.member(t, text)
		return
	}
	begins := m.operand || m.before[0] == "}" || m.before[0] == ";"
	if begins && t.newline && slices.Contains([]string{"const", "let", "var", "export"}, text) {
		m.end(true) // a statement begins, so those before have ended
		m.add(1, 0, 0, 0)
	}
	if slices.Contains(nameWords, text) {
		m.names++
	}
	switch before := m.before; {
	case text == "export":
		m.marks = append(m.marks, mark{Span{t.start, t.end - t.start}, ""})
	case before[0] == "export" && text == "default":
		m.marks = append(m.marks, mark{Span{m.starts[0], t.end - m.starts[0]}, text})
	case before[0] == "as" && text == "default", before[1] == "export", before[2] == "export" && before[1] == "async":
		m.marks = append(m.marks, mark{Span{t.start, t.end - t.start}, text})
	}
	if m.typed && text == "extends" && m.before[1] == "infer" {
		m.add(0, 0, 0, 1)
	}
	m.header = slices.Contains(headerWords, text) || text == "await" && m.before[0] == "for"
	m.operand = !slices.Contains(openWords, text)
}

// member notes names that are exported as members of module and exports.
func (m *meter) member(t token, text string) {
	switch {
	case m.before[1] == "module" && text == "exports" && m.before[2] != ".":
		m.marks = append(m.marks, mark{Span{m.starts[1], t.end - m.starts[1]}, "default"})
	case m.before[1] == "exports" && (m.before[2] != "." || m.before[3] == "module"):
		start := m.starts[1]
		if m.before[2] == "." {
			start = m.starts[3]
		}
		m.marks = append(m.marks, mark{Span{start, t.end - start}, text})
	}
}

func (m *meter) takeMark(t token, text string) {
	l := m.top()
	switch text {
	case "(":
		m.push(level{open: text, operand: !m.header, separates: m.operand && !m.header})
		m.operand = false
	case "[":
		m.push(level{open: text, operand: true, separates: true})
		m.operand = false
	case "{":
		object := m.isObject(l)
		m.push(level{open: text, operand: object, separates: object})
		m.operand = false
	case ")", "]", "}":
		m.pop()
	case ";":
		m.end(true)
		m.operand = false
	case ",":
		if l.separates {
			m.end(false)
		}
		m.operand = false
	case "=>":
		m.add(0, 1, 0, 0)
		if l.returns && m.typed {
			m.add(0, 0, 0, 1)
		}
		m.operand = false
	case "?":
		l.questions++
		m.operand = false
	case ":":
		if l.questions > 0 {
			l.questions--
			l.returns = l.returns || m.before[0] == ")"
		}
		m.operand = false
	case "<":
		m.add(0, 0, 1, 0)
		m.operand = false
	case ">":
		if l.angles > 0 {
			m.add(0, 0, -1, 0)
		}
		m.operand = false
	case "++", "--": // before or behind a value
		m.operand = m.operand && !t.newline
	case "!":
		m.operand = m.operand && !t.newline && m.typed
	default:
		m.operand = false
	}
	m.header = false
}

// isObject tells whether an opening brace begins an object, rather than
// statements or types.
func (m *meter) isObject(l *level) bool {
	switch m.before[0] {
	case "", ";", "{", "}", ")", "=>", ">", "]":
		return false
	case ":":
		return l.open == "(" || l.open == "[" || l.separates || l.questions > 0
	}
	return !m.operand && !slices.Contains(blockWords, m.before[0])
}
