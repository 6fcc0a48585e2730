package audit_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/secrets/audit"
	"assay/secrets/sops"
	"assay/secrets/sops/policy"
	"assay/secrets/vars"
)

// sealed is a file that names its readers.
func sealed(path string, keys ...vars.Key) audit.File {
	f := audit.File{Path: path, File: &sops.File{Store: sops.StoreOf(path)}}
	for _, k := range keys {
		f.File.Age = append(f.File.Age, sops.Stanza{Recipient: k.Public})
	}
	return f
}

// names is a use of a file by a machine or a home on it.
func names(user, secret, file, condition string) fleet.SealedUse {
	return fleet.SealedUse{User: user, Name: secret, At: fleet.Pos{File: "m.nix", Line: 1}, Condition: condition,
		File: fleet.Fact{Value: file, At: fleet.Pos{File: "m.nix", Line: 2}}}
}

// about are the findings of the kinds that compare files with configurations.
func about(r *audit.Report) string {
	var out []string
	for _, f := range r.Findings {
		if slices.Contains([]audit.Kind{audit.Locked, audit.Absent, audit.NotTracked, audit.Unasked, audit.NotCompared, audit.NoGroup}, f.Kind) &&
			(f.Kind != audit.NotCompared || f.Secret == "") { // the test's keys are no real ones
			out = append(out, string(f.Severity)+" "+string(f.Kind)+" "+f.At.String()+": "+f.Text+" | "+f.Remedy)
		}
	}
	return strings.Join(out, "\n")
}

