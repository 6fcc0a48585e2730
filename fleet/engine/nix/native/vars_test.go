package native_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet/engine/nix/miniature"
)

// varsModule adds generators to machines of the example fleet.
const varsModule = `{
  flake.modules.nixos.base = { config, ... }: {
    clan.core.vars.generators.api = {
      files.token = { owner = "nobody"; group = "nogroup"; mode = "0440"; restartUnits = [ "api.service" ]; };
      files.kept.deploy = false;
      files.early = { neededFor = "users"; owner = "nobody"; };
      files.disk.neededFor = "partitioning";
      files.name.secret = false;
      files.absent = { };
      prompts.answer = { type = "hidden"; persist = true; };
    };
    clan.core.vars.generators.common = { share = true; files.word = { }; };
  };
}
`

// TestVars asks Nix for what generators made: where it is, what it is, and what
// sops-nix is told; what is not there is an error that says what to do.
func TestVars(t *testing.T) {
	f := prepare(t)
	files := map[string][]byte{"modules/aspects/api.nix": []byte(varsModule), "sops/machines/galena/key.json": []byte("[]"), "sops/secrets/galena-age.key/secret": []byte("{}")}
	for _, name := range []string{"per-machine/galena/api/token/secret", "per-machine/galena/api/kept/secret", "per-machine/galena/api/early/secret",
		"per-machine/galena/api/disk/secret", "per-machine/galena/api/answer/secret", "per-machine/galena/api/name/value", "shared/common/word/secret"} {
		files["vars/"+name] = []byte("a value\n")
	}
	f.put(files)
	w, err := miniature.Write(filepath.Join(f.dir, "world"))
	check(t, err)
	f.lock(w.Overrides())

	out := f.run("nix", "eval", "--json", ".#nixosConfigurations.galena.config", "--apply", `c: let g = c.clan.core.vars.generators; in {
		age = c.sops.age.keyFile;
		secrets = builtins.mapAttrs (_: s: { inherit (s) owner group mode format neededForUsers restartUnits path; text = builtins.readFile s.sopsFile; })
			(builtins.removeAttrs c.sops.secrets (builtins.filter (n: builtins.match "vars/.*" n == null) (builtins.attrNames c.sops.secrets)));
		paths = map (n: g.api.files.${n}.path) [ "token" "early" "disk" "answer" ] ++ [ g.common.files.word.path ];
		exists = builtins.mapAttrs (_: f: f.exists) g.api.files;
		name = g.api.files.name.value;
	}`)
	type secret struct {
		Owner, Group, Mode, Format, Path, Text string
		NeededForUsers                         bool
		RestartUnits                           []string
	}
	var got struct {
		Age     string
		Secrets map[string]secret
		Paths   []string
		Exists  map[string]bool
		Name    string
	}
	check(t, json.Unmarshal([]byte(out), &got))
	if got.Age != "/var/lib/sops-nix/key.txt" || got.Name != "a value\n" || got.Exists["absent"] || !got.Exists["token"] || !got.Exists["name"] {
		t.Errorf("%+v", got)
	}
	if want := "/run/secrets/vars/api/token /run/secrets-for-users/vars/api/early /run/partitioning-secrets/api/disk /run/secrets/vars/api/answer /run/secrets/vars/common/word"; strings.Join(got.Paths, " ") != want {
		t.Errorf("paths are %s", got.Paths)
	}
	token, early := got.Secrets["vars/api/token"], got.Secrets["vars/api/early"]
	if token.Owner != "nobody" || token.Group != "nogroup" || token.Mode != "0440" || token.Format != "binary" || token.Text != "a value\n" ||
		len(token.RestartUnits) != 1 || token.NeededForUsers || token.Path != "/run/secrets/vars/api/token" {
		t.Errorf("token: %+v", token)
	}
	if early.Owner != "root" || !early.NeededForUsers || early.Path != got.Paths[1] {
		t.Errorf("early: %+v", early)
	}
	if len(got.Secrets) != 4 { // what is not for the machine, not there or for its disks is not declared
		t.Errorf("declared: %+v", got.Secrets)
	}
	for what, want := range map[string]string{
		"absent.path": "vars/per-machine/galena/api/absent/secret does not exist, and the configuration of galena asks for it; hint: assay vars generate galena",
		"token.value": "is a secret, and its value is for the machine only; hint: use path",
		"kept.path":   "is not for the machine (deploy = false)",
	} {
		if out, err := f.try("nix", "eval", ".#nixosConfigurations.galena.config.clan.core.vars.generators.api.files."+what); err == nil || !strings.Contains(out, want) {
			t.Errorf("%s: %v\n%s", what, err, out)
		}
	}
	f.withoutSops()
}

// withoutSops: a fleet that has no sops-nix has the paths all the same.
func (f *fixture) withoutSops() {
	f.t.Helper()
	dir := filepath.Join(f.dir, "fleet")
	text, err := os.ReadFile(filepath.Join(dir, "flake.nix"))
	check(f.t, err)
	lines := strings.Split(string(text), "\n")
	kept := lines[:0]
	for _, line := range lines {
		if !strings.Contains(line, "sops-nix") {
			kept = append(kept, line)
		}
	}
	f.put(map[string][]byte{"flake.nix": []byte(strings.Join(kept, "\n")),
		"modules/aspects/system/secrets.nix": []byte("{ flake.modules.nixos.secrets = { }; flake.modules.darwin.secrets = { }; }\n")})
	var names []string
	for _, name := range miniature.Inputs() {
		if name != "sops-nix" {
			names = append(names, name)
		}
	}
	f.lock(miniature.World{Dir: filepath.Join(f.dir, "world")}.Overrides(names...))
	at := ".#nixosConfigurations.galena.config."
	if out := f.run("nix", "eval", "--raw", at+"clan.core.vars.generators.api.files.token.path"); out != "/run/secrets/vars/api/token" {
		f.t.Errorf("without sops-nix the path is %s", out)
	}
	f.run("nix", "eval", "--raw", at+"system.build.toplevel.drvPath")
}
