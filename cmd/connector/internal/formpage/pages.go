package formpage

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
)

//go:embed sheets
var sheets embed.FS

// pages write what the browser gets. A page is whole: style, script and logo are
// in it, so that it stays as it is when the server is gone.
type pages struct {
	templates *template.Template
	style     template.CSS
	script    template.JS
	policy    string // the Content-Security-Policy, which allows just these two
}

func newPages() (*pages, error) {
	templates, err := template.ParseFS(sheets, "sheets/*.html")
	if err != nil {
		return nil, err
	}
	style, err := sheets.ReadFile("sheets/page.css")
	if err != nil {
		return nil, err
	}
	script, err := sheets.ReadFile("sheets/page.js")
	if err != nil {
		return nil, err
	}
	policy := fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; img-src data:; connect-src 'self'; "+
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'", digest(style), digest(script))
	return &pages{templates, template.CSS(style), template.JS(script), policy}, nil
}

// digest is what a policy knows a style or script by.
func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// A sheet is a page.
type sheet struct {
	Style  template.CSS
	Script template.JS // of pages that do something

	Title, Heading string
	Brand          brand
	Lead           string // where the browser goes at once
	Waits          bool   // without script, the page is loaded again and again
	Phase          phase
	Version        int

	// One of them is what the page is about.
	Form     *formView
	Progress *progressView
	Ended    *endedView
	Text     string
	Link     string // beside Text
}

// A progressView is the steps so far, and where the user logs in.
type progressView struct {
	Login, LoginAt string
	Steps          []stepView
}

// An endedView is how it ended.
type endedView struct {
	Outcome
	Steps []stepView
}

// A stepView is a step as it is shown, also by the script.
type stepView struct {
	Name    string `json:"name"`
	State   State  `json:"state"`
	Word    string `json:"word"`
	Message string `json:"message"`
}

func stepViews(steps []step) []stepView {
	views := make([]stepView, 0, len(steps))
	for _, one := range steps {
		word := string(one.state)
		if one.state == Passed {
			word = "done"
		}
		views = append(views, stepView{one.name, one.state, word, one.message})
	}
	return views
}

// write sends a template with its data.
func (p *pages) write(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	if err := p.templates.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, "the page cannot be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// send sends a page.
func (p *pages) send(w http.ResponseWriter, status int, s *sheet) {
	s.Style = p.style
	if s.Phase != "" && s.Phase != ended {
		s.Script = p.script
	}
	p.write(w, status, "sheet", s)
}

// refuse sends a page that says why there is nothing to see.
func (s *Server) refuse(w http.ResponseWriter, status int, title, text, link string) {
	s.words.send(w, status, &sheet{Title: title, Heading: title, Text: text, Link: link})
}