// configured is a fleet of two machines with keys, and a file for each.
func configured(t *testing.T) audit.Input {
	t.Helper()
	c, err := policy.Parse(".sops.yaml", []byte("creation_rules:\n  - path_regex: ^a$\n    age: "+key("anvil").Public+"\n  - path_regex: ^b$\n    age: "+key("bellows").Public+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return audit.Input{
		Fleet: []string{"anvil", "bellows"},
		Members: []vars.Member{
			{Kind: "machine", Name: "anvil", Path: "sops/machines/anvil/key.json", Keys: []vars.Key{key("anvil")}},
			{Kind: "machine", Name: "bellows", Path: "sops/machines/bellows/key.json", Keys: []vars.Key{key("bellows")}},
			{Kind: "group", Name: "admins", Path: "sops/groups/admins"},
		},
		Rules: []audit.Policy{{Dir: ".", Config: c}},
		Files: []audit.File{sealed("a", key("anvil")), sealed("b", key("bellows"))}, Git: true,
		Uses: []fleet.SealedUses{{Machine: "anvil", Uses: []fleet.SealedUse{names("", "x", "a", "")}}, {Machine: "bellows", Uses: []fleet.SealedUse{names("", "y", "b", "")}}},
	}
}

// TestConfigured judges one change of a fleet in order after the other.
func TestConfigured(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*audit.Input)
		want   string
	}{
		{"in order", func(*audit.Input) {}, ""},
		{"another machine's file", func(in *audit.Input) { in.Uses[1].Uses = append(in.Uses[1].Uses, names("", "x", "a", "")) },
			"error locked m.nix:2: a: machine bellows takes x out of it, and cannot decrypt it: no key of the machine is a recipient | add " + key("bellows").Public + " to .sops.yaml:2, then assay secrets rekey a"},
		{"perhaps another machine's", func(in *audit.Input) {
			in.Uses[1].Uses = append(in.Uses[1].Uses, names("", "x", "a", "only if cfg.on"))
		}, "note locked m.nix:2: a: machine bellows takes x out of it, and cannot decrypt it: no key of the machine is a recipient (only if cfg.on) | add " + key("bellows").Public + " to .sops.yaml:2, then assay secrets rekey a"},
		{"a home's keys are its user's", func(in *audit.Input) { in.Uses[1].Uses = append(in.Uses[1].Uses, names("smith", "x", "a", "")) }, ""},
		{"its rule has it, and the file not", func(in *audit.Input) { in.Files[1] = sealed("b", key("anvil")); in.Uses = in.Uses[1:] },
			"error locked m.nix:2: b: machine bellows takes y out of it, and cannot decrypt it: no key of the machine is a recipient | assay secrets rekey b"},
		{"a recipient that nobody holds", func(in *audit.Input) { in.Files[1] = sealed("b", key("who")) },
			"warning locked m.nix:2: b: machine bellows takes y out of it, and none of its known keys is a recipient | assay secrets rekey b"},
		{"no key is known", func(in *audit.Input) {
			in.Members = slices.Delete(in.Members, 1, 2)
			in.Files[1] = sealed("b", key("anvil"))
			in.Uses = in.Uses[1:]
		}, ""},
		{"its key is elsewhere", func(in *audit.Input) {
			in.Uses[1].Uses[0] = names("", "x", "a", "")
			in.Uses[1].KeyFile = fleet.Fact{Value: "/home/smith/keys.txt"}
			in.Uses[1].Open = []fleet.Opening{{What: "x", Any: true}}
		}, ""},
		{"other kinds of keys", func(in *audit.Input) {
			in.Uses[1].Uses = append(in.Uses[1].Uses, names("", "x", "a", ""))
			in.Files[0].File.PGP = []string{"ABCD"}
		}, ""},
		{"not there", func(in *audit.Input) {
			in.Uses[0].Uses = append(in.Uses[0].Uses, names("smith", "z", "gone", ""))
			in.Lying = map[string]audit.Lies{"gone": audit.Nowhere}
		}, "error absent m.nix:2: smith's home on anvil takes z out of gone, which is not there | correct the name, or make it: assay secrets edit gone"},
		{"removed", func(in *audit.Input) {
			in.Uses[0].Uses = append(in.Uses[0].Uses, names("", "z", "gone", ""))
			in.Tracked, in.Lying = []string{"gone"}, map[string]audit.Lies{"gone": audit.Nowhere}
		}, "error absent m.nix:2: machine anvil takes z out of gone, which is not there | restore it from version control"},
		{"not encrypted", func(in *audit.Input) {
			in.Uses[0].Uses = append(in.Uses[0].Uses, names("", "z", "plain", ""))
			in.Lying = map[string]audit.Lies{"plain": audit.Tracked}
		}, "error absent m.nix:2: machine anvil takes z out of plain, which is not encrypted | encrypt it; what git has of it was never secret"},
		{"ignored by git", func(in *audit.Input) {
			in.Uses[0].Uses = append(in.Uses[0].Uses, names("", "z", "hid", ""))
			in.Lying = map[string]audit.Lies{"hid": audit.Unseen}
		}, "error untracked m.nix:2: machine anvil takes z out of hid, which git does not track: Nix does not see it | git add --force hid, if it is encrypted"},
		{"it cannot be told where", func(in *audit.Input) { in.Uses[0].Uses = append(in.Uses[0].Uses, names("", "z", "link/x", "")) }, ""},
		{"not tracked, and named", func(in *audit.Input) { in.Files[0].Untracked = true },
			"error untracked a: git does not track it: Nix does not see it, and machine anvil names it at m.nix:2 | git add a"},
		{"not tracked", func(in *audit.Input) {
			in.Files = append(in.Files, sealed("c", key("who")))
			in.Files[2].Untracked = true
		}, "warning untracked c: git does not track it: Nix does not see it | git add c"},
		{"a file that is not named", func(in *audit.Input) { in.Uses[1].Uses = nil },
			"warning unasked b: machine bellows can read it, and names it nowhere in its configuration | take its key out of the rule at .sops.yaml:5, then assay secrets rekey b"},
		{"a file that a home names", func(in *audit.Input) { in.Uses[1].Uses[0].User = "smith" }, ""},
		{"a file that may be named where nobody reads", func(in *audit.Input) {
			in.Uses[1] = fleet.SealedUses{Machine: "bellows", Open: []fleet.Opening{{What: "inputs.x", Any: true}}}
		}, ""},
		{"a file that one with an unknown file may be", func(in *audit.Input) {
			in.Uses[1].Uses = []fleet.SealedUse{{Name: "y", At: fleet.Pos{File: "m.nix", Line: 9}, File: fleet.Fact{Why: "reads the option x"}}}
		}, "note not-compared m.nix:9: which encrypted files bellows names is not all known: the file of y: reads the option x | "},
		{"a set that is not known", func(in *audit.Input) {
			for i := range in.Uses {
				in.Uses[i].Open = []fleet.Opening{{What: "sops.secrets", At: fleet.Pos{File: "m.nix", Line: 7}, Why: "reads the option x"}}
			}
		}, "note not-compared m.nix:7: which encrypted files anvil, bellows name is not all known: sops.secrets: reads the option x | "},
		{"clan's own", func(in *audit.Input) {
			in.Claims = []vars.Claim{{Dir: "sops/secrets/y", Recipients: []vars.Key{key("bellows")}}}
			in.Uses[1].Uses = append(in.Uses[1].Uses, fleet.SealedUse{Name: "y", File: fleet.Fact{Why: "it is not set"}}, fleet.SealedUse{Name: "vars/y/z", File: fleet.Fact{Why: "it is not set"}})
		}, ""},
		{"groups", func(in *audit.Input) {
			at := fleet.Pos{File: "g.nix", Line: 3}
			in.Groups = []audit.Default{{"anvil", []string{"admins", "admin"}, at, ""}, {"bellows", []string{"admin"}, at, ""}, {"ghost", []string{"else"}, at, "only if x"}}
		}, "error no-group g.nix:3: group admin is to read all vars of anvil, bellows, and there is no such group: no secret of theirs can be made | did you mean \"admins\"?\n" +
			"note no-group g.nix:3: group else is to read all vars of ghost, and there is no such group: no secret of theirs can be made (only if x) | clan secrets groups add-user else USER"},
		{"groups of another store", func(in *audit.Input) {
			in.Members, in.Uses = nil, nil
			in.Groups = []audit.Default{{"anvil", []string{"admin"}, fleet.Pos{}, ""}}
		}, ""},
	} {
		in := configured(t)
		c.change(&in)
		if got := about(audit.Judge(in)); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// TestHostKeyReads: the age form of the SSH host key that tier 1 has is a key of
// the machine.
func TestHostKeyReads(t *testing.T) {
	const host = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL/OQXk8N1nF1XGI7tVOTXFYwcbTuROI6l4xzzYBfqyN"
	form, err := sops.AgeOfSSH(host)
	if err != nil {
		t.Fatal(err)
	}
	in := configured(t)
	in.Files[1] = sealed("b", vars.Key{Type: "age", Public: form})
	if got := about(audit.Judge(in)); !strings.Contains(got, "warning locked") {
		t.Errorf("without it: %s", got)
	}
	in.HostKeys = map[string]string{"bellows": host}
	if got := about(audit.Judge(in)); got != "" {
		t.Errorf("with it: %s", got)
	}
}

// TestFind looks where the files lie that are named.
func TestFind(t *testing.T) {
	dir := tree{t, t.TempDir()}
	for _, name := range []string{"s/a", "s/b", "real/x", "sub/x"} {
		dir.put(name, "x")
	}
	for to, link := range map[string]string{"real": "link", "a": "s/l"} {
		if err := os.Symlink(to, filepath.Join(dir.dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	in := audit.Input{Git: true, Tracked: []string{"link", "s/a", "s/l", "sub"}}
	want := map[string]audit.Lies{"s/a": audit.Tracked, "s/b": audit.Unseen, "s/c": audit.Nowhere, "s": "", "s/l": "", "link/x": "", "sub/x": "", "sub/y": "", "../x": "", "/etc/passwd": "", ".": ""}
	for name := range want {
		in.Uses = append(in.Uses, fleet.SealedUses{Machine: "anvil", Uses: []fleet.SealedUse{names("", "x", name, "")}})
	}
	if err := in.Find(dir.dir); err != nil {
		t.Fatal(err)
	}
	for name, lies := range want {
		if in.Lying[name] != lies {
			t.Errorf("%s is %q, want %q", name, in.Lying[name], lies)
		}
	}
}
