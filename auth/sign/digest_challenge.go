package sign

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"net/http"
	"slices"
	"strings"

	"github.com/icholy/digest"
)

type digestHash struct {
	name string
	new  func() hash.Hash
}

// digestHashes are the algorithms that are answered, the weakest first.
var digestHashes = []digestHash{
	{"MD5", md5.New},
	{"SHA-256", sha256.New},
	{"SHA-512-256", sha512.New512_256},
	{"SHA-512", sha512.New},
}

// A challenge is one that can be answered.
type challenge struct {
	digest.Challenge        // Algorithm is one of digestHashes, or "" for MD5
	algorithm        string // as the server wrote it; "" if it did not
	strength         int    // index into digestHashes
	session          bool   // whether the algorithm is a -sess one
	cnonce           string // of a session, whose requests share one
	count            int    // of requests that the nonce was used for
}

// strongestChallenge gives the challenge to answer, the first of those with
// the strongest algorithm; nil if there is none. Basic is never answered, so
// that a server cannot have the password by asking for it.
func strongestChallenge(h http.Header) *challenge {
	var best *challenge
	for _, said := range parseChallenges(h.Values("WWW-Authenticate")) {
		if c := newChallenge(said); c != nil && (best == nil || c.strength > best.strength) {
			best = c
		}
	}
	return best
}

// newChallenge gives nil for what is not, or not wholly, known.
func newChallenge(said authChallenge) *challenge {
	p := said.params
	c := &challenge{
		Challenge: digest.Challenge{
			Realm:    p["realm"],
			Nonce:    p["nonce"],
			Opaque:   p["opaque"],
			Stale:    strings.EqualFold(p["stale"], "true"),
			Userhash: strings.EqualFold(p["userhash"], "true"),
		},
		algorithm: p["algorithm"],
	}
	for _, text := range []string{c.Realm, c.Nonce, c.Opaque} {
		if hasControl(text) || len(text) > maxNonce {
			return nil
		}
	}
	for word := range strings.SplitSeq(p["qop"], ",") {
		if word = strings.ToLower(strings.TrimSpace(word)); word != "" {
			c.QOP = append(c.QOP, word)
		}
	}
	c.Algorithm = strings.ToUpper(c.algorithm)
	c.Algorithm, c.session = strings.CutSuffix(c.Algorithm, "-SESS")
	c.strength = slices.IndexFunc(digestHashes, func(known digestHash) bool {
		return known.name == c.Algorithm || c.Algorithm == "" && known.name == "MD5"
	})
	if !strings.EqualFold(said.scheme, "Digest") || c.Nonce == "" || c.strength < 0 ||
		!digest.CanDigest(&c.Challenge) || c.session && len(c.QOP) == 0 {
		return nil
	}
	return c
}

// An authChallenge is a challenge, or credentials, of any scheme (RFC 9110
// 11.3 and 11.4). Names of parameters are in lower case.
type authChallenge struct {
	scheme string
	params map[string]string
}

// parseChallenges reads the values of a header, each of which may hold several
// challenges. The library takes one challenge in a value, decodes it as UTF-8
// though the bytes have to be sent back as they came, and knows names in lower
// case only. What cannot be read is left out.
func parseChallenges(values []string) []authChallenge {
	var all []authChallenge
	for _, s := range values {
		inChallenge := false
		for s = trimSeparators(s); s != ""; s = trimSeparators(s) {
			name := s[:tokenLength(s)]
			rest := strings.TrimLeft(s[len(name):], " \t")
			assigned, isParam := strings.CutPrefix(rest, "=")
			switch {
			case name == "":
				_, s, _ = strings.Cut(s, ",")
			case !isParam:
				all = append(all, authChallenge{name, map[string]string{}})
				inChallenge, s = true, rest
			default:
				var value string
				value, s = paramValue(strings.TrimLeft(assigned, " \t"))
				if inChallenge {
					all[len(all)-1].params[strings.ToLower(name)] = value
				}
			}
		}
	}
	return all
}

// paramValue reads a token or a quoted-string. It takes for a token what some
// servers send unquoted, such as base64.
func paramValue(s string) (value, rest string) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, " \t,")
		if end < 0 {
			end = len(s)
		}
		return s[:end], s[end:]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return b.String(), s[i+1:]
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), "" // the quote is not closed
}

func trimSeparators(s string) string { return strings.TrimLeft(s, " \t,") }

func tokenLength(s string) int {
	for i := range len(s) {
		if strings.IndexByte(tokenChars, s[i]) < 0 {
			return i
		}
	}
	return len(s)
}
