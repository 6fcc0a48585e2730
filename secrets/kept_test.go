package secrets_test

import (
	"errors"
	"testing"

	declare "assay/fleet"
	"assay/secrets"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// TestKeptAnswer: what was answered and kept is there when the generator is
// made again, for whoever can read it; what was not kept is not.
func TestKeptAnswer(t *testing.T) {
	store, ids := varsFleet(t)
	g := scripted("m", "g", false, `cat "$prompts"/word > "$out"/f`, nil, "f", "word", "+open", "none")
	g.Prompts = []declare.VarPrompt{
		{Name: "word", Type: "hidden", Persist: true, Required: true}, {Name: "open", Type: "line", Persist: true},
		{Name: "none", Type: "line", Persist: true}, {Name: "f", Type: "line"},
	}
	w := secrets.Wanted{Declarations: []declare.Declaration{{Machine: "m", Generators: []declare.Generator{g}}}}
	first := planned(t, store, w)
	if _, kept, err := secrets.KeptAnswer(store, first.Steps[0], "word", ids); kept || err != nil {
		t.Errorf("before anything is made: %t, %v", kept, err)
	}
	answers := secrets.Answers{vars.Machine("m", "g"): {
		"word": secrets.NewSecret([]byte("canary")), "open": secrets.NewSecret([]byte("shown")), "none": secrets.NewSecret(nil), "f": secrets.NewSecret([]byte("x")),
	}}
	want(t, "made", generated(t, store, first, answers, ids), "per-machine/m/g")
	w.Regenerate = "g"
	step := planned(t, store, w).Steps[0]
	for prompt, wanted := range map[string]string{"word": "canary", "open": "shown", "none": "", "f": "", "such": ""} {
		got, kept, err := secrets.KeptAnswer(store, step, prompt, ids)
		if err != nil || kept != (wanted != "") || string(got.Bytes()) != wanted {
			t.Errorf("%s: %q, %t, %v", prompt, got.Bytes(), kept, err)
		}
	}
	stranger, _, err := sops.NewIdentity("stranger")
	if err != nil {
		t.Fatal(err)
	}
	if _, kept, err := secrets.KeptAnswer(store, step, "word", []sops.Identity{stranger}); kept || !errors.Is(err, sops.ErrNoIdentity) {
		t.Errorf("a stranger: %t, %v", kept, err)
	}
}
