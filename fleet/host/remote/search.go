package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"assay/fleet/host/sshconfig"

	"golang.org/x/crypto/ssh"
)

// search collects the keys that may be offered, in the order of ssh: those
// of the agent that the configuration names, then, other than in ssh, files
// that somebody has chosen for this host, the agent's other keys, and the
// files that ssh tries by itself. A certificate comes before its key.
type search struct {
	*Connector
	ctx     context.Context
	clock   *clock
	machine string
	config  sshconfig.Config
	login   *login
	found   []*offer
	notes   []string
}

// note says why something is not offered.
func (s *search) note(format string, args ...any) {
	s.notes = append(s.notes, oneLine(fmt.Sprintf(format, args...)))
}

// add offers a key, unless it is offered already or may not sign.
func (s *search) add(signer ssh.Signer, name string) {
	key := signer.PublicKey()
	if slices.ContainsFunc(s.found, func(o *offer) bool { return same(o.PublicKey(), key) }) {
		return
	}
	o := &offer{signer: signer, name: name, algorithms: signatures(key, s.config.PublicKeyAlgorithms)}
	if len(o.algorithms) == 0 {
		s.note("the SSH configuration does not let keys of the type %s sign", key.Type())
		return
	}
	s.found = append(s.found, o)
}

func same(a, b ssh.PublicKey) bool { return bytes.Equal(a.Marshal(), b.Marshal()) }

// configured collects what the SSH configuration names.
func (s *search) configured() {
	files := s.identities()
	certs := s.certificates()
	agents := s.agentKeys()
	held := func(key ssh.PublicKey) ssh.Signer {
		i := slices.IndexFunc(agents, func(a ssh.Signer) bool { return same(a.PublicKey(), key) })
		if i < 0 {
			return nil
		}
		return agents[i]
	}
	var chosen, usual []*identity
	for _, f := range files {
		if signer := held(f.public); signer != nil {
			for _, a := range agents { // certificates that the agent itself holds
				if same(plain(a.PublicKey()), f.public) && a != signer {
					s.add(a, f.file)
				}
			}
			s.addWithCertificates(signer, f.file, certs)
		} else if f.usual {
			usual = append(usual, f)
		} else {
			chosen = append(chosen, f)
		}
	}
	s.addFiles(chosen, certs)
	if !s.config.IdentitiesOnly {
		for _, a := range agents {
			s.addWithCertificates(a, "", certs)
		}
	}
	s.addFiles(usual, certs)
}

// addFiles offers private keys in files.
func (s *search) addFiles(files []*identity, certs []*ssh.Certificate) {
	for _, f := range files {
		switch {
		case strings.HasPrefix(f.public.Type(), "sk-"):
			s.note("%s is a key on a security device, which only an agent can use; hint: ssh-add %s", f.file, f.file)
		case f.privateMissing:
			s.note("%s is not in the agent, and its private key is not readable here", f.file)
		case f.encrypted && s.options.Passphrase == nil:
			s.note("%s has a passphrase and there is nobody to ask; hint: ssh-add %s", f.file, f.file)
		default:
			s.addWithCertificates(&fileSigner{identity: f, search: s}, f.file, certs)
		}
	}
}

// addWithCertificates offers the certificates for a key, then the key.
func (s *search) addWithCertificates(signer ssh.Signer, name string, certs []*ssh.Certificate) {
	for _, cert := range certs {
		if same(cert.Key, signer.PublicKey()) {
			if with, err := ssh.NewCertSigner(cert, signer); err == nil {
				s.add(with, name)
			}
		}
	}
	s.add(signer, name)
}

// certificates reads CertificateFile, and what lies beside the keys.
func (s *search) certificates() []*ssh.Certificate {
	files := slices.Clone(s.config.CertificateFiles)
	for _, f := range s.config.IdentityFiles {
		files = append(files, strings.TrimSuffix(f, ".pub")+"-cert.pub")
	}
	var certs []*ssh.Certificate
	for i, file := range files {
		text, err := readKey(file)
		if err != nil {
			if i < len(s.config.CertificateFiles) || !errors.Is(err, fs.ErrNotExist) {
				s.note("%v", err)
			}
			continue
		}
		key, _, _, _, err := ssh.ParseAuthorizedKey(text)
		if cert, ok := key.(*ssh.Certificate); ok && cert.CertType == ssh.UserCert {
			certs = append(certs, cert)
		} else {
			s.note("%s holds no user certificate: %v", file, err)
		}
	}
	return certs
}

// usualNames are the keys in ~/.ssh that ssh tries unless it is told.
var usualNames = []string{"id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk", "id_xmss", "id_dsa"}

// identity is a private key in a file, as far as it is known without its
// passphrase.
type identity struct {
	file           string
	public         ssh.PublicKey
	usual          bool // nobody has chosen it
	encrypted      bool
	privateMissing bool
}

// identities reads the public halves of the IdentityFiles.
func (s *search) identities() []*identity {
	var list []*identity
	for _, file := range s.config.IdentityFiles {
		id, err := s.keys.identity(file)
		id.usual = filepath.Base(filepath.Dir(file)) == ".ssh" && slices.Contains(usualNames, filepath.Base(file))
		switch {
		case errors.Is(err, fs.ErrNotExist) && id.usual:
		case err != nil:
			s.note("%v", err)
		default:
			list = append(list, id)
		}
	}
	return list
}

// readIdentity finds out which key a file holds.
func readIdentity(file string) (*identity, error) {
	id := &identity{file: file}
	text, err := readKey(file)
	if err == nil {
		var locked *ssh.PassphraseMissingError
		private, bad := ssh.ParsePrivateKey(text)
		clear(text)
		switch {
		case bad == nil:
			id.public = private.PublicKey()
			return id, nil
		case errors.As(bad, &locked):
			if id.encrypted, id.public = true, locked.PublicKey; id.public != nil {
				return id, nil
			}
		default:
			id.privateMissing = true
			err = fmt.Errorf("%s: %w", file, bad)
		}
	} else {
		id.privateMissing = true
	}
	for _, beside := range []string{file, file + ".pub"} { // IdentityFile may name a public key
		text, missing := readKey(beside)
		if missing != nil {
			continue
		}
		if key, _, _, _, bad := ssh.ParseAuthorizedKey(text); bad == nil {
			id.public = plain(key)
			return id, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("%s has a passphrase, and its public key %s.pub is missing", file, filepath.Base(file))
	}
	return id, err
}

// readKey reads a key file, of which no sane one is longer than 64 KiB.
func readKey(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > 64<<10 {
		return nil, fmt.Errorf("%s is no key file", file)
	}
	return os.ReadFile(file)
}
