package compose

import (
	"testing"

	"assay/fleet"
)

// TestGeneratorsOfExample reads what cinnabar declares: its own generators,
// those of roles with computed names, and shared ones.
func TestGeneratorsOfExample(t *testing.T) {
	tree, f := example(t)
	d := GeneratorsOf(Compose(tree, Request{Fleet: f, Machine: f.Machine("cinnabar")}))
	for name, shared := range map[string]bool{
		"openssh": false, "luks": false, "user-password-cameron": false,
		"zerotier-identity-cinnabar": true, "zerotier-network-zerotier": true, "zerotier-ip-cinnabar-zerotier": true,
	} {
		g := d.Generator(name)
		if g == nil {
			t.Errorf("%s is not declared", name)
			continue
		}
		if g.Share.Value != shared || g.Certainty != fleet.Exact || g.At.IsZero() || g.Why != "" || len(g.Files) == 0 {
			t.Errorf("%s: %+v", name, g)
		}
	}
	if len(d.Generators) != 6 {
		t.Errorf("%d generators", len(d.Generators))
	}
	key := d.Generator("openssh").File("ssh.id_ed25519.pub")
	if key == nil || key.Secret.Value || !key.Deploy.Value || key.Mode != "0400" {
		t.Errorf("%+v", key)
	}
	user := d.Generator("user-password-cameron")
	if len(user.Prompts) != 1 || !user.Prompts[0].Persist || user.Prompts[0].Required || user.Prompts[0].Type != "hidden" {
		t.Errorf("%+v", user.Prompts)
	}
	if hash := user.File("user-password-hash"); hash == nil || hash.NeededFor != "users" {
		t.Errorf("%+v", hash)
	}
}
