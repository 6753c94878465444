package jsonata

// A frame holds the variables of a block or a call, and knows the frame around it.
type frame struct {
	parent    *frame
	vars      []variable
	index     map[string]int       // position of each variable, once there are many
	functions map[string]*function // of the language, in the outermost frame
}

type variable struct {
	name  string
	value any
}

// fewVars is the number up to which looking at each variable is fastest.
const fewVars = 12

func (f *frame) find(name string) int {
	if f.index != nil {
		if i, ok := f.index[name]; ok {
			return i
		}
		return -1
	}
	for i := range f.vars {
		if f.vars[i].name == name {
			return i
		}
	}
	return -1
}

func (f *frame) bind(name string, value any) {
	if i := f.find(name); i >= 0 {
		f.vars[i].value = value
		return
	}
	f.vars = append(f.vars, variable{name, value})
	switch {
	case f.index != nil:
		f.index[name] = len(f.vars) - 1
	case len(f.vars) > fewVars:
		f.index = make(map[string]int, 2*len(f.vars))
		for i := range f.vars {
			f.index[f.vars[i].name] = i
		}
	}
}

// lookup finds a variable here or further out.
func (ev *evaluator) lookup(f *frame, name string) (any, error) {
	if err := ev.step(len(name) / 64); err != nil {
		return nil, err
	}
	for hops := 0; f != nil; hops++ {
		if i := f.find(name); i >= 0 {
			return f.vars[i].value, nil
		}
		if f.functions != nil {
			if fn, ok := f.functions[name]; ok {
				return fn, nil
			}
		}
		if hops > 16 {
			if err := ev.step(1); err != nil {
				return nil, err
			}
		}
		f = f.parent
	}
	return Undefined{}, nil
}

// closureSize is about what a function and the frame around it take.
const closureSize = 256

// newFrame makes a frame within parent. A small one is free: it lives no longer
// than a call, unless a function keeps it, and that is paid for.
func (ev *evaluator) newFrame(parent *frame, vars int) (*frame, error) {
	if vars > 2 {
		if err := ev.list(vars); err != nil {
			return nil, err
		}
	}
	f := &frame{parent: parent}
	if vars > 0 {
		f.vars = make([]variable, 0, vars)
	}
	return f, nil
}

// tupleFrame makes a frame with the bindings of a tuple.
func (ev *evaluator) tupleFrame(parent *frame, tuple any) (*frame, error) {
	o, ok := tuple.(*Object)
	if !ok {
		return ev.newFrame(parent, 0)
	}
	f, err := ev.newFrame(parent, o.Len())
	if err != nil {
		return nil, err
	}
	for name, value := range o.All() {
		f.bind(name, value)
	}
	return f, nil
}
