package nix

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/host/bed"
	"assay/fleet/repo"
	"assay/fleet/session"
)

// declaring is a flake whose machines declare generators without any module
// system: two by a function, one with a mistake, one without the option.
var declaring = map[string]string{
	"flake.nix": `{
  outputs = { self }: {
    nixosConfigurations = builtins.mapAttrs (name: generators: { config = if generators == null then { } else { clan.core.vars = { inherit generators; }; }; }) (import ./machines.nix);
  };
}
`,
	"machines.nix": `let
  key = name: {
    share = true;
    files.key = { secret = true; mode = "0440"; restartUnits = [ "web.service" ]; };
    files."key.pub" = { secret = false; deploy = false; };
    prompts.pin = { type = "hidden"; description = "The PIN"; persist = false; display.required = false; };
    dependencies = [ "root" ];
    validation = { inherit name; n = 12345678901234567; f = 1.5; "<&>" = null; };
    runtimeInputs = [ { type = "derivation"; pname = "openssh"; name = "openssh-9"; } { type = "derivation"; name = "jq-1.7"; } ];
    script = "ssh-keygen";
  };
in
{
  front = { "${builtins.hashString "sha256" "front"}" = key "front"; };
  back = { late = { files = { }; script = throw "nobody has made it"; validation = throw "nor that"; }; };
  broken = {
    odd.files = { inherit (key "x") no-such-thing; };
  };
  bare = null;
}
`,
}

func TestGeneratorsAreTold(t *testing.T) {
	nixes := bed.Nixes(t)
	for _, nix := range slices.Compact([]bed.Nix{nixes[0], nixes[len(nixes)-1]}) {
		b := newBenchOf(t, nix, declaring, Options{Class: func(string) string { return "nixos" }})
		told, failed := b.declared(t, "front", "back", "broken", "bare", "none")
		if !strings.Contains(failed["broken"], "machines.nix:17:") || !strings.Contains(failed["broken"], "no-such-thing") || failed["none"] == "" || len(failed) != 2 {
			t.Errorf("what fails: %q", failed)
		}
		if told["bare"].Option || !told["back"].Option || len(told["front"].Generators) != 1 {
			t.Errorf("told is %+v", told)
		}
		for _, g := range told["front"].Generators {
			f := g.Files["key"]
			if !g.Share || !f.Secret || !f.Deploy || f.Owner != "root" || f.Mode != "0440" || f.NeededFor != "services" || !slices.Equal(f.RestartUnits, []string{"web.service"}) {
				t.Errorf("front declares %+v", g)
			}
			if p := g.Prompts["pin"]; g.Files["key.pub"].Secret || g.Files["key.pub"].Deploy || p.Type != "hidden" || p.Description != "The PIN" || p.Required || p.Persist {
				t.Errorf("front declares %+v", g)
			}
			if !slices.Equal(g.Dependencies, []string{"root"}) || !slices.Equal(*g.Tools, []string{"openssh", "jq"}) || *g.Script != "ssh-keygen" {
				t.Errorf("front declares %+v", g)
			}
			if got := string(g.Validation); got != `{"<&>":null,"f":1.5,"n":12345678901234567,"name":"front"}` {
				t.Errorf("its validation is %s", got)
			}
		}
		if g := told["back"].Generators["late"]; g.Script != nil || g.Validation != nil || g.Files == nil {
			t.Errorf("what throws: %+v", g)
		}
		n := b.runs("eval")
		if again, _ := b.declared(t, "back", "bare", "front"); len(again) != 3 || b.runs("eval") != n {
			t.Errorf("%d questions were asked again", b.runs("eval")-n)
		}
		ctx, stop := context.WithCancel(t.Context())
		stop()
		b.engine.Declared(ctx, []string{"broken"}, nil, func(_ string, _ engine.Declared, err error) {
			if err != context.Canceled {
				t.Errorf("after the end: %v", err)
			}
		})
		write(t, filepath.Join(b.dir, "machines.nix"), "{ front = { }; }\n")
		b.commit(t)
		if now, _ := b.declared(t, "front"); len(now["front"].Generators) != 0 || !now["front"].Option {
			t.Errorf("of another tree: %+v", now)
		}
	}
}

func (b *bench) declared(t *testing.T, machines ...string) (told map[string]engine.Declared, failed map[string]string) {
	t.Helper()
	told, failed = map[string]engine.Declared{}, map[string]string{}
	b.engine.Declared(t.Context(), machines, nil, func(m string, d engine.Declared, err error) {
		if err != nil {
			failed[m] = err.Error()
			return
		}
		told[m] = d
	})
	if len(told)+len(failed) != len(machines) {
		t.Fatalf("%d and %d answers for %q", len(told), len(failed), machines)
	}
	return told, failed
}

