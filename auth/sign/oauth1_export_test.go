package sign

// SignWithNonce is Sign with a nonce that is given.
func (o *OAuth1) SignWithNonce(r *Request, nonce string) error { return o.sign(r, nonce) }

// BaseString gives what SignWithNonce signs. It prepares the request as that
// does.
func (o *OAuth1) BaseString(r *Request, nonce string) (string, error) {
	method, err := o.method()
	if err != nil {
		return "", err
	}
	if err := o.prepare(r); err != nil {
		return "", err
	}
	return baseString(r, o.params(r, method, nonce)), nil
}
