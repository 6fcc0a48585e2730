package endtoend

import (
	"strings"
	"testing"

	"assay/secrets"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// keyed is a machine that has its host key from the fleet's secrets.
const keyed = `{
  flake.modules.nixos.server = { config, pkgs, ... }: {
    networking.hostName = config.clan.core.vars.generators.openssh.who;
    clan.core.vars.generators.openssh = {
      files."ssh.id_ed25519".secret = true;
      files."ssh.id_ed25519.pub".secret = false;
      runtimeInputs = [ pkgs.openssh ];
      script = ''
        ssh-keygen -t ed25519 -N "" -C "" -f "$out"/ssh.id_ed25519
      '';
    };
  };
  flake.modules.nixos."machines/nixos/anvil" = { clan.core.vars.generators.openssh.who = "anvil"; };
  flake.modules.nixos."machines/nixos/bellows" = { clan.core.vars.generators.openssh.who = "bellows"; };
}
`

// TestRotation: a host is known by its key in the fleet's secrets; while that is
// replaced by both, until an update has seen the new one; and one that shows
// another machine's key is named and refused.
func TestRotation(t *testing.T) {
	t.Parallel()
	f, operator := newSecretive(t)
	h := f.hosts["anvil"]
	f.write("fleet.toml", f.read("fleet.toml")+"\n[machines.bellows]\nsystem = \"x86_64-linux\"\naspects = [\"server\"]\n")
	f.write("modules/server.nix", keyed)
	f.assay("vars", "generate", "--yes").want(t, done)
	f.commit("host keys")
	show := func(machine string) { // the host gets a machine's key, as its system would have it
		t.Helper()
		store, err := vars.Open(f.dir)
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		f.shows(machine, store, operator)
	}
	show("anvil")
	f.assay("status", "anvil").want(t, done)
	before := f.read("vars/per-machine/anvil/openssh/ssh.id_ed25519.pub/value")

	f.assay("vars", "generate", "anvil", "--regenerate", "openssh", "--yes").want(t, done)
	f.commit("a new host key")
	if f.read("vars/per-machine/anvil/openssh/ssh.id_ed25519.pub/value") == before {
		t.Fatal("the key is the old one")
	}
	f.assay("status", "anvil").want(t, done) // still the old one
	old := h.Root(t, "cat /etc/ssh/ssh_host_ed25519_key")
	show("anvil")
	f.assay("status", "anvil").want(t, done) // the new one already
	f.assay("update", "anvil", "--yes").want(t, done, "1 updated")
	f.assay("status", "anvil").want(t, done)

	h.Root(t, "cat >/etc/ssh/ssh_host_ed25519_key <<'END'\n"+old+"\nEND\nsystemctl restart ssh")
	f.assay("status", "anvil").want(t, identity, "not the one pinned for anvil")
	show("bellows")
	f.assay("status", "anvil").want(t, identity, "it is the key of bellows")
	if c := f.assay("update", "anvil", "--yes"); c.code != identity || !strings.Contains(c.String(), "bellows") {
		t.Errorf("exit %d\n%s", c.code, c)
	}
}

// shows has the host's sshd prove a machine's key, and no other.
func (f *fleet) shows(machine string, store *vars.Store, operator []sops.Identity) {
	f.t.Helper()
	key, err := secrets.HostKey(store, machine, operator)
	if err != nil {
		f.t.Fatal(err)
	}
	defer key.Wipe()
	f.hosts["anvil"].Root(f.t, "rm -f /etc/ssh/ssh_host_*; (umask 077; cat >/etc/ssh/ssh_host_ed25519_key <<'END'\n"+
		strings.TrimSpace(string(key.Bytes()))+"\nEND\n); systemctl restart ssh")
}
