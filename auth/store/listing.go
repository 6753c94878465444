package store

import "slices"

// ConnectionNames gives the names of the connections, for who completes what is
// typed: no key is needed, and what cannot be read is left out.
func (s *Store) ConnectionNames() []string { return s.names(connections) }

// ClientNames gives the names of the clients in the same way.
func (s *Store) ClientNames() []string { return s.names(clients) }

func (s *Store) names(k kind) []string {
	list, _ := s.headers(k)
	var names []string
	for _, h := range list {
		names = append(names, h.Name)
	}
	slices.SortFunc(names, compareNames)
	return names
}
