package generate

import (
	"bytes"
	"context"

	"assay/secrets/secret"
)

// passwordWords is the number of words of a password that clan's services
// make: 76 bits.
const passwordWords = 6

// PasswordFiles say what a generator of a password is called and makes.
type PasswordFiles struct {
	Generator string
	Password  string // deployed to no machine
	Hash      string // for hashedPasswordFile
	// PublicHash is a hash that everybody may read.
	PublicHash bool
	Shared     bool
	// Ask makes it a question to the operator. An empty answer is a
	// password that is generated.
	Ask bool
}

// Password is the generator of a password and its hash by yescrypt, both
// without a newline.
func Password(p PasswordFiles) Generator {
	g := Generator{Name: p.Generator, Shared: p.Shared,
		Files: []File{{Name: p.Password, Secret: true}, {Name: p.Hash, Secret: !p.PublicHash, Deploy: true}}}
	if p.Ask {
		g.Prompts = []Prompt{{Name: p.Password, Type: Hidden, Persist: true,
			Description: "Leave empty to generate automatically"}}
	}
	g.Make = func(_ context.Context, in Input) (Contents, error) {
		password := withoutNewlines(in.Answers[p.Password])
		if password.Len() == 0 || !p.Ask {
			password = NewPassphrase(passwordWords, "-")
		}
		hash, err := HashYescrypt(password)
		if err != nil {
			password.Wipe()
			return nil, err
		}
		return Contents{p.Password: password, p.Hash: secret.New(hash)}, nil
	}
	return g
}

// UserPassword is the generator of clan's users service.
func UserPassword(user string, shared, ask bool) Generator {
	return Password(PasswordFiles{Generator: "user-password-" + user,
		Password: "user-password", Hash: "user-password-hash", Shared: shared, Ask: ask})
}

// RootPassword is the generator of clan's admin service.
func RootPassword() Generator {
	return Password(PasswordFiles{Generator: "root-password", Password: "password", Hash: "password-hash", Ask: true})
}

// EmergencyAccess is the generator of clan's service of that name. Its hash is
// public, since the initial ramdisk holds it.
func EmergencyAccess() Generator {
	return Password(PasswordFiles{Generator: "emergency-access", Password: "password", Hash: "password-hash", PublicHash: true})
}

func withoutNewlines(v secret.Value) secret.Value {
	return secret.New(bytes.ReplaceAll(v.Bytes(), []byte("\n"), nil))
}
