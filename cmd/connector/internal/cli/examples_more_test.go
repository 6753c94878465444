package cli_test

import (
	"testing"

	"github.com/connector-spec/connector/examples/apis"
)

// TestExampleLedgerRefusesStrangers shows the bank a certificate of another
// authority, and none that fits its key.
func TestExampleLedgerRefusesStrangers(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"certificate", "token"} {
		o := optionOf(t, "ledger", key)
		flags, _ := o.routes(t)
		dir := copyExample(t, "ledger")
		own := o.Inputs
		certificate, private := apis.Strangers()
		o.Inputs = map[string]string{"certificate": certificate, "privateKey": private}
		world{}.run(o.args(t, dir, flags, "--live")...).check(t, 3, "the TLS handshake failed")
		o.Inputs = map[string]string{"certificate": own["certificate"], "privateKey": private}
		world{}.run(o.args(t, dir, flags, "--live")...).check(t, 1, "it is not the key of the certificate")
	}
}
