package vars

// Files returns the vars of one generator that are there, by path.
func (s *Store) Files(g Generator) (out []Var, err error) {
	if err := g.check(); err != nil {
		return nil, err
	}
	l := newLedger(s)
	files, err := s.dirs(g.Dir())
	for _, file := range files {
		for _, v := range l.files(g.Var(file)) {
			if v.Public || v.Secret {
				out = append(out, v)
			}
		}
	}
	return out, err
}
