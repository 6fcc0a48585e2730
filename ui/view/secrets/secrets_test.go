package secrets_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay/fleet"
	"assay/secrets"
	"assay/secrets/audit"
	"assay/secrets/sops"
	"assay/secrets/sops/policy"
	"assay/secrets/vars"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/view"
	view_secrets "assay/ui/view/secrets"
	"assay/ui/view/viewtest"
)

func open(k *known.Known) *view_secrets.View {
	return view_secrets.New(viewtest.Env(k), view.Link{Place: view.Secrets})
}

func age(name string) vars.Key {
	return vars.Key{Type: "age", Public: "age1" + name + strings.Repeat("q", 58-len(name))}
}

func reader(kind, name, via string) vars.Reader {
	return vars.Reader{Kind: kind, Name: name, Via: via, Keys: []vars.Key{age(name)}}
}

// input is a fleet with both tiers, as it would be read.
func input(t testing.TB) audit.Input {
	t.Helper()
	made := viewtest.Now.AddDate(-2, 0, 0)
	hostKey := vars.Machine("cinnabar", "openssh").Var("ssh.id_ed25519")
	luks := vars.Machine("electrum", "luks").Var("key")
	network := vars.Shared("zerotier").Var("network-id")
	at := fleet.Pos{File: "modules/aspects/nixos/base.nix", Line: 12}
	in := audit.Input{
		Fleet: []string{"cinnabar", "electrum", "galena"},
		Vars: []secrets.VarFinding{
			{ID: hostKey, State: secrets.OK, Secret: true, Deploy: true, Declared: true, Machines: []string{"cinnabar"}, At: at, Certainty: fleet.Exact},
			{ID: luks, State: secrets.Drifted, Secret: true, Deploy: true, Declared: true, Machines: []string{"electrum"}, At: at, Certainty: fleet.Exact, Detail: "drift", Remedy: "assay vars fix electrum"},
			{ID: vars.Machine("galena", "openssh").Var("ssh.id_ed25519"), State: secrets.Missing, Secret: true, Declared: true, Machines: []string{"galena"}, At: at, Detail: "not generated yet", Remedy: "assay vars generate galena"},
			{ID: network, State: secrets.OK, Public: true, Declared: true, Machines: []string{"cinnabar", "electrum"}, At: at},
		},
		Claims: []vars.Claim{
			{Dir: hostKey.Dir(), Readers: []vars.Reader{reader("machine", "cinnabar", ""), reader("user", "raquel", "admins")}, Recipients: []vars.Key{age("cinnabar"), age("raquel")}, Modified: made},
			{Dir: luks.Dir(), Readers: []vars.Reader{reader("user", "raquel", "")}, Recipients: []vars.Key{age("raquel"), age("stranger")}, Modified: made},
			{Dir: "sops/secrets/cinnabar-age.key", Readers: []vars.Reader{reader("user", "raquel", "")}, Recipients: []vars.Key{age("raquel")}, Modified: made},
		},
		Members: []vars.Member{
			{Kind: "user", Name: "raquel", Path: "sops/users/raquel/key.json", Keys: []vars.Key{age("raquel")}},
			{Kind: "machine", Name: "cinnabar", Path: "sops/machines/cinnabar/key.json", Keys: []vars.Key{age("cinnabar")}},
		},
		Tracked: []string{".sops.yaml", "secrets/tokens.yaml"},
	}
	ann := vars.Key{Type: "age", Public: "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"}
	in.Members = append(in.Members, vars.Member{Kind: "user", Name: "ann", Path: "sops/users/ann/key.json", Keys: []vars.Key{ann}})
	c, err := policy.Parse(".sops.yaml", []byte("keys:\n- &ci "+age("ci").Public+"\ncreation_rules:\n- {path_regex: '^secrets/web', age: "+ann.Public+"}\n- {path_regex: '^secrets/', age: "+age("ci").Public+"}\n"))
	if err != nil {
		t.Fatal(err)
	}
	in.Rules = []audit.Policy{{Dir: ".", Config: c}}
	in.Files = []audit.File{{Path: "secrets/tokens.yaml", Err: errors.New("line 3: not in the format of sops")}}
	history := []audit.Versions{{Path: hostKey.Dir() + "/secret", All: []audit.Version{
		{At: viewtest.Now.AddDate(0, -1, 0), Said: audit.Say("secret", []byte(`{"sops":{"age":[{"recipient":"`+age("cinnabar").Public+`"},{"recipient":"`+age("raquel").Public+`"}],"mac":"ENC[x]"}}`))},
		{At: made, Said: audit.Say("secret", []byte(`{"sops":{"age":[{"recipient":"`+age("former").Public+`"}],"mac":"ENC[x]"}}`))},
	}}}
	in.Ages = func() audit.Ages { return audit.Ages{History: history} }
	named := fleet.Pos{File: "modules/aspects/nixos/base.nix", Line: 20}
	in.Files = append(in.Files, audit.File{Path: "secrets/web.yaml", File: &sops.File{Store: sops.YAML, Modified: made, Age: []sops.Stanza{{Recipient: ann.Public}}}})
	for _, m := range []string{"cinnabar", "electrum"} {
		in.Uses = append(in.Uses, fleet.SealedUses{Machine: m, Uses: []fleet.SealedUse{{Name: "web", File: fleet.Fact{Value: "secrets/web.yaml", At: named}, At: named}}})
	}
	return in
}

