package machine_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/run/event"
	"assay/fleet/run/state"
	"assay/fleet/session"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/machine"
	"assay/ui/view/viewtest"
)

func wantAsk(t *testing.T, what string, got []view.Ask, want ...view.Ask) {
	t.Helper()
	if len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Errorf("%s asks %#v, want %#v", what, got, want)
	}
}

func TestTabs(t *testing.T) {
	v := open(t, viewtest.Known(t), "cinnabar", "")
	var seen []string
	for range parts() {
		seen = append(seen, v.Link().Sub)
		viewtest.Do(v, "tab.next")
	}
	if want := append([]string{""}, parts()[1:]...); !slices.Equal(seen, want) || v.Link().Sub != "overview" {
		t.Errorf("tab shows %q and ends at %q, want %q", seen, v.Link().Sub, want)
	}
	viewtest.Do(v, "tab.previous")
	if v.Link().Sub != "generations" {
		t.Errorf("before the first part comes %q", v.Link().Sub)
	}
	tabs, _, _ := strings.Cut(v.Render(80, 20), "\n")
	for _, p := range parts() {
		v.Click(strings.Index(tabs, p), 0)
		if v.Link().Sub != p {
			t.Errorf("a click on %s shows %s", p, v.Link().Sub)
		}
		tabs, _, _ = strings.Cut(v.Render(80, 20), "\n")
		if !strings.Contains(tabs, "["+p+"]") {
			t.Errorf("%s is not marked in %q", p, tabs)
		}
	}
	if got := v.Render(40, 5); !strings.HasPrefix(got, "[generations] 6 of 6, tab: next") {
		t.Errorf("where tabs do not fit there is %q", got)
	}
}

func TestLinkIsFoundAgain(t *testing.T) {
	k := viewtest.Known(t)
	v := open(t, k, "cinnabar", "packages ncdu")
	again := machine.New(viewtest.Env(k), v.Link())
	if v.Render(80, 20) != again.Render(80, 20) {
		t.Error("the view of the link is another one")
	}
}

func TestEnterCopyEdit(t *testing.T) {
	k := viewtest.Known(t)
	nixGC := fleet.Pos{File: "modules/aspects/machines/nixos/cinnabar/default.nix", Line: 21, Column: 5}
	for _, c := range []struct {
		sub, copy string
		link      view.Link
		at        string
	}{
		{"imports nixos/fail2ban", "fail2ban", view.Link{Place: view.Aspect, Name: "nixos/fail2ban"}, "modules/aspects/nixos/fail2ban.nix:4"},
		{"imports cameron: homeManager/git", "git", view.Link{Place: view.Aspect, Name: "homeManager/git"}, "modules/aspects/home/git.nix:3"},
		{"imports nixos/fail2ban\x00file0", "modules/aspects/nixos/fail2ban.nix:4", view.Link{Place: view.File, Name: "modules/aspects/nixos/fail2ban.nix", Line: 4}, "modules/aspects/nixos/fail2ban.nix:4"},
		{"options nix.gc.options", "nix.gc.options", view.Link{}, nixGC.String()},
		{"options nix.gc.options\x00definition0", `"--delete-older-than 14d"`, view.At(nixGC), nixGC.String()},
		{"options nix.gc.options\x00definition1\x00aspect0", "base", view.Link{Place: view.Aspect, Name: "nixos/base"}, "modules/aspects/system/nix-gc.nix:11"},
		{"services zerotier/peer", "zerotier/peer", view.Link{Place: view.Services, Name: "zerotier/peer"}, "fleet.toml:233"},
		{"packages ncdu", "ncdu", view.Link{Place: view.Layers, Name: "ncdu"}, "modules/aspects/system/packages.nix:13"},
		{"packages ncdu\x00option0", "environment.systemPackages", view.Link{Place: view.Machine, Name: "cinnabar", Sub: "options environment.systemPackages"}, "modules/aspects/system/packages.nix:13"},
		{"overview class", "nixos", view.Link{Place: view.Machines, Sub: "class:nixos"}, "fleet.toml:168"},
		{"overview declared", "fleet.toml:168", view.Link{Place: view.File, Name: "fleet.toml", Line: 168}, "fleet.toml:168"},
		{"overview type", "VPS (Hetzner)", view.Link{Place: view.File, Name: "fleet.toml", Line: 168}, "fleet.toml:168"},
		{"overview tags\x00tag0", "cloud", view.Link{Place: view.Machines, Sub: "@cloud"}, "fleet.toml:168"},
		{"overview home 0", "cameron", view.Link{Place: view.Machine, Name: "cinnabar", Sub: "imports scope cameron"}, "fleet.toml:175"},
	} {
		v := open(t, k, "cinnabar", c.sub)
		v.Render(80, 20)
		if c.link == (view.Link{}) {
			wantAsk(t, c.sub+": enter", viewtest.Do(v, "enter"))
		} else {
			wantAsk(t, c.sub+": enter", viewtest.Do(v, "enter"), view.Go{Link: c.link})
		}
		if got, ok := viewtest.Do(v, "copy")[0].(view.Copy); !ok || got.Text != c.copy {
			t.Errorf("%s: copy gives %#v, want %q", c.sub, got, c.copy)
		}
		if got, ok := viewtest.Do(v, "edit")[0].(view.Edit); !ok || got.At.String() != c.at {
			t.Errorf("%s: edit opens %v, want %s", c.sub, got.At, c.at)
		}
	}
}

// The first line leads nowhere and says so, but can be edited: that is where
// the machine is declared.
func TestFirstLine(t *testing.T) {
	v := open(t, viewtest.Known(t), "cinnabar", "")
	v.Render(80, 20)
	if got := v.Disabled(action.Enter); got != "this line leads nowhere" {
		t.Errorf("enter: %q", got)
	}
	wantAsk(t, "edit", viewtest.Do(v, "edit"), view.Edit{At: viewtest.Session(t).Fleet().Machine("cinnabar").At})
}

