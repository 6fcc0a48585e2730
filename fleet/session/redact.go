package session

import (
	"assay/secrets"
	"assay/secrets/secret"
	"assay/secrets/sops"
)

// Secrets are known to the session's Redactor from here on: what it decrypts,
// makes or is given to encrypt, while things run whose words are kept and
// shown.

// know makes secrets known.
func (s *Session) know(values ...secret.Value) {
	for _, v := range values {
		s.opts.Redactor.Know(v)
	}
}

// knowIdentities makes the operator's native identities known.
func (s *Session) knowIdentities(ids []sops.Identity) {
	for _, id := range ids {
		private := id.Private()
		s.know(private)
		private.Wipe()
	}
}

// knowAnswers makes the answers known that were not shown when they were typed.
// Those of the others that are kept as secrets are known when they are sealed.
func (s *Session) knowAnswers(steps []secrets.Step, answers secrets.Answers) {
	for _, step := range steps {
		for _, p := range step.Prompts {
			if p.Type == "hidden" || p.Type == "multiline-hidden" {
				s.know(answers[step.Place][p.Name])
			}
		}
	}
}