func world(t testing.TB) *known.Known {
	k := viewtest.Known(t)
	k.Secrets = known.Loaded[*audit.Report]{Value: audit.Judge(input(t)), At: viewtest.Now}
	return k
}

func TestScreens(t *testing.T) {
	k := world(t)
	v := open(k)
	viewtest.Golden(t, "all", v)
	viewtest.Do(v, "move.down")
	viewtest.Golden(t, "drifted", v)
	viewtest.Do(v, "move.down")
	viewtest.Golden(t, "missing", v)
	viewtest.Do(v, "move.bottom")
	viewtest.Golden(t, "named", v)
	viewtest.Do(v, "move.top", "move.down", "move.down")
	viewtest.Do(v, "secrets.to-mend")
	viewtest.Golden(t, "to-mend", v)
	viewtest.Do(v, "secrets.to-mend", "secrets.group")
	viewtest.Golden(t, "grouped", v)
	viewtest.Do(v, "secrets.group", "secrets.group", "secrets.reader-set user raquel")
	viewtest.Golden(t, "reader", v)
	viewtest.Do(v, "back", "filter")
	viewtest.Type(v, "nothing like it")
	viewtest.Golden(t, "no-match", v)
}

func TestScreensWithoutSecrets(t *testing.T) {
	k := viewtest.Known(t)
	k.Secrets = known.Loaded[*audit.Report]{Busy: true}
	viewtest.Golden(t, "loading", open(k))
	k.Secrets = known.Loaded[*audit.Report]{Err: errors.New("permission denied"), At: viewtest.Now}
	viewtest.Golden(t, "error", open(k))
	k.Secrets = known.Loaded[*audit.Report]{Value: &audit.Report{}, At: viewtest.Now}
	viewtest.Golden(t, "nothing", open(k))
}

func TestKeys(t *testing.T) {
	v := open(world(t))
	v.Render(80, 20)
	for do, want := range map[string]view.Ask{
		"enter": view.Go{Link: view.Link{Place: view.File, Name: "modules/aspects/nixos/base.nix", Line: 12}},
		"edit":  view.Edit{At: fleet.Pos{File: "modules/aspects/nixos/base.nix", Line: 12}},
		"back":  view.Leave{},
	} {
		if asks := viewtest.Do(v, do); len(asks) != 1 || asks[0] != want {
			t.Errorf("%s asks %v, want %v", do, asks, want)
		}
	}
	if asks := viewtest.Do(v, "secrets.make"); len(asks) != 1 || asks[0] != (view.PlanVars{}) {
		t.Errorf("making asks %v", asks)
	}
	fix, ok := viewtest.Do(v, "secrets.fix")[0].(view.FixVars)
	if !ok || len(fix.Drifted) != 1 || fix.Drifted[0].Name != "luks" || !strings.Contains(fix.Confirm.Yes, "1 secret") {
		t.Errorf("fixing asks %+v", fix)
	}
	choose, ok := viewtest.Do(v, "secrets.reader")[0].(view.Choose)
	if !ok || choose.Intent != action.ReaderSet || len(choose.Items) != 6 {
		t.Errorf("the readers are %+v", choose.Items)
	}
}

