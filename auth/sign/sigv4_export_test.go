package sign

import "time"

// SignSteps is Sign, and gives the canonical request, the string to sign and
// the signature.
func (s *SigV4) SignSteps(r *Request) ([3]string, error) {
	made, err := s.sign(r)
	return [3]string{made.canonical, made.toSign, made.signature}, err
}

// PresignSteps is to Presign what SignSteps is to Sign.
func (s *SigV4) PresignSteps(r *Request, expires time.Duration) ([3]string, error) {
	made, err := s.presign(r, expires)
	return [3]string{made.canonical, made.toSign, made.signature}, err
}
