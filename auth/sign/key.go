package sign

import (
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"regexp"
	"strings"
)

// maxKeyText bounds the text of a private key; RSA of 16384 bits needs 13 kB.
const maxKeyText = 16 << 10

var errKeyEncrypted = errors.New("the private key is encrypted; give it without a passphrase, as openssl pkey -in key.pem writes it")

// PrivateKey reads a private key in PEM (RFC 7468): PKCS #8, PKCS #1 or SEC 1.
// Line breaks may have been written as \n, made blanks or lost on the way. No
// error of it holds a part of the text.
func PrivateKey(text string) (crypto.Signer, error) {
	switch {
	case strings.TrimSpace(text) == "":
		return nil, errors.New("the private key is empty")
	case len(text) > maxKeyText:
		return nil, errors.New("the private key is longer than 16 KiB")
	}
	blocks, err := keyBlocks(text)
	if err != nil {
		return nil, err
	}
	for _, block := range blocks {
		if key := parseKey(block.Bytes); key != nil {
			return key, nil
		}
	}
	return nil, errors.New("the text of the private key is PEM, but holds no RSA, EC or Ed25519 key that can be read")
}

// parseKey gives the private key that der is, nil for none. Labels are not
// believed: PKCS #1 keys are met under the label of PKCS #8.
func parseKey(der []byte) crypto.Signer {
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		signer, _ := key.(crypto.Signer) // a key for key agreement is none
		return signer
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key
	}
	return nil
}

// keyBlock matches a block of PEM, whatever became of its line breaks.
var keyBlock = regexp.MustCompile(`(?s)-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END [A-Z0-9 ]+-----`)

var writtenBreaks = strings.NewReplacer(`\r`, "", `\n`, "\n")

// keyBlocks reads the blocks of a PEM text that may hold a private key.
func keyBlocks(text string) ([]pem.Block, error) {
	var blocks []pem.Block
	other := ""
	for _, m := range keyBlock.FindAllStringSubmatch(writtenBreaks.Replace(text), -1) {
		label, body := m[1], m[2]
		if strings.HasPrefix(label, "ENCRYPTED") || strings.Contains(body, "ENCRYPTED") {
			return nil, errKeyEncrypted
		}
		if !strings.HasSuffix(label, "PRIVATE KEY") {
			other = label
			continue
		}
		der, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.Join(strings.Fields(body), ""), "="))
		if err != nil {
			return nil, errors.New("the private key is PEM that is damaged: its lines are not base64")
		}
		blocks = append(blocks, pem.Block{Type: label, Bytes: der})
	}
	switch {
	case blocks != nil:
		return blocks, nil
	case other == "CERTIFICATE":
		return nil, errors.New("a certificate stands where the private key is wanted")
	case strings.HasSuffix(other, "PUBLIC KEY"):
		return nil, errors.New("a public key stands where the private key is wanted")
	}
	return nil, errors.New("the private key is not PEM; it begins with -----BEGIN PRIVATE KEY----- and ends with its END line")
}
