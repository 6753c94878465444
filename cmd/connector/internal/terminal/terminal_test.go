package terminal_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"unicode"

	"github.com/connector-spec/connector/cmd/connector/internal/terminal"
)

// A world is a terminal with its screen, and what happened to it.
type world struct {
	*terminal.Terminal
	screen      *screen
	raw         int // how often it was made raw and not restored
	interrupted bool
}

func newWorld(in io.Reader, columns int) *world {
	w := &world{screen: newScreen(columns)}
	w.Terminal = &terminal.Terminal{
		In: in, Out: w.screen,
		Raw:       func() (func(), error) { w.raw++; return func() { w.raw-- }, nil },
		Columns:   func() int { return columns },
		Interrupt: func() { w.interrupted = true },
	}
	return w
}

// TestEditing types lines, at once and byte by byte.
func TestEditing(t *testing.T) {
	t.Parallel()
	const paste, end = "\x1b[200~", "\x1b[201~"
	for _, c := range []struct{ name, keys, want, screen string }{
		{"a line", "abc\r", "abc", "? abc\n|"},
		{"a line that ends as in files", "abc\n", "abc", "? abc\n|"},
		{"nothing", "\r", "", "?\n|"},
		{"backspace", "ab\x7fc\b\x7f\x7f\x7fd\r", "d", "? d\n|"},
		{"backspace takes a whole character", "aé漢\x7f\x7fb\r", "ab", "? ab\n|"},
		{"backspace takes the marks with it", "xe\u0301\u0302\x7fy\r", "xy", "? xy\n|"},
		{"arrows", "bd\x1b[Dc\x1b[D\x1b[Da\x1b[C\x1b[C\x1b[C\x1b[Ce\r", "abcde", "? abcde\n|"},
		{"arrows of an application", "ac\x1bODb\r", "abc", "? abc\n|"},
		{"home and end", "b\x1b[Ha\x1b[Fc\x1b[1~_\x1b[4~_\x01<\x05>\r", "<_abc_>", "? <_abc_>\n|"},
		{"delete", "abc\x1b[D\x1b[3~\x01\x04\r", "b", "? b\n|"},
		{"to the start, to the end", "abc\x02\x15x\x02\x0by\r", "y", "? y\n|"},
		{"a word", "one two  \x17three\r", "one three", "? one three\n|"},
		{"keys that mean nothing", "a\x1b[A\x1b[5~\x1bq\x1a\t\x00\x1b[15;2~b\r", "ab", "? ab\n|"},
		{"wide characters", "漢字\x1b[D\x1b[D中\r", "中漢字", "? 中漢字\n|"},
		{"not UTF-8", "a\xffb\r", "a\ufffdb", "? a\ufffdb\n|"},
		{"more than the row", "0123456789abcdefghijklmnop\r", "0123456789abcdefghijklmnop", "? …9abcdefghijklmnop\n|"},
		{"wide and more than the row", "一二三四五六七八九十一二\r", "一二三四五六七八九十一二", "? …五六七八九十一二\n|"},
		{"a paste of several lines", paste + "a\rb\n\nc\r\nd" + end + "\r", "a\nb\n\nc\nd", `? a\nb\n\nc\nd` + "\n|"},
		{"a paste of keys", paste + "a\x1b[D\x7f\x04\tb" + end + "\r", "a\tb", `? a\tb` + "\n|"},
		{"text that deceives", "a\u202eb\r", "a\u202eb", `? a\u202eb` + "\n|"},
	} {
		for how, in := range map[string]io.Reader{
			"at once": strings.NewReader(c.keys), "byte by byte": iotest.OneByteReader(strings.NewReader(c.keys)),
		} {
			t.Run(c.name+", "+how, func(t *testing.T) {
				t.Parallel()
				w := newWorld(in, 21)
				got, err := w.Ask(t.Context(), "? ", false)
				if got != c.want || err != nil {
					t.Errorf("%q, %v; want %q", got, err, c.want)
				}
				if first, rest, _ := strings.Cut(w.screen.text(), "\n"); strings.TrimRight(first, " ")+"\n"+rest != c.screen {
					t.Errorf("the screen shows\n%s\nwant\n%s", w.screen.text(), c.screen)
				}
				if w.screen.problem != "" || w.raw != 0 {
					t.Errorf("%s; raw: %d", w.screen.problem, w.raw)
				}
			})
		}
	}
}

