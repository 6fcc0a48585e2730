package endtoend

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	module "assay/fleet/engine/nix/native"
	"assay/fleet/host/bed"
	"assay/secrets"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

const secretsFlake = `{
  inputs.nixpkgs.url = "path:@world@/nixpkgs";
  inputs.flake-parts.url = "path:@world@/flake-parts";
  inputs.flake-parts.inputs.nixpkgs-lib.follows = "nixpkgs";
  inputs.import-tree.url = "path:@world@/import-tree";
  inputs.sops-nix.url = "path:@world@/sops-nix";
  inputs.sops-nix.inputs.nixpkgs.follows = "nixpkgs";
  outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } {
    imports = [ inputs.flake-parts.flakeModules.modules (inputs.import-tree ./modules) ./assay.nix ];
  };
}
`

const secretsFleet = `[fleet]
name = "workshop"

[sources]
modules = "modules"

[channels.unstable]
input = "nixpkgs"
default = true

[machines.anvil]
system = "x86_64-linux"
aspects = ["server"]
[machines.anvil.deploy]
targets = ["deploy@@address@"]
become = "sudo"
`

// bare is the machine before it has secrets, and secretive the same with some:
// of a service with its user, and of users, which belongs to root.
const (
	bare = `{ flake.modules.nixos.server = { networking.hostName = "anvil"; }; }
`
	secretive = `{
  flake.modules.nixos.server =
    { config, pkgs, ... }:
    {
      networking.hostName = "anvil";
      clan.core.vars.generators.api = {
        files.token = { owner = "deploy"; group = "deploy"; mode = "0440"; };
        runtimeInputs = [ pkgs.openssl ];
        script = ''
          openssl rand -base64 32 | tr -d "\n" > "$out"/token
        '';
      };
      clan.core.vars.generators.login = {
        files.word.neededFor = "users";
        runtimeInputs = [ pkgs.openssl ];
        script = ''
          openssl rand -base64 18 | tr -d "\n" > "$out"/word
        '';
      };
      environment.etc."token-is-at".text = config.clan.core.vars.generators.api.files.token.path;
      sops.age.sshKeyPaths = [ ];
      sops.installer = "@installer@";
      sops.package = pkgs.runCommand "@installer@" { } "mkdir -p $out/bin && cp ${../bin/@installer@} $out/bin/@installer@ && chmod 0555 $out/bin/@installer@";
    };
}
`
)

// installer returns the program that decrypts on the host, and its name:
// sops-nix's own where ASSAY_SOPS_INSTALL_SECRETS says where it is, else the
// sops command, else a program of ours that stands in for that.
func installer(t *testing.T) (name, program string) {
	t.Helper()
	name, program = "sops-install-secrets", os.Getenv("ASSAY_SOPS_INSTALL_SECRETS")
	if program == "" {
		name, program = "sops", os.Getenv("ASSAY_SOPS")
	}
	if program == "" {
		var err error
		if program, err = exec.LookPath("sops"); err != nil {
			program = filepath.Join(t.TempDir(), "sops")
			build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./testdata/sops")
			build.Env = append(os.Environ(), "CGO_ENABLED=0")
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
		}
	}
	t.Logf("secrets are installed by %s", program)
	return name, program
}

// bring copies a program into the flake's directory bin.
func (f *fleet) bring(name, program string) {
	f.t.Helper()
	from, err := os.Open(program)
	if err != nil {
		f.t.Fatal(err)
	}
	defer from.Close()
	to, err := os.OpenFile(filepath.Join(f.dir, "bin", name), os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		f.t.Fatal(err)
	}
	if _, err := io.Copy(to, from); err != nil {
		f.t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		f.t.Fatal(err)
	}
}

