package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/connector-spec/connector/auth/secret"
)

// An answer is what an API said to a request, on its way to the user.
type answer struct {
	*global
	resp *http.Response
	opts requestOptions
}

// show prints the answer while it comes, or writes it to the file that was asked
// for: what is an error is printed all the same, and no file is written.
func (a answer) show(ctx context.Context) error {
	if a.opts.include {
		if err := a.head(); err != nil {
			return err
		}
	}
	var err error
	if a.opts.output != "" && a.opts.output != "-" && a.resp.StatusCode < http.StatusBadRequest {
		err = a.save()
	} else {
		err = a.print()
	}
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// head prints the status and the headers.
func (a answer) head() error {
	proto := a.resp.Proto
	if proto == "" {
		proto = "HTTP/1.1"
	}
	text := fmt.Sprintf("%s %s\n%s\n", proto, statusText(a.resp), headerLines(a.redactor, "", a.resp.Header))
	_, err := io.WriteString(a.Stdout, secret.Printable(text))
	return err
}

// print prints the body: as it is, and for who watches so that it can be read
// and cannot steer the terminal.
func (a answer) print() error {
	first := make([]byte, 32<<10)
	n, err := readFirst(a.resp.Body, first)
	if err != nil && err != io.EOF {
		return brokeOff(err)
	}
	if a.StdoutTerminal && isBinary(first[:n]) {
		fmt.Fprintf(a.Stderr, "connector: the answer is %s and no text, so it is not shown; --output FILE saves it\n", a.kind())
		return nil
	}
	w := io.WriteCloser(plainEnd{a.Stdout})
	colored := a.useColor(a.StdoutTerminal)
	switch isJSON := isJSONType(a.resp.Header.Get("Content-Type")); {
	case isJSON && (a.StdoutTerminal || colored):
		w = newJSONPrinter(a.Stdout, colored)
	case a.StdoutTerminal:
		w = &textPrinter{w: a.Stdout}
	}
	if _, err := w.Write(first[:n]); err != nil {
		return err
	}
	body := &reading{Reader: a.resp.Body}
	if err == nil {
		_, err = io.CopyBuffer(w, body, first)
	} else {
		err = nil // it was read to its end
	}
	err = errors.Join(err, w.Close())
	if body.err != nil {
		return brokeOff(body.err)
	}
	return err
}

// readFirst reads the first part of a body that is not empty.
func readFirst(r io.Reader, p []byte) (int, error) {
	for {
		if n, err := r.Read(p); n > 0 || err != nil {
			return n, err
		}
	}
}

func brokeOff(err error) error { return fmt.Errorf("the answer broke off: %w", err) }

// A reading keeps why a body could not be read to its end.
type reading struct {
	io.Reader
	err error
}

// Read reads on.
func (r *reading) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}

// kind names the type and the size of the answer.
func (a answer) kind() string {
	media, _, _ := mime.ParseMediaType(a.resp.Header.Get("Content-Type"))
	if media == "" {
		media = "of an unknown type"
	}
	if a.resp.ContentLength >= 0 {
		media += fmt.Sprintf(", %d bytes,", a.resp.ContentLength)
	}
	return secret.PrintableLine(media)
}

// save writes the body to a file, whole or not at all.
func (a answer) save() error {
	name := a.opts.output
	body := &reading{Reader: a.resp.Body}
	var n int64
	err := writeOver(name, func(w io.Writer) (err error) {
		n, err = io.Copy(w, body)
		return err
	})
	switch {
	case body.err != nil:
		return brokeOff(body.err)
	case err != nil:
		return fmt.Errorf("--output %s: %w", name, plainPathError(err))
	}
	if !a.quiet {
		fmt.Fprintf(a.Stderr, "connector: %d bytes are in %s\n", n, secret.PrintableLine(name))
	}
	return nil
}

// writeOver puts what is written in place of a file, whole or not at all, for
// its owner alone. A device or a pipe is written to as it is.
func writeOver(name string, write func(io.Writer) error) error {
	info, err := os.Stat(name)
	switch {
	case err == nil && !info.Mode().IsRegular():
		file, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(write(file), file.Close())
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(name), ".connector-*")
	if err != nil {
		return err
	}
	if err = errors.Join(write(file), file.Close()); err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

// isJSONType tells whether an answer says that it is JSON, or JSON in lines.
func isJSONType(contentType string) bool {
	media, _, _ := mime.ParseMediaType(contentType)
	return media == "application/json" || strings.HasSuffix(media, "+json") || strings.HasSuffix(media, "ndjson") || strings.HasSuffix(media, "jsonl")
}

// isBinary tells whether the beginning of a body is no text in UTF-8. Its last
// character may be cut off.
func isBinary(head []byte) bool {
	if len(head) == 0 {
		return false
	}
	for i := 0; i < utf8.UTFMax && len(head) > 0; i++ {
		if r, size := utf8.DecodeLastRune(head); r != utf8.RuneError || size > 1 {
			break
		}
		head = head[:len(head)-1]
	}
	return len(head) == 0 || !utf8.Valid(head) || strings.ContainsRune(string(head), 0)
}

// plainEnd is a writer that ends nothing.
type plainEnd struct{ io.Writer }

// Close does nothing.
func (plainEnd) Close() error { return nil }

// A textPrinter prints text so that it cannot steer a terminal.
type textPrinter struct {
	w    io.Writer
	held []byte // that may belong to what follows
	last byte   // that was printed
}

// Write prints what is whole of p.
func (t *textPrinter) Write(p []byte) (int, error) {
	text := append(t.held, p...)
	end := len(text)
	for i := max(0, end-utf8.UTFMax); i < end; i++ {
		if utf8.RuneStart(text[i]) && !utf8.FullRune(text[i:]) {
			end = i
		}
	}
	if end > 0 && text[end-1] == '\r' { // a line feed may follow
		end--
	}
	shown := string(text[:end])
	t.held = append([]byte(nil), text[end:]...)
	return len(p), t.print(shown)
}

func (t *textPrinter) print(text string) error {
	if text == "" {
		return nil
	}
	t.last = text[len(text)-1]
	_, err := io.WriteString(t.w, secret.Printable(strings.ReplaceAll(text, "\r\n", "\n")))
	return err
}

// Close prints what is left, and ends the line.
func (t *textPrinter) Close() error {
	err := t.print(string(t.held))
	if t.last != 0 && t.last != '\n' {
		_, more := io.WriteString(t.w, "\n")
		err = errors.Join(err, more)
	}
	return err
}
