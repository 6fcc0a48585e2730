package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/engine/embedded"
	"assay/fleet/engine/nix/guard"
	"assay/fleet/host"
)

const somePath = "/nix/store/00000000000000000000000000000000-nixos-system-a-25.11"

// refusing is a connection that must not be used.
type refusing struct{ err error }

func (c refusing) Run(context.Context, host.Command) error { return c.err }
func (c refusing) Close() error                            { return nil }

// TestCheck: what is refused, and that every deployer refuses it before its host
// is asked.
func TestCheck(t *testing.T) {
	good := engine.Activation{Machine: "a", Class: "nixos", System: somePath, Goal: engine.GoalSwitch, ID: "r-1"}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*engine.Activation){
		"no path":      func(a *engine.Activation) { a.System = "" },
		"elsewhere":    func(a *engine.Activation) { a.System = "/tmp/x" },
		"below":        func(a *engine.Activation) { a.System = somePath + "/bin" },
		"shell":        func(a *engine.Activation) { a.System = somePath + "$(reboot)" },
		"no hash":      func(a *engine.Activation) { a.System = strings.Replace(somePath, "0", "e", 1) },
		"hidden":       func(a *engine.Activation) { a.System = strings.Replace(somePath, "-n", "-.n", 1) },
		"long":         func(a *engine.Activation) { a.System = somePath + strings.Repeat("x", 200) },
		"expect":       func(a *engine.Activation) { a.Expect = "x" },
		"class":        func(a *engine.Activation) { a.Class = "windows" },
		"goal":         func(a *engine.Activation) { a.Goal = engine.GoalBuild },
		"boot on mac":  func(a *engine.Activation) { a.Class, a.Goal = "darwin", engine.GoalBoot },
		"id is option": func(a *engine.Activation) { a.ID = "-rf" },
		"id is path":   func(a *engine.Activation) { a.ID = "../x" },
		"generation":   func(a *engine.Activation) { a.Generation = -1 },
	} {
		a := good
		spoil(&a)
		if a.Check() == nil {
			t.Errorf("%s: accepted", name)
		}
		used := errors.New("the host was asked")
		for _, d := range []interface {
			Activate(ctx context.Context, conn host.Conn, a engine.Activation, log func(string)) error
		}{guard.Guard{}, &embedded.Engine{}} {
			if err := d.Activate(t.Context(), refusing{used}, a, nil); err == nil || errors.Is(err, used) {
				t.Errorf("%s: %T: %v", name, d, err)
			}
		}
	}
}

func TestCheckPath(t *testing.T) {
	const hash = "0123456789abcdfghijklmnpqrsvwxyz"
	for p, good := range map[string]bool{
		"/nix/store/" + hash + "-nixos-system-cinnabar": true,
		"/nix/store/" + hash + "-a.b+c?d=e_f":           true,
		"/nix/store/" + hash + "-":                      false,
		"/nix/store/" + hash + "-.":                     false,
		"/nix/store/" + hash + "-x/../../etc":           false,
		"/nix/store/" + hash + "-x/y":                   false,
		"/nix/store/" + hash + "-x\n":                   false,
		"/nix/store/" + hash + "-$(reboot)":             false,
		"/nix/store/../store/" + hash + "-x":            false,
		"nix/store/" + hash + "-x":                      false,
		"/nix/store/e" + hash[1:] + "-x":                false, // e is not in Nix's alphabet
		"":                                              false,
	} {
		if err := engine.CheckPath(p); (err == nil) != good {
			t.Errorf("CheckPath(%q) = %v", p, err)
		}
	}
}
