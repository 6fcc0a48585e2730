package embedded

import (
	"io/fs"
	"path/filepath"
	"testing"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/modules/compose"
)

// known is an option with one plain definition that is known.
func known(path string, data any, text string) compose.Option {
	v := compose.Value{Known: true, Data: data, Text: text, At: fleet.Pos{File: "modules/x.nix", Line: 3}}
	return compose.Option{
		Path:        path,
		Definitions: []compose.Definition{{Value: v, Priority: 100, Order: 1000, Aspect: "server", At: v.At}},
		Merged:      compose.Merged{State: compose.Known, Value: v},
	}
}

// text is an option that holds a string.
func text(path, s string) compose.Option { return known(path, s, `"`+s+`"`) }

// open is an option whose value is not known.
func open(path, written, reason string) compose.Option {
	v := compose.Value{Text: written, Why: reason, At: fleet.Pos{File: "modules/x.nix", Line: 4}}
	return compose.Option{
		Path:        path,
		Definitions: []compose.Definition{{Value: v, Priority: 1000, Order: 1000, Aspect: "server", At: v.At}},
		Merged:      compose.Merged{State: compose.Open, Winner: -1, Reason: reason},
	}
}

// sample is a machine with a bit of everything.
func sample(machine string) compose.Composition {
	return compose.Composition{
		Machine: machine,
		System:  "x86_64-linux",
		Class:   fleet.NixOS,
		Scope: compose.Scope{
			Class:   fleet.NixOS,
			Aspects: []compose.Reached{{Name: "server"}, {Name: "common"}},
			Foreign: []compose.Foreign{{Ref: "inputs.sops-nix.nixosModules.sops", From: "secrets"}},
			Options: []compose.Option{
				text("environment.etc.motd.text", "welcome\n"),
				text(`environment.etc."ssh/banner".text`, "banner\n"),
				text("environment.etc.script.text", "#!/bin/sh\n"),
				text("environment.etc.script.mode", "0555"),
				known("environment.etc.table.source", compose.PathRef{Path: "files/table"}, "./files/table"),
				known("environment.etc.off.enable", false, "false"),
				text("environment.etc.off.text", "never"),
				known("environment.systemPackages", []any{compose.PackageRef{Name: "vim"}}, "[ pkgs.vim ]"),
				known("services.openssh.enable", true, "true"),
				open("boot.kernelParams", "cfg.params", "cfg is not known at modules/x.nix:4:2"),
				open("environment.etc.built.source", "pkgs.runCommand ...", "a build"),
			},
			Packages: []compose.Package{{Name: "vim", Option: "environment.systemPackages"}},
		},
		Homes: []compose.Scope{{
			User:    "cameron",
			Class:   fleet.HomeManager,
			Aspects: []compose.Reached{{Name: "shell"}},
			Options: []compose.Option{
				text(`home.file.".bashrc".text`, "alias ll='ls -l'\n"),
				text(`xdg.configFile."git/config".text`, "[user]\n"),
				known("home.packages", []any{compose.PackageRef{Name: "fish"}}, "[ pkgs.fish ]"),
			},
			Packages: []compose.Package{{Name: "fish", Option: "home.packages"}},
		}},
	}
}

// sampleFleet has one machine, cinnabar.
func sampleFleet() map[string]compose.Composition {
	return map[string]compose.Composition{"cinnabar": sample("cinnabar")}
}

// testEngine serves compositions from a map that tests may change between
// calls.
func testEngine(t testing.TB, all map[string]compose.Composition) *Engine {
	t.Helper()
	return New(Options{
		Store: filepath.Join(t.TempDir(), "store"),
		Compose: func(machine string) (compose.Composition, error) {
			c, ok := all[machine]
			if !ok {
				return c, fs.ErrNotExist
			}
			return c, nil
		},
		Supply: func(pkg, _ string) (string, string) {
			if pkg == "fish" {
				return "hotfixes", "stable"
			}
			return "", ""
		},
		ReadFile: func(p string) ([]byte, error) {
			if p == "files/table" {
				return []byte{0, 1, 2, 255}, nil
			}
			return nil, fs.ErrNotExist
		},
	})
}

// built evaluates and builds a machine.
func built(t testing.TB, e *Engine, machine string) (engine.System, engine.Closure) {
	t.Helper()
	s, err := e.System(t.Context(), machine)
	if err != nil {
		t.Fatal(err)
	}
	c, err := e.Realise(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

// brought builds a machine and copies what the host lacks.
func brought(t testing.TB, e *Engine, conn *shellConn, machine string) engine.System {
	t.Helper()
	s, c := built(t, e, machine)
	missing, err := e.Missing(t.Context(), conn, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Copy(t.Context(), conn, missing, nil); err != nil {
		t.Fatal(err)
	}
	return s
}
