// Package store keeps connections encrypted, safe under many processes.
//
// A store is a directory with one file for each connection, OAuth client and
// login begun elsewhere. What is secret in a file is sealed with AES-256-GCM
// under a key that is kept in another place: the keyring of the system, a file,
// or the environment.
//
//	s, _, err := store.Create(store.Options{Dir: dir}, store.Keyring, "")
//	err = s.Check(ctx) // before anybody is sent to a login
//	err = s.Add(ctx, &store.Connection{Name: "work", Connector: "github", Credential: credential})
//
// A connection is changed under its lock, which other processes respect:
//
//	l, err := s.Lock(ctx, id)
//	defer l.Release()
//	c := l.Connection()
//	c.Credential = fresh
//	err = l.Save(ctx, c)
//
// When Save has returned, no crash brings the last state back; when the process
// ends within it, either state is there, whole.
//
// What is not promised: who can write to the directory can delete a file, or
// put back an older state of it. Names of connections and connectors stand in
// the files as they are.
package store
