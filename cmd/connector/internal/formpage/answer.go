package formpage

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// show sends the page as it is now.
func (s *Server) show(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	now, draft := s.now, s.draft
	awaited := !now.led || r.URL.RawQuery == now.back()
	leads := now.phase == leaving && !now.led && r.Method == http.MethodGet && r.URL.RawQuery == now.sender
	if leads {
		s.now.led = true
	}
	s.mu.Unlock()

	brand := brandOf(s.page)
	page := &sheet{Brand: brand, Phase: now.phase, Version: now.version}
	switch now.phase {
	case asking:
		view := s.view(draft)
		page.Form, page.Heading = &view, "Connect "+brand.Title
		page.Title = page.Heading
		if len(view.Problems) > 0 {
			page.Title = "Error: " + page.Title
		}
	case ended:
		page.Ended = &endedView{now.outcome, stepViews(now.steps)}
		page.Heading = brand.Title + " is not connected"
		if now.outcome.OK {
			page.Heading = brand.Title + " is connected"
		}
		page.Title = page.Heading
	default:
		page.Progress = &progressView{now.login, hostOf(now.login), stepViews(now.steps)}
		page.Heading = "Connecting " + brand.Title
		page.Title, page.Waits = page.Heading, true
		if leads {
			page.Lead, page.Waits = now.login, false
		}
	}
	s.words.send(w, http.StatusOK, page)
	if r.Method == http.MethodGet {
		s.count(func(t *tabs) {
			t.owed[r.URL.RawQuery]--
			t.done = t.done || awaited && now.phase == ended
		})
	}
}

// post reads the form. What comes of it is what the page shows next.
func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	before, phase := s.draft, s.now.phase
	s.mu.Unlock()
	next := s.base
	if phase == asking {
		if sender := s.accept(before, s.read(before, r)); sender != "" {
			next += "?" + sender
		}
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
}

// read makes the draft that was sent.
func (s *Server) read(before *draft, r *http.Request) *draft {
	if field := r.PostForm.Get("forget"); field != "" {
		before = before.without(field)
	}
	next := before.filled(s.page, r.PostForm).keep()
	if r.PostForm.Get("do") != "connect" {
		return next
	}
	next = next.showing(r.PostForm["seen"])
	next.sent = true
	if next.complete() && s.check != nil {
		if problems := s.check(next.answers()); len(problems) > 0 {
			next = next.blamed(problems, false)
		}
	}
	return next
}

// accept makes a draft that was sent the one that is shown or, if nothing is
// left to ask, the answers. It does nothing if another was first. Of the tabs
// that show the page, the one that sent the answers is then known by sender.
func (s *Server) accept(before, next *draft) (sender string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draft != before || s.now.phase != asking {
		return ""
	}
	s.draft = next
	if !next.sent || !next.complete() {
		return ""
	}
	answers := next.answers()
	s.answers = &answers
	s.now.version++
	s.now.phase, s.now.steps, s.now.sender = working, nil, strconv.Itoa(s.now.version)
	s.wake()
	return s.now.sender
}

// fields sends the fields that apply to what is typed so far, and the problems
// of those that the user changed. Nothing is kept of it.
func (s *Server) fields(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	draft := s.draft
	s.mu.Unlock()
	s.words.write(w, http.StatusOK, "fields", s.view(draft.filled(s.page, r.PostForm).showing(r.PostForm["touched"])))
}

// state waits until the page is another than the one that asks, or for a
// while, and says what it is then.
func (s *Server) state(w http.ResponseWriter, r *http.Request) {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		s.refuse(w, http.StatusForbidden, "This is not a page", "Go back to the form.", "")
		return
	}
	version, err := strconv.Atoi(r.URL.Query().Get("after"))
	if err != nil {
		version = -1
	}
	s.count(func(t *tabs) { t.asking++ })
	now := s.after(r.Context(), version, time.After(s.http.ReadTimeout/2))
	defer s.count(func(t *tabs) {
		t.asking--
		if q := r.URL.Query(); q.Has("phase") && q.Get("phase") != string(now.phase) && r.Context().Err() == nil {
			t.owed[q.Get("tab")]++
		}
	})
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(struct {
		Version int        `json:"version"`
		Phase   phase      `json:"phase"`
		Steps   []stepView `json:"steps"`
	}{now.version, now.phase, stepViews(now.steps)})
}

// after waits for another version, as long as it may.
func (s *Server) after(ctx context.Context, version int, enough <-chan time.Time) status {
	for {
		s.mu.Lock()
		now, changed := s.now, s.changed
		s.mu.Unlock()
		if now.version != version {
			return now
		}
		select {
		case <-changed:
		case <-enough:
			return now
		case <-s.closed:
			return now
		case <-ctx.Done():
			return now
		}
	}
}
