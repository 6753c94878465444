package sign_test

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth/sign"
)

// ecPEM is the key of RFC 6979, A.2.5, in SEC 1.
var ecPEM = func() string {
	scalar := []byte("\xc9\xaf\xa9\xd8\x45\xba\x75\x16\x6b\x5c\x21\x57\x67\xb1\xd6\x93\x4e\x50\xc3\xdb\x36\xe8\x9b\x12\x7b\x8a\x62\x2b\x12\x0f\x67\x21")
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar)
	if err != nil {
		panic(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		panic(err)
	}
	return block("EC PRIVATE KEY", der)
}()

func block(label string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
}

func pkcs8(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return block("PRIVATE KEY", der)
}

func TestPrivateKey(t *testing.T) {
	t.Parallel()
	key := rsaKey(t)
	pkcs1 := rsaPEM(t)
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := sign.PrivateKey(ecPEM)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text string
		want       crypto.Signer
	}{
		{"PKCS #1", pkcs1, key},
		{"PKCS #8", pkcs8(t, key), key},
		{"SEC 1", ecPEM, ec},
		{"EC in PKCS #8", pkcs8(t, ec), ec},
		{"Ed25519", pkcs8(t, ed), ed},
		{"a label of the other kind", strings.ReplaceAll(pkcs1, "RSA PRIVATE", "PRIVATE"), key},
		{"text around it", "Bag Attributes\n" + pkcs1 + "\n", key},
		{"the parameters of the curve before it", block("EC PARAMETERS", []byte("\x06\x08*\x86H\xce=\x03\x01\x07")) + ecPEM, ec},
		{"a certificate before it", block("CERTIFICATE", []byte("x")) + pkcs1, key},
		{"line breaks of Windows", strings.ReplaceAll(pkcs1, "\n", "\r\n"), key},
		{`line breaks written as \n`, strings.ReplaceAll(pkcs1, "\n", `\n`), key},
		{`line breaks written as \r\n`, strings.ReplaceAll(pkcs1, "\n", `\r\n`), key},
		{"blanks for line breaks", strings.ReplaceAll(pkcs1, "\n", " "), key},
		{"no line breaks", strings.ReplaceAll(pkcs1, "\n", ""), key},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := sign.PrivateKey(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if k, ok := c.want.(interface{ Equal(crypto.PrivateKey) bool }); !ok || !k.Equal(got) {
				t.Error("another key came out")
			}
		})
	}
}

func TestPrivateKeyRefuses(t *testing.T) {
	t.Parallel()
	agreement, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	const (
		marker    = "c2VjcmV0"
		none      = "the text of the private key is PEM, but holds no RSA, EC or Ed25519 key that can be read"
		noPEM     = "the private key is not PEM; it begins with -----BEGIN PRIVATE KEY----- and ends with its END line"
		encrypted = "the private key is encrypted; give it without a passphrase, as openssl pkey -in key.pem writes it"
	)
	for _, c := range []struct{ name, text, want string }{
		{"nothing", " \n", "the private key is empty"},
		{"no PEM", marker, noPEM},
		{"no end", "-----BEGIN PRIVATE KEY-----\n" + marker, noPEM},
		{"another thing", block("DH PARAMETERS", []byte(marker)), noPEM},
		{"a public key", block("PUBLIC KEY", []byte(marker)), "a public key stands where the private key is wanted"},
		{"a certificate", block("CERTIFICATE", []byte(marker)), "a certificate stands where the private key is wanted"},
		{"PKCS #8, encrypted", block("ENCRYPTED PRIVATE KEY", []byte(marker)), encrypted},
		{"PKCS #1, encrypted", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n" + marker + "\n-----END RSA PRIVATE KEY-----", encrypted},
		{"bytes that are no key", block("PRIVATE KEY", []byte(marker)), none},
		{"the key of OpenSSH", block("OPENSSH PRIVATE KEY", []byte(marker)), none},
		{"a key for key agreement", pkcs8(t, agreement), none},
		{"lines that are damaged", "-----BEGIN PRIVATE KEY-----\n" + marker + "!\n-----END PRIVATE KEY-----", "the private key is PEM that is damaged: its lines are not base64"},
		{"a long text", strings.Repeat("x", 16<<10+1), "the private key is longer than 16 KiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := sign.PrivateKey(c.text)
			if err == nil || err.Error() != c.want {
				t.Errorf("err = %v, want %s", err, c.want)
			}
		})
	}
}
