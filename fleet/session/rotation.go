package session

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"assay/fleet/host"
	"assay/fleet/host/knownhosts"
	"assay/fleet/run/event"
	"assay/fleet/run/rollout"
	"assay/secrets"
	"assay/secrets/generate"
	"assay/secrets/vars"

	"golang.org/x/crypto/ssh"
)

// rotatingName is the file, in a fleet's state directory, of the host keys that
// were replaced in the fleet's secrets and that hosts may still have: a
// machine is recognised by both until an update has brought it the new one.
const rotatingName = "rotating_hosts"

func (s *Session) rotatingFile() string {
	if s.opts.StateDir == "" {
		return ""
	}
	return filepath.Join(s.opts.StateDir, rotatingName)
}

// keepOld notes the host keys that a plan replaces, before it does. Of a
// machine that has one on its way already the older one is what the host has.
func (s *Session) keepOld(steps []secrets.Step) error {
	file := s.rotatingFile()
	if file == "" {
		return nil
	}
	for _, step := range steps {
		machine := step.Place.Owner
		if step.Place != vars.Machine(machine, generate.HostKeyGenerator) || !step.Exists || len(step.Completes) > 0 || step.Blocked != "" {
			continue
		}
		pending, _ := knownhosts.Load(file)
		old := s.ownKey(machine)
		if old == nil || len(pending.Find(strings.ToLower(machine)).Plain) > 0 {
			continue
		}
		if err := knownhosts.Pin(file, machine, ssh.FingerprintSHA256(old), old); err != nil {
			return fmt.Errorf("keep the old host key of %s: %w", machine, err)
		}
	}
	return nil
}

// ownKey is the machine's host key in the fleet's secrets, nil where there is
// none.
func (s *Session) ownKey(machine string) ssh.PublicKey {
	keys, err := secrets.HostKeys(s.Repo.Vars, machine)
	if err != nil {
		return nil
	}
	for _, line := range keys {
		if key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line)); err == nil && !strings.HasPrefix(line, "@") {
			return key
		}
	}
	return nil
}

// oldKeys are the keys that the machine may still have, in authorized_keys form.
func (s *Session) oldKeys(machine string) []string {
	file := s.rotatingFile()
	if file == "" {
		return nil
	}
	pending, _ := knownhosts.Load(file)
	var out []string
	for _, key := range pending.Find(strings.ToLower(machine)).Plain {
		out = append(out, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))))
	}
	return out
}

// showed notes which key a machine has proved last.
func (s *Session) showed(machine string, conn host.Conn) {
	if p, ok := conn.(host.Prover); ok {
		s.proved.Store(machine, p.Proved())
	}
}

// rotated forgets the old keys of machines that an update has brought the new
// one: they are confirmed, and have proved it since.
func (s *Session) rotated(report rollout.Report) error {
	file := s.rotatingFile()
	for _, r := range report.Results {
		if file == "" || r.Outcome != event.Updated && r.Outcome != event.Unchanged {
			continue
		}
		proved, ok := s.proved.Load(r.Machine)
		keys, err := secrets.HostKeys(s.Repo.Vars, r.Machine)
		if !ok || err != nil || !slices.Contains(keys, proved.(string)) {
			continue
		}
		if err := knownhosts.Unpin(file, r.Machine); err != nil {
			return fmt.Errorf("forget the old host key of %s: %w", r.Machine, err)
		}
	}
	return nil
}
