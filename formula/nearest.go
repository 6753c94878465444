package formula

import "strings"

// Nearest returns the candidate that name is most likely a misspelling of, or
// "" if none is near. Case and the marks - and _ count little.
func Nearest(name string, candidates []string) string {
	best, bestCost := "", min(max(len([]rune(name)), 3)/3, 5)
	folded := foldName(name)
	for _, c := range candidates {
		if foldName(c) == folded && c != name {
			return c
		}
		if d := distance([]rune(strings.ToLower(name)), []rune(strings.ToLower(c))); d < bestCost || d == bestCost && best == "" {
			best, bestCost = c, d
		}
	}
	return best
}

func foldName(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == ' ' {
			return -1
		}
		return r
	}, s))
}

// distance counts the edits from a to b: insert, delete, replace, and swap of
// neighbours (optimal string alignment).
func distance(a, b []rune) int {
	if abs(len(a)-len(b)) > 8 || len(a) > 64 || len(b) > 64 {
		return 64
	}
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		next[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j]+cost, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// JoinWords joins words for a message, as in "a, b or c".
func JoinWords(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}