// readable is a flake whose generators can be read, and one that cannot.
var readable = map[string]string{
	"flake.nix": `{
  inputs.nixpkgs.url = "path:/nowhere/nixpkgs";
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.one = nixpkgs.lib.nixosSystem { modules = [ ./one.nix ]; };
  };
}
`,
	"one.nix": `{
  clan.core.vars.generators.same = { files.a = { }; validation = { n = 1; }; script = "x"; };
  clan.core.vars.generators.other = {
    share = true;
    files.b.secret = false;
    files.gone = { mode = "0440"; };
    script = "y";
  };
  clan.core.vars.generators.lost = { files.c = { }; script = "z"; };
}
`,
}

// declares is an engine that says what it is given of every machine.
type declares struct {
	engine.Engine
	is engine.Declared
}

func (e declares) Declared(_ context.Context, machines []string, _ func(engine.Step), done func(string, engine.Declared, error)) {
	for _, m := range machines {
		done(m, e.is, nil)
	}
}

// TestGeneratorsDisagree compares what is read with an engine that says
// otherwise.
func TestGeneratorsDisagree(t *testing.T) {
	b := newBench(t, readable, Options{})
	r, err := repo.Open(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	file := engine.GeneratorFile{Secret: true, Deploy: true, Owner: "root", Group: "wheel", Mode: "0400", NeededFor: "services"}
	script, another := "x", "why"
	s := session.New(r, session.Options{Reach: &session.Reach{Engine: declares{is: engine.Declared{Option: true, Generators: map[string]engine.Generator{
		"same":  {Files: map[string]engine.GeneratorFile{"a": file}, Script: &script, Validation: []byte(`{"n":1}`)},
		"other": {Files: map[string]engine.GeneratorFile{"b": file, "d": file}, Script: &another, Validation: []byte("2"), Dependencies: []string{"same"}},
		"new":   {Files: map[string]engine.GeneratorFile{"e": file}, Script: &script, At: "one.nix"},
	}}}}})
	by, err := s.EvaluatedVars(nil)
	if err != nil {
		t.Fatal(err)
	}
	declared, err := by.Declare(t.Context(), []string{"one"})
	if err != nil || len(declared) != 1 || len(declared[0].Generators) != 3 || declared[0].Generator("new").At.File != "one.nix" || len(declared[0].Open) > 0 {
		t.Fatalf("declared is %+v, %v", declared, err)
	}
	var lines []string
	for _, p := range by.Evaluation().Problems {
		lines = append(lines, strings.TrimSuffix(p.Error(), "; hint: Nix is right; what the files say was read wrongly, or only Nix can know it"))
	}
	want := []string{
		"flake.nix:4:25: warning: machine one: generator new is one of its own, as Nix says, and the files were not read so",
		"one.nix:4:5: warning: machine one: generator other: file d is one of its own, as Nix says, and the files were not read so",
		"one.nix:4:5: warning: machine one: generator other: for dependencies none was read, and Nix says same",
		"one.nix:4:5: warning: machine one: generator other: for share true was read, and Nix says false",
		"one.nix:4:5: warning: machine one: generator other: its script is another one, as Nix says, than was read",
		"one.nix:4:5: warning: machine one: generator other: its validation is another one, as Nix says, than was read",
		"one.nix:5:13: warning: machine one: generator other: for secret of b false was read, and Nix says true",
		"one.nix:6:20: warning: machine one: generator other: file gone was read as one of its own, and Nix says that it is not",
		"one.nix:9:44: warning: machine one: generator lost was read as one of its own, and Nix says that it is not",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	if _, err := session.New(r, session.Options{}).EvaluatedVars(nil); err != session.ErrNoDeclarer {
		t.Errorf("without Nix: %v", err)
	}
}

// FuzzGenerators reads what may be no answer of Nix at all.
func FuzzGenerators(f *testing.F) {
	for _, seed := range []string{
		`null`, `{}`, `{"groups":["a"],"generators":{"g":{"share":true,"files":{"f":{}},"tools":[["t"]],"script":[""],"validation":[null]}},"places":[[{"file":"/x, via option a","names":["g"]}]]}`,
		`{"generators":{"g":null}}`, `{"places":[null,[]]}`, `[1]`, `{"generators":{"g":{"script":[null]}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := readGenerators(text, func(file string) string { return filepath.Base(file) })
		if err != nil && (d.Option || d.Generators != nil) {
			t.Errorf("an error with an answer: %+v", d)
		}
	})
}
