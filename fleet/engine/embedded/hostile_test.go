package embedded

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/modules/compose"
)

// liar is a host that answers what it likes.
type liar struct {
	answer func(ctx context.Context, out io.Writer) error
}

func (liar) Close() error { return nil }

func (l liar) Run(ctx context.Context, cmd host.Command) error { return l.answer(ctx, cmd.Stdout) }

// endless writes until somebody stops it.
func endless(line string) liar {
	return liar{func(ctx context.Context, out io.Writer) error {
		for ctx.Err() == nil {
			if _, err := io.WriteString(out, line); err != nil {
				<-ctx.Done() // a host that does not care: the context must end it
			}
		}
		return context.Cause(ctx)
	}}
}

func TestHostileAnswers(t *testing.T) {
	e := testEngine(t, sampleFleet())
	s, c := built(t, e, "cinnabar")
	if _, err := e.Missing(t.Context(), endless("x\n"), c); !errors.Is(err, errTooMuch) {
		t.Errorf("endless list: %v", err)
	}
	other := liar{func(_ context.Context, out io.Writer) error {
		_, err := io.WriteString(out, "../../../etc/shadow\n")
		return err
	}}
	if _, err := e.Missing(t.Context(), other, c); err == nil || strings.Contains(err.Error(), "shadow") {
		t.Errorf("a name that nobody asked for: %v", err)
	}
	if _, err := e.Record(t.Context(), endless(strings.Repeat("[", 1<<20)), s.Path); !errors.Is(err, errTooMuch) {
		t.Errorf("endless record: %v", err)
	}

	var got []string
	chatty := liar{func(_ context.Context, out io.Writer) error {
		io.WriteString(out, "\x1b[2Jhidden\u202e\n"+strings.Repeat("long", maxLine)+"\n")
		for range maxLines {
			io.WriteString(out, "again\n")
		}
		return nil
	}}
	if err := e.Activate(t.Context(), chatty, switchTo(s), func(l string) { got = append(got, l) }); err != nil {
		t.Fatal(err)
	}
	if len(got) != maxLines || got[0] != "hidden" || len(got[1]) > maxLine+8 {
		t.Errorf("%d lines, %q, %d bytes", len(got), got[0], len(got[1]))
	}
}

// No path that is not a plain store path reaches a host.
func TestPathsAreChecked(t *testing.T) {
	e := testEngine(t, sampleFleet())
	reached := liar{func(context.Context, io.Writer) error { t.Error("the host was asked"); return nil }}
	bad := "/nix/store/../../etc"
	_, missing := e.Missing(t.Context(), reached, engine.Closure{Objects: []engine.Object{{Path: bad}}})
	_, record := e.Record(t.Context(), reached, bad)
	_, build := e.Realise(t.Context(), engine.System{Machine: "cinnabar", Path: bad})
	good := "/nix/store/00000000000000000000000000000000-x"
	for i, err := range []error{
		missing, record, build,
		e.Copy(t.Context(), reached, []engine.Object{{Path: bad}}, nil),
		e.Activate(t.Context(), reached, engine.Activation{Class: "nixos", Goal: engine.GoalSwitch, System: bad}, nil),
		e.Activate(t.Context(), reached, engine.Activation{Class: "nixos", Goal: engine.GoalSwitch, System: good, Expect: bad}, nil),
		e.Activate(t.Context(), reached, engine.Activation{Class: "x;reboot", Goal: engine.GoalSwitch, System: good}, nil),
		e.Activate(t.Context(), reached, engine.Activation{Class: "nixos", Goal: "x", System: good}, nil),
		e.Activate(t.Context(), reached, engine.Activation{Class: "nixos", Goal: engine.GoalSwitch, System: good, Generation: -1}, nil),
	} {
		if err == nil {
			t.Errorf("case %d: no error", i)
		}
	}
}

