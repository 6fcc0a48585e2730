package generate

import (
	"context"

	"assay/secrets/secret"
)

// single is a generator of one secret that the machine reads.
func single(name, file string, value func() (secret.Value, error)) Generator {
	g := Generator{Name: name, Files: []File{{Name: file, Secret: true, Deploy: true}}}
	g.Make = func(context.Context, Input) (Contents, error) {
		v, err := value()
		if err != nil {
			return nil, err
		}
		return Contents{file: v}, nil
	}
	return g
}

// pair is a generator of a secret and of a public file that belongs to it.
func pair(name, private, public string, value func() (secret.Value, secret.Value, error)) Generator {
	g := Generator{Name: name, Files: []File{{Name: private, Secret: true, Deploy: true}, {Name: public, Deploy: true}}}
	g.Make = func(context.Context, Input) (Contents, error) {
		s, p, err := value()
		if err != nil {
			return nil, err
		}
		return Contents{private: s, public: p}, nil
	}
	return g
}
