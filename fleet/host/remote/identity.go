package remote

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync/atomic"

	"assay/fleet/host"

	"golang.org/x/crypto/ssh"
)

// pins are the keys by which one machine is recognised. Without keys and
// authorities it is not recognised at all.
type pins struct {
	machine     string
	keys        []ssh.PublicKey
	authorities []ssh.PublicKey
	revoked     []ssh.PublicKey
	names       []string // for one of them an authority's certificate must be
	byAddress   bool     // they are of an address, which may lead elsewhere
}

func parsePins(target host.Target) (*pins, error) {
	p := &pins{machine: target.Machine, names: []string{target.Machine}}
	for i, text := range target.HostKeys {
		list := &p.keys
		mark, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
		switch mark {
		case "@cert-authority":
			list, text = &p.authorities, rest
		case "@revoked":
			list, text = &p.revoked, rest
		}
		key, _, options, more, err := ssh.ParseAuthorizedKey([]byte(text))
		switch {
		case err != nil:
			return nil, fmt.Errorf("pinned host key %d of %s is no public key: %w", i+1, target.Machine, err)
		case len(options) > 0 || len(bytes.TrimSpace(more)) > 0:
			return nil, fmt.Errorf("pinned host key %d of %s: want one key without options or host patterns", i+1, target.Machine)
		}
		if _, ok := key.(*ssh.Certificate); ok {
			return nil, fmt.Errorf("pinned host key %d of %s is a certificate; hint: pin the key itself, or its authority with @cert-authority", i+1, target.Machine)
		}
		*list = append(*list, key)
	}
	return p, nil
}

// known reports whether the machine can be recognised.
func (p *pins) known() bool { return len(p.keys)+len(p.authorities) > 0 }

// keyTypes lists the key types in the order of preference with the
// algorithms that prove them: plain, then as certificate.
var keyTypes = []struct {
	name         string
	plain, certs []string
}{
	{ssh.KeyAlgoED25519, []string{ssh.KeyAlgoED25519}, []string{ssh.CertAlgoED25519v01}},
	{ssh.KeyAlgoECDSA256, []string{ssh.KeyAlgoECDSA256}, []string{ssh.CertAlgoECDSA256v01}},
	{ssh.KeyAlgoECDSA384, []string{ssh.KeyAlgoECDSA384}, []string{ssh.CertAlgoECDSA384v01}},
	{ssh.KeyAlgoECDSA521, []string{ssh.KeyAlgoECDSA521}, []string{ssh.CertAlgoECDSA521v01}},
	{ssh.KeyAlgoRSA, []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}, []string{ssh.CertAlgoRSASHA512v01, ssh.CertAlgoRSASHA256v01}},
}

// algorithms returns what to ask the peer for, so that a host with several
// keys answers with one that is pinned. A host whose plain key is pinned may
// still show it inside a certificate; where an authority is pinned,
// certificates of every type are welcome and come first.
func (p *pins) algorithms() []string {
	var plain, certs, foreign []string
	for _, t := range keyTypes {
		if !p.known() { // whatever it shows is told to the user
			plain = append(plain, t.plain...)
		} else if slices.ContainsFunc(p.keys, func(k ssh.PublicKey) bool { return k.Type() == t.name }) {
			plain = append(plain, t.plain...)
			certs = append(certs, t.certs...)
		} else {
			foreign = append(foreign, t.certs...)
		}
	}
	if len(p.authorities) == 0 {
		return append(plain, certs...)
	}
	return slices.Concat(certs, foreign, plain)
}

// verify returns nil when key proves the machine.
func (p *pins) verify(key ssh.PublicKey) error {
	cert, isCert := key.(*ssh.Certificate)
	plain := key
	if isCert {
		plain = cert.Key
		if has(p.revoked, cert.SignatureKey) {
			return fmt.Errorf("the host key's authority %s is revoked for %s", ssh.FingerprintSHA256(cert.SignatureKey), p.machine)
		}
	}
	switch {
	case has(p.revoked, plain):
		return fmt.Errorf("the host key %s is revoked for %s", ssh.FingerprintSHA256(plain), p.machine)
	case has(p.keys, plain):
		return nil
	case isCert && has(p.authorities, cert.SignatureKey):
		return p.verifyCert(cert)
	}
	if !p.known() {
		return fmt.Errorf("no host key of %s is known; hint: compare it on the machine, then: assay keys pin %s %s",
			p.machine, p.machine, ssh.FingerprintSHA256(plain))
	}
	return fmt.Errorf("the host key %s is not the one pinned for %s", ssh.FingerprintSHA256(plain), p.machine)
}

