package secrets

import (
	"slices"

	"assay/fleet"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// KeptAnswer is the answer that was kept when the step's generator ran the last
// time, which lies in the file of the prompt's name; false where none is kept
// or it is empty. The identities have to open it where it is a secret.
func KeptAnswer(store *vars.Store, s Step, prompt string, operator []sops.Identity) (answer Secret, kept bool, err error) {
	if !slices.ContainsFunc(s.Prompts, func(p fleet.VarPrompt) bool { return p.Name == prompt && p.Persist }) {
		return Secret{}, false, nil
	}
	id := s.Place.Var(prompt)
	public, secret, err := store.Has(id)
	switch {
	case err != nil:
		return Secret{}, false, err
	case secret:
		answer, err = store.Secret(id, operator)
	case public:
		var text []byte
		text, err = store.Public(id)
		answer = NewSecret(text)
	}
	if err != nil {
		return Secret{}, false, err
	}
	return answer, answer.Len() > 0, nil
}
