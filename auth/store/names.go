package store

import (
	"encoding/base32"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/connector-spec/connector/auth/secret"
)

// maxName is how many characters a name has at most.
const maxName = 80

// CheckName says why a name cannot be that of a connection or client: it has 1 to
// 80 characters that can be seen, and neither begins nor ends with a blank. The
// error is a *[NameError].
func CheckName(name string) error {
	switch {
	case name == "":
		return &NameError{Name: name, Reason: "it is empty"}
	case utf8.RuneCountInString(name) > maxName:
		return &NameError{Name: name, Reason: fmt.Sprintf("it has more than %d characters", maxName)}
	case strings.TrimSpace(name) != name:
		return &NameError{Name: name, Reason: "it begins or ends with a blank"}
	case secret.PrintableLine(name) != name:
		return &NameError{Name: name, Reason: "it has characters that cannot be seen"}
	}
	return nil
}

// nearest gives the name of a list that somebody may have meant; "" for none.
func nearest(name string, list []string) string {
	best, least := "", 3
	for _, candidate := range list {
		d := distance([]rune(strings.ToLower(name)), []rune(strings.ToLower(candidate)))
		if d < least && d*2 < utf8.RuneCountInString(candidate)+1 {
			best, least = candidate, d
		}
	}
	return best
}

// distance counts the characters that are to be changed to make a of b.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		left := row[0]
		row[0] = i + 1
		for j := range b {
			change := left
			if a[i] != b[j] {
				change++
			}
			left = row[j+1]
			row[j+1] = min(change, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// An id names the file of a record: 16 random bytes in base32.
const (
	idSize    = 16
	idLetters = "abcdefghijklmnopqrstuvwxyz234567"
)

func newID(random io.Reader) (string, error) {
	var data [idSize]byte
	if _, err := io.ReadFull(random, data[:]); err != nil {
		return "", fmt.Errorf("read random bytes for an id: %w", err)
	}
	return base32.NewEncoding(idLetters).WithPadding(base32.NoPadding).EncodeToString(data[:]), nil
}

// isID tells whether a text can be an id; it is safe in a path then.
func isID(text string) bool {
	return len(text) == (idSize*8+4)/5 && strings.Trim(text, idLetters) == ""
}
