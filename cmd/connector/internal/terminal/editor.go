package terminal

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"

	"github.com/connector-spec/connector/auth/secret"
)

// An editor is a line that is typed. It stays in one row of the terminal, which
// shows a part of a text that is longer.
type editor struct {
	out     io.Writer
	prompt  string
	secret  bool
	plain   bool
	columns func() int

	text    []rune
	pos     int    // of the cursor in text
	pasting bool   // the terminal said that what comes is pasted
	broke   bool   // it ends with a carriage return
	partial []byte // a character or key of which more is to come
}

// A verdict says what a key did to the line.
type verdict int

const (
	goesOn verdict = iota
	complete
	interrupted
	ended
)

// What is typed and pasted has bounds.
const (
	maxText = 1 << 20
	maxKey  = 32
)

// The escapes by which a terminal says, if it is asked to, what is pasted.
const (
	pasteOn, pasteOff    = "\x1b[?2004h", "\x1b[?2004l"
	pasteBegin, pasteEnd = "\x1b[200~", "\x1b[201~"
)

// begin writes the prompt. One that leaves no room for an answer gets lines of
// its own.
func (e *editor) begin() {
	if e.plain {
		fmt.Fprint(e.out, e.prompt)
		return
	}
	fmt.Fprint(e.out, pasteOn)
	const room = 12
	if columnsOf(e.prompt)+room > e.width() {
		fmt.Fprint(e.out, strings.TrimRight(e.prompt, " ")+"\r\n")
		e.prompt = "> "
	}
	e.draw()
}

// end leaves the row.
func (e *editor) end() {
	if !e.plain {
		e.pos = len(e.text)
		e.draw()
		fmt.Fprint(e.out, pasteOff)
	}
	fmt.Fprint(e.out, "\r\n")
}

func (e *editor) width() int {
	if n := e.columns(); n > 0 {
		return n
	}
	return 80
}

// erase clears the row for something else.
func (e *editor) erase() {
	if e.plain {
		fmt.Fprint(e.out, "\r\n")
		return
	}
	fmt.Fprint(e.out, "\r\x1b[K")
}

// draw writes the row: the prompt, and as much of the text as there is room
// for, with the cursor in it.
func (e *editor) draw() {
	if e.plain {
		fmt.Fprint(e.out, e.prompt+e.shown(e.text))
		return
	}
	room := max(e.width()-columnsOf(e.prompt)-1, 4)
	before, after := e.shown(e.text[:e.pos]), e.shown(e.text[e.pos:])
	if columnsOf(before) > room {
		before = "…" + lastColumns(before, room-1)
	}
	after = firstColumns(after, room-columnsOf(before))
	row := "\r" + e.prompt + before + after + "\x1b[K"
	if back := columnsOf(after); back > 0 {
		row += fmt.Sprintf("\x1b[%dD", back)
	}
	fmt.Fprint(e.out, row)
}

// shown returns what the terminal shows of a text.
func (e *editor) shown(text []rune) string {
	if e.secret {
		return ""
	}
	return secret.PrintableLine(string(text))
}

// feed takes what was typed until the line is complete, and returns the rest.
func (e *editor) feed(data []byte) (verdict, []byte) {
	defer func() {
		if !e.plain {
			e.draw()
		}
	}()
	data = append(e.partial, data...)
	e.partial = nil
	for len(data) > 0 {
		size := keySize(data)
		if size == 0 {
			e.partial = bytes.Clone(data)
			break
		}
		key := data[:size]
		data = data[size:]
		if v := e.press(key); v != goesOn {
			return v, data
		}
	}
	return goesOn, nil
}

// keySize returns how many bytes the first key or character has; 0 if more of
// it is to come.
func keySize(data []byte) int {
	if data[0] != 0x1b {
		if !utf8.FullRune(data) {
			return 0
		}
		_, size := utf8.DecodeRune(data)
		return size
	}
	if len(data) == 1 {
		return 0
	}
	if data[1] != '[' && data[1] != 'O' {
		return 2
	}
	for i := 2; i < len(data); i++ {
		if data[i] >= 0x40 && data[i] <= 0x7e || i == maxKey {
			return i + 1
		}
	}
	return 0
}

// press takes one key or character.
func (e *editor) press(key []byte) verdict {
	broke := e.broke
	e.broke = false
	switch string(key) {
	case pasteBegin:
		e.pasting = true
		return goesOn
	case pasteEnd:
		e.pasting = false
		return goesOn
	case "\x03":
		return interrupted
	}
	r, _ := utf8.DecodeRune(key)
	switch {
	case e.pasting && (r == '\r' || r == '\n'):
		if e.broke = r == '\r'; e.broke || !broke {
			e.insert('\n')
		}
	case e.pasting && r == '\t':
		e.insert(r)
	case e.pasting && unicode.IsControl(r): // a terminal passes on what was copied
	case r == '\r' || r == '\n':
		return complete
	case r == 0x04 && len(e.text) == 0:
		return ended
	case unicode.IsControl(r):
		e.command(string(key))
	default:
		e.insert(r)
	}
	return goesOn
}

// command does what a key stands for, if it is one that edits.
func (e *editor) command(key string) {
	switch key {
	case "\x7f", "\b":
		e.cut(e.before(e.pos), e.pos)
	case "\x04", "\x1b[3~": // Ctrl-D, Delete
		e.cut(e.pos, e.pos+1)
	case "\x15": // Ctrl-U
		e.cut(0, e.pos)
	case "\x0b": // Ctrl-K
		e.cut(e.pos, len(e.text))
	case "\x17": // Ctrl-W
		start := e.pos
		for start > 0 && e.text[start-1] == ' ' {
			start--
		}
		for start > 0 && e.text[start-1] != ' ' {
			start--
		}
		e.cut(start, e.pos)
	case "\x01", "\x1b[H", "\x1b[1~", "\x1bOH":
		e.jump(0)
	case "\x05", "\x1b[F", "\x1b[4~", "\x1bOF":
		e.jump(len(e.text))
	case "\x02", "\x1b[D", "\x1bOD":
		e.jump(e.before(e.pos))
	case "\x06", "\x1b[C", "\x1bOC":
		e.jump(e.pos + 1)
	}
}

// insert puts a character at the cursor.
func (e *editor) insert(r rune) {
	if len(e.text) >= maxText {
		return
	}
	e.text = slices.Insert(e.text, e.pos, r)
	e.pos++
	if e.plain {
		fmt.Fprint(e.out, e.shown([]rune{r}))
	}
}

// cut takes the characters between two places away.
func (e *editor) cut(from, to int) {
	to = min(to, len(e.text))
	gone := columnsOf(e.shown(e.text[from:to]))
	e.text = slices.Delete(e.text, from, to)
	e.pos = from
	if e.plain {
		fmt.Fprint(e.out, strings.Repeat("\b \b", gone))
	}
}

// jump moves the cursor, which stays at the end where it cannot be moved.
func (e *editor) jump(to int) {
	if !e.plain {
		e.pos = min(to, len(e.text))
	}
}

// before returns the place before the character that ends at one, with the
// marks that combine with it.
func (e *editor) before(pos int) int {
	for pos > 1 && runewidth.RuneWidth(e.text[pos-1]) == 0 {
		pos--
	}
	return max(pos-1, 0)
}
