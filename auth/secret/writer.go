package secret

import (
	"io"
	"sync"
)

// A Writer redacts what is written to it. What may be the beginning of a
// secret is held back until the next Write, Flush or Close decides it, so that
// a secret is found though it arrives in pieces. It is safe for concurrent
// use.
type Writer struct {
	r *Redactor

	mu      sync.Mutex
	w       io.Writer
	pending string
}

// Writer gives a writer that redacts everything on its way to w.
func (r *Redactor) Writer(w io.Writer) *Writer { return &Writer{r: r, w: w} }

// Write takes all of p, or gives the error of the writer below.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := w.pending + string(p)
	found := w.r.patterns().scan(text, false)
	w.pending = text[found.safe:]
	if found.safe == 0 {
		return len(p), nil
	}
	if _, err := io.WriteString(w.w, replace(text[:found.safe], found.spans, mask)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Flush writes what was held back, as if nothing followed. A secret of which
// only a part was written so far will not be recognised.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pending == "" {
		return nil
	}
	text := w.r.Redact(w.pending)
	w.pending = ""
	_, err := io.WriteString(w.w, text)
	return err
}

// Close flushes. The writer below stays open.
func (w *Writer) Close() error { return w.Flush() }
