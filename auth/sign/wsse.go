package sign

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// A WSSE sends a user name with a digest of password, nonce and time in the
// header X-WSSE: the UsernameToken of WS-Security 1.0 as Atom brought it to
// HTTP headers.
//
// By the profile the digest is made over the bytes of a nonce, which is sent in
// base64, and the digest's bytes are sent in base64 too. Servers differ in
// both, independently; Emarsys wants HexNonce and HexDigest.
type WSSE struct {
	Username, Password string
	// HexNonce makes the nonce a text of 32 hexadecimal digits, which goes into
	// the digest and into the header as it is.
	HexNonce bool
	// HexDigest sends, in base64, the hexadecimal digits of the digest.
	HexDigest bool
	World
}

// Sign sets the header X-WSSE, and Authorization where the request has none.
func (w *WSSE) Sign(r *Request) error {
	if hasControl(w.Username) {
		return errors.New("the WSSE user name holds a control character")
	}
	nonce := make([]byte, 16)
	if _, err := io.ReadFull(w.Rand, nonce); err != nil {
		return fmt.Errorf("make a WSSE nonce: %w", err)
	}
	sent := base64.StdEncoding.EncodeToString(nonce)
	if w.HexNonce {
		sent = hex.EncodeToString(nonce)
		nonce = []byte(sent)
	}
	created := w.Now().UTC().Format(time.RFC3339)
	r.Header.Set("X-WSSE", fmt.Sprintf(`UsernameToken Username=%s, PasswordDigest="%s", Nonce="%s", Created="%s"`,
		quoted(w.Username), w.digest(nonce, created), sent, created))
	if r.Header.Get("Authorization") == "" {
		r.Header.Set("Authorization", `WSSE profile="UsernameToken"`)
	}
	return nil
}

// Format prints the name alone.
func (w WSSE) Format(s fmt.State, _ rune) { hidden(s, "WSSE") }

func (w *WSSE) digest(nonce []byte, created string) string {
	sum := sha1.Sum([]byte(string(nonce) + created + w.Password))
	if w.HexDigest {
		return base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(sum[:])))
	}
	return base64.StdEncoding.EncodeToString(sum[:])
}

// quoted gives s as a quoted-string (RFC 9110 5.6.4).
func quoted(s string) string {
	return `"` + quotes.Replace(s) + `"`
}

var quotes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)
