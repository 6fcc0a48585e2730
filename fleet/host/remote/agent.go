package remote

import (
	"context"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// agentLimit is how long an agent may take to say which keys it has; signing
// may wait for a person.
const agentLimit = 5 * time.Second

// touchAfter is how long a signature may take before a person is told.
const touchAfter = 2 * time.Second

// agentKeys asks the agent for its keys. The connection to it serves this
// handshake only. Agents are never forwarded.
func (s *search) agentKeys() []ssh.Signer {
	socket := s.config.IdentityAgent
	switch socket {
	case "", "SSH_AUTH_SOCK":
		socket = os.Getenv("SSH_AUTH_SOCK")
	case "none":
		socket = ""
	}
	if socket == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(s.ctx, agentLimit)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		s.note("no agent: %v", err)
		return nil
	}
	stop := context.AfterFunc(s.ctx, func() { conn.Close() })
	s.login.cleanup = append(s.login.cleanup, func() {
		stop()
		conn.Close()
	})
	conn.SetDeadline(time.Now().Add(agentLimit))
	signers, err := agent.NewClient(conn).Signers()
	if err != nil {
		s.note("the agent does not list its keys: %v", err)
		return nil
	}
	conn.SetDeadline(time.Now().Add(personLimit + agentLimit))
	var list []ssh.Signer
	for _, signer := range signers {
		// What the agent calls a key is not what it has to be.
		key, err := ssh.ParsePublicKey(signer.PublicKey().Marshal())
		if err != nil {
			continue
		}
		if with, ok := signer.(ssh.AlgorithmSigner); ok {
			list = append(list, &agentSigner{signer: with, public: key, search: s})
		}
	}
	return list
}

// agentSigner signs with a key in the agent.
type agentSigner struct {
	signer ssh.AlgorithmSigner
	public ssh.PublicKey
	search *search
}

func (a *agentSigner) PublicKey() ssh.PublicKey { return a.public }

func (a *agentSigner) Sign(rand io.Reader, data []byte) (*ssh.Signature, error) {
	return a.SignWithAlgorithm(rand, data, plain(a.public).Type())
}

// SignWithAlgorithm waits for a person to touch the key or to allow its use.
func (a *agentSigner) SignWithAlgorithm(rand io.Reader, data []byte, algorithm string) (*ssh.Signature, error) {
	defer a.search.clock.hold()()
	text := "waiting for the agent: allow the use of the key " + ssh.FingerprintSHA256(plain(a.public))
	if strings.HasPrefix(a.public.Type(), "sk-") {
		text = "touch your key"
	}
	told := time.AfterFunc(touchAfter, func() { a.search.options.Notice(a.search.machine, text) })
	defer told.Stop()
	return a.signer.SignWithAlgorithm(rand, data, algorithm)
}
