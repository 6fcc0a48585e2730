package audit_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/fleet"
	"assay/secrets"
	"assay/secrets/audit"
	"assay/secrets/sops"
	"assay/secrets/sops/policy"
	"assay/secrets/vars"
)

func key(name string) vars.Key {
	return vars.Key{Type: "age", Public: "age1" + name + strings.Repeat("q", 58-len(name))}
}

func day(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }

func reader(kind, name string) vars.Reader {
	return vars.Reader{Kind: kind, Name: name, Keys: []vars.Key{key(name)}}
}

func input(t *testing.T) audit.Input {
	t.Helper()
	id := vars.Machine("anvil", "ssh").Var("key")
	c, err := policy.Parse(".sops.yaml", []byte(strings.Join([]string{
		"keys:", "- &anvil " + key("other").Public, "creation_rules:", "- {path_regex: '^a/.*$', age: *anvil}",
		"- {path_regex: '^hosts/ghost/.*$', age: *anvil}", ""}, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return audit.Input{
		Fleet: []string{"anvil", "bellows"},
		Vars: []secrets.VarFinding{{ID: id, State: secrets.Drifted, Secret: true, Deploy: true, Declared: true, Machines: []string{"anvil"},
			Certainty: fleet.Exact, Remedy: "assay vars fix anvil"}},
		Claims: []vars.Claim{
			{Dir: id.Dir(), Readers: []vars.Reader{reader("machine", "anvil"), reader("machine", "bellows")}, Recipients: []vars.Key{key("bellows"), key("who")}},
			{Dir: "sops/secrets/bellows-age.key", Readers: []vars.Reader{reader("user", "alice")}, Recipients: []vars.Key{key("alice")}},
		},
		Members: []vars.Member{
			{Kind: "machine", Name: "anvil", Path: "sops/machines/anvil/key.json", Keys: []vars.Key{key("anvil")}},
			{Kind: "machine", Name: "bellows", Path: "sops/machines/bellows/key.json", Keys: []vars.Key{key("bellows")}},
			{Kind: "user", Name: "alice", Path: "sops/users/alice/key.json", Keys: []vars.Key{key("alice")}},
			{Kind: "machine", Name: "gone", Path: "sops/machines/gone/key.json", Keys: []vars.Key{key("gone")}},
		},
		Rules:   []audit.Policy{{Dir: ".", Config: c}},
		Tracked: []string{".sops.yaml"},
		Ages:    history(secretFile, versions(t)...),
	}
}

// secretFile is the file whose ages input has.
var secretFile = vars.Machine("anvil", "ssh").Var("key").Dir() + "/secret"

// history is what git says of one file.
func history(file string, all ...audit.Version) func() audit.Ages {
	return func() audit.Ages { return audit.Ages{History: []audit.Versions{{Path: file, All: all}}} }
}

// versions are those of secretFile, newest first.
func versions(t *testing.T) []audit.Version {
	t.Helper()
	say := func(mac string, keys ...vars.Key) string {
		var age []map[string]string
		for _, k := range keys {
			age = append(age, map[string]string{"recipient": k.Public})
		}
		text, err := json.Marshal(map[string]any{"data": "ENC[x]", "sops": map[string]any{"age": age, "mac": "ENC[" + mac + "]"}})
		if err != nil {
			t.Fatal(err)
		}
		return audit.Say("s", text)
	}
	return []audit.Version{
		{At: day(3), Said: say("x", key("bellows"), key("who"))},
		{At: day(2), Said: say("x", key("former"), key("who"))},
		{At: day(1), Said: say("y", key("older"))},
	}
}

func TestFindings(t *testing.T) {
	r := audit.Judge(input(t))
	var got []string
	for _, f := range r.Findings {
		got = append(got, string(f.Severity)+" "+string(f.Kind)+" "+f.At.String())
	}
	secret := "vars/per-machine/anvil/ssh/key/secret"
	for _, want := range []string{
		"error drift " + secret, "warning unasked " + secret, "warning nobody " + secret, "warning former " + secret,
		"warning invented sops/machines/gone/key.json", "warning invented .sops.yaml:5", "warning key-differs .sops.yaml:2",
		"warning rule-unused .sops.yaml:4", "warning rule-unused .sops.yaml:5", "note forgotten .sops.yaml",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, strings.Join(got, "\n"))
		}
	}
	if r.Findings[0].Text != "cannot read but should: machine anvil; can read but should not: "+audit.Short(key("who")) {
		t.Errorf("the drift is %q", r.Findings[0].Text)
	}
}

func TestAge(t *testing.T) {
	age := audit.Judge(input(t)).Secrets[0].Age
	if age.Writes != 2 || age.Written.Day() != 2 || age.Regranted.Day() != 3 || age.First.Day() != 1 {
		t.Errorf("%+v", age)
	}
	want := []audit.Former{{Key: key("former"), Removed: day(3), Certain: true}, {Key: key("older"), Removed: day(2)}}
	if !slices.EqualFunc(age.Former, want, func(a, b audit.Former) bool {
		return a.Key == b.Key && a.Removed.Equal(b.Removed) && a.Certain == b.Certain
	}) {
		t.Errorf("former readers %+v", age.Former)
	}
}

// TestCutAge: of a secret that was there when a shallow clone begins, nobody
// knows when it was made, and whether it was never written again.
func TestCutAge(t *testing.T) {
	in := input(t)
	all := versions(t)
	all[len(all)-1].Cut = true
	in.Ages = history(secretFile, all...)
	age := audit.Judge(in).Secrets[0].Age
	if age.Writes != 0 || age.Written.Day() != 2 || age.Regranted.Day() != 3 || !age.First.IsZero() || !age.Cut || len(age.Former) != 2 {
		t.Errorf("%+v", age)
	}
	all[0].Cut = true
	in.Ages = history(secretFile, all[:1]...)
	r := audit.Judge(in)
	if age := r.Secrets[0].Age; !age.Written.IsZero() || !age.Regranted.IsZero() || age.Writes != 0 || age.Former != nil {
		t.Errorf("%+v", age)
	}
	if slices.ContainsFunc(r.Findings, func(f audit.Finding) bool { return f.Kind == audit.NoRotation }) {
		t.Errorf("%+v", r.Findings)
	}
	for _, c := range []struct {
		cut         bool
		noGit, want string
	}{{true, audit.Shallow, audit.Shallow}, {false, audit.Shallow, ""}, {false, "no git", "no git"}, {false, "", ""}} {
		if got := (&audit.Age{Cut: c.cut}).Unsaid(c.noGit); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// TestNotRotated: what makes a secret anew depends on its kind.
func TestNotRotated(t *testing.T) {
	in := audit.Input{
		Files: []audit.File{{Path: "s/a", File: &sops.File{Store: sops.Binary}}},
		Ages:  history("s/a", audit.Version{At: day(1), Said: "ENC[x]"}),
	}
	r := audit.Judge(in)
	i := slices.IndexFunc(r.Findings, func(f audit.Finding) bool { return f.Kind == audit.NoRotation })
	if i < 0 || r.Findings[i].Remedy != "assay secrets edit s/a, with a new value" {
		t.Errorf("%+v", r.Findings)
	}
}

// TestRemovedAnew: somebody was removed as assay does it, with a fresh data key;
// nobody can tell from outside whether the value is a new one.
func TestRemovedAnew(t *testing.T) {
	file := func(mac string, keys ...string) []byte {
		var list []string
		for _, k := range keys {
			list = append(list, `{"recipient":"`+key(k).Public+`"}`)
		}
		return []byte(`{"data":"ENC[x]","sops":{"age":[` + strings.Join(list, ",") + `],"mac":"ENC[` + mac + `]"}}`)
	}
	in := input(t)
	in.Ages = history(secretFile, audit.Version{At: day(2), Said: audit.Say("s", file("new", "who"))}, audit.Version{At: day(1), Said: audit.Say("s", file("old", "former", "who"))})
	r := audit.Judge(in)
	i := slices.IndexFunc(r.Findings, func(f audit.Finding) bool { return f.Kind == audit.FormerKey })
	if i < 0 || r.Findings[i].Severity != audit.Note || !strings.Contains(r.Findings[i].Text, "1 secret that was encrypted anew then, perhaps with the old value") {
		t.Errorf("%+v", r.Findings)
	}
}

// TestAgeOfFields: what stands in a file beside the metadata is no part of it,
// whatever it is called.
func TestAgeOfFields(t *testing.T) {
	const one = `"age": [{"recipient": "age1one"}]`
	for name, texts := range map[string][2]string{
		"s.yaml": {
			"net:\n    mac: ENC[a]\n    recipient: ENC[r1]\nsops:\n    age:\n        - recipient: age1one\n    mac: ENC[m1]\nlast:\n    mac: ENC[c]\n    recipient: x\n",
			"net:\n    mac: ENC[a]\n    recipient: ENC[r2]\nsops:\n    age:\n        - recipient: age1one\n    mac: ENC[m2]\nlast:\n    mac: ENC[c]\n    recipient: y\n",
		},
		"s.json": {
			`{"net": {"mac": "ENC[a]", "sops": {"mac": "ENC[b]"}, "recipient": "ENC[r1]"}, "sops": {` + one + `, "mac": "ENC[m1]"}, "z": {"mac": "ENC[c]", "recipient": "x"}}`,
			`{"net": {"mac": "ENC[a]", "sops": {"mac": "ENC[b]"}, "recipient": "ENC[r2]"}, "sops": {` + one + `, "mac": "ENC[m2]"}, "z": {"mac": "ENC[c]", "recipient": "y"}}`,
		},
		"s.env": {
			"mac=ENC[a]\nrecipient=ENC[r1]\nsops_age__list_0__map_recipient=age1one\nsops_mac=ENC[m1]\n",
			"mac=ENC[a]\nrecipient=ENC[r2]\nsops_age__list_0__map_recipient=age1one\nsops_mac=ENC[m2]\n",
		},
		"s.ini": {
			"[net]\nmac = ENC[a]\nrecipient = ENC[r1]\n\n[sops]\nage__list_0__map_recipient = age1one\nmac = ENC[m1]\n",
			"[net]\nmac = ENC[a]\nrecipient = ENC[r2]\n\n[sops]\nage__list_0__map_recipient = age1one\nmac = ENC[m2]\n",
		},
	} {
		in := audit.Input{
			Files: []audit.File{{Path: name, File: &sops.File{Store: sops.StoreOf(name)}}},
			Ages:  history(name, audit.Version{At: day(2), Said: audit.Say(name, []byte(texts[1]))}, audit.Version{At: day(1), Said: audit.Say(name, []byte(texts[0]))}),
		}
		if age := audit.Judge(in).Secrets[0].Age; age.Writes != 2 || age.Written.Day() != 2 || age.Regranted.Day() != 1 || len(age.Former) != 0 {
			t.Errorf("%s: %+v", name, age)
		}
	}
}

// TestReadsThroughMachine: who should read a secret, cannot, and can with a
// machine's private key, can.
func TestReadsThroughMachine(t *testing.T) {
	in := input(t)
	in.Claims[0].Readers = append(in.Claims[0].Readers, reader("user", "alice"))
	_, reads, _ := audit.Judge(in).Reads("alice")
	i := slices.IndexFunc(reads, func(r audit.Reading) bool { return r.Secret.Tier == audit.Var })
	if i < 0 || !reads[i].Access.Can || reads[i].Through != "bellows" {
		t.Errorf("alice reads %+v", reads)
	}
}

// TestUnaskedRemedy: a link is not removed by fixing, so the remedy names it.
func TestUnaskedRemedy(t *testing.T) {
	for _, linked := range []bool{true, false} {
		in := input(t)
		want := "assay vars fix anvil"
		if linked {
			want = "remove vars/per-machine/anvil/ssh/key/machines/bellows, then assay vars fix anvil"
		} else {
			in.Claims[0].Readers = in.Claims[0].Readers[:1]
		}
		r := audit.Judge(in)
		i := slices.IndexFunc(r.Findings, func(f audit.Finding) bool { return f.Kind == audit.Unasked })
		if i < 0 || r.Findings[i].Remedy != want {
			t.Errorf("linked %t: %+v, want %q", linked, r.Findings, want)
		}
	}
}

// TestReads asks what somebody can read, also with a machine's private key.
func TestReads(t *testing.T) {
	r := audit.Judge(input(t))
	for name, want := range map[string]string{
		"alice":         "sops/secrets/bellows-age.key vars/per-machine/anvil/ssh/key(bellows)",
		"bellows":       "vars/per-machine/anvil/ssh/key",
		"machine anvil": "vars/per-machine/anvil/ssh/key",
		"gone":          "",
	} {
		_, reads, ok := r.Reads(name)
		var got []string
		for _, one := range reads {
			text := one.Secret.ID
			if one.Through != "" {
				text += "(" + one.Through + ")"
			}
			got = append(got, text)
		}
		if !ok || strings.Join(got, " ") != want {
			t.Errorf("%s reads %v, want %s", name, got, want)
		}
	}
	if _, _, ok := r.Reads("nobody at all"); ok {
		t.Error("nobody can be asked for")
	}
}

// TestSharedDirectory: the directory of files that hosts share is no host, and
// that of one that is gone is.
func TestSharedDirectory(t *testing.T) {
	const keys = "keys:\n- &web age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\n" +
		"- &host_gone age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z\n" +
		"- &server-db age1yt3tfqlfrwdwx0z0ynwplcr6qxcxfaqycuprpmy89nr83ltx74tqdpszlw\ncreation_rules:\n"
	for _, c := range []struct {
		rule, file string
		invented   bool
	}{
		{"{path_regex: ^hosts/common/, key_groups: [{age: [*web, *server-db]}]}", "hosts/common/s.yaml", false},
		{"{path_regex: ^hosts/common/, key_groups: [{age: [*web, *server-db]}]}", "elsewhere/s.yaml", true},
		{"{path_regex: ^hosts/gone/, key_groups: [{age: [*web, *server-db, *host_gone]}]}", "hosts/gone/s.yaml", true},
		{"{path_regex: ^hosts/gone/, age: *web}", "hosts/gone/s.yaml", true},
		{"{path_regex: ^hosts/web/, age: *web}", "elsewhere/s.yaml", false},
	} {
		config, err := policy.Parse(".sops.yaml", []byte(keys+"- "+c.rule+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		r := audit.Judge(audit.Input{
			Fleet: []string{"db", "web"}, Rules: []audit.Policy{{Dir: ".", Config: config}},
			Files: []audit.File{{Path: c.file, File: &sops.File{Store: sops.YAML}}},
		})
		if got := slices.ContainsFunc(r.Findings, func(f audit.Finding) bool { return f.Kind == audit.Invented }); got != c.invented {
			t.Errorf("%s, %s: %v: %+v", c.rule, c.file, got, r.Findings)
		}
	}
}
