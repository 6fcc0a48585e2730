package endtoend

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/secrets"
	"assay/secrets/vars"
)

// generatorsFlake makes machines in two ways: some have a module with the
// option of clan's generators, which a function fills for each service that
// listens, so that only Nix knows what they are called; one has no such option.
const generatorsFlake = `{
  inputs.nixpkgs.url = "path:@world@/nixpkgs";
  outputs = { nixpkgs, ... }: {
    nixosConfigurations = nixpkgs.lib.genAttrs [ "anvil" "drill" "plane" ] (name: nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [ { networking.hostName = name; } ] ++ nixpkgs.lib.optionals (name != "plane") [ ./option.nix ./service.nix (./. + "/${name}.nix") ];
    });
  };
}
`

const generatorsOption = `{ lib, ... }: {
  options.clan.core.vars.generators = lib.mkOption {
    default = { };
    type = lib.types.attrsOf (lib.types.submodule ({ name, ... }: {
      options = {
        share = lib.mkOption { type = lib.types.bool; default = false; };
        dependencies = lib.mkOption { type = lib.types.listOf lib.types.str; default = [ ]; };
        validation = lib.mkOption { type = lib.types.anything; default = null; };
        runtimeInputs = lib.mkOption { type = lib.types.listOf lib.types.package; default = [ ]; };
        script = lib.mkOption { type = lib.types.str; default = ""; };
        files = lib.mkOption { type = lib.types.attrsOf lib.types.anything; default = { }; };
        prompts = lib.mkOption { type = lib.types.attrsOf lib.types.anything; default = { }; };
      };
    }));
  };
}
`

const generatorsService = `{ config, lib, pkgs, ... }:
let
  perInstance = name: unit: lib.nameValuePair "${unit.description}-identity" {
    files.id.secret = false;
    files.key = { owner = "web"; neededFor = "users"; };
    validation = { inherit name; ports = [ 80 443 ]; };
    runtimeInputs = [ pkgs.openssl ];
    script = ''
      ${pkgs.openssl}/bin/openssl rand -hex 16 > "$out"/key
      openssl rand -hex 4 > "$out"/id
    '';
  };
in
{
  clan.core.vars.generators = lib.mapAttrs' perInstance (lib.filterAttrs (_: u: u.description or "" == "plough") config.systemd.services);
}
`

const plough = `{ lib, ... }: {
  systemd.services.plough = { description = "plough"; serviceConfig.ExecStart = "/bin/true"; };
  clan.core.vars.generators.note = {
    files.note.secret = false;
    prompts.note.persist = true;
  };
  clan.core.vars.generators.old = lib.mkForce { files.old.secret = false; script = "date > $out/old"; share = true; };
}
`

