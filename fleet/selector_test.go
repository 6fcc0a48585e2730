package fleet

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// example is a small fleet, resolved.
func example(t testing.TB) *Fleet {
	f := &Fleet{
		Machines: []Machine{
			{Name: "web1", System: "x86_64-linux", Class: NixOS, User: "cameron", Tags: []string{"cloud", "peer"}, Source: SourceFile},
			{Name: "web02", System: "x86_64-linux", Class: NixOS, User: "cameron", Tags: []string{"cloud", "gcp"}, Source: SourceFile},
			{Name: "web12", System: "aarch64-linux", Class: NixOS, User: "raquel", Tags: []string{"peer"}, Source: SourceFile,
				Aspects: []Named{{Name: "nginx"}}},
			{Name: "mac", System: "aarch64-darwin", Class: Darwin, User: "raquel", Home: []Home{{User: "crs58"}}, Source: SourceFile},
		},
		Tags: []TagRule{{Name: "edge", Selector: "@cloud and not @gcp"}},
		Services: []Service{{Name: "zerotier", Roles: []Role{
			{Name: "peer", Tags: []Named{{Name: "peer"}}},
			{Name: "controller", Machines: []Named{{Name: "web1"}}},
		}}},
	}
	if ps := f.Resolve(); len(ps) > 0 {
		t.Fatal(ps)
	}
	return f
}

// exampleSubjects knows of web1 that it is online, runs what is wanted and
// failed last; of web02 that it is offline; of the others nothing.
func exampleSubjects(t testing.TB) []Subject {
	subs := example(t).Subjects() // mac, web02, web1, web12
	subs[1].Facts = &Facts{Reach: Unreachable, Identity: true}
	subs[1].Failed = False
	subs[2].Facts = &Facts{Reach: Reachable, Running: "/nix/store/a", Booted: "/nix/store/a"}
	subs[2].Wanted, subs[2].Failed = "/nix/store/a", True
	subs[2].Aspects, subs[2].AspectsKnown = []string{"nginx", "machines/nixos/web1"}, true
	return subs
}

func TestSelect(t *testing.T) {
	for _, c := range []struct{ src, want, unknown string }{
		{"web*", "web02 web1 web12", ""},
		{"web?", "web1", ""},
		{"web[1-20]", "web1 web12", ""},
		{"web[01-20]", "web02 web12", ""},
		{"web[1,12]", "web1 web12", ""},
		{"web[0-12/4]", "web12", ""},
		{"w[a-e]b1", "web1", ""},
		{"[!w]*", "mac", ""},
		{"mac, web1", "mac web1", ""},
		{"mac or web1 or mac", "mac web1", ""},
		{"@cloud @peer", "web1", ""},
		{"@cloud and @peer", "web1", ""},
		{"@edge", "web1", ""},
		{"@all -@cloud", "mac web12", ""},
		{"-web*", "mac", ""},
		{"-(web1,mac)", "web02 web12", ""},
		{"not not mac", "mac", ""},
		{"mac, @cloud @gcp", "mac web02", ""},
		{"(mac, @cloud) @gcp", "web02", ""},
		{"not mac @nixos", "web02 web1 web12", ""},
		{"@darwin", "mac", ""},
		{"@p*", "web1 web12", ""},
		{"class:nixos", "web02 web1 web12", ""},
		{"system:aarch64-*", "mac web12", ""},
		{"user:raquel", "mac web12", ""},
		{"user:crs58", "mac", ""},
		{"role:zerotier", "web1 web12", ""},
		{"role:zerotier/controller", "web1", ""},
		{"role:*/peer", "web1 web12", ""},
		{"-role:zerotier", "mac web02", ""},
		{"aspect:nginx", "web1 web12", "mac web02"},
		{"aspect:machines/*", "web1", "mac web02 web12"},
		{"state:online", "web1", "mac web12"},
		{"-state:online", "web02", "mac web12"},
		{"state:offline", "web02", "mac web12"},
		{"state:unverified", "web02", "mac web12"},
		{"state:unknown", "mac web12", ""},
		{"state:unreachable", "web02", "mac web12"},
		{"state:current", "web1", "mac web12"},
		{"not state:current", "web02", "mac web12"},
		{"state:behind or state:unreachable", "web02", "mac web12"},
		{"drift:no", "web1", "mac web02 web12"},
		{"drift:unknown", "mac web02 web12", ""},
		{"reboot:no", "web1", "mac web02 web12"},
		{"reboot:unknown", "mac web02 web12", ""},
		{"failed", "web1", "mac web12"},
		{"-@failed", "web02", "mac web12"},
		{"state:online or mac", "mac web1", "web12"},
		{"\tweb1 ,\n mac ", "mac web1", ""},
	} {
		t.Run(c.src, func(t *testing.T) {
			s, err := ParseSelector(c.src)
			if err != nil {
				t.Fatal(err)
			}
			sel, err := s.Select(exampleSubjects(t))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(sel.Machines, " "); got != c.want {
				t.Errorf("selects %q, want %q", got, c.want)
			}
			if got := strings.Join(sel.Unknown, " "); got != c.unknown {
				t.Errorf("unknown %q, want %q", got, c.unknown)
			}
		})
	}
}