func TestPlan(t *testing.T) {
	k := viewtest.Known(t)
	v := open(t, k, "electrum", "")
	plan := func(back bool, to int) view.MakePlan {
		return view.MakePlan{Machines: []string{"electrum"}, Goal: engine.GoalSwitch, Back: back, To: to}
	}
	wantAsk(t, "an update", viewtest.Do(v, "plan.update"), plan(false, 0))
	wantAsk(t, "a rollback", viewtest.Do(v, "plan.rollback"), plan(true, 0))
	wantAsk(t, "a rollback to 3", viewtest.Do(v, "plan.rollback-to 3"), plan(true, 3))
	v = open(t, k, "electrum", "generations")
	v.Render(80, 20)
	wantAsk(t, "a rollback under the cursor", viewtest.Do(v, "plan.rollback"), plan(true, 5))
	asked := viewtest.Do(v, "move.down", "plan.rollback")
	if say, ok := asked[0].(view.Say); !ok || !strings.Contains(say.Text, "runs this generation") {
		t.Errorf("a rollback to the running generation asks %#v", asked)
	}
	k.NoHosts = "no hosts here"
	if got := v.Disabled(action.PlanUpdate); got != "no hosts here" {
		t.Errorf("without hosts the reason is %q", got)
	}
	k.ReadOnly = "read-only"
	asked = viewtest.Do(v, "plan.update")
	if say, ok := asked[0].(view.Say); !ok || say.Text != "read-only" {
		t.Errorf("read-only, an update asks %#v", asked)
	}
}

func TestLogs(t *testing.T) {
	k := viewtest.Known(t)
	v := open(t, k, "cinnabar", "")
	if got := v.Disabled(action.LogsOf); got != "no run has this machine" {
		t.Errorf("without runs the reason is %q", got)
	}
	run := func(id string, ago time.Duration, machines ...string) session.RunSummary {
		r := session.RunSummary{Start: viewtest.Now.Add(-ago)}
		reflect.ValueOf(&r.ID).Elem().SetString(id)
		r.Started.Machines = machines
		return r
	}
	k.Runs.Value = []session.RunSummary{
		run("other", time.Minute, "galena"), run("new", time.Hour, "cinnabar", "galena"), run("old", 3*time.Hour, "cinnabar"),
	}
	k.Runs.At = viewtest.Now.Add(time.Second)
	logs := func(run string) view.Go {
		return view.Go{Link: view.Link{Place: view.Logs, Name: run, Sub: "cinnabar"}}
	}
	wantAsk(t, "the newest run's logs", viewtest.Do(v, "logs"), logs("new"))
	s := state.New(0)
	s.Emit(event.Event{Seq: 1, Time: viewtest.Now, Run: "mine", Body: event.RunStarted{Machines: []string{"cinnabar"}}})
	k.Open["mine"], k.Current = &known.Run{ID: "mine", State: s, Mine: true}, "mine"
	wantAsk(t, "the logs of the run that goes on", viewtest.Do(v, "logs"), logs("mine"))
}

func TestFilter(t *testing.T) {
	k := viewtest.Known(t)
	for _, c := range []struct{ part, filter, note, shows string }{
		{"options", "nix.gc", "3 of 220 options", "nix.gc.dates"},
		{"options", "mkdefault", "", "nix.gc.options"},
		{"options", "ssh-hardening RootLogin", "1 of 220 options", "PermitRootLogin"},
		{"imports", "by server", "9 of 41 imports", "fail2ban"},
		{"imports", "disko", "1 of ", "inputs.disko"},
		{"services", "peer", "1 of 5 roles", "zerotier/peer"},
		{"packages", "overrides", "2 of 24 packages", "ncdu"},
		{"generations", "nothing such", "0 of 1 generation", "no generation has all of these words"},
		{"overview", "kernel", "1 of", "Linux 6.12.8"},
	} {
		v := open(t, k, "cinnabar", c.part)
		viewtest.Do(v, "filter")
		if !v.Input().Focused() {
			t.Fatal("the filter does not get the keys")
		}
		viewtest.Type(v, c.filter)
		if got := v.Render(100, 30); !strings.Contains(v.Note(), c.note) || !strings.Contains(got, c.shows) {
			t.Errorf("%s, %s: note %q, want %q with %q in\n%s", c.part, c.filter, v.Note(), c.note, c.shows, got)
		}
		viewtest.Do(v, "typing.accept")
		wantAsk(t, "closing the filter", viewtest.Do(v, "back"))
		if v.Input().Value() != "" {
			t.Error("back leaves the filter")
		}
		wantAsk(t, "back", viewtest.Do(v, "back"), view.Leave{})
	}
}

// A filter belongs to its part and stays while another one is looked at and
// while what is shown changes.
func TestFilterStays(t *testing.T) {
	k := viewtest.Known(t)
	v := open(t, k, "cinnabar", "options")
	viewtest.Do(v, "filter")
	viewtest.Type(v, "nix.gc")
	viewtest.Do(v, "tab.next", "tab.previous")
	k.Compositions["cinnabar"].At = viewtest.Now.Add(time.Second)
	k.Revision++
	if v.Render(80, 20); v.Note() != "3 of 220 options" {
		t.Errorf("the note is %q", v.Note())
	}
	copied := viewtest.Do(v, "copy.all")[0].(view.Copy).Text
	if !strings.Contains(copied, "nix.gc.options") || strings.Contains(copied, "fail2ban") {
		t.Errorf("what is copied is not what is shown:\n%s", copied)
	}
}