// verifyCert checks a certificate of a pinned authority. One without
// principals would be valid for every host and is refused.
func (p *pins) verifyCert(cert *ssh.Certificate) error {
	if cert.CertType != ssh.HostCert {
		return errors.New("the host shows a user certificate")
	}
	if len(cert.ValidPrincipals) == 0 {
		return fmt.Errorf("the host certificate names no host, want %s", strings.Join(p.names, " or "))
	}
	var err error
	for _, name := range p.names {
		if err = new(ssh.CertChecker).CheckCert(name, cert); err == nil {
			return nil
		}
	}
	return fmt.Errorf("host certificate: %w", err)
}

func has(list []ssh.PublicKey, key ssh.PublicKey) bool {
	return slices.ContainsFunc(list, func(k ssh.PublicKey) bool {
		return bytes.Equal(k.Marshal(), key.Marshal())
	})
}

// check verifies one peer and remembers how far it came. The callback runs
// again, on another goroutine, whenever keys are exchanged anew.
type check struct {
	pins    *pins
	known   func(ssh.PublicKey) (string, bool)
	scan    bool // accept nothing, keep what is shown
	shown   atomic.Pointer[ssh.PublicKey]
	proved  atomic.Bool
	refused atomic.Pointer[error]
}

// errScanned ends the handshake of Scan.
var errScanned = errors.New("its host key was read, nothing else was wanted")

func (c *check) hostKey(_ string, _ net.Addr, key ssh.PublicKey) error {
	if c.scan {
		c.shown.Store(&key)
		return errScanned
	}
	err := c.pins.verify(key)
	machine, owned := "", false
	if err != nil || c.pins.byAddress {
		machine, owned = c.owner(key)
	}
	elsewhere := owned && machine != c.pins.machine
	if err == nil && !elsewhere {
		c.shown.Store(&key)
		c.proved.Store(true)
		return nil
	}
	if elsewhere {
		err = wrongMachine(err, c.pins.machine, machine)
	} else if c.pins.known() {
		err = fmt.Errorf("%w; hint: if the machine was reinstalled, pin its new key; otherwise somebody else answers", err)
	}
	c.refused.Store(&err)
	return err
}

// wrongMachine says that a host has another machine's key.
func wrongMachine(err error, wanted, is string) error {
	const hint = "hint: the address leads to the wrong machine"
	if err == nil {
		return fmt.Errorf("the host key is known at this address, but it is the key of %s, not of %s; %s", is, wanted, hint)
	}
	return fmt.Errorf("%w; it is the key of %s; %s", err, is, hint)
}

// line is the key that was proved, "" where none was.
func (c *check) line() string {
	shown := c.shown.Load()
	if shown == nil {
		return ""
	}
	key := *shown
	if cert, ok := key.(*ssh.Certificate); ok {
		key = cert.Key
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

// owner returns the machine that a key, or the key in a certificate, belongs to.
func (c *check) owner(key ssh.PublicKey) (string, bool) {
	if c.known == nil {
		return "", false
	}
	if cert, ok := key.(*ssh.Certificate); ok {
		key = cert.Key
	}
	return c.known(key)
}

// stage returns the stage at which a handshake ended with err.
func (c *check) stage(err error) host.Stage {
	if c.refused.Load() != nil {
		return host.StageHostKey
	}
	if c.proved.Load() {
		return host.StageAuth
	}
	// A peer that has no key of a pinned type cannot prove who it is.
	if n, ok := errors.AsType[*ssh.AlgorithmNegotiationError](err); ok && strings.Contains(n.What, "host key") {
		return host.StageHostKey
	}
	return host.StageHandshake
}