func TestSelectorString(t *testing.T) {
	for src, want := range map[string]string{
		"a,b c":              "a or b and c",
		"(a,b) c":            "(a or b) and c",
		"-(a b)":             "not (a and b)",
		"--a":                "a",
		"((a))":              "a",
		"a (b (c,d))":        "a and b and (c or d)",
		"failed":             "@failed",
		"web[1,3-5] -@x":     "web[1,3-5] and not @x",
		"not (not (a or b))": "a or b",
	} {
		s, err := ParseSelector(src)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.String(); got != want {
			t.Errorf("%q is %q, want %q", src, got, want)
		}
	}
	if got := (Selector{}).String(); got != "@all" {
		t.Errorf("zero selector is %q", got)
	}
}

func TestParseSelectorErrors(t *testing.T) {
	for src, want := range map[string]string{
		"":                        `column 1: expected a machine name, @tag, key:value or "(", found the end`,
		"a,":                      "column 3: expected a machine name",
		"a or or b":               `column 6: expected a machine name, @tag, key:value or "(", found "or"`,
		"(a":                      `column 3: expected ")", found the end`,
		"a)":                      `column 2: expected "and", "or" or the end, found ')'`,
		"@":                       `column 2: expected a value after "@", found the end`,
		"state:":                  `column 7: expected a value after "state:"`,
		"state:onlin":             `column 7: expected one of online, offline, unverified, unreachable, error, damaged, unknown, empty, behind, staged, current, found "onlin"; hint: did you mean "online"?`,
		"state:behnd":             `found "behnd"; hint: did you mean "behind"?`,
		"class:macos":             "column 7: expected one of nixos, darwin",
		"sistem:x":                `hint: did you mean "system"?`,
		"web[1-":                  `column 7: expected "]", found the end`,
		"web[20-1]":               "column 5: expected a range that rises",
		"web[]":                   "column 5: expected numbers or letters",
		"web]":                    `column 4: expected "[" before "]"`,
		"a b!c$":                  `column 6: expected a letter`,
		"a:b:c":                   "column 1: expected one of class:",
		strings.Repeat("(", 5000): "at most 200 levels",
		strings.Repeat("-", 5000): "at most 200 levels",
	} {
		_, err := ParseSelector(src)
		if _, ok := errors.AsType[*SyntaxError](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, want %q", src, err, want)
		}
	}
}

