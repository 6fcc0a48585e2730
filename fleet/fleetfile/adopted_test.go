package fleetfile

import (
	"slices"
	"strings"
	"testing"

	"assay/fleet"
)

func flake() *fleet.Fleet {
	return &fleet.Fleet{Name: "here", Machines: []fleet.Machine{
		{Name: "mac", Class: fleet.Darwin, System: "aarch64-darwin", Source: fleet.SourceEvaluated},
		{Name: "web", Class: fleet.NixOS, System: "x86_64-linux", Tags: []string{"edge"}, Source: fleet.SourceEvaluated,
			Deploy: fleet.Deploy{Targets: []string{"root@from-the-flake"}}},
		{Name: "db", Class: fleet.NixOS, System: "x86_64-linux", Source: fleet.SourceEvaluated},
	}}
}

func TestAdopt(t *testing.T) {
	of := flake()
	file, err := Adopt(Name, []byte(`
[fleet]
domain = "zt"
[machines.web]
tags = ["cloud"]
[machines.web.deploy]
targets = ["deploy@192.0.2.7:2222"]
jump = ["db"]
become = "sudo"
[rollout]
parallel = 3
`), of, true)
	if err != nil {
		t.Fatal(err)
	}
	f := file.Fleet
	web, db, mac := f.Machine("web"), f.Machine("db"), f.Machine("mac")
	if f.Name != "here" || f.Rollout.Parallel != 3 {
		t.Errorf("the fleet is %q with %d at once", f.Name, f.Rollout.Parallel)
	}
	if !slices.Equal(web.Deploy.Targets, []string{"deploy@192.0.2.7:2222"}) || web.Deploy.Become != "sudo" || !slices.Equal(web.Deploy.Jump, []string{"db"}) {
		t.Errorf("web is deployed by %+v", web.Deploy)
	}
	if !slices.Equal(web.Tags, []string{"edge", "cloud"}) || !slices.Equal(of.Machine("web").Tags, []string{"edge"}) {
		t.Errorf("web has the tags %v, in the flake %v", web.Tags, of.Machine("web").Tags)
	}
	if !slices.Equal(db.Deploy.Targets, []string{"root@db.zt"}) || !db.Deploy.Guessed {
		t.Errorf("db is deployed by %+v", db.Deploy)
	}
	if len(mac.Deploy.Targets) != 0 {
		t.Errorf("a Mac got the address %v", mac.Deploy.Targets)
	}
}

func TestAdoptWithoutFile(t *testing.T) {
	file, err := Adopt(Name, nil, flake(), true)
	if err != nil {
		t.Fatal(err)
	}
	if got := file.Fleet.Machine("web").Deploy.Targets; !slices.Equal(got, []string{"root@from-the-flake"}) {
		t.Errorf("web is at %v", got)
	}
}

func TestAdoptRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"[machines.web]\nsystem = \"x86_64-linux\"": "fleet.toml:2:1: machines.web.system: the flake says this itself",
		"[sources]\nmodules = \"modules\"":          "fleet.toml:1:2: sources: the flake says this itself",
		"[machines.wed]\ntype = \"Laptop\"":         `fleet.toml:1:11: machine wed: the flake defines no machine of that name`,
		"[machines.web]\ntags = [\"edge\"]":         "the flake gives it the tag edge itself",
		"[machines.web]\ntipe = \"Laptop\"":         `unknown key "tipe"`,
	} {
		if _, err := Adopt(Name, []byte(text), flake(), true); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\nis %v, want %s", text, err, want)
		}
	}
}

func TestDraft(t *testing.T) {
	of := flake()
	text := Draft(of)
	for _, want := range []string{
		`name = "here"`, "# the flake says: root@from-the-flake", `# targets = ["root@db.example.org"]`, `# targets = ["admin@mac.example.org"]`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the draft lacks %s:\n%s", want, text)
		}
	}
	file, err := Adopt(Name, text, of, true)
	if err != nil {
		t.Fatal(err)
	}
	if got := file.Fleet.Machine("db").Deploy.Targets; len(got) != 0 {
		t.Errorf("a draft gives db the address %v", got)
	}
	filled := strings.ReplaceAll(strings.ReplaceAll(string(text), "# targets", "targets"), "# become", "become")
	if file, err = Adopt(Name, []byte(filled), of, true); err != nil {
		t.Fatal(err)
	}
	if got := file.Fleet.Machine("mac").Deploy; !slices.Equal(got.Targets, []string{"admin@mac.example.org"}) || got.Become != "sudo" {
		t.Errorf("a draft that was filled in gives mac %+v", got)
	}
}