// TestEnds says how a question ends without an answer; the terminal is restored
// each time.
func TestEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, keys  string
		want        error
		interrupted bool
	}{
		{"Ctrl-C", "abc\x03", context.Canceled, true},
		{"Ctrl-C in a paste", "\x1b[200~abc\x03", context.Canceled, true},
		{"Ctrl-D", "\x04", io.EOF, false},
		{"Ctrl-D behind what was deleted", "a\x7f\x04", io.EOF, false},
		{"the end of the input", "abc", io.EOF, false},
	} {
		for _, secret := range []bool{false, true} {
			w := newWorld(strings.NewReader(c.keys), 80)
			text, err := w.Ask(t.Context(), "? ", secret)
			if text != "" || !errors.Is(err, c.want) || w.interrupted != c.interrupted || w.raw != 0 {
				t.Errorf("%s: %q, %v, interrupted %t, raw %d", c.name, text, err, w.interrupted, w.raw)
			}
			if raw := w.screen.raw.String(); !strings.HasSuffix(raw, "\x1b[?2004l\r\n") {
				t.Errorf("%s leaves the terminal so: %q", c.name, raw)
			}
		}
	}
}

// TestSecret shows nothing of a secret, and does not take what was pasted behind
// it for the answer to a question that shows its answer.
func TestSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(strings.NewReader("hunter2\x1b[D!\rsecond line\rthird\r"), 30)
	first, err := w.Ask(t.Context(), "Password: ", true)
	second, err2 := w.Ask(t.Context(), "Again: ", true)
	if first != "hunter!2" || second != "second line" || err != nil || err2 != nil {
		t.Errorf("%q, %v, %q, %v", first, err, second, err2)
	}
	w.screen.check(t, "Password: \nAgain: \n|")
	if text, err := w.Ask(t.Context(), "Name: ", false); text != "" || err != io.EOF {
		t.Errorf("the third line became %q, %v", text, err)
	}
	if raw := w.screen.raw.String(); strings.Contains(raw, "unter") || strings.Contains(raw, "third") {
		t.Errorf("written: %q", raw)
	}
}

// TestTypedAhead gives what was typed ahead to the next question, and takes
// both halves of a line end for one.
func TestTypedAhead(t *testing.T) {
	t.Parallel()
	for _, in := range []io.Reader{strings.NewReader("one\r\ntwo\r\n\rfour\n"), iotest.OneByteReader(strings.NewReader("one\r\ntwo\r\n\rfour\n"))} {
		w := newWorld(in, 30)
		for _, want := range []string{"one", "two", "", "four"} {
			if got, err := w.Ask(t.Context(), "? ", false); got != want || err != nil {
				t.Errorf("%q, %v; want %q", got, err, want)
			}
		}
	}
}

// TestContextEnds wants a question to end with its context, and what is typed
// later to be for the next one.
func TestContextEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in, keys := io.Pipe()
		w := newWorld(in, 30)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() {
			_, err := w.Ask(ctx, "Paste: ", true)
			ended <- err
		}()
		synctest.Wait()
		if w.raw != 1 {
			t.Errorf("raw: %d", w.raw)
		}
		cancel()
		if err := <-ended; err != context.Canceled || w.raw != 0 || w.interrupted {
			t.Errorf("%v, raw %d, interrupted %t", err, w.raw, w.interrupted)
		}
		if _, err := w.Ask(ctx, "No: ", false); err != context.Canceled {
			t.Errorf("asked with a context that had ended: %v", err)
		}
		go func() { _, _ = io.WriteString(keys, "name\r") }()
		if text, err := w.Ask(t.Context(), "Name: ", false); text != "name" || err != nil {
			t.Errorf("%q, %v", text, err)
		}
		w.screen.check(t, "Paste: \nName: name\n|")
	})
}