// TestReverse shows what somebody can read, also with a machine's private key.
func TestReverse(t *testing.T) {
	v := open(world(t))
	for reader, want := range map[string]string{
		"user raquel":      "vars/per-machine/cinnabar/openssh/ssh.id_ed25519 vars/per-machine/electrum/luks/key sops/secrets/cinnabar-age.key",
		"machine cinnabar": "vars/per-machine/cinnabar/openssh/ssh.id_ed25519",
		"key ci":           "",
	} {
		viewtest.Do(v, "secrets.reader-set "+reader)
		var got []string
		for line := range strings.Lines(viewtest.Do(v, "copy.all")[0].(view.Copy).Text) {
			path, _, _ := strings.Cut(line[strings.LastIndex(line[:strings.Index(line, ":")], " ")+1:], ":")
			got = append(got, path)
		}
		if reader == "key ci" { // it should, and cannot
			want = "secrets/tokens.yaml"
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s reads %v, want %s", reader, got, want)
		}
	}
}

func TestNothingWithoutTrouble(t *testing.T) {
	k := viewtest.Known(t)
	k.Secrets = known.Loaded[*audit.Report]{Value: &audit.Report{}, At: viewtest.Now}
	v := open(k)
	for _, id := range []action.ID{action.MakeVars, action.FixSecrets, action.Reader, action.ToMend} {
		if v.Disabled(id) == "" {
			t.Errorf("%s does something without secrets", id)
		}
	}
}

func hostile() *audit.Report {
	evil := "\x1b]52;c;x\a\u202e語\xff\n" + strings.Repeat("long ", 300)
	in := audit.Input{
		Vars: []secrets.VarFinding{{ID: vars.Machine(evil, evil).Var(evil), State: secrets.State(evil), Detail: evil, Remedy: evil, Secret: true, Machines: []string{evil}},
			{State: secrets.Drifted}},
		Claims:  []vars.Claim{{Dir: vars.Machine(evil, evil).Var(evil).Dir(), Readers: []vars.Reader{{Kind: evil, Name: evil, Via: evil, Keys: []vars.Key{{Type: evil, Public: evil}}}}, Recipients: []vars.Key{{}}, Modified: time.Unix(1<<60, 0)}},
		Members: []vars.Member{{Kind: "user", Name: evil, Keys: []vars.Key{{Type: evil, Public: evil}}}},
		Files:   []audit.File{{Path: evil, Err: errors.New(evil)}, {Path: "", Err: errors.New("")}, {Path: "x", File: &sops.File{}, Untracked: true}},
		Uses:    []fleet.SealedUses{{Machine: evil, Uses: []fleet.SealedUse{{User: evil, Name: evil, Condition: evil, File: fleet.Fact{Value: evil, Why: evil}}, {Name: evil, File: fleet.Fact{Value: "x"}}, {Name: evil}}}},
	}
	return audit.Judge(in)
}

// TestAnySizeAndIntent does everything in any order at any size.
func TestAnySizeAndIntent(t *testing.T) {
	bare := func() *known.Known { return known.New(&fleet.Fleet{}, viewtest.Now) }
	worlds := []*known.Known{world(t), bare(), bare()}
	worlds[1].Secrets = known.Loaded[*audit.Report]{Value: hostile(), At: viewtest.Now}
	viewtest.Anything(t, 400, worlds, func(k *known.Known, text func() string) view.View {
		return view_secrets.New(viewtest.Env(k), view.Link{Name: text(), Sub: text()})
	}, "user raquel", "drifted")
}

// TestNoValueIsShown reads the repository's own demo of a secret and looks for
// ciphertext on the screen: a view has none.
func TestNoValueIsShown(t *testing.T) {
	golden, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(golden) == 0 {
		t.Fatal(err, golden)
	}
	for _, path := range golden {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "ENC[") || strings.Contains(string(text), "BEGIN AGE") {
			t.Errorf("%s shows ciphertext", path)
		}
	}
}
