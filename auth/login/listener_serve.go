package login

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// serve answers a request. Nothing but a request for the redirect URI, by its
// name (DNS rebinding), from no foreign page, can be a callback.
func (l *Listener) serve(w http.ResponseWriter, r *http.Request) {
	poster := l.poster()
	switch {
	case !sameHost(r.Host, l.redirect):
		write(w, http.StatusMisdirectedRequest, page{Title: "This is not the address of a login", Text: "The request names another host than the one that this login comes back to. Nothing was done."})
	case r.URL.EscapedPath() != pathOf(l.redirect):
		write(w, http.StatusNotFound, page{Title: "There is nothing here", Text: "A login is waiting on this port, at another address."})
	case r.Method != http.MethodGet && (r.Method != http.MethodPost || poster == ""):
		w.Header().Set("Allow", allowed(poster))
		write(w, http.StatusMethodNotAllowed, page{Title: "This is not how a login comes back", Text: "It comes back by the method " + allowed(poster) + ". Nothing was done, and the login goes on."})
	case foreign(r, l.redirect, poster):
		write(w, http.StatusForbidden, page{Title: "This came from another page", Text: "The request was sent by a page that has nothing to do with this login. Nothing was done, and the login goes on."})
	default:
		l.answer(w, r)
	}
}

// poster gives who may post the answer that is waited for.
func (l *Listener) poster() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wait == nil {
		return ""
	}
	return l.wait.poster
}

// answer takes a callback, or says why it is none.
func (l *Listener) answer(w http.ResponseWriter, r *http.Request) {
	query, problem := queryFrom(w, r)
	if problem != "" {
		write(w, http.StatusBadRequest, page{Title: "This cannot be read", Text: problem + " Nothing was done, and the login goes on."})
		return
	}
	callback := *l.redirect
	callback.RawQuery = query
	address := callback.String()
	taken, p := l.take(address)
	if taken == nil {
		write(w, http.StatusBadRequest, p)
		return
	}
	// The page first: who waits may end the program at once.
	write(w, http.StatusOK, p)
	taken.callback <- address
}

// take decides about a callback: taken is who waits for it, or nil.
func (l *Listener) take(callback string) (taken *wait, p page) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.used:
		return nil, page{Title: "This login has had its answer", Text: "Each login takes one answer, and this one has come already. This one was not used."}
	case l.wait == nil:
		return nil, page{Title: "No login is waiting", Text: "Begin the login anew. This answer was not used."}
	}
	if l.wait.check != nil && l.wait.check(callback) != nil {
		if l.strays++; l.strays == l.most {
			l.wait.failure <- &StraysError{l.strays}
		}
		return nil, page{Title: "This answer does not belong to the login", Text: "It was not used, and the login goes on waiting. If you did log in just now, begin anew, and use the page that was opened for it."}
	}
	l.used = true
	return l.wait, after(callback, l.next, l.redact)
}

// queryFrom gives the parameters of a callback as a query; problem says why
// there are none.
func queryFrom(w http.ResponseWriter, r *http.Request) (query, problem string) {
	if r.Method != http.MethodPost {
		return r.URL.RawQuery, ""
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return "", "The answer is no form."
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCallback/2))
	if err != nil {
		return "", "The answer is too long, or broke off."
	}
	return string(body), ""
}

// sameHost compares the Host of a request with the redirect URI.
func sameHost(host string, redirect *url.URL) bool {
	u := &url.URL{Scheme: redirect.Scheme, Host: host}
	return strings.EqualFold(u.Hostname(), redirect.Hostname()) && port(u) == port(redirect) && !strings.ContainsAny(host, "@/?#")
}

func pathOf(u *url.URL) string {
	if p := u.EscapedPath(); p != "" {
		return p
	}
	return "/"
}

// foreign tells whether a request was sent by a page other than those that may:
// our own, and that of the server that posts its answer. A redirect names none.
func foreign(r *http.Request, redirect *url.URL, poster string) bool {
	for _, origin := range r.Header.Values("Origin") {
		own := redirect.Scheme + "://" + redirect.Host
		if !strings.EqualFold(origin, own) && (poster == "" || !strings.EqualFold(origin, poster)) {
			return true
		}
	}
	return false
}

func allowed(poster string) string {
	if poster != "" {
		return "GET, POST"
	}
	return "GET"
}
