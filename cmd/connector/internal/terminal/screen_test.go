package terminal_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// A screen is what a terminal shows of what is written to it: rows that wrap,
// and the few escape sequences that are used. A cell behind a wide character is
// empty.
type screen struct {
	mu      sync.Mutex
	columns int
	plain   bool // it knows no escape sequences
	rows    [][]string
	row     int
	col     int
	raw     strings.Builder
	problem string
	changed chan struct{}
}

func newScreen(columns int) *screen {
	return &screen{columns: columns, rows: [][]string{nil}, changed: make(chan struct{}, 1)}
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.raw.Write(p)
	for text := string(p); text != ""; {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == 0x1b:
			size = s.escape(text)
		case r == '\r':
			s.col = 0
		case r == '\b':
			s.col = max(s.col-1, 0)
		case r == '\n':
			s.row++
			for len(s.rows) <= s.row {
				s.rows = append(s.rows, nil)
			}
		case r < 0x20 || r == 0x7f:
			s.problem = fmt.Sprintf("control character %q", r)
		default:
			s.put(r)
		}
		text = text[size:]
	}
	select {
	case s.changed <- struct{}{}:
	default:
	}
	return len(p), nil
}

func (s *screen) put(r rune) {
	w := runewidth.RuneWidth(r)
	if s.col+w > s.columns {
		s.problem = fmt.Sprintf("row %q is wider than %d columns", strings.Join(s.rows[s.row], ""), s.columns)
		s.row, s.col = s.row+1, 0
		s.rows = append(s.rows, nil)
	}
	row := s.rows[s.row]
	for len(row) < s.col+w {
		row = append(row, " ")
	}
	if w == 0 {
		if s.col > 0 {
			row[s.col-1] += string(r)
		}
		return
	}
	row[s.col] = string(r)
	if w == 2 {
		row[s.col+1] = ""
	}
	s.rows[s.row] = row
	s.col += w
}

// escape does what an escape sequence says, and returns how long it is.
func (s *screen) escape(text string) int {
	end := strings.IndexFunc(text[2:], func(r rune) bool { return r >= 0x40 && r <= 0x7e })
	if s.plain || end < 0 || text[1] != '[' {
		s.problem = fmt.Sprintf("escape sequence %.10q", text)
		return 1
	}
	n, err := strconv.Atoi(text[2 : 2+end])
	if err != nil {
		n = 1
	}
	switch text[2+end] {
	case 'K':
		s.rows[s.row] = s.rows[s.row][:min(s.col, len(s.rows[s.row]))]
	case 'D':
		s.col = max(s.col-n, 0)
	case 'h', 'l', 'm':
	default:
		s.problem = fmt.Sprintf("escape sequence %q", text[:3+end])
	}
	return 3 + end
}

// text returns the rows, with the cursor as a bar.
func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for i, row := range s.rows {
		line := strings.Join(row, "")
		if i == s.row {
			cells := append([]string(nil), row...)
			for len(cells) < s.col {
				cells = append(cells, " ")
			}
			line = strings.Join(cells[:s.col], "") + "|" + strings.Join(cells[s.col:], "")
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// check wants the screen to have shown nothing that a terminal would break at,
// and to show a text now.
func (s *screen) check(t *testing.T, want string) {
	t.Helper()
	if got := s.text(); got != want {
		t.Errorf("the screen shows\n%s\nwant\n%s", got, want)
	}
	if s.problem != "" {
		t.Error(s.problem)
	}
}