func TestCopyProgress(t *testing.T) {
	e, conn := testEngine(t, sampleFleet()), newHost(t)
	_, c := built(t, e, "cinnabar")
	var last int64
	calls := 0
	err := e.Copy(t.Context(), conn, c.Objects, func(sent int64) {
		if sent <= last {
			t.Errorf("%d after %d", sent, last)
		}
		last = sent
		calls++
	})
	if err != nil {
		t.Fatal(err)
	}
	if last != engine.Size(c.Objects) || calls != len(c.Objects) {
		t.Errorf("%d bytes in %d calls, want %d in %d", last, calls, engine.Size(c.Objects), len(c.Objects))
	}
	missing, err := e.Missing(t.Context(), conn, c)
	if err != nil || len(missing) != 0 {
		t.Errorf("after the copy the host lacks %v: %v", missing, err)
	}
}

// A system is not put in place where one of its objects is missing.
func TestCopyWithoutReferences(t *testing.T) {
	e, conn := testEngine(t, sampleFleet()), newHost(t)
	s, c := built(t, e, "cinnabar")
	err := e.Copy(t.Context(), conn, c.Objects[1:], nil)
	if exitCode(err) != exitLacks || conn.exists(s.Path) {
		t.Errorf("%v", err)
	}
	if err := e.Activate(t.Context(), conn, switchTo(s), nil); exitCode(err) != exitLacks {
		t.Errorf("activating what is not there: %v", err)
	}
}

// A system whose list of places was changed on the host reaches no place that
// the engine would not use.
func TestPlacesAreChecked(t *testing.T) {
	e, conn := testEngine(t, sampleFleet()), newHost(t)
	s := brought(t, e, conn, "cinnabar")
	list := strings.TrimPrefix(s.Path, "/") + "/links"
	links := conn.read(t, list)
	if err := os.Chmod(conn.path(list), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, place := range []string{"../x", "etc/../x", "etc/..", "etc/./x", "etc//x", "/etc/x", "etc", "etc/", "home/x", "run/x", "nix/store/x", ".assay-sim-host"} {
		conn.write(t, list, strings.Replace(links, "\tetc/motd\n", "\t"+place+"\n", 1))
		for _, goal := range []engine.Goal{engine.GoalDryActivate, engine.GoalBoot, engine.GoalSwitch} {
			a := switchTo(s)
			a.Goal = goal
			err := e.Activate(t.Context(), conn, a, nil)
			if exitCode(err) != exitLacks || !strings.Contains(err.Error(), "damaged") {
				t.Errorf("%s of a file at %q: %v", goal, place, err)
			}
		}
		if conn.exists("x") || conn.exists("etc") || conn.exists("run/current-system") {
			t.Fatalf("a file at %q: something was changed", place)
		}
	}
	conn.write(t, list, links)
	activate(t, e, conn, switchTo(s))
}

// Copies of the same objects at the same time do not disturb each other, and
// of activations at the same time each either succeeds or says who was first.
func TestAtTheSameTime(t *testing.T) {
	e, first, second, _ := twoSystems(t, func(c *compose.Composition) { c.Scope.Options = c.Scope.Options[2:] })
	conn := newHost(t)
	var wg sync.WaitGroup
	for range 4 {
		for _, s := range []engine.System{first, second} {
			wg.Go(func() {
				if err := e.Copy(t.Context(), conn, closureOf(t, e, s), nil); err != nil {
					t.Error(err)
				}
				err := e.Activate(t.Context(), conn, switchTo(s), nil)
				if err != nil && exitCode(err) != exitBusy {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	activate(t, e, conn, switchTo(first))
	checkHost(t, conn)
	checkPlaces(t, conn)
	checkTidy(t, conn)
}

// A cancelled copy ends, and says that it was cancelled.
func TestCopyCancelled(t *testing.T) {
	e, conn := testEngine(t, sampleFleet()), newHost(t)
	_, c := built(t, e, "cinnabar")
	ctx, cancel := context.WithCancel(t.Context())
	err := e.Copy(ctx, conn, c.Objects, func(int64) { cancel() })
	if err == nil {
		t.Error("no error")
	}
	if err := e.Copy(t.Context(), conn, c.Objects, nil); err != nil {
		t.Error(err)
	}
	checkHost(t, conn)
}
