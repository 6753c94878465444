// Package leaks is for tests that look for secrets where none may be. It makes
// canaries, has servers send them back in any encoding, and finds them wherever
// they come out:
//
//	canaries := &leaks.Canaries{}
//	key := canaries.Make(random, "apiKey")
//	network = &leaks.Echo{Next: network, Canaries: canaries, Way: leaks.Ways()[0]}
//	... // a run with key over network
//	for _, found := range canaries.Find(output) {
//		t.Errorf("the output holds %v", found)
//	}
//
// It shares nothing with package secret, so that both can be wrong in their own
// ways only: that one looks for what it knows in each encoding, this one decodes
// whatever it is given, again and again, and looks for a part of a canary.
package leaks

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
)

// Canaries are secrets that may come out nowhere. The zero value has none. It
// is safe for concurrent use.
type Canaries struct {
	mu      sync.Mutex
	list    []canary
	known   map[string]bool
	secrets []string
}

// A canary is a secret with the parts of it that give it away.
type canary struct {
	name  string
	parts []string
}

// A Found is a canary that came out.
type Found struct {
	Name    string // as it was given
	Decoded string // how it was decoded, "text" where it was not
	Around  string // what stands around it, decoded
}

func (f Found) String() string {
	return fmt.Sprintf("%s (by %s) in %q", f.Name, f.Decoded, f.Around)
}

// letters are those of which canaries are made.
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// part is the length of the parts of a canary that give it away, each alone.
const part = 10

// Word returns n random letters and digits.
func Word(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[r.IntN(len(letters))]
	}
	return string(b)
}

// Make makes a canary of letters, digits and, between them, characters that URLs,
// JSON, HTML and Base64 write in another way.
func (c *Canaries) Make(r *rand.Rand, name string) string {
	const special = "/+\"&<>=%\\ ~'#?;:,{}$@!^`|é√😀"
	list := []rune(special)
	return c.join(r, name, func() string { return string(list[r.IntN(len(list))]) })
}

// MakePlain makes a canary that can stand anywhere as it is.
func (c *Canaries) MakePlain(r *rand.Rand, name string) string {
	return c.join(r, name, func() string { return "-" })
}

func (c *Canaries) join(r *rand.Rand, name string, between func() string) string {
	parts := []string{Word(r, part), Word(r, part), Word(r, part)}
	value := parts[0] + between() + parts[1] + between() + parts[2]
	c.add(name, value, parts)
	return value
}

// Add makes a value that somebody else made one of the canaries; one too short
// to be told from other text is left out.
func (c *Canaries) Add(name, value string) {
	_, rest, isKey := strings.Cut(value, "-----BEGIN ")
	if !isKey {
		c.AddPart(name, value, value)
		return
	}
	// The lines around a key in PEM, and its beginning, are the same in all.
	_, rest, _ = strings.Cut(rest, "-----\n")
	body, _, _ := strings.Cut(rest, "-----END ")
	body = strings.ReplaceAll(strings.TrimSpace(body), "\n", "")
	c.AddPart(name, value, body[len(body)/2:])
}

// AddPart is Add for a value that nothing but a part of it gives away.
func (c *Canaries) AddPart(name, value, text string) {
	if len(text) < part {
		return
	}
	var parts []string
	size := min(max(part, len(text)/3), 4*part)
	for from := 0; from+size <= len(text); from += size {
		parts = append(parts, text[from:from+size])
	}
	c.add(name, value, append(parts, text[len(text)-size:]))
}

func (c *Canaries) add(name, value string, parts []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known[value] {
		return
	}
	if c.known == nil {
		c.known = map[string]bool{}
	}
	c.known[value] = true
	c.secrets = append(c.secrets, value)
	c.list = append(c.list, canary{name, parts})
}

// Secrets are the canaries as they are.
func (c *Canaries) Secrets() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.secrets)
}

// Find lists the canaries of which a part stands in a text, in any encoding.
func (c *Canaries) Find(text string) []Found {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.list) == 0 || len(text) < part {
		return nil
	}
	var found []Found
	seen := make([]bool, len(c.list))
	decodings(text, func(how, plain string) {
		for i := range c.list {
			if at, ok := c.list[i].in(plain); ok && !seen[i] {
				seen[i] = true
				around := plain[max(0, at-20):min(len(plain), at+3*part)]
				found = append(found, Found{c.list[i].name, how, strings.ToValidUTF8(around, ".")})
			}
		}
	})
	return found
}

// Sent lists the canaries that stand in a text wholly, in any encoding, as they
// are.
func (c *Canaries) Sent(text string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []string
	decodings(text, func(_, plain string) {
		for _, value := range c.secrets {
			if strings.Contains(plain, value) && !slices.Contains(list, value) {
				list = append(list, value)
			}
		}
	})
	return list
}

// in tells where a part of a canary stands in a text.
func (c *canary) in(text string) (at int, ok bool) {
	for _, p := range c.parts {
		if at := strings.Index(text, p); at >= 0 {
			return at, true
		}
	}
	return 0, false
}
