package formula

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// The parts of a URL, in their order. partStart is before the scheme is known.
type urlPart uint8

const (
	partStart urlPart = iota
	partHost
	partPath
	partQuery
	partFragment
)

// A urlWriter puts a URL together and knows which part it is in.
type urlWriter struct {
	kind    URLKind
	b       []byte
	part    urlPart
	host    int // offset of the host in b
	literal bool
}

func (w *urlWriter) piece(f *frame, p *urlPiece, first bool) error {
	if p.value == nil {
		w.write(p.literal)
		return nil
	}
	v, err := p.value.run(f)
	if err != nil {
		return err
	}
	if v.IsUndefined() || v.kind == KindNull {
		return nil // an item of $concat: ${} does not give missing values
	}
	s, err := f.text(v)
	if err != nil {
		return err
	}
	switch {
	case first && w.kind != URLPath:
		if err := checkWholeBase(s); err != nil {
			return fmt.Errorf("the value of %s %w", p.name, err)
		}
		w.literal = false
		w.b = append(w.b, strings.TrimRight(s, "/")...)
		w.part = partPath
		return nil
	case w.part == partStart || w.part == partHost:
		w.literal = false
		if err := w.checkHostPiece(s); err != nil {
			return fmt.Errorf("the value of %s %w", p.name, err)
		}
	case p.encode && w.part == partPath:
		if s == "." || s == ".." {
			return fmt.Errorf("the value of %s is %q, which would leave the path", p.name, s)
		}
		s = url.PathEscape(s)
	case p.encode:
		s = percentEncode(s)
	}
	w.b = append(w.b, s...)
	if w.part == partPath || w.part == partQuery {
		w.advance(s)
	}
	return nil
}

// write adds what the author wrote.
func (w *urlWriter) write(s string) {
	w.b = append(w.b, s...)
	if w.part == partStart {
		i := strings.Index(string(w.b), "://")
		if i < 0 {
			return
		}
		w.part, w.host = partHost, i+3
		s = string(w.b[w.host:])
	}
	w.advance(s)
}

// advance moves on to the part that s, just written, ends in.
func (w *urlWriter) advance(s string) {
	for _, c := range []byte(s) {
		switch {
		case c == '#':
			w.part = partFragment
		case c == '?' && w.part < partQuery:
			w.part = partQuery
		case c == '/' && w.part == partHost:
			w.part = partPath
		}
	}
}

// checkHostPiece checks a value that becomes part of the host: it must not end
// the host, add a port or a user.
func (w *urlWriter) checkHostPiece(s string) error {
	if w.part == partStart {
		return errors.New("stands where the scheme of the URL should be; write https:// before it")
	}
	if s == "" {
		return errors.New("is empty, but is part of the host")
	}
	port := len(w.b) > w.host && w.b[len(w.b)-1] == ':'
	for _, c := range []byte(s) {
		digit := c >= '0' && c <= '9'
		if port && !digit {
			return errors.New("stands for the port, so it must be a number")
		}
		if !digit && !isLetter(c) && c != '-' && c != '.' && c != '_' {
			return errors.New("is part of the host, so it may hold only letters, digits, hyphens and dots: no scheme, port or path")
		}
	}
	return nil
}

// check looks at the finished URL, which it reads if it is no path.
func (w *urlWriter) check(made string) (*url.URL, error) {
	if w.kind == URLPath && w.host == 0 {
		if strings.HasPrefix(made, "//") {
			return nil, errors.New("the path begins with two slashes, which names another host")
		}
		return nil, nil
	}
	parsed, err := url.Parse(made)
	if err != nil || parsed.Host == "" || parsed.User != nil || parsed.Scheme != "https" && parsed.Scheme != "http" {
		return nil, errors.New("the result is no URL with a scheme and a host")
	}
	host := parsed.Hostname()
	if strings.HasPrefix(host, ".") || strings.Contains(host, "..") || strings.HasSuffix(host, ".") && !w.literal {
		return nil, errors.New("the host has an empty part: two dots in a row, or one at its start or end")
	}
	return parsed, nil
}

// checkWholePath checks a path that comes from a variable as a whole.
func checkWholePath(s string) error {
	switch {
	case strings.Contains(s, ".."), strings.Contains(s, "//"), strings.ContainsAny(s, "?#\\"):
		return errors.New(`is no path: it must not hold "..", "//", "?", "#" or a backslash`)
	case strings.Contains(s, ":") && !strings.HasPrefix(s, "/"):
		return errors.New("is no path: it must begin with a slash")
	}
	return nil
}

// CheckBase checks a base URL that was not compiled as one: it is an origin
// with a path. Empty text is no URL and no problem.
func CheckBase(s string) error {
	if s == "" {
		return nil
	}
	if err := checkWholeBase(s); err != nil {
		return fmt.Errorf("the base address %w", err)
	}
	return nil
}

// CheckEndpoint checks the URL of an endpoint that was not compiled as one.
func CheckEndpoint(s string) error {
	if err := checkWholeEndpoint(s); err != nil {
		return fmt.Errorf("the address %w", err)
	}
	return nil
}

// checkWholeBase checks a base URL that comes from a variable as a whole.
func checkWholeBase(s string) error {
	if strings.ContainsAny(s, "?#") {
		if _, err := wholeURL(s); err != nil {
			return err
		}
		return errors.New("is a URL with a query or fragment; a base is an origin with a path")
	}
	return checkWholeEndpoint(s)
}

// checkWholeEndpoint checks the URL of an endpoint that comes from a variable
// as a whole (RFC 6749 3.1).
func checkWholeEndpoint(s string) error {
	parsed, err := wholeURL(s)
	switch {
	case err != nil:
		return err
	case strings.Contains(s, "#"):
		return errors.New("is a URL with a fragment, which no endpoint has")
	case strings.Contains(parsed.Path, "..") || strings.ContainsAny(s, "\\"):
		return errors.New("is a URL whose path leaves itself")
	}
	return nil
}

// wholeURL reads an absolute URL that names no user.
func wholeURL(s string) (*url.URL, error) {
	parsed, err := url.Parse(s)
	switch {
	case err != nil || parsed.Scheme != "https" && parsed.Scheme != "http" || parsed.Host == "":
		return nil, errors.New("is no URL that begins with https://")
	case parsed.User != nil:
		return nil, errors.New("is a URL with a user name, which is refused")
	}
	return parsed, nil
}
