package ui

import (
	"context"

	"assay/fleet/session"
	"assay/secrets"
)

// MakeVars and MendVars stand for those of the command line, which know the
// operator's identities: they do nothing but say what they were asked.
func (s *scripted) MakeVars(_ context.Context, p session.VarsPlan) (made []secrets.Made, err error) {
	for _, step := range p.Steps {
		if step.Blocked == "" {
			made = append(made, secrets.Made{Place: step.Place})
		}
	}
	s.made = append(s.made, made...)
	return made, nil
}

func (s *scripted) MendVars(_ context.Context, drifted []secrets.VarFinding) ([]secrets.VarFinding, error) {
	s.mended = append(s.mended, drifted...)
	return drifted, nil
}
