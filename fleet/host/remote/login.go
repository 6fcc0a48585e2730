package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// offerLimit is how many keys are offered. sshd's MaxAuthTries by default
// cuts off after six.
const offerLimit = 6

// login is how one connection proves who we are.
type login struct {
	c       *Connector
	who     string // user and machine, for which the right key is remembered
	gather  func() ([]*offer, []string)
	offers  []*offer // nil until the host has proved its identity
	notes   []string // why further keys are not offered
	done    int      // partial successes so far
	cleanup []func()
}

// login prepares the proof. Keys are looked for when the host asks for them.
func (c *Connector) login(ctx context.Context, clock *clock, machine string, r *route) *login {
	l := &login{c: c, who: r.user + "@" + machine}
	l.gather = func() ([]*offer, []string) {
		s := &search{Connector: c, ctx: ctx, clock: clock, machine: machine, config: r.config, login: l}
		for _, signer := range c.options.Signers {
			s.add(signer, "")
		}
		if r.configured {
			s.configured()
		}
		return s.found, s.notes
	}
	return l
}

func (l *login) close() {
	for _, f := range l.cleanup {
		f()
	}
}

// next is the ssh package's question which method to try now. Keys are
// offered together; after one was accepted and the host wants another, as
// with "AuthenticationMethods publickey,publickey", the remaining ones are.
// A key that could not sign does not keep the next one from being offered.
func (l *login) next(state *ssh.ClientAuthContext) (ssh.AuthMethod, error) {
	if !slices.Contains(state.AllowedMethods, "publickey") {
		return nil, nil
	}
	first := l.offers == nil
	if first {
		l.offers, l.notes = l.gather()
		l.order()
	}
	var signers []ssh.Signer
	progress := first || len(state.PartialSuccessMethods) > l.done
	l.done = len(state.PartialSuccessMethods)
	for _, o := range l.offers {
		switch {
		case o.signed && !o.spent:
			o.spent, progress = true, true
		case !o.spent:
			signers = append(signers, o)
		}
	}
	if !progress || len(signers) == 0 {
		return nil, nil
	}
	return ssh.PublicKeys(signers...), nil
}

// order puts the key first that the host accepted last time, and leaves out
// those for which there is no room.
func (l *login) order() {
	if last, ok := l.c.keys.accepted(l.who); ok {
		if i := slices.IndexFunc(l.offers, func(o *offer) bool { return string(o.PublicKey().Marshal()) == last }); i > 0 {
			right := l.offers[i]
			l.offers = slices.Insert(slices.Delete(l.offers, i, i+1), 0, right)
		}
	}
	if more := len(l.offers) - offerLimit; more > 0 {
		l.offers = l.offers[:offerLimit]
		l.notes = append(l.notes, fmt.Sprintf("%d further keys were not offered, for servers cut off after six: name the right one with IdentityFile and IdentitiesOnly", more))
	}
	if l.offers == nil {
		l.offers = []*offer{}
	}
}

// succeeded remembers which key the host accepted.
func (l *login) succeeded() {
	for _, o := range l.offers {
		if o.signed {
			l.c.keys.accept(l.who, string(o.PublicKey().Marshal()))
		}
	}
}

// explain says which keys were offered and what to do.
func (l *login) explain(err error) error {
	for _, o := range l.offers {
		switch {
		case o.failed == nil:
		case errors.Is(o.failed, err):
			err = o.failed
		default:
			err = fmt.Errorf("%w; %w", err, o.failed)
		}
	}
	if len(l.notes) > 0 {
		err = fmt.Errorf("%w; %s", err, strings.Join(l.notes, "; "))
	}
	if len(l.offers) == 0 {
		return fmt.Errorf("%w; hint: there is no key to authenticate with", err)
	}
	var keys []string
	for _, o := range l.offers {
		keys = append(keys, o.String())
	}
	return fmt.Errorf("%w; hint: the machine has to let in one of these keys: %s", err, strings.Join(keys, ", "))
}

// offer is one key. Everything but its signer is used by the handshake's
// goroutine only, and read when that has ended.
type offer struct {
	signer     ssh.Signer
	name       string   // of its file, "" is not known
	algorithms []string // that it may sign with, without certificates' names
	signed     bool
	spent      bool
	failed     error
}

// String is the fingerprint, and where the key is from.
func (o *offer) String() string {
	text := ssh.FingerprintSHA256(plain(o.signer.PublicKey()))
	if o.name != "" {
		text += " (" + o.name + ")"
	}
	return text
}

func (o *offer) PublicKey() ssh.PublicKey { return o.signer.PublicKey() }

// Algorithms makes an offer an ssh.MultiAlgorithmSigner.
func (o *offer) Algorithms() []string { return o.algorithms }

func (o *offer) Sign(rand io.Reader, data []byte) (*ssh.Signature, error) {
	return o.SignWithAlgorithm(rand, data, o.algorithms[0])
}

func (o *offer) SignWithAlgorithm(rand io.Reader, data []byte, algorithm string) (sig *ssh.Signature, err error) {
	o.signed = true
	defer func() {
		if err != nil {
			o.failed = fmt.Errorf("key %s: %w", o, err)
		}
	}()
	if s, ok := o.signer.(ssh.AlgorithmSigner); ok {
		return s.SignWithAlgorithm(rand, data, algorithm)
	}
	if algorithm != plain(o.signer.PublicKey()).Type() {
		return nil, errors.New("it cannot sign with " + algorithm)
	}
	return o.signer.Sign(rand, data)
}

// plain returns the key in a certificate, or the key itself.
func plain(key ssh.PublicKey) ssh.PublicKey {
	if cert, ok := key.(*ssh.Certificate); ok {
		return cert.Key
	}
	return key
}

// signatures returns with which algorithms a key may sign, accepted being
// those of PubkeyAcceptedAlgorithms, nil for all. SHA-1 is never among them.
func signatures(key ssh.PublicKey, accepted []string) []string {
	algorithms := []string{plain(key).Type()}
	if algorithms[0] == ssh.KeyAlgoRSA {
		algorithms = []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	if accepted == nil {
		return algorithms
	}
	_, cert := key.(*ssh.Certificate)
	return slices.DeleteFunc(algorithms, func(a string) bool {
		if cert {
			a = strings.TrimSuffix(a, "@openssh.com") + "-cert-v01@openssh.com"
		}
		return !slices.Contains(accepted, a)
	})
}