// generatorsFleet is a fleet of that flake with an operator.
func generatorsFleet(t *testing.T) *fleet {
	t.Helper()
	f := newFleet(t)
	for _, name := range []string{"common.nix", "addresses.nix", "flake.lock"} {
		if err := os.Remove(filepath.Join(f.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"flake.nix": strings.ReplaceAll(generatorsFlake, "@world@", f.world.Dir), "option.nix": generatorsOption, "service.nix": generatorsService,
		"anvil.nix": plough, "drill.nix": plough,
	} {
		f.write(name, text)
	}
	store, err := vars.Open(f.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	keys := filepath.Join(t.TempDir(), "keys.txt")
	if _, err := secrets.CreateOperator(store, keys, "turner"); err != nil {
		t.Fatal(err)
	}
	f.env = append(f.env, "SOPS_AGE_KEY_FILE="+keys)
	f.sh("git", "add", "--all")
	f.sh("nix", "flake", "lock")
	f.commit("generators")
	return f
}

// TestGeneratorsOfNix has Nix tell which generators there are, and makes what
// they want.
func TestGeneratorsOfNix(t *testing.T) {
	t.Parallel()
	f := generatorsFleet(t)
	c := f.assay("vars", "list").want(t, done, "note/note", "old/old")
	if strings.Contains(c.stdout, "plough") || strings.Contains(c.stdout, "evaluated") {
		t.Fatalf("what only Nix can know is read of the files:\n%s", c.stdout)
	}
	c = f.assay("vars", "check", "--evaluate").want(t, failed,
		"missing service.nix: per-machine/anvil/plough-identity/id (evaluated): not generated yet", "missing anvil.nix:7: shared/old/old (evaluated)",
		"known only by Nix: plough-identity of machines anvil, drill", "1 machine without the option clan.core.vars.generators", ": plane\n", "7 to mend")
	if strings.Contains(c.stdout, "Nix is right") {
		t.Errorf("Nix disagrees with what was read well:\n%s", c.stdout)
	}
	list := f.assay("vars", "list", "anvil", "--evaluate").want(t, done, "service.nix (evaluated)").stdout
	if strings.Contains(list, "drill") {
		t.Errorf("another machine is asked about:\n%s", list)
	}

	answers := filepath.Join(t.TempDir(), "answers")
	if err := os.WriteFile(answers, []byte("per-machine/anvil/note/note=a\nper-machine/drill/note/note=b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.assay("vars", "generate", "--evaluate", "--yes", "--answers", answers).want(t, failed,
		"make vars/per-machine/drill/plough-identity (evaluated): not generated yet", "made vars/per-machine/anvil/plough-identity", "date > $out/old", "4 generators to run, 1 that cannot")
	f.assay("vars", "get", "anvil", "plough-identity/id").want(t, done)
	// The hash of the validation is that of what Nix says, and the owner is known.
	f.assay("vars", "generate", "anvil", "--evaluate").want(t, failed, "0 generators to run, 1 that cannot")
	f.assay("vars", "check", "--evaluate").want(t, failed, "1 to mend")
	f.write("service.nix", strings.Replace(generatorsService, "443", "444", 1))
	f.commit("another port")
	f.assay("vars", "check", "anvil", "--evaluate").want(t, failed, "outdated service.nix: per-machine/anvil/plough-identity/id (evaluated): its validation has changed")
}

// TestGeneratorsNixCannotTell keeps the other machines where one cannot be
// evaluated, and what its files say.
func TestGeneratorsNixCannotTell(t *testing.T) {
	t.Parallel()
	f := generatorsFleet(t)
	f.write("drill.nix", `{ pkgs, ... }: {
  clan.core.vars.generators.odd = {
    script = "${pkgs.nothing-like-that}";
    files.x = { };
  };
}
`)
	// A file more than can be read, and a script that throws by itself.
	f.write("anvil.nix", `{ lib, config, ... }: {
  clan.core.vars.generators.late = { files.x = { }; script = throw "not made yet"; };
  clan.core.vars.generators.${if config.networking.hostName == "anvil" then "here" else "there"}.files.y = { };
}
`)
	f.commit("a mistake")
	c := f.assay("vars", "list", "--evaluate").want(t, failed,
		"unknown Nix cannot tell the generators of machine drill: drill.nix:3:17: attribute 'nothing-like-that' missing",
		"per-machine/anvil/here/y", "per-machine/anvil/late/x", "per-machine/drill/odd/x")
	for line := range strings.Lines(c.stdout) {
		if strings.Contains(line, "VAR") || !strings.Contains(line, "per-machine") {
			continue
		}
		if anvil := strings.Contains(line, "anvil"); anvil != strings.Contains(line, "(evaluated)") {
			t.Errorf("who says so: %s", line)
		}
	}
	f.assay("vars", "generate", "anvil", "--evaluate").want(t, failed, "cannot anvil.nix:2: vars/per-machine/anvil/late (evaluated): the script could not be read")
	var is struct {
		Evaluated struct{ Machines, Failed, Without_option []string }
		Unknown   []string
		Problems  []any
		Vars      []struct{ Generator, Source, At string }
	}
	c = f.assay("vars", "check", "--evaluate", "--json").want(t, failed)
	if err := json.Unmarshal([]byte(c.stdout), &is); err != nil {
		t.Fatal(err)
	}
	if e := is.Evaluated; !slices.Equal(e.Machines, []string{"anvil", "plane"}) || !slices.Equal(e.Failed, []string{"drill"}) || !slices.Equal(e.Without_option, []string{"plane"}) {
		t.Errorf("evaluated: %+v", e)
	}
	if len(is.Unknown) != 1 || len(is.Vars) != 3 || is.Vars[0].Source != "evaluated" || is.Vars[2].Source != "read" {
		t.Errorf("%+v", is)
	}
}

// TestVarsOfNix sets, gets and fixes a secret whose generator only Nix knows.
func TestVarsOfNix(t *testing.T) {
	t.Parallel()
	f := generatorsFleet(t)
	set := func(args ...string) call {
		cmd := f.command(t.Context(), append([]string{"vars", "set", "anvil", "plough-identity/key"}, args...)...)
		cmd.Stdin = strings.NewReader("sown")
		var out, errs strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &errs
		err := cmd.Run()
		if cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return call{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
	}
	if c := set(); c.code == done || !strings.Contains(c.stderr, `machine anvil has no var "plough-identity/key"`) {
		t.Errorf("%d: %s", c.code, c)
	}
	set("--evaluate").want(t, done, "per-machine/anvil/plough-identity/key is set")
	if c := f.assay("vars", "get", "anvil", "plough-identity/key", "--evaluate").want(t, done); c.stdout != "sown" {
		t.Errorf("%q", c.stdout)
	}
	var is struct {
		Var       struct{ Source, Service string }
		Evaluated struct{ Machines []string }
	}
	c := f.assay("vars", "get", "anvil", "plough-identity/key", "--evaluate", "--json").want(t, done)
	if err := json.Unmarshal([]byte(c.stdout), &is); err != nil || is.Var.Source != "evaluated" || !slices.Equal(is.Evaluated.Machines, []string{"anvil"}) {
		t.Errorf("%+v, %v", is, err)
	}
	link := filepath.Join(f.dir, "vars/per-machine/anvil/plough-identity/key/machines/anvil")
	if err := os.Remove(link); err != nil {
		t.Fatal("it is not for the machine:", err)
	}
	f.assay("vars", "fix", "anvil", "--evaluate", "--yes").want(t, done, "1 secret fixed", "Nix was asked for the generators of 1 machine")
	if _, err := os.Readlink(link); err != nil {
		t.Error("the machine that is to have it does not get it:", err)
	}
	const path = "per-machine/anvil/plough-identity/key"
	var report struct {
		Secrets   []struct{ Path, State string }
		Evaluated struct{ Machines []string }
	}
	for _, is := range [][2]string{{"--all", "unknown"}, {"--evaluate", "ok"}} {
		flag, state := is[0], is[1]
		c := f.assay("secrets", "audit", flag, "--json", path)
		if err := json.Unmarshal([]byte(c.stdout), &report); err != nil || len(report.Secrets) != 1 || report.Secrets[0].State != state {
			t.Errorf("%s: %+v, %v", flag, report, err)
		}
	}
	if len(report.Evaluated.Machines) != 3 {
		t.Errorf("%+v", report.Evaluated)
	}
	f.write("anvil.nix", "{ ... }: { clan.core.vars.generators.x = { script = missing; }; }")
	f.commit("a mistake")
	f.assay("vars", "get", "anvil", "plough-identity/key", "--evaluate").want(t, failed, "sown", "unknown Nix cannot tell the generators of machine anvil: anvil.nix:1:")
	set("--evaluate").want(t, failed, "is set", "unknown Nix cannot tell")
	f.assay("secrets", "audit", path, "--evaluate").want(t, failed, "unknown Nix cannot tell the generators of machine anvil:")
	f.assay("vars", "fix", "anvil", "--evaluate", "--json").want(t, failed, `"fixed": []`, `"failed": [`)
}
