package clan

import (
	"testing"
	"testing/fstest"

	"assay/modules/symbolic"
	"assay/modules/syntax"
)

// FuzzRead reads arbitrary definitions and arbitrary JSON: nothing crashes or
// hangs, and what is known of a member is known of a machine.
func FuzzRead(f *testing.F) {
	f.Add(`{ inventory.machines.a.tags = [ "x" ]; inventory.instances.i.roles.r.tags.x.settings.y = 1; }`, `{"machines":{"b":{"deploy":{"targetHost":"b"}}}}`)
	f.Add(`{ lib, ... }: { inventory.tags = { config, ... }: { t = config.all; }; modules.m = { roles.r.interface.options.o = lib.mkOption { type = lib.types.str; }; }; }`, `[]`)
	f.Add(`{ inventory = { imports = [ ./a.nix ]; }; machines = 1; meta = null; }`, `{"instances":{"i":{"roles":{"r":{"tags":["t"],"machines":{"a":{"settings":{"x":[1,{}]}}}}}}}}`)
	f.Fuzz(func(t *testing.T, text, json string) {
		file, err := syntax.Parse("a.nix", []byte(text))
		if err != nil {
			return
		}
		files := tree{fstest.MapFS{"a.nix": &fstest.MapFile{Data: []byte(text)}}}
		ev := symbolic.New(files, symbolic.Limits{Steps: 20_000, Depth: 300, Bytes: 1 << 20})
		ev.Begin()
		v := Read(ev, Sources{Definitions: []Definition{{Value: ev.File(file)}}, JSON: []byte(json), JSONName: "inventory.json"})
		for _, i := range v.Instances {
			for _, r := range i.Roles {
				for _, m := range r.Members {
					if m.Absent != (v.Machine(m.Machine) == nil) {
						t.Errorf("%s/%s: member %s: absent is %v", i.Name, r.Name, m.Machine, m.Absent)
					}
				}
			}
		}
		if got := len(v.Services()); got != len(v.Instances) {
			t.Errorf("%d services of %d instances", got, len(v.Instances))
		}
	})
}
