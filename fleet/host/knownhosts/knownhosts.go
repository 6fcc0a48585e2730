// Package knownhosts finds the keys by which a host may be recognised, in
// files of the known_hosts format (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT")
// and in what a flake declares as programs.ssh.knownHosts. It also keeps the
// fleet's own file of pins, in which the name of a host is its machine's.
//
// Its functions have no state: they may be used by several goroutines at
// once. Pin may be called by several processes at once.
package knownhosts

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// The marks of an entry, as known_hosts writes them.
const (
	markAuthority = "cert-authority"
	markRevoked   = "revoked"
)

// Entry is one line of a known_hosts file.
type Entry struct {
	Mark     string   // "", "cert-authority" or "revoked"
	Patterns []string // "name", "[name]:port", with * ? and a leading !; or one hashed name
	Key      ssh.PublicKey
	Source   string // the file, or where else it was declared
	Line     int    // from 1; 0 is no file
}

// List is what a source knows, in its order.
type List []Entry

// Parse reads a known_hosts file. A line that cannot be read does not hide
// the others: it is one of the errors, which name source and line.
func Parse(source string, text []byte) (List, []error) {
	var list List
	var bad []error
	number := 0
	for line := range bytes.Lines(text) {
		number++
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		mark, patterns, key, _, _, err := ssh.ParseKnownHosts(line)
		if err == nil && mark != "" && mark != markAuthority && mark != markRevoked {
			err = fmt.Errorf("unknown mark @%q", mark)
		}
		if _, cert := key.(*ssh.Certificate); err == nil && cert {
			err = errors.New("a certificate; its authority belongs here, after @cert-authority")
		}
		if err != nil {
			bad = append(bad, fmt.Errorf("%s:%d: %w", source, number, err))
			continue
		}
		list = append(list, Entry{Mark: mark, Patterns: patterns, Key: key, Source: source, Line: number})
	}
	return list, bad
}

// Load reads files in their order. One that does not exist is empty; the
// errors are those of Parse and of files that cannot be read.
func Load(files ...string) (List, []error) {
	var list List
	var bad []error
	for _, file := range files {
		text, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			bad = append(bad, err)
			continue
		}
		more, worse := Parse(file, text)
		list, bad = append(list, more...), append(bad, worse...)
	}
	return list, bad
}

// Declared is one entry of programs.ssh.knownHosts in a NixOS configuration.
type Declared struct {
	HostNames     []string // its hostNames, with those of extraHostNames
	PublicKey     string   // in authorized_keys form
	CertAuthority bool
	Source        string // where it is declared, for messages
}

// FromDeclared turns declarations into a List. An error names the entry.
func FromDeclared(declared []Declared) (List, error) {
	var list List
	for _, d := range declared {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(d.PublicKey))
		if err != nil {
			return nil, fmt.Errorf("%s: known host %s: no public key: %w", d.Source, strings.Join(d.HostNames, ","), err)
		}
		e := Entry{Patterns: d.HostNames, Key: key, Source: d.Source}
		if d.CertAuthority {
			e.Mark = markAuthority
		}
		list = append(list, e)
	}
	return list, nil
}

// Keys are those that a List has for a host.
type Keys struct {
	Plain       []ssh.PublicKey
	Authorities []ssh.PublicKey // accept what they sign for the host's name
	Revoked     []ssh.PublicKey // accept nothing that they prove or sign
}

// Known reports whether a host can be recognised by k.
func (k Keys) Known() bool { return len(k.Plain)+len(k.Authorities) > 0 }

// Find returns what l says about one name, as Name writes it. A revoked key
// is never among the others.
func (l List) Find(name string) Keys {
	var k Keys
	name = strings.ToLower(name)
	for _, e := range l {
		if !e.matches(name) {
			continue
		}
		switch e.Mark {
		case markAuthority:
			k.Authorities = append(k.Authorities, e.Key)
		case markRevoked:
			k.Revoked = append(k.Revoked, e.Key)
		default:
			k.Plain = append(k.Plain, e.Key)
		}
	}
	k.Plain = without(k.Plain, k.Revoked)
	k.Authorities = without(k.Authorities, k.Revoked)
	return k
}

// Revoked returns the keys that l revokes for one name, as Name writes it.
func (l List) Revoked(name string) []ssh.PublicKey {
	var keys []ssh.PublicKey
	name = strings.ToLower(name)
	for _, e := range l {
		if e.Mark == markRevoked && e.matches(name) {
			keys = append(keys, e.Key)
		}
	}
	return keys
}

func without(keys, revoked []ssh.PublicKey) []ssh.PublicKey {
	return slices.DeleteFunc(keys, func(k ssh.PublicKey) bool {
		return slices.ContainsFunc(revoked, func(r ssh.PublicKey) bool { return bytes.Equal(r.Marshal(), k.Marshal()) })
	})
}
