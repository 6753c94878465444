package jsonata

// A kind says what a node of the syntax tree is.
type kind uint8

const (
	kindEnd kind = iota // where an operand is missing at the end of the source
	kindName
	kindString
	kindNumber
	kindValue // true, false, null
	kindVariable
	kindRegex
	kindWildcard
	kindDescendant
	kindParent
	kindBinary
	kindNegate
	kindArray
	kindObject
	kindBlock
	kindCondition // list: condition, then, else
	kindTransform // list: pattern, update, delete
	kindCall      // lhs is called with list
	kindPartial   // the same with placeholders among list
	kindPlaceholder
	kindLambda // rhs is the body
	kindPath   // list: steps
	kindBind
	kindApply
	kindSort // a step of a path
)

// kindNames are for the messages about the parent operator.
var kindNames = [...]string{
	kindEnd: "(end)", kindName: "name", kindString: "string", kindNumber: "number", kindValue: "value",
	kindVariable: "variable", kindRegex: "regex", kindWildcard: "wildcard", kindDescendant: "descendant",
	kindParent: "parent", kindBinary: "binary", kindNegate: "unary", kindArray: "unary", kindObject: "unary",
	kindBlock: "block", kindCondition: "condition", kindTransform: "transform", kindCall: "function",
	kindPartial: "partial", kindPlaceholder: "operator", kindLambda: "lambda", kindPath: "path",
	kindBind: "bind", kindApply: "apply", kindSort: "sort",
}

// A node is a part of an expression. The parser builds the tree, the resolver
// turns it into paths of steps; from then on it is only read.
type node struct {
	kind   kind
	pos    int
	text   string // operator, name, or string
	value  any    // what a literal evaluates to
	lhs    *node
	rhs    *node
	list   []*node
	pairs  [][2]*node // of an object or a grouping
	terms  []sortTerm
	params []string
	regex  *regex
	sig    *signature
	thunk  bool // a lambda that stands for a call in tail position

	// What the resolver adds.
	predicates []stage // filters on the value of the node
	stages     []stage // filters and index bindings on a step
	group      *node   // grouping of the result, a kindObject
	focus      string  // variable of @
	index      string  // variable of #
	slot       *slot   // of a parent operator
	ancestor   *slot   // the slot that takes the input of this step
	seeking    []*slot // slots that steps further left have to fill
	keepArray  bool    // [] was written behind it
	keepOne    bool    // a path with such a step: one result is an array, too
	consArray  bool    // an array constructor that is not to be flattened
	tuple      bool    // a step that binds variables, or a path that hands them on
}

type sortTerm struct {
	expr       *node
	descending bool
}

// A stage filters the values of a step or, without an expression, numbers them.
type stage struct {
	expr  *node
	index string
}

// A slot is where a parent operator finds its value: the label is the name of
// a hidden variable, the level says how many steps up it still has to go.
type slot struct {
	label string
	level int
}

// calleeName is how a called function is named in errors.
func (n *node) calleeName() string {
	switch n.kind {
	case kindPath:
		return n.list[0].text
	case kindVariable, kindName:
		return n.text
	}
	return ""
}
