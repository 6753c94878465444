package script

import (
	"net/netip"
	"strconv"
	"strings"
)

// A urlParts is a URL as the URL standard of the WHATWG takes it apart.
type urlParts struct {
	Href     string `json:"href"`
	Origin   string `json:"origin"`
	Protocol string `json:"protocol"`
	Username string `json:"username"`
	Password string `json:"password"`
	Hostname string `json:"hostname"`
	Port     string `json:"port"`
	Pathname string `json:"pathname"`
	Search   string `json:"search"`
	Hash     string `json:"hash"`
	Opaque   bool   `json:"opaque"` // such as mailto:a@b.example
}

// specialPorts are the schemes that have an authority, with their ports.
var specialPorts = map[string]string{"http:": "80", "https:": "443", "ws:": "80", "wss:": "443", "ftp:": "21"}

// parseURL parses an absolute URL, or one relative to a base if that is not
// empty.
func parseURL(text, base string) (*urlParts, bool) {
	text = strings.TrimFunc(text, func(r rune) bool { return r <= ' ' })
	text = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(text)
	scheme, rest := cutURLScheme(text)
	if scheme == "" {
		if base == "" {
			return nil, false
		}
		b, ok := parseURL(base, "")
		if !ok || b.Opaque {
			return nil, false
		}
		return b.resolve(text)
	}
	u := &urlParts{Protocol: scheme}
	rest = u.takeTail(rest)
	if specialPorts[scheme] == "" && !strings.HasPrefix(rest, "//") {
		u.Opaque, u.Pathname = true, escapeURL(rest, "")
		return u.finish(), true
	}
	if specialPorts[scheme] != "" {
		rest = strings.TrimLeft(strings.ReplaceAll(rest, `\`, "/"), "/")
	} else {
		rest = rest[2:]
	}
	authority, path, slash := strings.Cut(rest, "/")
	if slash {
		path = "/" + path
	}
	if !u.takeAuthority(authority) {
		return nil, false
	}
	u.Pathname = cleanPath(path)
	return u.finish(), true
}

// cutURLScheme returns the scheme of a URL, in lower case with its colon, and
// what follows; "" if it has none.
func cutURLScheme(text string) (scheme, rest string) {
	i := strings.IndexByte(text, ':')
	if i <= 0 {
		return "", text
	}
	scheme = strings.ToLower(text[:i])
	if scheme[0] < 'a' || scheme[0] > 'z' || strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyz0123456789+-.") != "" {
		return "", text
	}
	return scheme + ":", text[i+1:]
}

// takeTail takes query and fragment off.
func (u *urlParts) takeTail(text string) string {
	text, hash, _ := strings.Cut(text, "#")
	text, query, _ := strings.Cut(text, "?")
	if hash != "" {
		u.Hash = "#" + escapeURL(hash, " \"<>`")
	}
	if query != "" {
		u.Search = "?" + escapeURL(query, " \"<>'")
	}
	return text
}

// takeAuthority reads user information, host and port.
func (u *urlParts) takeAuthority(text string) bool {
	if i := strings.LastIndexByte(text, '@'); i >= 0 {
		user, password, _ := strings.Cut(text[:i], ":")
		u.Username, u.Password = escapeURL(user, " \"#<>?`{}/:;=@[\\]^|"), escapeURL(password, " \"#<>?`{}/:;=@[\\]^|")
		text = text[i+1:]
	}
	host, port := text, ""
	if end := strings.IndexByte(text, ']'); strings.HasPrefix(text, "[") {
		if end < 0 {
			return false
		}
		address, err := netip.ParseAddr(text[1:end])
		if err != nil || address.Zone() != "" || !strings.Contains(text[1:end], ":") {
			return false
		}
		host, port = "["+address.String()+"]", strings.TrimPrefix(text[end+1:], ":")
		if text[end+1:] != "" && text[end+1] != ':' {
			return false
		}
	} else {
		host, port, _ = strings.Cut(text, ":")
		host = strings.ToLower(unescapePercent(host))
		if host == "" || strings.ContainsAny(host, " #/:<>?@[\\]^|%\x00") {
			return false
		}
	}
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return false
		}
		if port = strconv.FormatUint(n, 10); port == specialPorts[u.Protocol] {
			port = ""
		}
	}
	u.Hostname, u.Port = host, port
	return true
}

// resolve resolves a relative reference.
func (u *urlParts) resolve(text string) (*urlParts, bool) {
	r := *u
	if strings.HasPrefix(strings.ReplaceAll(text, `\`, "/"), "//") {
		return parseURL(u.Protocol+text, "")
	}
	r.Hash = ""
	if !strings.HasPrefix(text, "#") && text != "" {
		r.Search = ""
	}
	path := strings.ReplaceAll(r.takeTail(text), `\`, "/")
	switch {
	case path == "":
	case path[0] == '/':
		r.Pathname = cleanPath(path)
	default:
		r.Pathname = cleanPath(u.Pathname[:strings.LastIndexByte(u.Pathname, '/')+1] + path)
	}
	return r.finish(), true
}

// finish puts the URL together.
func (u *urlParts) finish() *urlParts {
	if u.Opaque {
		u.Origin = "null"
		u.Href = u.Protocol + u.Pathname + u.Search + u.Hash
		return u
	}
	host, login := u.Hostname, u.Username
	if u.Port != "" {
		host += ":" + u.Port
	}
	u.Origin = "null"
	if specialPorts[u.Protocol] != "" {
		u.Origin = u.Protocol + "//" + host
	}
	if u.Password != "" {
		login += ":" + u.Password
	}
	if login != "" {
		login += "@"
	}
	u.Href = u.Protocol + "//" + login + host + u.Pathname + u.Search + u.Hash
	return u
}

// cleanPath removes the dot segments of a path and escapes what must be.
func cleanPath(path string) string {
	var kept []string
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, s := range segments {
		last := i == len(segments)-1
		switch strings.ReplaceAll(strings.ToLower(s), "%2e", ".") {
		case "..":
			kept = kept[:max(len(kept)-1, 0)]
			if last {
				kept = append(kept, "")
			}
		case ".":
			if last {
				kept = append(kept, "")
			}
		default:
			kept = append(kept, escapeURL(s, " \"#<>?`{}^"))
		}
	}
	return "/" + strings.Join(kept, "/")
}

// escapeURL escapes control characters, what is not ASCII, and the characters
// of a set.
func escapeURL(text, set string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if c < ' ' || c > '~' || strings.IndexByte(set, c) >= 0 {
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
