package cli

import (
	"bytes"
	"cmp"
	"context"
	"fmt"

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
		answers[step.Place] = map[string]secrets.Secret{}
		for _, prompt := range step.Prompts {
			q := question{name: step.Place.Dir(), prompt: prompt, asked: step.Asked}
			q.former, q.kept, q.unread = s.KeptAnswer(step, prompt.Name, identities)
			ask := s.app.consoleAsks.Secret
			if q.concealed() {
				ask = s.app.hidden
			}
			answer, err := consoleAnswer(ctx, ask, q)
			if err != nil {
				return nil, err
			}
			answers[step.Place][prompt.Name] = answer
		}
	}
	return s.Session.GenerateVars(ctx, p, answers, identities, nil)
}

// consoleAnswer asks one question of a generator in the console; what is hidden everywhere else too,
// and not left empty, twice. An empty answer is the former one, where that was
// kept; where it is not known whether it was, it is none.
func consoleAnswer(ctx context.Context, ask func(ctx context.Context, title, text string) ([]byte, error), q question) (secrets.Secret, error) {
	defer q.former.Wipe()
	var none secrets.Secret
	what := cmp.Or(q.prompt.Description, q.prompt.Name)
	text := what
	if q.kept {
		text += " (" + q.keeps("nothing", "the former answer") + ")"
	}
	typed, err := ask(ctx, q.name, text)
	switch {
	case err != nil:
		return none, err
	case len(typed) == 0 && q.kept:
		return q.again(), nil
	case q.leaves(typed):
		return none, nil
	case len(typed) == 0 && q.unread != nil:
		return none, fmt.Errorf("%s: the former answer for %s is not known: %w; nothing is generated", q.name, q.prompt.Name, q.unread)
	case len(typed) == 0 && q.prompt.Required:
		return none, fmt.Errorf("%s: an answer is needed for %s; nothing is generated", q.name, q.prompt.Name)
	case len(typed) == 0 || !q.concealed():
		return secrets.NewSecret(typed), nil
	}
	again, err := ask(ctx, q.name, "again: "+what)
	same := bytes.Equal(typed, again)
	clear(again)
	if err == nil && !same {
		err = fmt.Errorf("%s: the two answers for %s differ; nothing is generated", q.name, q.prompt.Name)
	}
	if err != nil {
		clear(typed)
		return none, err
	}
	return secrets.NewSecret(typed), nil
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
