package secret_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth/secret"
)

// mebibyte is an answer of 1 MiB as APIs send it, with a secret now and then.
func mebibyte() string {
	var b strings.Builder
	for i := 0; b.Len() < 1<<20; i++ {
		fmt.Fprintf(&b, `{"id":%d,"node_id":"MDQ6VXNlcjU4MzIzMQ==","url":"https://api.example.com/users/%d?page=2\u0026q=x%%20y","note":"a \"quoted\" word"},`, i, i)
		if i%1000 == 0 {
			fmt.Fprintf(&b, `{"token":"value-of-secret-%d"},`, i%20)
		}
	}
	return b.String()[:1<<20]
}

func twenty() *secret.Redactor {
	r := secret.NewRedactor()
	for i := range 20 {
		r.Add(fmt.Sprintf("input.s%d", i), fmt.Sprintf("value-of-secret-%d", i))
	}
	return r
}

func BenchmarkRedact1MiB(b *testing.B) {
	text, r := mebibyte(), twenty()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		_ = r.Redact(text)
	}
}

func BenchmarkWriter1MiBInLines(b *testing.B) {
	text, r := mebibyte(), twenty()
	lines := strings.SplitAfter(text, "},")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		w := r.Writer(io.Discard)
		for _, line := range lines {
			_, _ = io.WriteString(w, line)
		}
		_ = w.Close()
	}
}

func BenchmarkLookalikes1MiB(b *testing.B) {
	text := mebibyte()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		_ = secret.Lookalikes(text)
	}
}

func BenchmarkAddAndRedactALine(b *testing.B) {
	for b.Loop() {
		r := secret.NewRedactor()
		r.Add("input.apiKey", "0123456789abcdef0123456789abcdef")
		_ = r.Redact("GET https://api.example.com/data?appid=0123456789abcdef0123456789abcdef")
	}
}
