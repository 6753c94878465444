package formpage

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"
)

// cookieName is that of the cookie that tells the visitor. It is sent below
// Server.base only: browsers send cookies to all ports of a host, and what
// listens on another port must not get ours.
const cookieName = "connector-form"

// maxPost bounds what a form holds.
const maxPost = 1 << 20

// handler is all that the server answers.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+s.entry, s.enter)
	mux.HandleFunc("GET "+s.base+"{$}", s.visitor(s.show))
	mux.HandleFunc("POST "+s.base+"{$}", s.visitor(s.ours(s.post)))
	mux.HandleFunc("POST "+s.base+"fields", s.visitor(s.ours(s.fields)))
	mux.HandleFunc("GET "+s.base+"state", s.visitor(s.state))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		s.refuse(w, http.StatusNotFound, "There is no such page", "Open the address that the terminal shows.", "")
	})
	return s.guard(mux)
}

// guard refuses what does not come to this server by its own address, and says
// what a browser may do with the answers.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", s.words.policy)
		h.Set("Cache-Control", "no-store")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Referrer-Policy", "same-origin") // with no-referrer the browser would hide the origin of a post
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		// A name that leads to loopback is somebody else's (DNS rebinding).
		if r.Host != s.host {
			s.refuse(w, http.StatusMisdirectedRequest, "This is another address", "Open the address that the terminal shows, as it is.", "")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxPost)
		next.ServeHTTP(w, r)
	})
}

// enter makes the first visitor the one.
func (s *Server) enter(w http.ResponseWriter, r *http.Request) {
	if strings.Contains(r.Header.Get("Sec-Purpose"), "prefetch") || r.Method == http.MethodHead {
		s.refuse(w, http.StatusServiceUnavailable, "This page is not fetched ahead", "Open it.", "")
		return
	}
	s.mu.Lock()
	first := !s.taken
	s.taken = true
	s.mu.Unlock()
	if !first {
		s.refuse(w, http.StatusForbidden, "This address was opened before",
			"It works once, so that nobody else can use it. If you did not open it, press Ctrl-C in the terminal and begin again. If you did, go on where it is open, or here.", s.base)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: s.cookie, Path: s.base, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	// A refresh, and no redirect: the browser sends a strict cookie when the
	// step was ours, wherever the visitor clicked to come here.
	title := "Connect " + brandOf(s.page).Title
	s.words.send(w, http.StatusOK, &sheet{Title: title, Heading: title, Lead: s.base, Text: "The form opens.", Link: s.base})
}

// visitor lets in who has the cookie.
func (s *Server) visitor(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie(cookieName)
		if err != nil || !same(c.Value, s.cookie) {
			s.refuse(w, http.StatusForbidden, "This page belongs to another browser",
				"Open the address that the terminal shows, in a browser that keeps cookies.", "")
			return
		}
		next(w, r)
	}
}

// ours lets in what a form or script of this page sent.
func (s *Server) ours(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		site := r.Header.Get("Sec-Fetch-Site")
		if r.Header.Get("Origin") != "http://"+s.host || site != "" && site != "same-origin" {
			s.refuse(w, http.StatusForbidden, "This did not come from the form", "Fill in the form itself.", "")
			return
		}
		if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != "application/x-www-form-urlencoded" {
			s.refuse(w, http.StatusUnsupportedMediaType, "This did not come from the form", "Fill in the form itself.", "")
			return
		}
		err := r.ParseForm()
		if tooMuch := (*http.MaxBytesError)(nil); errors.As(err, &tooMuch) {
			s.refuse(w, http.StatusRequestEntityTooLarge, "This is too much",
				"A form holds 1 MiB at most. Go back and shorten what you typed.", "")
			return
		}
		if err != nil {
			s.refuse(w, http.StatusBadRequest, "This cannot be read", "Go back and send the form again.", "")
			return
		}
		if !same(r.PostForm.Get("token"), s.token) {
			s.refuse(w, http.StatusForbidden, "This did not come from the form", "Reload the form and fill it in again.", "")
			return
		}
		next(w, r)
	}
}

// same compares in a time that does not depend on where the texts differ.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
