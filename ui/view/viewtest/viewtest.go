// Package viewtest tests views without a terminal: on the example fleet as it
// is really read, with hosts that say the same every time, against golden
// files at two sizes.
package viewtest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/repo"
	"assay/fleet/session"
	"assay/modules/compose"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Now is the time in tests.
var Now = time.Date(2026, 11, 22, 12, 50, 7, 0, time.UTC)

// Session opens the example fleet, without hosts.
func Session(t testing.TB) *session.Session {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	r, err := repo.Open(filepath.Join(filepath.Dir(here), "..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return session.New(r, session.Options{Clock: func() time.Time { return Now }})
}

// Known is everything that the console would know of the example fleet after
// a while: all that can be read, and hosts of which one is silent, one current
// and one staged. Runs and plans are the tests' own.
func Known(t testing.TB) *known.Known {
	t.Helper()
	s := Session(t)
	k := known.New(s.Fleet(), Now)
	k.Dir = "/home/sam/fleet"
	k.Revision = 1
	for i := range k.Fleet.Machines {
		m := &k.Fleet.Machines[i]
		composition, err := s.Repo.Compose(m.Name)
		k.Compositions[m.Name] = &known.Loaded[compose.Composition]{Value: composition, Err: err, At: Now}
		k.Hosts[m.Name] = host(m, i)
	}
	ctx := context.Background()
	k.Subjects = answer(s.Subjects(ctx))
	k.Aspects = answer(s.Aspects(ctx))
	k.Packages = answer(s.Packages(ctx))
	k.Names = answer(s.Names(ctx))
	k.Problems = answer(s.Check(ctx, nil))
	k.Stack = answer(s.Repo.Stack(), nil)
	k.Hotfixes = answer(s.Hotfixes(ctx, session.HotfixQuestion{}))
	k.Runs = known.Loaded[[]session.RunSummary]{At: Now}
	return k
}

func answer[T any](value T, err error) known.Loaded[T] {
	return known.Loaded[T]{Value: value, Err: err, At: Now}
}

// Path is a store path for tests, told apart by n.
func Path(n int) string {
	return "/nix/store/" + strings.Repeat(fmt.Sprintf("%02d", n%100), 16) + "-system"
}

func host(m *fleet.Machine, i int) *known.Host {
	at := Now.Add(-time.Duration(i+3) * time.Second)
	h := &known.Host{Asked: at}
	wanted, running := Path(i), Path(i+50)
	facts := fleet.Facts{
		Machine: m.Name, At: at, Reach: fleet.Reachable, Running: running, Booted: running, Profile: running,
		Generation: i + 1, Generations: []fleet.Generation{{Number: i + 1, Path: running}},
		Kernel: "Linux 6.12.8", Uptime: time.Duration(i+1) * 26 * time.Hour,
	}
	h.Status = session.Status{Machine: m, State: session.StateBehind, Facts: facts, Wanted: wanted}
	switch m.Name {
	case "scheelite":
		h.State = session.StateUnreachable
		h.Facts = fleet.Facts{Machine: m.Name, At: at, Reach: fleet.Unreachable, Cause: "handshake deadline"}
	case "cinnabar":
		h.State = session.StateCurrent
		h.Facts.Running, h.Facts.Booted, h.Facts.Profile = wanted, wanted, wanted
	case "electrum":
		h.State = session.StateStaged
		h.Facts.Profile = wanted
		h.Facts.Generations = append(h.Facts.Generations, fleet.Generation{Number: i + 2, Path: wanted})
		h.Facts.Generation = i + 2
	case "galena":
		h.State, h.Wanted, h.WantedErr = session.StateBroken, "", errors.New("modules/base.nix:3: an example of an error")
	}
	return h
}

// Env is what views are made with in tests: no colours, unicode glyphs, and
// the default keys.
func Env(k *known.Known) view.Env {
	return view.Env{Known: k, Style: style.PlainStyle(), Key: func(id action.ID) string {
		for _, a := range action.All() {
			if a.ID == id && len(a.Keys) > 0 {
				return a.Keys[0]
			}
		}
		return ":" + string(id)
	}}
}

// Do carries out intents by their IDs; "id arg" gives an argument. It returns
// what the last one asked for.
func Do(v view.View, intents ...string) (asked []view.Ask) {
	for _, text := range intents {
		id, arg, _ := strings.Cut(text, " ")
		asked = v.Do(action.Intent{ID: action.ID(id), Arg: arg})
	}
	return asked
}

// Type types a text on the view's line and lets the view know.
func Type(v view.View, text string) []view.Ask {
	in := v.(view.Typing).Input()
	in.SetValue(text)
	return v.Do(action.Intent{ID: action.InputText})
}

// Golden compares the view at 80x24 and 160x48, less the four lines that the
// console's frame takes, with testdata/NAME.WxH.txt; -update writes those. It
// also checks that every line has just the width that was asked for.
func Golden(t *testing.T, name string, v view.View) {
	t.Helper()
	for _, size := range [][2]int{{80, 20}, {160, 44}} {
		w, h := size[0], size[1]
		got := v.Render(w, h)
		checkSize(t, fmt.Sprintf("%s at %dx%d", name, w, h), got, w, h)
		var trimmed strings.Builder
		for line := range strings.SplitSeq(got, "\n") {
			trimmed.WriteString(strings.TrimRight(line, " ") + "\n")
		}
		path := filepath.Join("testdata", fmt.Sprintf("%s.%dx%d.txt", name, w, h))
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(trimmed.String()), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(want) != trimmed.String() {
			t.Errorf("%s differs; go test -update writes it anew\n--- got\n%s--- want\n%s", path, trimmed.String(), want)
		}
	}
}

func checkSize(t *testing.T, what, got string, w, h int) {
	t.Helper()
	lines := strings.Split(got, "\n")
	if len(lines) != h {
		t.Errorf("%s: %d lines, want %d", what, len(lines), h)
	}
	for i, line := range lines {
		if n := term.Width(line); n != w {
			t.Errorf("%s: line %d is %d columns wide: %q", what, i, n, line)
		}
	}
}