// newSecretive returns a fleet of fleet.toml with one machine, whose host h is,
// and the operator's identity.
func newSecretive(t *testing.T) (*fleet, []sops.Identity) {
	t.Helper()
	f := newFleet(t)
	f.sh("git", "rm", "-rq", ".")
	for _, dir := range []string{"bin", "modules"} {
		if err := os.MkdirAll(filepath.Join(f.dir, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	h := bed.Up(t, 1)[0]
	f.hosts["anvil"] = h
	f.agent()
	f.write("flake.nix", strings.ReplaceAll(secretsFlake, "@world@", f.world.Dir))
	f.write("fleet.toml", strings.ReplaceAll(secretsFleet, "@address@", h.Address))
	f.write("assay.nix", string(module.Module))
	f.write("modules/server.nix", bare)
	f.sh("git", "add", "--all")
	f.sh("nix", "flake", "lock")
	f.commit("a machine")
	f.install("anvil", h, f.systems("anvil")["anvil"])
	f.pin()

	key := filepath.Join(t.TempDir(), "keys.txt")
	store, err := vars.Open(f.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	id, err := secrets.CreateOperator(store, key, "turner")
	if err != nil {
		t.Fatal(err)
	}
	f.env = append(f.env, "SOPS_AGE_KEY_FILE="+key)
	return f, []sops.Identity{id}
}

// secretsOn is what the host has of the secrets: owner, group, mode, content.
func (f *fleet) secretsOn(machine string) string {
	f.t.Helper()
	return f.hosts[machine].Root(f.t, `for s in /run/secrets/vars/api/token /run/secrets-for-users/vars/login/word; do
		stat -L -c '%U %G %a' "$s" 2>&1 && cat "$s" && echo; done; exit 0`)
}

// TestSecrets: a host has its secrets after an update, and after a restart
// without anything of assay; what it could not decrypt is refused before.
func TestSecrets(t *testing.T) {
	t.Parallel()
	name, program := installer(t)
	f, operator := newSecretive(t)
	f.bring(name, program)
	f.write("modules/server.nix", strings.ReplaceAll(secretive, "@installer@", name))
	h := f.hosts["anvil"]
	w := newWatch(f, program)
	f.assay("vars", "generate", "--yes").want(t, done)
	f.commit("secrets")
	f.assay("plan").want(t, done, "identity anvil: delivered")
	f.assay("update", "@all", "--yes").want(t, done, "1 updated")

	store, err := vars.Open(f.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	value := func(generator, file string) string {
		v, err := store.Secret(vars.Machine("anvil", generator).Var(file), operator)
		if err != nil {
			t.Fatal(err)
		}
		return string(v.Bytes())
	}
	want := "deploy deploy 440\n" + value("api", "token") + "\nroot root 400\n" + value("login", "word")
	if got := f.secretsOn("anvil"); got != want {
		t.Fatalf("the host has other secrets, of %d bytes:\n%s", len(got), withoutSecrets(got, want))
	}
	if got := h.Root(t, "stat -c '%U %G %a' /var/lib/sops-nix/key.txt; cat /etc/token-is-at"); got != "root root 400\n/run/secrets/vars/api/token" {
		t.Errorf("%s", got)
	}
	f.assay("update", "@all", "--yes").want(t, done, "nothing to do")

	// Nowhere else is anything of them.
	own, err := store.MachineKey("anvil", operator)
	if err != nil {
		t.Fatal(err)
	}
	w.know("the machine's key", own.Bytes())
	w.know("the operator's key", operator[0].Private().Bytes())
	w.know("token", []byte(value("api", "token")))
	w.know("word", []byte(value("login", "word")))
	f.assay("status").want(t, done, "current")
	f.assay("runs", "last", "--json").want(t, done, "anvil")
	f.assay("logs", "last").want(t, done, "anvil")
	f.assay("log", "anvil").want(t, done)
	f.assay("secrets", "audit").want(t, done, "api/token")
	w.plant(h)

	// Nothing of assay is left, here or there; the host restarts.
	if err := os.RemoveAll(f.state); err != nil {
		t.Fatal(err)
	}
	h.Root(t, "rm -rf /run/assay /nix/var/nix/assay")
	h.Reboot(t)
	h.Root(t, "for i in $(seq 100); do systemctl is-active -q miniature-boot && exit; sleep 0.1; done; systemctl status miniature-boot")
	if got := f.secretsOn("anvil"); got != want {
		t.Errorf("after a restart the host has other secrets, of %d bytes:\n%s", len(got), withoutSecrets(got, want))
	}
	f.pin()

	// A secret that the host could not decrypt would cost it all of them.
	before := f.ask("anvil")
	text, err := sops.Encrypt(secrets.NewSecret([]byte("x")), []string{operator[0].Recipient})
	if err != nil {
		t.Fatal(err)
	}
	f.write("vars/per-machine/anvil/api/token/secret", string(text))
	f.commit("a secret for the operator only")
	refused := func(args ...string) {
		t.Helper()
		f.assay(args...).want(t, failed, "vars/per-machine/anvil/api/token/secret", "is not encrypted to any key that anvil has", "assay vars fix anvil")
	}
	// A host that builds its own system is asked for what is in that.
	f.write("fleet.toml", f.read("fleet.toml")+"build = \"target\"\n")
	f.commit("anvil builds for itself")
	refused("plan")
	f.write("fleet.toml", strings.TrimSuffix(f.read("fleet.toml"), "build = \"target\"\n"))
	f.commit("anvil does not build for itself")
	refused("plan")
	refused("update", "@all", "--yes")
	if after := f.ask("anvil"); after != before {
		t.Errorf("the host has changed from %v to %v", before, after)
	}
	f.assay("vars", "fix", "anvil", "--yes").want(t, done)
	f.commit("for the machine again")
	// Its identity is lost: it comes back with the same update.
	h.Root(t, "rm /var/lib/sops-nix/key.txt")
	f.assay("update", "@all", "--yes").want(t, done, "identity anvil: delivered", "1 updated")
	if got := f.secretsOn("anvil"); !strings.HasPrefix(got, "deploy deploy 440\nx\n") {
		t.Errorf("the mended secret has %d bytes", len(got))
	}
	w.judge(t)
}

// withoutSecrets is what a host said, without what is secret in it.
func withoutSecrets(text, want string) string {
	for word := range strings.FieldsSeq(want) {
		if len(word) > 12 {
			text = strings.ReplaceAll(text, word, "(secret)")
		}
	}
	return text
}
