package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/run/event"
	"assay/fleet/run/plan"
	"assay/modules/compose"
	"assay/ui/word"
)

// systemPath is a store path whose hash is made of one letter.
func systemPath(letter string) string {
	return "/nix/store/" + strings.Repeat(letter, 32) + "-nixos-system"
}

func planHost(name string, from, to []engine.Option) plan.Host {
	return plan.Host{
		Machine: fleet.Machine{Name: name, System: "x86_64-linux", Class: fleet.NixOS},
		Facts:   fleet.Facts{Machine: name, Reach: fleet.Reachable, Running: systemPath("a"), Profile: systemPath("a"), Generation: 2},
		Current: &engine.Record{Version: 1, Machine: name, Options: from},
		Wanted:  engine.System{Machine: name, Path: systemPath("b"), Record: engine.Record{Version: 1, Machine: name, Options: to}},
	}
}

func option(path, value string) engine.Option {
	return engine.Option{Path: path, Value: value, Known: true}
}

// variety is a plan with a change of every sort that the screen knows.
func variety() *plan.Plan {
	long := strings.Repeat("all of this is as it was before and ", 6)
	host := planHost("cinnabar",
		[]engine.Option{
			option("environment.systemPackages", "[ "+strings.Repeat("pkgs.something ", 20)+"pkgs.gone ]"),
			option("gone.option", "true"), option("services.x.long", `"`+long+`old end"`),
			option("services.x.short", "4"), option("users.motd", `"This machine is managed: see /etc/fleet/handbook.txt\n\nNot by hand.\n"`),
		},
		[]engine.Option{
			option("environment.systemPackages", "[ "+strings.Repeat("pkgs.something ", 20)+`"new one" ]`),
			option("services.x.long", `"`+long+`new end"`), option("services.x.short", "3"),
			option("users.motd", `"This machine is managed: see /etc/fleet/book.txt\n\nNot by hand.\n"`),
			{Path: `environment.etc."x.txt".mode`, Value: `"0777"`},
			option("services.x.added", `"`+long+`"`),
		})
	host.Current.Aspects, host.Wanted.Record.Aspects = []string{"former"}, []string{"current"}
	host.Current.Packages = []engine.Package{{Name: "gone", Channel: "unstable"}}
	var text strings.Builder
	for n := range 30 {
		fmt.Fprintf(&text, "-- line %d\n", n)
	}
	host.Current.Files = []engine.File{{Path: "/etc/edited", Hash: "1", Mode: "0444", Size: 4, Text: "-- a\nb\n"}, {Path: "/etc/removed", Hash: "2", Mode: "0444", Size: 330, Text: text.String()}}
	host.Wanted.Record.Files = []engine.File{{Path: "/etc/edited", Hash: "3", Mode: "0444", Size: 4, Text: "++ a\nb\n"}, {Path: "/etc/added", Hash: "4", Mode: "0444", Size: 330, Text: text.String()}}
	host.Current.LeftOut = []engine.LeftOut{{What: "boot.loader", Why: "only Nix can build this"}}
	host.Wanted.Record.LeftOut = append(host.Current.LeftOut, engine.LeftOut{What: `environment.etc."x.txt".mode`, Why: "value not known"})
	host.Composition = &compose.Composition{Scope: compose.Scope{Options: []compose.Option{
		{Path: `environment.etc."x.txt".mode`, Definitions: []compose.Definition{{At: fleet.Pos{File: "modules/aspects/nixos/x.nix", Line: 18}}},
			Merged: compose.Merged{State: compose.Open, Winner: -1, Reason: "the type of the option is not in the table"}},
		{Path: "users.motd", Definitions: []compose.Definition{{At: fleet.Pos{File: "modules/aspects/nixos/motd.nix", Line: 6}}, {At: fleet.Pos{File: "modules/aspects/nixos/server.nix", Line: 19}}},
			Merged: compose.Merged{State: compose.Known, Winner: -1}},
	}}}

	same := []plan.Host{planHost("electrum", nil, []engine.Option{option("a", "1")}), planHost("galena", nil, []engine.Option{option("a", "1")})}
	for i := range same {
		for n := range 20 + i {
			left := engine.LeftOut{What: fmt.Sprint("services.n", n), Why: "only Nix can build this"}
			same[i].Wanted.Record.LeftOut = append(same[i].Wanted.Record.LeftOut, left)
			if n >= 18 {
				same[i].Current.LeftOut = append(same[i].Current.LeftOut, left)
			}
		}
	}
	unread := planHost("orpiment", nil, nil)
	unread.Current = nil
	unread.Wanted.Record.LeftOut = []engine.LeftOut{{What: "boot.loader", Why: "only Nix can build this"}}
	broken := planHost("realgar", nil, nil)
	broken.WantedErr = errors.New("evaluate: evaluate x.nix on realgar: realgar: x.nix:3: no")
	return plan.New(plan.Input{
		Fleet: "minerals", Goal: engine.GoalSwitch, Engine: "fake", At: time.Unix(0, 0),
		Hosts: append(same, host, unread, broken),
	})
}

