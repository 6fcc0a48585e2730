package generate

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"assay/secrets/secret"

	"golang.org/x/crypto/ssh"
)

// SSHCertificate says what a certificate is made for.
type SSHCertificate struct {
	ID string // for the logs of those who check it
	// Host says that it is a host's and not a user's.
	Host bool
	// Principals are the names of the host, or of the accounts. There must
	// be one: a certificate without any is valid for every name.
	Principals []string
	// From and Until bound its validity, to the second. The zero Until is
	// for ever.
	From, Until time.Time
}

// SignSSH makes the certificate of a public key (authorized_keys form), with
// the private key of a certificate authority, as ssh-keygen -s does: serial 0,
// no extensions of a host's, the usual five of a user's. The result is in
// authorized_keys form. Its errors are ErrInput and show nothing of the key.
func SignSSH(ca, public secret.Value, c SSHCertificate) (secret.Value, error) {
	signer, err := ssh.ParsePrivateKey(bytes.TrimSpace(ca.Bytes()))
	if err != nil {
		return secret.Value{}, fmt.Errorf("%w: the key of the authority is not an SSH key without a passphrase", ErrInput)
	}
	key, comment, _, _, err := ssh.ParseAuthorizedKey(public.Bytes())
	if err != nil {
		return secret.Value{}, fmt.Errorf("%w: the key to sign is not a public SSH key", ErrInput)
	}
	cert, err := c.unsigned(key)
	if err != nil {
		return secret.Value{}, err
	}
	if err := cert.SignCert(rand.Reader, signer); err != nil {
		return secret.Value{}, fmt.Errorf("%w: the key of the authority does not sign: %w", ErrInput, err)
	}
	return secret.New(authorizedKey(cert, comment)), nil
}

func (c SSHCertificate) unsigned(key ssh.PublicKey) (*ssh.Certificate, error) {
	blank := func(name string) bool { return name == "" || strings.ContainsAny(name, ", \t\r\n\x00") }
	if len(c.Principals) == 0 || slices.ContainsFunc(c.Principals, blank) {
		return nil, fmt.Errorf("%w: a certificate needs the names that it is valid for", ErrInput)
	}
	cert := &ssh.Certificate{Key: key, CertType: ssh.UserCert, KeyId: c.ID,
		ValidPrincipals: c.Principals, ValidBefore: ssh.CertTimeInfinity}
	if c.Host {
		cert.CertType = ssh.HostCert
	} else {
		cert.Permissions.Extensions = map[string]string{"permit-X11-forwarding": "",
			"permit-agent-forwarding": "", "permit-port-forwarding": "", "permit-pty": "", "permit-user-rc": ""}
	}
	if !c.From.IsZero() {
		cert.ValidAfter = uint64(max(c.From.Unix(), 0))
	}
	if !c.Until.IsZero() {
		cert.ValidBefore = uint64(max(c.Until.Unix(), 0))
	}
	if cert.ValidAfter >= cert.ValidBefore {
		return nil, fmt.Errorf("%w: the certificate would end before it begins", ErrInput)
	}
	return cert, nil
}

// OpenSSHCertificate is the generator of the certificate of a machine's
// ed25519 host key by the fleet's authority, for MACHINE.DOMAIN with each of
// the domains, without an end, as clan's sshd service makes it.
func OpenSSHCertificate(machine string, domains []string) Generator {
	g := Generator{Name: certGenerator, Dependencies: []string{HostKeyGenerator, caGenerator},
		Files: []File{{Name: certFile, Deploy: true}}}
	g.Make = func(_ context.Context, in Input) (Contents, error) {
		public, err := in.File(HostKeyGenerator, HostKeyPublic)
		if err != nil {
			return nil, err
		}
		ca, err := in.File(caGenerator, caPrivate)
		if err != nil {
			return nil, err
		}
		want := SSHCertificate{ID: machine, Host: true}
		for _, d := range domains {
			if name := machine + "." + d; !slices.Contains(want.Principals, name) {
				want.Principals = append(want.Principals, name)
			}
		}
		cert, err := SignSSH(ca, public, want)
		if err != nil {
			return nil, err
		}
		return Contents{certFile: cert}, nil
	}
	return g
}
