package secrets_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	declare "assay/fleet"
	"assay/secrets"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// scripted is a declared generator with a script.
func scripted(machine, name string, shared bool, script string, needs []string, files ...string) declare.Generator {
	g := declared(machine, name, shared, files...)
	g.Script.Value, g.ScriptText, g.Dependencies = script, script, needs
	return g
}

// chain is a fleet of m and n: a secret of each machine, which its hash follows
// from, and a shared one, which a value of each machine follows from.
func chain() []declare.Declaration {
	var out []declare.Declaration
	for _, m := range []string{"m", "n"} {
		out = append(out, declare.Declaration{Machine: m, Generators: []declare.Generator{
			scripted(m, "a-hash", false, `cat "$in"/z-key/key > "$out"/copy`, []string{"z-key"}, "copy!"),
			scripted(m, "b-network", false, `cat "$in"/one/id > "$out"/id`, []string{"one"}, "+id"),
			scripted(m, "one", true, `openssl rand -hex 8 > "$out"/id`, nil, "+id!"),
			scripted(m, "z-key", false, `openssl rand -base64 32 > "$out"/key`, nil, "key"),
		}})
	}
	return out
}

func planned(t *testing.T, store *vars.Store, w secrets.Wanted) secrets.GeneratePlan {
	t.Helper()
	p, err := secrets.PlanGenerate(store, w)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// said are the steps of a plan, each with its reason.
func said(p secrets.GeneratePlan) (out []string) {
	for _, s := range p.Steps {
		text := strings.TrimPrefix(s.Place.Dir(), "vars/") + ": " + s.Reason
		switch {
		case s.Blocked != "":
			text += " (" + s.Blocked + ")"
		case s.Completes != nil:
			text += " completes"
		case s.Exists:
			text += " replaces"
		}
		out = append(out, text)
	}
	return out
}

func generated(t *testing.T, store *vars.Store, p secrets.GeneratePlan, answers secrets.Answers, ids []sops.Identity) []string {
	t.Helper()
	made, err := secrets.RunGenerate(t.Context(), store, p, answers, ids, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range made {
		out = append(out, strings.TrimPrefix(m.Place.Dir(), "vars/"))
	}
	return out
}

func want(t *testing.T, what string, got []string, lines ...string) {
	t.Helper()
	if !slices.Equal(got, lines) {
		t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(lines, "\n"))
	}
}

// TestGenerateChain plans, makes, changes and makes anew what depends on each
// other.
func TestGenerateChain(t *testing.T) {
	store, ids := varsFleet(t)
	all := secrets.Wanted{Declarations: chain()}
	p := planned(t, store, all)
	want(t, "the first plan", said(p),
		"per-machine/m/z-key: not generated yet", "per-machine/m/a-hash: not generated yet", "shared/one: not generated yet",
		"per-machine/m/b-network: not generated yet", "per-machine/n/z-key: not generated yet", "per-machine/n/a-hash: not generated yet",
		"per-machine/n/b-network: not generated yet")
	if made := generated(t, store, p, nil, ids); len(made) != 7 {
		t.Errorf("made %q", made)
	}
	want(t, "with all there", said(planned(t, store, all)))
	text := func(id vars.ID) string {
		b, err := store.Public(id)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	one := text(vars.Shared("one").Var("id"))
	if m, n := text(vars.Machine("m", "b-network").Var("id")), text(vars.Machine("n", "b-network").Var("id")); m != one || n != one || len(one) != 17 {
		t.Errorf("the shared value %q became %q and %q", one, m, n)
	}
	key, err1 := store.Secret(vars.Machine("m", "z-key").Var("key"), ids)
	copied, err2 := store.Secret(vars.Machine("m", "a-hash").Var("copy"), ids)
	if err1 != nil || err2 != nil || !key.Equal(copied) || key.Len() == 0 {
		t.Error("what depends is not made of it:", err1, err2)
	}
	for id, machine := range map[vars.ID]bool{vars.Machine("m", "z-key").Var("key"): true, vars.Machine("m", "a-hash").Var("copy"): false} {
		readers, faults, err := store.Readers(id)
		reads := slices.ContainsFunc(readers, func(r vars.Reader) bool { return r.Kind == "machine" })
		if err != nil || len(faults) > 0 || reads != machine || len(readers) == 0 {
			t.Errorf("%s: read by %+v, %v, %v", id, readers, faults, err)
		}
	}

	// Machine m alone: what n has of its own is not looked at.
	anew := secrets.Wanted{Declarations: chain(), Of: []string{"m"}, Regenerate: "z-key"}
	want(t, "a machine's own anew", said(planned(t, store, anew)), "per-machine/m/z-key: asked for replaces", "per-machine/m/a-hash: depends on z-key replaces")
	anew.Regenerate = "one"
	p = planned(t, store, anew)
	want(t, "a shared one anew", said(p), "shared/one: asked for replaces", "per-machine/m/b-network: depends on one replaces", "per-machine/n/b-network: depends on one replaces")
	if !p.ReplacesShared() {
		t.Error("it replaces what is shared")
	}
	generated(t, store, p, nil, ids)
	if now := text(vars.Shared("one").Var("id")); now == one || text(vars.Machine("n", "b-network").Var("id")) != now {
		t.Error("n did not follow the shared value")
	}
	if _, err := secrets.PlanGenerate(store, secrets.Wanted{Declarations: chain(), Of: []string{"m"}, Regenerate: "nothing"}); err == nil || !strings.Contains(err.Error(), `no generator "nothing" is declared by machine m`) {
		t.Error(err)
	}
	if _, err := secrets.PlanGenerate(store, secrets.Wanted{Declarations: chain(), Regenerate: "z_key"}); err == nil || !strings.Contains(err.Error(), `did you mean "z-key"?`) {
		t.Error(err)
	}
}

// TestPlanOutdated has a validation that changes, and one that is gone.
func TestPlanOutdated(t *testing.T) {
	store, ids := varsFleet(t)
	of := func(validation any) secrets.Wanted {
		g := scripted("m", "g", false, `openssl rand -hex 8 > "$out"/f`, nil, "f")
		g.Validation = validation
		after := scripted("m", "after", false, `cat "$in"/g/f > "$out"/f`, []string{"g"}, "f")
		return secrets.Wanted{Declarations: []declare.Declaration{{Machine: "m", Generators: []declare.Generator{g, after}}}}
	}
	first := of(map[string]any{"name": "m"})
	generated(t, store, planned(t, store, first), nil, ids)
	want(t, "as it was", said(planned(t, store, first)))
	second := of(map[string]any{"name": "other"})
	want(t, "changed", said(planned(t, store, second)), "per-machine/m/g: its validation has changed since it was made replaces", "per-machine/m/after: depends on g replaces")
	want(t, "gone", said(planned(t, store, of(nil))), "per-machine/m/g: it was made under a validation, and none is declared any more replaces", "per-machine/m/after: depends on g replaces")
	generated(t, store, planned(t, store, second), nil, ids)
	want(t, "made again", said(planned(t, store, second)))
}

// TestPlanRefuses says why a generator cannot run; the others can.
func TestPlanRefuses(t *testing.T) {
	store, _ := varsFleet(t)
	w := func(of ...declare.Generator) secrets.Wanted {
		return secrets.Wanted{Declarations: []declare.Declaration{{Machine: "m", Generators: of}}}
	}
	unsure := scripted("m", "unsure", false, `openssl rand -hex 8 > "$out"/f`, nil, "f")
	unsure.FilesWhy = "its files are made of an input"
	half := scripted("m", "half", false, `openssl rand -hex 8 | cat > "$out"/x`+"\n"+`openssl rand -hex 4 > "$out"/y`, nil, "x", "y")
	put(t, store, vars.Machine("m", "half").Var("x"), "m")
	p := planned(t, store, w(
		scripted("m", "alien", false, "syncthing generate", nil, "f"), scripted("m", "after", false, `cat "$in"/alien/f > "$out"/f`, []string{"alien"}, "f"),
		scripted("m", "lost", false, `cat "$in"/nowhere/f > "$out"/f`, []string{"nowhere"}, "f"), unsure, half,
		scripted("m", "common", true, `cat "$in"/fine/f > "$out"/f`, []string{"fine"}, "f"), scripted("m", "fine", false, `openssl rand -hex 8 > "$out"/f`, nil, "f"),
	))
	want(t, "the plan", said(p),
		"per-machine/m/alien: not generated yet (needs a sandboxed script: not known here: line 1: syncthing)",
		"per-machine/m/after: not generated yet (it needs alien, which cannot be made)",
		"per-machine/m/fine: not generated yet",
		"per-machine/m/half: y is missing (x is there, and making the rest would replace it)",
		"per-machine/m/lost: not generated yet (it needs nowhere, which is not there and which nobody declares)",
		"per-machine/m/unsure: not generated yet (its files are not all known: its files are made of an input)",
		"shared/common: not generated yet (a shared generator cannot depend on fine, which is a machine's own)")
	if s := p.Steps[0]; !slices.Equal(s.Recipe.Commands, []string{"syncthing generate"}) || s.Remedy != "assay vars set m alien/FILE" {
		t.Errorf("%+v", s)
	}
}

// TestRunGoesOn has a generator that fails: what depends on it does not run,
// the others do.
func TestRunGoesOn(t *testing.T) {
	store, ids := varsFleet(t)
	first := scripted("m", "first", false, `cat "$prompts"/word > "$out"/f`, nil, "f")
	first.Prompts = []declare.VarPrompt{{Name: "word", Type: "line", Required: true}}
	w := secrets.Wanted{Declarations: []declare.Declaration{{Machine: "m", Generators: []declare.Generator{
		first, scripted("m", "second", false, `cat "$in"/first/f > "$out"/f`, []string{"first"}, "f"),
		scripted("m", "third", false, `openssl rand -hex 8 > "$out"/f`, nil, "f"),
	}}}}
	p := planned(t, store, w)
	made, err := secrets.RunGenerate(t.Context(), store, p, nil, ids, nil)
	if err == nil || strings.Count(err.Error(), "\n") != 0 || !strings.Contains(err.Error(), "vars/per-machine/m/first: generator first: unusable input of a generator: prompt word is not answered") {
		t.Error(err)
	}
	if len(made) != 1 || made[0].Place.Name != "third" {
		t.Errorf("%+v", made)
	}
	answers := secrets.Answers{vars.Machine("m", "first"): {"word": secrets.NewSecret([]byte("x"))}, vars.Machine("n", "first"): {"word": secrets.NewSecret([]byte("y"))}}
	want(t, "the rest", generated(t, store, planned(t, store, w), answers, ids), "per-machine/m/first", "per-machine/m/second")
	// A plan of before makes nothing anew that is there by now.
	if made := generated(t, store, p, answers, ids); len(made) != 0 {
		t.Errorf("an old plan replaced %q", made)
	}
}

// TestCompletes loses a part of what follows from the rest.
func TestCompletes(t *testing.T) {
	store, ids := varsFleet(t)
	key := scripted("m", "key", false, `ssh-keygen -t ed25519 -N "" -C "" -f "$out"/id_ed25519`, nil, "id_ed25519", "+id_ed25519.pub")
	password := scripted("m", "password", false, `mkpasswd -s -m sha-512 < "$prompts"/word > "$out"/hash`, nil, "word!", "hash")
	password.Prompts = []declare.VarPrompt{{Name: "word", Type: "hidden", Persist: true}}
	copied := scripted("m", "copied", false, `tr -d "\n" < "$prompts"/word > "$out"/copy`, nil, "word!", "copy")
	copied.Prompts = password.Prompts
	w := secrets.Wanted{Declarations: []declare.Declaration{{Machine: "m", Generators: []declare.Generator{key, password, copied}}}}
	answers := secrets.Answers{}
	for _, name := range []string{"password", "copied"} {
		answers[vars.Machine("m", name)] = map[string]secrets.Secret{"word": secrets.NewSecret([]byte("canary"))}
	}
	if made := generated(t, store, planned(t, store, w), answers, ids); len(made) != 3 {
		t.Fatalf("%q", made)
	}
	before := tree(t, store.Dir())
	for _, lost := range []string{"key/id_ed25519.pub", "copied/copy", "password/hash"} {
		if err := os.RemoveAll(filepath.Join(store.Dir(), "vars/per-machine/m", lost)); err != nil {
			t.Fatal(err)
		}
	}
	p := planned(t, store, w)
	want(t, "the plan", said(p), "per-machine/m/copied: copy is missing completes", "per-machine/m/key: id_ed25519.pub is missing completes", "per-machine/m/password: hash is missing completes")
	generated(t, store, p, nil, ids)
	after := tree(t, store.Dir())
	for name, content := range before {
		if !strings.Contains(name, "/hash/") && !strings.Contains(name, "/copy/secret") && after[name] != content {
			t.Errorf("%s is not as it was", name)
		}
	}
	if copied, err := store.Secret(vars.Machine("m", "copied").Var("copy"), ids); err != nil || string(copied.Bytes()) != "canary" {
		t.Error("the copy:", err)
	}
	if len(after) != len(before) {
		t.Errorf("%d files, before %d", len(after), len(before))
	}
}
