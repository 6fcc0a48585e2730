// Package preflight proves, before anything is changed, that a host can decrypt
// the secrets that its new system names: sops-nix installs all of them or none,
// so that one that cannot be decrypted costs all.
//
// It compares the recipients of each file with the keys that the host has. What
// cannot be known, as a key that only the host has, is no problem: only what is
// certain to fail is one. Nothing here asks a host, and nothing is kept; Check
// may be called from several goroutines at once.
package preflight

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"assay/secrets/sops"
)

// HostKeyPath is where NixOS has the SSH host key that sops-nix uses unless
// told otherwise.
const HostKeyPath = "/etc/ssh/ssh_host_ed25519_key"

// Host is what is known of a host and its keys.
type Host struct {
	Machine string
	// KeyFile is where the host has its age identity, and Recipients are that
	// identity's; none is not known.
	KeyFile    string
	Recipients []string
	// HostKeys are the SSH keys of which the host has one for each kind, in
	// authorized_keys form: several of a kind while one is replaced.
	HostKeys []string
	// Read reads a file of the store.
	Read func(path string) ([]byte, error)
	// Place names the file of a secret that the store has under another name;
	// "" where it is not known. It may be nil.
	Place func(secret string) string
	// Open returns the recipients of the age identities in an encrypted file,
	// none where nobody here can open it; it may be nil.
	Open func(*sops.File) []string
}

// Problem is a secret that the host could not decrypt.
type Problem struct {
	Secret string // as the configuration names it
	File   string // below the fleet's directory where that can be told
	User   bool   // it is of a user's home
	Text   string // what is wrong
	Remedy string // what to do
}

// keys are what an installer would try.
type keys struct {
	age, ssh []string // recipients
	all      bool     // there are no others that might fit
}

// Check returns the problems of all manifests of a system, in their order.
func Check(h Host, manifests []Manifest) []Problem {
	var out []Problem
	for _, m := range manifests {
		if m.UserMode {
			out = append(out, h.home(m, manifests)...)
			continue
		}
		have := h.keysOf(m)
		for _, s := range m.Secrets {
			if p := h.check(s, have); p != nil {
				out = append(out, *p)
			}
		}
	}
	return out
}

// keysOf are the keys that a system's installer would have on the host.
func (h Host) keysOf(m Manifest) keys {
	k := keys{all: true}
	if m.AgeKeyFile != "" {
		k.all = m.AgeKeyFile == h.KeyFile && len(h.Recipients) > 0
		if m.AgeKeyFile == h.KeyFile {
			k.age = slices.DeleteFunc(slices.Clone(h.Recipients), isSSH)
		}
	}
	for _, file := range m.AgeSSHKeyPaths {
		forms := h.ageForms()
		if file != HostKeyPath || len(forms) == 0 {
			k.all = false
			continue
		}
		k.ssh = append(k.ssh, forms...)
	}
	return k
}

// ageForms are the recipients that the host's SSH keys make.
func (h Host) ageForms() (out []string) {
	for _, line := range h.HostKeys {
		if r, err := sops.AgeOfSSH(line); err == nil {
			out = append(out, r)
		}
	}
	return out
}

// check is the problem of one secret of the system, nil where there is none.
func (h Host) check(s Secret, have keys) *Problem {
	f, p := h.file(s)
	if f == nil {
		return p
	}
	has := f.Recipients()
	switch {
	case meet(has, have.age):
		return nil
	case meet(has, have.ssh) && have.all && isHostKey(s):
		return h.problem(s, "the host key can only be decrypted with itself, and the host would not start with it", false)
	case meet(has, have.ssh), !have.all, len(f.PGP)+len(f.Foreign) > 0:
		return nil
	}
	if i := slices.IndexFunc(has, func(r string) bool { return isSSH(r) && slices.Contains(h.Recipients, r) }); i >= 0 {
		p := h.problem(s, "is encrypted to "+h.Machine+"'s key, which is an SSH key, and sops-nix reads only age identities from "+h.KeyFile, false)
		p.Remedy = fmt.Sprintf("assay keys remove machine %s, then assay vars fix %[1]s", h.Machine)
		return p
	}
	return h.problem(s, "is not encrypted to any key that "+h.Machine+" has", false)
}

