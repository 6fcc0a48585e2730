package generate

import (
	"assay/secrets/secret"

	"filippo.io/age"
)

// NewAgeKey makes an age identity (X25519) and its recipient, each on a line.
func NewAgeKey() (identity, recipient secret.Value, err error) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		return identity, recipient, err
	}
	return secret.New([]byte(key.String() + "\n")), public(key.Recipient().String() + "\n"), nil
}

// AgeKey is the generator of an age identity.
func AgeKey(name, private, public string) Generator { return pair(name, private, public, NewAgeKey) }
