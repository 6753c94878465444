package method

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// A graphqlWriter writes a GraphQL document (GraphQL, October 2021, section 2).
// Nothing of a value is written but as a literal or as a variable.
type graphqlWriter struct {
	call      Call
	text      strings.Builder
	declared  []string // as in "$id: ID!"
	variables *formula.ObjectBuilder
}

// document writes the query with its variables, an object.
func (g *graphql) document(call Call) (string, formula.Value, error) {
	w := &graphqlWriter{call: call, variables: formula.NewObject(2)}
	if err := w.fields(g.fields); err != nil {
		return "", formula.Undefined, err
	}
	text := "query"
	if g.mutation {
		text = "mutation"
	}
	if len(w.declared) > 0 {
		text += " (" + strings.Join(w.declared, ", ") + ")"
	}
	return text + w.text.String(), w.variables.Value(), nil
}

// fields writes a selection set.
func (w *graphqlWriter) fields(list []*graphqlField) error {
	if len(list) == 0 {
		return nil
	}
	w.text.WriteString(" {")
	for _, f := range list {
		w.text.WriteByte(' ')
		switch {
		case f.on != "":
			w.text.WriteString("... on " + f.on)
		case f.alias != "":
			w.text.WriteString(f.alias + ": " + f.name)
		default:
			w.text.WriteString(f.name)
		}
		if err := w.arguments(f); err != nil {
			return err
		}
		if err := w.fields(f.fields); err != nil {
			return err
		}
	}
	w.text.WriteString(" }")
	return nil
}

// arguments writes the arguments of a field; those that are missing are left
// out.
func (w *graphqlWriter) arguments(f *graphqlField) error {
	if f.args == nil {
		return nil
	}
	args, err := f.args.Eval(w.call.Variables, w.call.Run)
	if err != nil || args.IsMissing() {
		return err
	}
	if !args.IsObject() {
		return fmt.Errorf("the arguments of %q are an object, not %s", f.name, args.Kind())
	}
	separator := "("
	for i, name := range args.Keys() {
		_, v := args.At(i)
		if v.IsUndefined() {
			continue
		}
		if !graphqlName.MatchString(name) {
			return fmt.Errorf("%q is no name of a GraphQL argument", name)
		}
		w.text.WriteString(separator + name + ": ")
		separator = ", "
		if t := f.types.Get(name).Text(); t != "" {
			w.text.WriteString(w.variable(name, t, v))
			continue
		}
		if err := w.literal(v); err != nil {
			return fmt.Errorf("argument %q of %q: %w", name, f.name, err)
		}
	}
	if separator == ", " {
		w.text.WriteByte(')')
	}
	return nil
}

// variable declares a variable for an argument and returns its name.
func (w *graphqlWriter) variable(name, typ string, v formula.Value) string {
	unique := name
	for i := 2; w.variables.Has(unique); i++ {
		unique = name + strconv.Itoa(i)
	}
	w.variables.Set(unique, v)
	w.declared = append(w.declared, "$"+unique+": "+typ)
	return "$" + unique
}

// literal writes a value (section 2.9).
func (w *graphqlWriter) literal(v formula.Value) error {
	switch v.Kind() {
	case formula.KindString:
		writeGraphQLString(&w.text, v.Text())
	case formula.KindNumber:
		if n, _ := v.AsNumber(); math.IsNaN(n) || math.IsInf(n, 0) {
			return fmt.Errorf("%v is no number that GraphQL can write", v)
		}
		w.text.WriteString(v.String())
	case formula.KindBool:
		w.text.WriteString(v.String())
	case formula.KindBytes:
		return errors.New("bytes are no text; hex() or base64() makes text of them")
	case formula.KindList:
		w.text.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				w.text.WriteString(", ")
			}
			_, item := v.At(i)
			if err := w.literal(item); err != nil {
				return err
			}
		}
		w.text.WriteByte(']')
	case formula.KindObject:
		return w.object(v)
	default:
		w.text.WriteString("null")
	}
	return nil
}

// object writes an input object.
func (w *graphqlWriter) object(v formula.Value) error {
	w.text.WriteByte('{')
	separator := ""
	for i, name := range v.Keys() {
		_, item := v.At(i)
		if item.IsUndefined() {
			continue
		}
		if !graphqlName.MatchString(name) {
			return fmt.Errorf("%q is no name of a field of an input; give the argument a type in argTypes, so that it is sent as a variable", name)
		}
		w.text.WriteString(separator + name + ": ")
		separator = ", "
		if err := w.literal(item); err != nil {
			return err
		}
	}
	w.text.WriteByte('}')
	return nil
}

// writeGraphQLString writes text in quotes (section 2.9.4).
func writeGraphQLString(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7f || r == 0xfeff || r == 0x2028 || r == 0x2029:
			fmt.Fprintf(b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}
