package spec_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

func TestEncodeYAML(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, json, want string }{
		{"nothing", `null`, "null\n"},
		{"scalars", `{"a":1,"b":1.5,"c":true,"d":false,"e":null,"f":"x","g":1e21,"h":-0.25}`, "a: 1\nb: 1.5\nc: true\nd: false\ne: null\nf: x\ng: 1e+21\nh: -0.25\n"},
		{"order is kept", `{"b":1,"a":{"d":1,"c":2}}`, "b: 1\na:\n  d: 1\n  c: 2\n"},
		{"empty collections", `{"a":{},"b":[],"c":[[],{}]}`, "a: {}\nb: []\nc:\n  - []\n  - {}\n"},
		{"lists", `{"a":["x",{"b":1,"c":[2]},["w",["z"]]]}`, "a:\n  - x\n  - b: 1\n    c:\n      - 2\n  - - w\n    - - z\n"},
		{"a list at the top", `[{"a":1},2]`, "- a: 1\n- 2\n"},
		{"words that are none", `["true","No","on","Y","null","~","nan"]`, "- \"true\"\n- \"No\"\n- \"on\"\n- \"Y\"\n- \"null\"\n- \"~\"\n- nan\n"},
		{"numbers that are text", `["1","1.10","0x1F","1e3",".5","+1","12:30","2001-01-01","1_000","v1.10"]`, "- \"1\"\n- \"1.10\"\n- \"0x1F\"\n- \"1e3\"\n- \".5\"\n- \"+1\"\n- \"12:30\"\n- \"2001-01-01\"\n- \"1_000\"\n- v1.10\n"},
		{
			"text with signs", `["","a: b","a #b","a:"," a","a ","- a","*a","&a","!a","@a","%a","<<","=","?","#","a#b","https://x.example/a?b=c&d#e"]`,
			"- \"\"\n- \"a: b\"\n- \"a #b\"\n- \"a:\"\n- \" a\"\n- \"a \"\n- \"- a\"\n- \"*a\"\n- \"&a\"\n- \"!a\"\n- \"@a\"\n- \"%a\"\n- \"<<\"\n- \"=\"\n- \"?\"\n- \"#\"\n- a#b\n- https://x.example/a?b=c&d#e\n",
		},
		{"quotes", `["\"a\"","'a'","a\\b","it's","\"it's\""]`, "- '\"a\"'\n- \"'a'\"\n- a\\b\n- it's\n- '\"it''s\"'\n"},
		{"interpolation", `["Bearer ${a}","${a ?? \"b: c\"}","${a","$${a"]`, "- Bearer ${a}\n- '${a ?? \"b: c\"}'\n- \"${a\"\n- $${a\n"},
		{"invisible characters", `["a\tb","a\u0007","a\u2028b","\ufeff","a\u00a0b","\u202ea"]`, "- \"a\\tb\"\n- \"a\\u0007\"\n- \"a\\u2028b\"\n- \"\\uFEFF\"\n- \"a\\u00A0b\"\n- \"\\u202Ea\"\n"},
		{"wide characters", `{"名前":"世界 😀"}`, "名前: 世界 😀\n"},
		{"lines", `{"a":"b\nc\n","d":"e\nf","g":["h\n\ni\n\n"],"j":"\n","k":1}`, "a: |\n  b\n  c\nd: |-\n  e\n  f\ng:\n  - |+\n    h\n\n    i\n\nj: \"\\n\"\nk: 1\n"},
		{"lines that start with blanks", `["  a\nb","\na\n","\ta\n b"]`, "- |2-\n    a\n  b\n- |2\n\n  a\n- |2-\n  \ta\n   b\n"},
		{"lines that a block cannot show", `["a\r\nb"]`, "- \"a\\r\\nb\"\n"},
		{"keys", `{"a b":1,"200":2,"true":3,"$var":4,"":5,"a: b":6,"x-y":7}`, "a b: 1\n\"200\": 2\n\"true\": 3\n$var: 4\n\"\": 5\n\"a: b\": 6\nx-y: 7\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v, err := formula.ParseJSON([]byte(c.json))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(spec.EncodeYAML(v))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			checkRoundTrip(t, v)
		})
	}
}

