package spec_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// hostile pairs files that are broken, or set a trap, with what is said about
// them. It is a table of data, longer than other files.
var hostile = []struct {
	name, in string
	want     []string
}{
	{"empty", "", []string{
		`1:1: the file holds no value [empty-file]`,
	}},
	{"blank lines", "\n\n  \n", []string{
		`1:1: the file holds no value [empty-file]`,
	}},
	{"only comments", "# nothing\n\n# here\n", []string{
		`1:1: the file holds no value [empty-file]`,
	}},
	{"only a document mark", "---\n", []string{
		`1:1: the file holds no value [empty-file]`,
	}},
	{"only a byte order mark", "\ufeff", []string{
		`1:1: the file holds no value [empty-file]`,
		`1:1: the file starts with a byte order mark [byte-order-mark]`,
	}},
	{"byte order mark", "\ufeffa: 1\n", []string{
		`1:1: the file starts with a byte order mark [byte-order-mark]`,
	}},
	{"byte order mark within", "a: 1\n\ufeffb: 2\n", []string{
		`2:1: an invisible byte order mark stands within the file [byte-order-mark]`,
	}},
	{"UTF-16 with mark", "\xff\xfea\x00:\x00 \x001\x00", []string{
		`1:1: the file is written in UTF-16, not in UTF-8 [not-utf8]`,
	}},
	{"UTF-16 big endian without mark", "\x00a\x00:\x00 \x001", []string{
		`1:1: the file is written in UTF-16, not in UTF-8 [not-utf8]`,
	}},
	{"UTF-32 with mark", "\xff\xfe\x00\x00a\x00\x00\x00", []string{
		`1:1: the file is written in UTF-32, not in UTF-8 [not-utf8]`,
	}},
	{"Latin-1", "title: Caf\xe9 f\xfcr alle\n", []string{
		`1:11: byte "0xE9" is not UTF-8, and 1 more is not [not-utf8]`,
	}},
	{"cut within a character", "title: é\xe2\x82", []string{
		`1:9: byte "0xE2" is not UTF-8, and 1 more is not [not-utf8]`,
	}},
	{"zero byte", "a: b\x00c\n", []string{
		`1:5: character "U+0000" cannot be seen and is not allowed [control-character]`,
	}},
	{"bell", "é: a\x07\nb: 1\n", []string{
		`1:5: character "U+0007" cannot be seen and is not allowed [control-character]`,
	}},
	{"escape character", "a: \"\x1b[31mred\"\n", []string{
		`1:5: character "U+001B" cannot be seen and is not allowed [control-character]`,
	}},
	{"delete", "a: \x7f\n", []string{
		`1:4: character "U+007F" cannot be seen and is not allowed [control-character]`,
	}},
	{"C1 control", "a: \u0091x\n", []string{
		`1:4: character "U+0091" cannot be seen and is not allowed [control-character]`,
	}},
	{"noncharacter", "a: \ufffe\n", []string{
		`1:4: character "U+FFFE" cannot be seen and is not allowed [control-character]`,
	}},
	{"carriage returns alone", "a: 1\rb: 2\rc: 3\r", []string{
		`1:5: 3 lines end with a carriage return alone [line-break]`,
	}},
	{"mixed line ends", "a: 1\r\nb: 2\nc: \"x\r\nd: 3\r\n", []string{
		`3:4: the quote '"' that starts here is not closed [yaml-syntax]`,
	}},
	{"next line", "a: x\u0085b: 2\n", []string{
		`1:5: character "U+0085" ends a line for some YAML readers and not for others [line-break]`,
	}},
	{"line separator", "a: 'x\u2028y'\nb: @\n", []string{
		`1:6: character "U+2028" ends a line for some YAML readers and not for others [line-break]`,
		`2:4: text cannot start with "@" [yaml-syntax]`,
	}},
	{"paragraph separator", "a: 1 # x\u2029y\n", []string{
		`1:9: character "U+2029" ends a line for some YAML readers and not for others [line-break]`,
	}},
	{"bidi override", "a: \"admin\u202e\"\n", []string{
		`1:10: invisible character "U+202E" makes text look other than it is read [bidi-control]`,
	}},
	{"bidi isolate", "# \u2066x\na: 1\n", []string{
		`1:3: invisible character "U+2066" makes text look other than it is read [bidi-control]`,
	}},
	{"tab indents", "a:\n\tb: 1\n\tc:\n\t\td: 2\n", []string{
		`2:1: a tab indents this line [tab-indentation]`,
		`3:1: a tab indents this line [tab-indentation]`,
		`4:1: a tab indents this line [tab-indentation]`,
	}},
	{"tab after blanks", "a:\n  b: 1\n \tc: 2\n", []string{
		`3:2: a tab indents this line [tab-indentation]`,
	}},
	{"tab on an empty line", "a: 1\n\t\nb: 2\n", []string{
		`2:1: a tab stands in this empty line [tab-indentation]`,
	}},
	{"tab in a block", "a: |\n\tx\n", []string{
		`2:1: a tab indents this line [tab-indentation]`,
	}},
	{"several documents", "a: 1\n---\nb: 2\n", []string{
		`2:1: a second document starts here, but a file holds one [several-documents]`,
	}},
	{"empty second document", "a: 1\n---\n", []string{
		`2:1: a second document starts here, but a file holds one [several-documents]`,
	}},
	{"directive", "%YAML 1.2\n---\na: 1\n", []string{
		`1:1: directive "%YAML" is not allowed [yaml-directive]`,
	}},
	{"tag directive", "# x\n%TAG ! tag:x,2000:\n---\na: [\n", []string{
		`2:1: directive "%TAG" is not allowed [yaml-directive]`,
		`4:4: the bracket "[" is not closed [yaml-syntax]`,
	}},
	{"directive further down", "a: 1\n%YAML 1.2\n", []string{
		`2:1: a "%" at the start of a line starts a directive, which is not allowed [yaml-directive]`,
	}},
	{"custom tag", "a: !exec rm\n", []string{
		`1:4: tag "!exec" is not allowed: connector files are plain data [yaml-tag]`,
	}},
	{"binary", "a: !!binary aGVsbG8=\n", []string{
		`1:4: tag "!!binary" is not allowed: connector files are plain data [yaml-tag]`,
	}},
	{"set", "a: !!set {b, c}\n", []string{
		`1:4: tag "!!set" is not allowed: connector files are plain data [yaml-tag]`,
	}},
	{"tag of its own", "a: ! 12\n", []string{
		`1:4: tag "!" is not allowed: connector files are plain data [yaml-tag]`,
	}},
	{"tag handle", "a: !x!y z\n", []string{
		`1:4: tag "!x!y" is not allowed: connector files are plain data [yaml-tag]`,
	}},
	{"tag after an anchor", "a: &x !y z\n", []string{
		`1:7: tag "!y" is not allowed: connector files are plain data [yaml-tag]`,
	}},
	{"tag on a key", "!x a: 1\n", []string{
		`1:1: tag "!x" is not allowed: connector files are plain data [yaml-tag]`,
	}},
	{"broken tag", "a: !<x y\n", []string{
		`1:4: a "!" starts a tag, and this is none [yaml-syntax]`,
	}},
	{"repeated key", "a: 1\nb: {c: 1, d: 2, \"c\": 3}\na: 2\n", []string{
		`2:17: key "c" is there twice [repeated-key]`,
		`3:1: key "a" is there twice [repeated-key]`,
	}},
	{"repeated three times", "a: 1\na: 2\na: 3\n", []string{
		`2:1: key "a" is there twice [repeated-key]`,
		`3:1: key "a" is there twice [repeated-key]`,
	}},
	{"list as key", "? [a, b]\n: 1\n", []string{
		`1:3: a key is text, not a list [key-not-text]`,
	}},
	{"object as key", "{{a: b}: c}\n", []string{
		`1:2: a key is text, not an object [key-not-text]`,
	}},
	{"alias as key", "- &x [a]\n- {*x : 1}\n", []string{
		`2:4: a key is text, not a list [key-not-text]`,
	}},
	{"merge key", "base: &b {x: 1}\nuse:\n  <<: *b\n  y: 2\n", []string{
		`3:3: "<<" merges another object into this one, which connector files do not do [merge-key]`,
	}},
	{"alias to its own parent", "a: &x\n  b: [*x]\n", []string{
		`2:7: "*x" stands inside of what it stands for [alias-cycle]`,
	}},
	{"undefined alias", "a: *nobody\n", []string{
		`1:4: alias "*nobody" has no anchor before it [yaml-syntax]`,
	}},
	{"alias without a name", "a: * b\n", []string{
		`1:4: "*" starts the name of an anchor, and no name follows [yaml-syntax]`,
	}},
	{"anchor without a name", "a: &\n", []string{
		`1:4: "&" starts the name of an anchor, and no name follows [yaml-syntax]`,
	}},
	{"octal", "mode: 0644\n", []string{
		`1:7: "0644" is read as an octal number [ambiguous-number]`,
	}},
	{"octal of YAML 1.2", "mode: 0o17\n", []string{
		`1:7: "0o17" is read as an octal number [ambiguous-number]`,
	}},
	{"hexadecimal", "a: 0x1F\n", []string{
		`1:4: "0x1F" is read as a hexadecimal number [ambiguous-number]`,
	}},
	{"binary number", "a: 0b101\n", []string{
		`1:4: "0b101" is read as a binary number [ambiguous-number]`,
	}},
	{"underscores", "a: 1_000\n", []string{
		`1:4: "1_000" is read as a number without its underscores [ambiguous-number]`,
	}},
	{"plus sign", "phone: +491701234567\n", []string{
		`1:8: "+491701234567" is read as a number without its plus sign [ambiguous-number]`,
	}},
	{"leading zero", "zip: 08123\n", []string{
		`1:6: "08123" is read as a number without its leading zero [ambiguous-number]`,
	}},
	{"no digit before the point", "a: .5\n", []string{
		`1:4: ".5" is not written as JSON writes numbers [ambiguous-number]`,
	}},
	{"no digit after the point", "a: 5.\n", []string{
		`1:4: "5." is not written as JSON writes numbers [ambiguous-number]`,
	}},
	{"infinity", "a: -.inf\n", []string{
		`1:4: "-.inf" is a number that JSON does not have [ambiguous-number]`,
	}},
	{"not a number", "a: .NaN\n", []string{
		`1:4: ".NaN" is a number that JSON does not have [ambiguous-number]`,
	}},
	{"too many digits", "id: 12345678901234567\n", []string{
		`1:5: "12345678901234567" has more digits than a number can keep [ambiguous-number]`,
	}},
	{"unclosed double quote", "a: \"x\nb: 1\n", []string{
		`1:4: the quote '"' that starts here is not closed [yaml-syntax]`,
	}},
	{"unclosed double quote before another", "a: \"x\nb: \"y\"\n", []string{
		`1:4: the quote '"' that starts here is not closed in its line [yaml-syntax]`,
	}},
	{"unclosed single quote", "a:\n  - 'x\n  - y\n", []string{
		`2:5: the quote "'" that starts here is not closed [yaml-syntax]`,
	}},
	{"quote within single quotes", "a: 'it's'\n", []string{
		`1:8: "s'" stands after the quote that closes the text [yaml-syntax]`,
	}},
	{"quote within double quotes", "a: \"say \"hi\" now\"\n", []string{
		`1:10: "hi\" now\"" stands after the quote that closes the text [yaml-syntax]`,
	}},
	{"text after quotes", "a: \"x\" y\n", []string{
		`1:8: "y" stands after the quote that closes the text [yaml-syntax]`,
	}},
	{"document mark within quotes", "a: \"x\n---\n\"\n", []string{
		`1:4: the quote '"' that starts here is not closed [yaml-syntax]`,
	}},
	{"unknown escape", "pattern: \"\\d+\"\n", []string{
		`1:11: "\\d" is no escape in double quotes [yaml-syntax]`,
	}},
	{"short escape", "a: \"é\\u12\"\n", []string{
		`1:6: "\\u12" is no character [yaml-syntax]`,
	}},
	{"surrogate escape", "a: \"\\ud83d\\ude00\"\n", []string{
		`1:5: "\\ud83d" is half of a character [yaml-syntax]`,
	}},
	{"escape at the end", "a: \"\\", []string{
		`1:5: "\\" is no escape in double quotes [yaml-syntax]`,
	}},
	{"unclosed list", "a: [1, 2\nb: 3\n", []string{
		`1:4: the bracket "[" is not closed [yaml-syntax]`,
	}},
	{"unclosed object at the end", "a: {b: 1", []string{
		`1:4: the bracket "{" is not closed [yaml-syntax]`,
	}},
	{"unclosed object with fields below", "a: {b: [1, 2]\nc:\n  d: 1\ne: 2\n", []string{
		`1:4: the bracket "{" is not closed [yaml-syntax]`,
	}},
	{"wrong closing bracket", "a: [1, 2}\n", []string{
		`1:9: "}" does not close the "[" before it [yaml-syntax]`,
	}},
	{"too many brackets", "a: [1]]\n", []string{
		`1:7: "]" closes nothing [yaml-syntax]`,
	}},
	{"closing bracket alone", "a: ]\n", []string{
		`1:4: "]" closes nothing [yaml-syntax]`,
	}},
	{"no comma", "a: {b: \"1\" c: 2}\n", []string{
		`1:12: a "," or "}" is missing before "c" [yaml-syntax]`,
	}},
	{"no comma in a list", "a: [\"b\" \"c\"]\n", []string{
		`1:9: a "," or "]" is missing before "\"c\"" [yaml-syntax]`,
	}},
	{"comma at the start", "a: [, b]\n", []string{
		`1:5: a value cannot start with "," [yaml-syntax]`,
	}},
	{"colon in text", "title: Foo: bar\n", []string{
		`1:11: "Foo" cannot be a key here, because a value started before it [yaml-syntax]`,
	}},
	{"colon after quotes", "a: \"b\": c\n", []string{
		`1:7: "\"b\"" cannot be a key here, because a value started before it [yaml-syntax]`,
	}},
	{"glued colon", "a:\n  key:value\n  b: 1\n", []string{
		`2:3: field "key:value" has no blank after its ":" [yaml-syntax]`,
	}},
	{"no colon", "a: 1\nfoo\nb: 2\n", []string{
		`2:1: "foo" stands where a field is expected, and no ":" follows it [yaml-syntax]`,
	}},
	{"no colon at the end", "a: 1\nfoo\n", []string{
		`2:1: "foo" stands where a field is expected, and no ":" follows it [yaml-syntax]`,
	}},
	{"key over two lines", "\"a\n b\": 1\n", []string{
		`1:1: a key has to stand in one line [yaml-syntax]`,
	}},
	{"field below a value", "a: x\n  b: 1\n", []string{
		`2:3: field "b" is deeper than the field above it, which has a value already [yaml-syntax]`,
	}},
	{"field below a quoted value", "a: \"x\"\n  b: 1\n", []string{
		`2:3: field "b" is deeper than the field above it, which has a value already [yaml-syntax]`,
	}},
	{"indentation that fits nothing", "a:\n    b: 1\n  c: 2\n", []string{
		`3:3: field "c" is indented by 2, which fits no line above [yaml-syntax]`,
	}},
	{"item indentation that fits nothing", "a:\n    - 1\n  - 2\n", []string{
		`3:3: this list item is indented by 2, which fits no line above [yaml-syntax]`,
	}},
	{"list in a line", "a: - b\n", []string{
		`1:4: a list cannot start here [yaml-syntax]`,
	}},
	{"item among fields", "a: 1\n- b\n", []string{
		`2:1: a list item cannot stand among the fields of an object [yaml-syntax]`,
	}},
	{"field among items", "- a\nb: 1\n", []string{
		`2:1: field "b" cannot stand among the items of a list [yaml-syntax]`,
	}},
	{"text after the document", "\"a\"\n\"b\"\n", []string{
		`2:1: "\"b\"" stands after the quote that closes the text [yaml-syntax]`,
	}},
	{"at sign", "a: @me\n", []string{
		`1:4: text cannot start with "@" [yaml-syntax]`,
	}},
	{"backtick", "a: `x`\n", []string{
		"1:4: text cannot start with \"`\" [yaml-syntax]",
	}},
	{"percent", "a: %d\n", []string{
		`1:4: text cannot start with "%" [yaml-syntax]`,
	}},
	{"comma", "a: ,x\n", []string{
		`1:4: a value cannot start with "," [yaml-syntax]`,
	}},
	{"pipe in brackets", "a: [|]\n", []string{
		`1:5: a block of text cannot stand within brackets [yaml-syntax]`,
	}},
	{"pipe with text", "a: | text\n", []string{
		`1:4: "|" starts a block of text, which begins on the next line [yaml-syntax]`,
	}},
	{"block indented by zero", "a: |0\n  x\n", []string{
		`1:5: a block of text cannot be indented by 0 [yaml-syntax]`,
	}},
	{"question mark", "a: ? b\n", []string{
		`1:4: a "?" that starts a key cannot stand here [yaml-syntax]`,
	}},
	{"colon without a key", "a: 1\n: 2\n", []string{
		`2:1: no key stands before this ":" [yaml-syntax]`,
	}},
	{"cut at a colon", "Authorization: Bearer ${credentials.token ?? \"a: b\"}\n", []string{
		`1:16: YAML cuts the interpolation in this text at ":" [cut-interpolation]`,
	}},
	{"cut in braces", "headers: {Authorization: Bearer ${credentials.token}, X: y}\n", []string{
		`1:26: YAML cuts the interpolation in this text at "{" [cut-interpolation]`,
	}},
	{"cut in brackets", "a: [x${b}?c=${d}, e]\n", []string{
		`1:5: YAML cuts the interpolation in this text at "{" [cut-interpolation]`,
	}},
	{"cut by a conditional", "x: ${a ? b : c}\n", []string{
		`1:4: YAML cuts the interpolation in this text at ":" [cut-interpolation]`,
	}},
	{"cut at a comment", "x: ${a + \" #1\"}\n", []string{
		`1:4: YAML cuts the interpolation in this text at "#" [cut-interpolation]`,
	}},
	{"cut into an object", "- ${a: b}\n", []string{
		`1:3: YAML cuts the interpolation in this text at ":" [cut-interpolation]`,
	}},
	{"cut as the first field", "a:\n  ${b ? c : d}\ne: 1\n", []string{
		`2:3: YAML cuts the interpolation in this text at ":" [cut-interpolation]`,
	}},
	{"cut and not closed", "a: ${b: c\n", []string{
		`1:4: YAML cuts the interpolation in this text at ":" [cut-interpolation]`,
	}},
	{"cut over lines", "a: ${b ??\n  \"c: d\"}\n", []string{
		`1:4: YAML cuts the interpolation in this text at ":" [cut-interpolation]`,
	}},
	{"cut in a quote of its own", "a: it's ${b ? 'c: d' : \"e\"} # comment\n", []string{
		`1:4: YAML cuts the interpolation in this text at ":" [cut-interpolation]`,
	}},
	{"interpolation without an end", "a: ${b\n", []string{
		`1:4: "${" has no "}" that closes it [cut-interpolation]`,
	}},
}

func TestParseHostile(t *testing.T) {
	t.Parallel()
	for _, c := range hostile {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, list := checkParse(t, []byte(c.in))
			got := make([]string, len(list))
			for i, d := range list {
				got[i] = d.String()[len("f.yml:"):]
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%q (-want +got):\n%s", c.in, diff)
			}
		})
	}
}
