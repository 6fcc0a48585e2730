package cli

import (
	"bytes"
	"cmp"
	"context"
	"fmt"

	"assay/fleet"
	"assay/fleet/session"
	"assay/secrets"
)

// MakeVars runs a plan of generators with the operator's identities. What they
// ask for is asked in the console, all of it before anything runs, and not
// shown while it is typed; nothing of it reaches the console itself.
func (s consoleSession) MakeVars(ctx context.Context, p session.VarsPlan) ([]secrets.Made, error) {
	identities, err := s.app.ageIdentities()
	if err != nil {
		return nil, err
	}
	answers := secrets.Answers{}
	defer wipe(answers)
	for _, step := range p.Steps {
		if step.Blocked != "" {
			continue
		}
		for _, prompt := range step.Prompts {
			typed, err := s.answer(ctx, step.Place.Dir(), prompt)
			if err != nil {
				return nil, err
			}
			if answers[step.Place] == nil {
				answers[step.Place] = map[string]secrets.Secret{}
			}
			answers[step.Place][prompt.Name] = secrets.NewSecret(typed)
		}
	}
	return s.Session.GenerateVars(ctx, p, answers, identities, nil)
}

// answer asks one question of a generator; what is hidden everywhere else too,
// and not left empty, twice.
func (s consoleSession) answer(ctx context.Context, place string, prompt fleet.VarPrompt) ([]byte, error) {
	what := cmp.Or(prompt.Description, prompt.Name)
	typed, err := s.app.consoleAsks.Secret(ctx, place, what)
	switch {
	case err != nil:
		return nil, err
	case len(typed) == 0 && prompt.Required:
		return nil, fmt.Errorf("%s: an answer is needed for %s; nothing is generated", place, prompt.Name)
	case len(typed) == 0 || prompt.Type == "line" || prompt.Type == "multiline":
		return typed, nil
	}
	again, err := s.app.consoleAsks.Secret(ctx, place, "again: "+what)
	same := bytes.Equal(typed, again)
	clear(again)
	if err == nil && !same {
		err = fmt.Errorf("%s: the two answers for %s differ; nothing is generated", place, prompt.Name)
	}
	if err != nil {
		clear(typed)
		return nil, err
	}
	return typed, nil
}

// MendVars writes drifted vars anew with the operator's identities.
func (s consoleSession) MendVars(ctx context.Context, drifted []secrets.VarFinding) ([]secrets.VarFinding, error) {
	identities, err := s.app.ageIdentities()
	if err != nil {
		return nil, err
	}
	if err := s.Session.FixVars(ctx, drifted, identities); err != nil {
		return nil, err
	}
	return drifted, nil
}