func TestEmptySelection(t *testing.T) {
	for src, want := range map[string]string{
		"web3":         `selector "web3" selects nothing: web3 (column 1) matches no machine, did you mean "web1"?`,
		"@clod":        `@clod (column 1) matches no machine, did you mean "cloud"?`,
		"mac @cloud":   "each of its terms matches some machine, but no machine matches them together; hint: a space means and, a comma means or",
		"mac, @cloud":  "",
		"mac failed":   "a fact is not known of 1 of 4 machines",
		"user:raqel":   `did you mean "raquel"?`,
		"role:zerotir": `role:zerotir (column 1) matches no machine, did you mean "zerotier"?`,
	} {
		s, err := ParseSelector(src)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Select(exampleSubjects(t))
		if want == "" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		if _, ok := errors.AsType[*EmptyError](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v\nwant %s", src, err, want)
		}
	}
	s, _ := ParseSelector("web1, web3")
	sel, err := s.Select(exampleSubjects(t))
	if err != nil || len(sel.Unmatched) != 1 || sel.Unmatched[0].Value != "web3" || sel.Unmatched[0].Column != 7 {
		t.Errorf("unmatched %+v, %v", sel.Unmatched, err)
	}
}

func TestNeeds(t *testing.T) {
	for src, want := range map[string][4]bool{ // facts, wanted, aspects, runs
		"web1 @x":             {},
		"a or (b -drift:yes)": {true, true, false, false},
		"reboot:no":           {true, false, false, false},
		"state:online":        {true, false, false, false},
		"-state:unreachable":  {true, false, false, false},
		"state:behind":        {true, true, false, false},
		"state:unknown":       {true, true, false, false},
		"aspect:x":            {false, false, true, false},
		"-failed":             {false, false, false, true},
	} {
		s, err := ParseSelector(src)
		if err != nil {
			t.Fatal(err)
		}
		if got := [4]bool{s.NeedsFacts(), s.NeedsWanted(), s.NeedsAspects(), s.NeedsRuns()}; got != want {
			t.Errorf("%s needs %v, want %v", src, got, want)
		}
	}
}

func FuzzParseSelector(f *testing.F) {
	subs := exampleSubjects(f)
	f.Fuzz(func(t *testing.T, src string) {
		s, err := ParseSelector(src)
		if err != nil {
			if bad, ok := errors.AsType[*SyntaxError](err); !ok || bad.Column < 1 || bad.Column > len(src)+1 {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		again, err := ParseSelector(s.String())
		if err != nil {
			t.Fatalf("%q prints %q: %v", src, s, err)
		}
		if again.String() != s.String() {
			t.Fatalf("%q prints %q, then %q", src, s, again)
		}
		for i := range subs {
			if a, b := s.Match(subs[i]), again.Match(subs[i]); a != b {
				t.Fatalf("%q is %v of %s, %q is %v", src, a, subs[i].Machine.Name, s, b)
			}
		}
	})
}

func BenchmarkSelect(b *testing.B) {
	subs := make([]Subject, 5000)
	for i := range subs {
		subs[i] = Subject{Machine: &Machine{Name: fmt.Sprintf("web%d", i), System: "x86_64-linux", Class: NixOS,
			Tags: []string{"cloud", fmt.Sprintf("rack%d", i%50)}}}
	}
	for _, src := range []string{"web4999", "@rack7 and not web[1-2000]", "system:*-linux (web*7, @rack1*) -class:darwin"} {
		s, err := ParseSelector(src)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(strings.ReplaceAll(src, " ", "_"), func(b *testing.B) {
			for b.Loop() {
				if sel, err := s.Select(subs); err != nil || len(sel.Machines) == 0 {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParseSelector(b *testing.B) {
	for b.Loop() {
		if _, err := ParseSelector("system:*-linux (web[1-20], @rack1*) -class:darwin"); err != nil {
			b.Fatal(err)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"cinnabar", "stibnite", "peer", "galena"}
	for name, want := range map[string]string{
		"cinabar": "cinnabar", "Stibnite": "stibnite", "pere": "peer", "gelana": "galena", "zz": "", "": "", "x": "", "completely": "",
	} {
		if got := Nearest(name, names); got != want {
			t.Errorf("nearest to %q is %q, want %q", name, got, want)
		}
	}
}
