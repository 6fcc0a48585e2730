package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// keyring keeps private keys that were read from files, which keys files
// hold, and which key was the right one where.
type keyring struct {
	mu    sync.Mutex
	files map[string]*unlocking
	right map[string]string // user@machine -> the public key
	holds map[string]held   // by file
}

// held is what a file held when it was of that time and size.
type held struct {
	changed time.Time
	size    int64
	identity
}

// identity finds out which key a file holds. Of one that needs no passphrase
// that is kept until the file changes.
func (k *keyring) identity(file string) (*identity, error) {
	info, err := os.Stat(file)
	if err != nil {
		return readIdentity(file)
	}
	k.mu.Lock()
	h, ok := k.holds[file]
	k.mu.Unlock()
	if ok && h.changed.Equal(info.ModTime()) && h.size == info.Size() {
		return &h.identity, nil
	}
	id, err := readIdentity(file)
	if err == nil && !id.encrypted && !id.privateMissing {
		k.mu.Lock()
		if k.holds == nil {
			k.holds = map[string]held{}
		}
		k.holds[file] = held{info.ModTime(), info.Size(), *id}
		k.mu.Unlock()
	}
	return id, err
}

// unlocking is a key file that is open, or that somebody is asked about.
type unlocking struct {
	done   chan struct{}
	signer ssh.Signer
	err    error
}

func (k *keyring) accepted(who string) (key string, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key, ok = k.right[who]
	return key, ok
}

func (k *keyring) accept(who, key string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.right == nil {
		k.right = map[string]string{}
	}
	k.right[who] = key
}

// open returns what is in a file, which unlock reads. It runs once at a time
// for each file; who comes meanwhile has its result. An error is not kept.
func (k *keyring) open(ctx context.Context, file string, unlock func() (ssh.Signer, error)) (ssh.Signer, error) {
	for {
		k.mu.Lock()
		u, there := k.files[file]
		if !there {
			if k.files == nil {
				k.files = map[string]*unlocking{}
			}
			u = &unlocking{done: make(chan struct{})}
			k.files[file] = u
		}
		k.mu.Unlock()
		if !there {
			if u.signer, u.err = unlock(); u.err != nil {
				k.mu.Lock()
				delete(k.files, file)
				k.mu.Unlock()
			}
			close(u.done)
			return u.signer, u.err
		}
		select {
		case <-u.done:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		// Whoever asked has given up; that says nothing about us.
		if errors.Is(u.err, context.Canceled) || errors.Is(u.err, context.DeadlineExceeded) {
			continue
		}
		return u.signer, u.err
	}
}

// fileSigner signs with a key in a file. The file is opened, and its
// passphrase asked for, when the host has said that it accepts the key.
type fileSigner struct {
	*identity
	search *search
}

func (f *fileSigner) PublicKey() ssh.PublicKey { return f.public }

func (f *fileSigner) Sign(rand io.Reader, data []byte) (*ssh.Signature, error) {
	return f.SignWithAlgorithm(rand, data, f.public.Type())
}

func (f *fileSigner) SignWithAlgorithm(rand io.Reader, data []byte, algorithm string) (*ssh.Signature, error) {
	s := f.search
	defer s.clock.hold()()
	signer, err := s.keys.open(s.ctx, f.file, func() (ssh.Signer, error) { return f.unlock(s.ctx, s.options.Passphrase) })
	if err != nil {
		return nil, err
	}
	if !same(signer.PublicKey(), f.public) {
		return nil, fmt.Errorf("%s and its public key do not belong together", f.file)
	}
	with, ok := signer.(ssh.AlgorithmSigner)
	if !ok {
		return nil, fmt.Errorf("%s cannot sign with %s", f.file, algorithm)
	}
	return with.SignWithAlgorithm(rand, data, algorithm)
}

// passphraseTries is how often a passphrase is asked for.
const passphraseTries = 3

// unlock reads the private key.
func (id *identity) unlock(ctx context.Context, ask func(context.Context, string) ([]byte, error)) (ssh.Signer, error) {
	text, err := readKey(id.file)
	if err != nil {
		return nil, err
	}
	defer func() { clear(text) }()
	if !id.encrypted {
		return ssh.ParsePrivateKey(text)
	}
	for range passphraseTries {
		passphrase, err := ask(ctx, id.file)
		if err != nil {
			return nil, fmt.Errorf("no passphrase for %s: %w", id.file, err)
		}
		signer, err := ssh.ParsePrivateKeyWithPassphrase(text, passphrase)
		clear(passphrase)
		if err == nil {
			return signer, nil
		}
	}
	return nil, fmt.Errorf("wrong passphrase for %s", id.file)
}