func planScreen(p *plan.Plan, width int) string {
	var out bytes.Buffer
	text := &printer{out: &out, width: width}
	for i := range p.Groups {
		text.group(p, &p.Groups[i])
	}
	text.problems(p)
	return out.String()
}

// TestPlanGolden compares a plan's screens with ones that people have read.
func TestPlanGolden(t *testing.T) {
	for _, width := range []int{80, 160} {
		got := planScreen(variety(), width)
		golden(t, fmt.Sprintf("plan.%d.txt", width), got)
		for line := range strings.Lines(got) {
			line = strings.TrimSuffix(line, "\n")
			if n := len([]rune(line)); n > width {
				t.Errorf("%d columns on a terminal of %d: %s", n, width, line)
			}
			if strings.TrimRight(line, " ") != line {
				t.Errorf("blanks at the end of %q", line)
			}
		}
	}
}

// TestPlanOfClosures shows versions, sizes, units and what is only a revision.
func TestPlanOfClosures(t *testing.T) {
	record := func(machine, label, fish, unit string) engine.Record {
		return engine.Record{Version: 1, Machine: machine, Units: []engine.Unit{{Name: "sshd.service", Hash: unit}, {Name: unit + ".service"}}, Packages: []engine.Package{
			{Name: "fish", Versions: []string{fish}, Size: 20_000_000, Hash: fish}, {Name: "glibc", Versions: []string{"2.41"}, Size: 1, Hash: unit},
			{Name: "nixos-system-" + machine, Versions: []string{label}, Size: int64(len(label)) * 10_000}}}
	}
	var hosts []plan.Host
	for _, name := range []string{"cinnabar", "electrum"} {
		h := planHost(name, nil, nil)
		current := record(name, "1", "4.0", "a")
		h.Current, h.Wanted.Record = &current, record(name, "1.2", "4.0", "a")
		hosts = append(hosts, h)
	}
	hosts[0].Wanted.Record = record("cinnabar", "1.2", "4.1", "b")
	p := plan.New(plan.Input{Goal: engine.GoalSwitch, At: time.Unix(0, 0), Hosts: hosts})
	golden(t, "plan.closures.txt", planScreen(p, 80))
	p.Todo = &engine.Todo{Build: []string{"fish-4.1"}}
	var out bytes.Buffer
	a := &app{env: Env{Stdout: &out, Getenv: func(string) string { return "" }}}
	a.printPlan(p, 0)
	if got := out.String(); !strings.HasPrefix(got, "planning had 1 derivation to build: fish-4.1\n\n") || !strings.Contains(got, "electrum  aaaaaaaa -> bbbbbbbb  no real change: nothing but the revision is different") ||
		!strings.Contains(got, "0 files, 3 units, 1 package rebuilt at the same version") {
		t.Error(got)
	}
}

func TestBuildAsksNobody(t *testing.T) {
	h := planHost("a", nil, nil)
	h.Facts, h.Current = fleet.Facts{}, nil
	p := plan.New(plan.Input{Goal: engine.GoalBuild, Hosts: []plan.Host{h}})
	got := planScreen(p, 80)
	if !strings.Contains(got, "a  not asked  ->  bbbbbbbb\n") || strings.Contains(got, "unknown") || strings.Contains(got, "0 B") {
		t.Error(got)
	}
}

func TestTerse(t *testing.T) {
	for _, c := range [][2]string{
		{"activate: activate nixos-system on cinnabar: cinnabar: command exited with 44: no", "activate nixos-system: command exited with 44: no"},
		{"dial: dial tcp 127.0.0.1:1: refused", "dial tcp 127.0.0.1:1: refused"},
		{"activate: no space left", "activate: no space left"},
		{"cinnabar", "cinnabar"},
		{"it is on cinnabar", "it is on cinnabar"},
	} {
		if got := word.Terse("cinnabar", c[0]); got != c[1] {
			t.Errorf("%s: %s", c[0], got)
		}
	}
}

// TestRollbackIsCalledSo on the screen, where the record says updated.
func TestRollbackIsCalledSo(t *testing.T) {
	var out bytes.Buffer
	text := &runText{p: &printer{out: &out}, started: map[string]time.Time{}}
	for _, body := range []event.Body{
		event.RunStarted{Kind: "rollback", Machines: []string{"a"}},
		event.Log{Machine: "a", Stream: event.Notes, Text: "(asking it again for 2m0s)"},
		event.Log{Machine: "a", Stream: "activate", Text: "setting up /etc"},
		event.HostResult{Machine: "a", Outcome: event.Updated, Current: systemPath("c"), Generation: 7},
		event.RunFinished{Outcome: event.RunDone, Counts: map[event.Outcome]int{event.Updated: 1, event.Unchanged: 2}},
	} {
		text.Emit(event.Event{Body: body})
	}
	if got := out.String(); !strings.Contains(got, "restored to generation 7, runs cccccccc\n") || !strings.Contains(got, "1 restored, 2 unchanged\n") || strings.Contains(got, "updated") {
		t.Error(got)
	}
	if got := out.String(); !strings.Contains(got, "  a            (asking it again for 2m0s)\n") || strings.Contains(got, "setting up") {
		t.Errorf("of a host that is waited for:\n%s", got)
	}
}