// isSSH reports whether a recipient is an SSH key as it is. sops reads no private
// half of one from a file of age identities.
func isSSH(recipient string) bool { return strings.HasPrefix(recipient, "ssh-") }

// home checks the secrets of a user's home whose key is a secret of the system:
// machine key, then user key, then these.
func (h Host) home(m Manifest, all []Manifest) []Problem {
	key := keySecret(m.AgeKeyFile, all)
	if key == nil || len(m.AgeSSHKeyPaths) > 0 || h.Open == nil {
		return nil
	}
	f, _ := h.file(*key)
	if f == nil {
		return nil // a problem of the system's
	}
	recipients := h.Open(f)
	if len(recipients) == 0 {
		return nil
	}
	var out []Problem
	for _, s := range m.Secrets {
		f, p := h.file(s)
		if f != nil && !meet(f.Recipients(), recipients) && len(f.PGP)+len(f.Foreign) == 0 {
			p = h.problem(s, "is not encrypted to the user's key, which is the secret "+key.Name, true)
		}
		if p != nil {
			p.User = true
			out = append(out, *p)
		}
	}
	return out
}

// keySecret is the system's secret that lies at a path.
func keySecret(at string, all []Manifest) *Secret {
	for _, m := range all {
		for i := range m.Secrets {
			if !m.UserMode && at != "" && m.Secrets[i].Path == at {
				return &m.Secrets[i]
			}
		}
	}
	return nil
}

// file reads a secret's file. With a nil File there is a problem, or nothing is
// known of it.
func (h Host) file(s Secret) (*sops.File, *Problem) {
	text, err := h.Read(s.SopsFile)
	if err != nil {
		return nil, nil // not here, as on a host that builds for itself
	}
	store := sops.Store(cmp.Or(s.Format, string(sops.YAML)))
	if !store.Native() {
		return nil, nil
	}
	f, err := sops.ParseAs(store, text)
	if err != nil {
		why, _, _ := strings.Cut(err.Error(), "\n")
		return nil, h.problem(s, why, false)
	}
	return f, nil
}

// isHostKey reports whether a secret is the SSH host key: by its place, or by
// the name that clan's layout gives it.
func isHostKey(s Secret) bool {
	return s.Path == HostKeyPath || strings.HasPrefix(s.Name, "vars/") && strings.HasSuffix(s.Name, "openssh/ssh.id_ed25519")
}

func (h Host) problem(s Secret, text string, user bool) *Problem {
	file := origin(s.SopsFile)
	if h.Place != nil {
		file = cmp.Or(h.Place(s.Name), file)
	}
	p := &Problem{Secret: s.Name, File: file, User: user, Text: text, Remedy: "assay secrets rekey " + file}
	if strings.HasPrefix(file, "vars/") {
		p.Remedy = "assay vars fix " + h.Machine
	}
	return p
}

// origin is a file of the store as it is named in the fleet's directory.
func origin(file string) string {
	rest, ok := strings.CutPrefix(file, "/nix/store/")
	if !ok {
		return file
	}
	if _, below, ok := strings.Cut(rest, "/"); ok {
		return below
	}
	if _, name, ok := strings.Cut(path.Base(rest), "-"); ok {
		return name
	}
	return file
}

func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(one string) bool { return slices.Contains(b, one) })
}

// Error is problems as one error: "FILE: what is wrong; hint: what to do".
func Error(problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	p := problems[0]
	more := ""
	if len(problems) > 1 {
		more = fmt.Sprintf("; %d more secrets likewise", len(problems)-1)
	}
	what := "none of its secrets would be installed"
	if p.User {
		what = "none of the user's secrets would be installed"
	}
	return fmt.Errorf("%s: %s: %s%s; %s; hint: %s", p.File, p.Secret, p.Text, more, what, p.Remedy)
}