// TestAbove wants what others write to stand above the question.
func TestAbove(t *testing.T) {
	t.Parallel()
	for _, plain := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			in, keys := io.Pipe()
			w := newWorld(in, 30)
			w.Plain, w.screen.plain = plain, plain
			out := w.Writer(w.screen)
			_, _ = io.WriteString(out, "before\r\n")
			answer := make(chan string)
			go func() {
				text, err := w.Ask(t.Context(), "Name: ", false)
				if err != nil {
					t.Error(err)
				}
				answer <- text
			}()
			synctest.Wait()
			_, _ = io.WriteString(keys, "ab")
			synctest.Wait()
			if n, err := io.WriteString(out, "one\ntwo"); n != 7 || err != nil {
				t.Errorf("%d, %v", n, err)
			}
			_, _ = io.WriteString(keys, "c\r")
			if text := <-answer; text != "abc" {
				t.Errorf("the answer is %q", text)
			}
			_, _ = io.WriteString(out, "after")
			want := "before\none\ntwo\nName: abc\nafter|"
			if plain {
				want = "before\nName: ab\none\ntwo\nName: abc\nafter|"
			}
			w.screen.check(t, want)
		})
	}
}

// TestNarrow gives a prompt that leaves no room rows of its own.
func TestNarrow(t *testing.T) {
	t.Parallel()
	w := newWorld(strings.NewReader("0123456789abcdef\x1b[D\x1b[D\x1b[D\x1b[DX\r"), 16)
	text, err := w.Ask(t.Context(), "Your name? ", false)
	if text != "0123456789abXcdef" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	w.screen.check(t, "Your name?\n> …56789abXcdef\n|")
}

// TestPlain edits on a terminal that knows no escape sequences.
func TestPlain(t *testing.T) {
	t.Parallel()
	w := newWorld(strings.NewReader("a漢\x7fb\x1b[Dc\x15\x15xyz\r"), 30)
	w.Plain, w.screen.plain = true, true
	text, err := w.Ask(t.Context(), "? ", false)
	if text != "xyz" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	w.screen.check(t, "? xyz\n|")
}

// TestLong takes a line that is longer than what a terminal takes by itself.
func TestLong(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 5000)
	w := newWorld(strings.NewReader(long+"\r"), 80)
	if text, err := w.Ask(t.Context(), "? ", true); text != long || err != nil {
		t.Errorf("%d characters, %v", len(text), err)
	}
}

// FuzzKeys types anything: it ends, the terminal is restored, what is shown is
// safe to show and stays in its row, and nothing of a secret is shown.
func FuzzKeys(f *testing.F) {
	f.Add([]byte("abc\x1b[D\x1b[200~a\rb\x1b[201~\x7f\x17\r"), 20, false)
	f.Add([]byte("漢字e\u0301\x1b[H\x04\x0b👩‍👩‍👧\x02\x02x"), 9, true)
	f.Add([]byte("\x1b[[[[\x1bO\xff\xfe\u202e\x00"), 1, false)
	f.Fuzz(func(t *testing.T, keys []byte, columns int, secret bool) {
		columns = 8 + (columns&0xff)%100
		w := newWorld(iotest.HalfReader(strings.NewReader(string(keys))), columns)
		for {
			text, err := w.Ask(t.Context(), "? ", secret)
			if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
				t.Errorf("answer %q", text)
			}
			if w.raw != 0 {
				t.Fatal("the terminal was not restored")
			}
			if err != nil {
				break
			}
		}
		if w.screen.problem != "" {
			t.Error(w.screen.problem)
		}
		if shown := strings.Trim(w.screen.text(), "?> \n|"); secret && shown != "" {
			t.Errorf("shown: %q", shown)
		}
	})
}