func TestEncodeYAMLLongKeys(t *testing.T) {
	t.Parallel()
	for _, n := range []int{400, 600, 2000} {
		key := strings.Repeat("k", n)
		inner := formula.Object(formula.Member{Key: key, Value: formula.String("a\nb\n")}, formula.Member{Key: "c", Value: formula.Null})
		checkRoundTrip(t, formula.List(formula.Object(formula.Member{Key: key, Value: inner}, formula.Member{Key: "d", Value: formula.List(inner)})))
	}
}

func TestEncodeYAMLWhatJSONHasNoWordsFor(t *testing.T) {
	t.Parallel()
	v := formula.Object(
		formula.Member{Key: "a", Value: formula.Undefined},
		formula.Member{Key: "b", Value: formula.List(formula.Undefined, formula.Number(math.NaN()), formula.Bytes([]byte{0xff, 0}))},
		formula.Member{Key: "c", Value: formula.Object(formula.Member{Key: "d", Value: formula.Undefined})},
		formula.Member{Key: "e", Value: formula.String("a\xffb")},
	)
	want := "b:\n  - null\n  - null\n  - /wA=\nc: {}\ne: \"a\ufffdb\"\n"
	if diff := cmp.Diff(want, string(spec.EncodeYAML(v))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func checkRoundTrip(t *testing.T, v formula.Value) {
	t.Helper()
	out := spec.EncodeYAML(v)
	source, list := spec.Parse("f.yml", out)
	if len(list) > 0 || !source.Value().Equal(v) {
		t.Errorf("%v was written as\n%s\nand read as %v, %v", v, out, source.Value(), list)
	}
	if again := spec.EncodeYAML(source.Value()); string(again) != string(out) {
		t.Errorf("written twice:\n%s\nthen:\n%s", out, again)
	}
}

// FuzzEncode makes values of bytes, writes them and reads them back.
func FuzzEncode(f *testing.F) {
	for _, seed := range []string{"", "\x00a", "\x04\x03\x05key\x05value\x06\x02", "\x05a\nb\n", "\x05 a\n\tb", "\x05\n\na\n\n", "\x05- a: b #c", "\x05😀\u00a0"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4000 {
			return
		}
		checkRoundTrip(t, (&maker{data}).value(0))
	})
}

// A maker turns bytes into a value.
type maker struct{ data []byte }

func (m *maker) byte() byte {
	if len(m.data) == 0 {
		return 0
	}
	b := m.data[0]
	m.data = m.data[1:]
	return b
}

func (m *maker) string() string {
	n := min(int(m.byte()), len(m.data))
	s := string(m.data[:n])
	m.data = m.data[n:]
	return strings.ToValidUTF8(s, "?")
}

func (m *maker) value(depth int) formula.Value {
	switch kind := m.byte() % 8; {
	case kind == 0:
		return formula.Null
	case kind == 1:
		return formula.Bool(m.byte()%2 == 0)
	case kind == 2:
		bits := uint64(0)
		for range 8 {
			bits = bits<<8 | uint64(m.byte())
		}
		if f := math.Float64frombits(bits); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return formula.Number(f)
		}
		return formula.Number(float64(m.byte()))
	case kind == 3 && depth < spec.MaxDepth:
		items := make([]formula.Value, m.byte()%5)
		for i := range items {
			items[i] = m.value(depth + 1)
		}
		return formula.List(items...)
	case kind == 4 && depth < spec.MaxDepth:
		object := formula.NewObject(4)
		for range m.byte() % 5 {
			object.Set(m.string(), m.value(depth+1))
		}
		return object.Value()
	default:
		return formula.String(m.string())
	}
}
