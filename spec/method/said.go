package method

// Said returns what the server says in an answer that cannot be used, as it says
// it and however long it is; "" if it says nothing. It may hold secrets.
func (r *Response) Said() string { return r.detail() }
