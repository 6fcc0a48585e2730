package compose

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sealedNix declares what sops-nix does, as far as it matters here, and tells
// what a machine and its homes come to: "USER NAME" -> file.
const sealedNix = `
let
  lib = import %s;
  dir = toString %s;
  path = type: default: lib.mkOption { inherit type default; };
  sops = { config, ... }: {
    options.sops = {
      defaultSopsFile = lib.mkOption { type = lib.types.path; };
      secrets = path (lib.types.attrsOf (lib.types.submodule {
        options.sopsFile = path lib.types.path config.sops.defaultSopsFile;
        options.mode = path lib.types.str "0400";
      })) { };
    };
  };
  self = { outPath = dir; };
  inputs = { inherit self; };
  machine = { config, ... }: {
    options.on = path lib.types.bool true;
    options.home-manager.extraSpecialArgs = path (lib.types.attrsOf lib.types.raw) { };
    options.home-manager.users = path (lib.types.attrsOf (lib.types.submoduleWith { specialArgs = { inherit lib; } // config.home-manager.extraSpecialArgs; modules = [ sops ]; })) { };
  };
  files = user: c: lib.mapAttrs' (n: s: lib.nameValuePair (user + " " + n) (toString s.sopsFile)) c.sops.secrets;
  told = module:
    let c = (lib.evalModules { specialArgs = { inherit self inputs; }; modules = [ sops machine module ]; }).config;
    in files "" c // lib.concatMapAttrs files c.home-manager.users;
in map told [ %s ]
`

// TestSealedUsesAgainstNix: what is told of a module is what the module system
// comes to.
func TestSealedUsesAgainstNix(t *testing.T) {
	lib := os.Getenv("ASSAY_NIXPKGS_LIB")
	if lib == "" {
		t.Skip("not run: ASSAY_NIXPKGS_LIB names no directory with nixpkgs' lib")
	}
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Skip("not run: nix-instantiate is not installed")
	}
	dir := t.TempDir()
	all := []string{
		`{ sops = { defaultSopsFile = ../secrets/all.yaml; secrets = { a = { }; b.sopsFile = ./b.yaml; "c/d" = { mode = "0440"; }; }; }; }`,
		`{ imports = [ { sops.defaultSopsFile = lib.mkForce ./b.yaml; } ]; sops.defaultSopsFile = ./a.yaml; sops.secrets.a = { }; }`,
		`{ imports = [ { sops.secrets.a.sopsFile = lib.mkDefault ./b.yaml; } ]; sops.secrets.a.sopsFile = ./a.yaml; }`,
		`{ sops.secrets = { a.sopsFile = "${self}/s/a.yaml"; b.sopsFile = inputs.self + "/s/b.yaml"; c.sopsFile = self.outPath + "/s/c.yaml"; }; }`,
		`{ sops.secrets.a.sopsFile = "/etc/a.yaml"; }`,
		`{ sops.secrets = lib.mkIf true { a.sopsFile = ./a.yaml; b = lib.mkIf false { sopsFile = ./b.yaml; }; }; }`,
		`{ sops.secrets = lib.genAttrs [ "a" "b" ] (n: { sopsFile = ./. + "/${n}.yaml"; }); }`,
		`{ sops.secrets = lib.mkMerge [ { a.sopsFile = ./a.yaml; } (lib.mapAttrs' (n: v: lib.nameValuePair "x-${n}" { sopsFile = v; }) { b = ./b.yaml; }) ]; }`,
		`{ sops.defaultSopsFile = ./m.yaml; home-manager.users.smith = { sops = { defaultSopsFile = ./h.yaml; secrets.a = { }; secrets.b.sopsFile = ./b.yaml; }; }; }`,
		`{ home-manager.extraSpecialArgs = { flake = self // { inherit inputs; }; top = self; };
home-manager.users.smith = { flake, top, ... }: { sops.secrets = { a.sopsFile = flake.inputs.self + "/a.yaml"; b.sopsFile = "${top}/b.yaml"; }; }; }`,
	}
	var files []string
	for i, module := range all {
		name := filepath.Join(dir, "machine", fmt.Sprint(i, ".nix"))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte("{ config, lib, self, inputs, ... }:\n"+module), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	cmd := exec.Command(nix, "--eval", "--strict", "--json", "--expr", fmt.Sprintf(sealedNix, lib, dir, strings.Join(files, " ")))
	cmd.Env = append(os.Environ(), "NIX_STATE_DIR="+filepath.Join(dir, "state"), "NIX_CONFIG=substituters =")
	out, err := cmd.Output()
	if err != nil {
		if bad, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("%v: %s", err, bad.Stderr)
		}
		t.Fatal(err)
	}
	var told []map[string]string
	if err := json.Unmarshal(out, &told); err != nil || len(told) != len(all) {
		t.Fatal(err, string(out))
	}
	for i, module := range all {
		got := map[string]string{}
		for _, u := range SealedUsesOf(sealedFlake(t, module)).Uses {
			if u.File.Why != "" || u.Condition != "" {
				t.Errorf("%s: %+v", module, u)
			}
			got[u.User+" "+u.Name] = u.File.Value
		}
		want := told[i]
		for name, file := range want {
			want[name] = strings.TrimPrefix(file, dir+"/")
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s\ngot  %v\nwant %v", module, got, slices.Sorted(maps.Values(want)))
		}
	}
}
