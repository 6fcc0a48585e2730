package cli

import (
	"os/exec"
	"strings"
	"testing"

	"assay/secrets/sops"
)

// TestAuditConfigured compares the files with what a flake's modules name, with
// real git: a machine that cannot decrypt what it names, a file that git does
// not track, and one that is not there.
func TestAuditConfigured(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("not run: git is not installed")
	}
	s, ann, bob := secretsShell(t)
	git := func(args ...string) {
		t.Helper()
		args = append([]string{"-C", s.dir, "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"}, args...)
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", args, out)
		}
	}
	anvil, _, err := sops.NewIdentity("anvil")
	if err != nil {
		t.Fatal(err)
	}
	for user, key := range map[string]string{"ann": ann, "bob": bob} {
		s.put(t, "sops/users/"+user+"/key.json", `[{"publickey": "`+key+`", "type": "age"}]`)
	}
	s.put(t, ".sops.yaml", "keys:\n  - &ann "+ann+"\n  - &anvil "+anvil.Recipient+"\ncreation_rules:\n  - path_regex: ^s/a\n    age: "+ann+"\n  - path_regex: ^s/\n    age: "+ann+","+anvil.Recipient+"\n")
	s.put(t, "flake.nix", `{
  outputs = { nixpkgs, self, ... }: {
    nixosConfigurations.anvil = nixpkgs.lib.nixosSystem { specialArgs = { inherit self; }; modules = [ ./anvil.nix ]; };
  };
}
`)
	s.put(t, "anvil.nix", `{ self, ... }: {
  sops.defaultSopsFile = ./s/b.yaml;
  sops.secrets.first = { };
  sops.secrets.second.sopsFile = self + "/s/a.yaml";
  sops.secrets.third.sopsFile = ./s/gone.yaml;
}
`)
	for _, name := range []string{"s/a.yaml", "s/b.yaml", "s/c.yaml"} {
		s.typed("one", "secrets", "set", name, "token").want(t, exitDone)
	}
	git("init", "-q")
	git("add", ".")
	git("rm", "-q", "--cached", "s/b.yaml")
	c := s.here("secrets", "audit")
	said := strings.Join(strings.Fields(c.stdout), " ")
	for _, want := range []string{
		"error anvil.nix:4: s/a.yaml: machine anvil takes second out of it, and cannot decrypt it: no key of the machine is a recipient; hint: add " + anvil.Recipient + " to .sops.yaml:5, then assay secrets rekey s/a.yaml",
		"error anvil.nix:5: machine anvil takes third out of s/gone.yaml, which is not there",
		"error s/b.yaml: git does not track it: Nix does not see it, and machine anvil names it at anvil.nix:2; hint: git add s/b.yaml",
		"note s/c.yaml: machine anvil can read it, and names it nowhere in its configuration",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, c.stdout)
		}
	}
	s.here("secrets", "audit", "s/b.yaml").want(t, exitDone, "machine anvil takes first out of it, at anvil.nix:2")
	s.here("secrets", "audit", "s/b.yaml", "--json").want(t, exitDone, `"machine": "anvil"`, `"named_at": "anvil.nix:2"`, `"untracked": true`)

	git("add", ".")
	s.put(t, "s/gone.yaml", "")
	s.put(t, "anvil.nix", "{ sops.defaultSopsFile = ./s/b.yaml; sops.secrets.first = { }; sops.secrets.third.sopsFile = ./s/c.yaml; }\n")
	s.here("secrets", "audit").want(t, exitDone, "0 errors")
}
