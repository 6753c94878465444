package secret_test

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth/secret"
)

// TestMust30SecretsInLatin1 holds that a secret is found where a server took
// its UTF-8 for Latin-1, and where its Latin-1 was encoded.
func TestMust30SecretsInLatin1(t *testing.T) {
	t.Parallel()
	const value = "S3cr+t/Pa=ss-wörd"
	r := secret.NewRedactor()
	r.Add("input.token", value)
	var mojibake strings.Builder
	var latin1 []byte
	for i := range len(value) {
		mojibake.WriteRune(rune(value[i]))
	}
	for _, c := range value {
		latin1 = append(latin1, byte(c))
	}
	for name, text := range map[string]string{
		"as Latin-1":                       mojibake.String(),
		"as Latin-1, in JSON":              `"S3cr+t/Pa=ss-w\u00c3\u00b6rd"`,
		"Base64 of Latin-1":                base64.StdEncoding.EncodeToString(latin1),
		"Base64 of Latin-1, behind a name": base64.StdEncoding.EncodeToString(append([]byte("ann:"), latin1...)),
		"hex of Latin-1":                   hex.EncodeToString(latin1),
		"percent of Latin-1":               "S3cr%2Bt%2FPa%3Dss-w%F6rd",
	} {
		if got := r.Redact("<" + text + ">"); strings.Contains(got, text[2:len(text)-2]) {
			t.Errorf("%s: %s", name, got)
		}
	}
}
