package formula

import (
	"errors"
	"strconv"
)

var mapFormula = Func{
	Name:    "$map",
	Summary: "Translates a value by a table, else gives the default.",
	Args:    "{value, mapping: [{from, to}], default}",
	Examples: []Example{
		{In: `{"$map": {"value": {"$var": "region"}, "mapping": [{"from": "eu", "to": "https://eu.example"}], "default": "https://us.example"}}`, Vars: `{"region": "eu"}`, Want: `"https://eu.example"`},
		{In: `{"$map": {"value": 1, "mapping": [{"from": "1", "to": "one"}]}}`, Want: `"one"`, Note: "values are compared as JavaScript's == does, lists and objects by their content"},
		{In: `{"$map": {"value": {"$var": "nothing"}, "mapping": [{"from": null, "to": "none"}]}}`, Vars: `{}`, Want: `"none"`},
		{In: `{"$map": {"value": "x", "mapping": [{"from": "y", "to": 1}]}}`, Note: "nothing matches and there is no default"},
	},
	compile: compileMap,
	infer:   inferMap,
}

// A translation is one row of a $map.
type translation struct {
	from, to compiled
	broken   error // the row cannot be read
}

func compileMap(c *compiler, arg, _ Value) compiled {
	if arg.kind != KindObject {
		c.report("bad-argument", "$map takes {value, mapping: [{from, to}], default}, not "+kindWithArticle(arg), "write {value: {$var: …}, mapping: [{from: …, to: …}]}")
		return constant(Undefined)
	}
	value, fallback := c.at("value", arg.Get("value")), c.at("default", arg.Get("default"))
	rows, place := c.translations(arg), c.pointer()
	return compiled{eval: func(f *frame) (Value, error) {
		v, err := value.run(f)
		if err != nil {
			return Undefined, err
		}
		for i := range rows {
			if rows[i].broken != nil {
				return Undefined, rows[i].broken
			}
			from, err := rows[i].from.run(f)
			if err != nil {
				return Undefined, err
			}
			if same, err := f.matches(v, from); err != nil {
				return Undefined, errorAt(place, err)
			} else if same {
				return rows[i].to.run(f)
			}
		}
		return fallback.run(f)
	}}
}

var errNullRow = errors.New("a row of $map is null")

// translations compiles the rows of a $map.
func (c *compiler) translations(arg Value) []translation {
	mapping := arg.Get("mapping")
	if mapping.kind != KindList {
		hint := "the table must be written here; a formula cannot give it"
		if arg.Has("mappings") {
			c.reportKey("mappings", "bad-argument", `$map has no "mappings": its list of {from, to} is called "mapping"`, `rename it to "mapping"`)
			return nil
		}
		c.report("bad-argument", "$map needs mapping, a list of {from, to}", hint)
		return nil
	}
	c.enter("mapping")
	defer c.leave()
	rows := make([]translation, len(mapping.node.items))
	for i, row := range mapping.node.items {
		c.enter(strconv.Itoa(i))
		if row.kind != KindObject {
			c.report("bad-argument", "a row of $map is {from, to}, not "+kindWithArticle(row), "write {from: …, to: …}")
		}
		if row.IsMissing() {
			rows[i].broken = &Error{Pointer: c.pointer(), Offset: -1, Err: errNullRow}
		}
		rows[i].from, rows[i].to = c.at("from", row.Get("from")), c.at("to", row.Get("to"))
		c.leave()
	}
	return rows
}

// matches tells whether a value is what a row of $map translates.
func (f *frame) matches(v, from Value) (bool, error) {
	if v.node != nil || from.node != nil {
		if err := f.read(v, from); err != nil {
			return false, err
		}
	}
	if looseEqual(v, from) {
		return true, f.spend(1)
	}
	return f.equal(v, from)
}
