package embedded

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"assay/fleet/engine"
	"assay/modules/compose"
)

// damages are what can happen to a running system, given the path of one of
// its objects and its own, on disk. Each says which of the two is missing then.
var damages = map[string]struct {
	spoil          func(object, system string) error
	object, system bool
}{
	"object gone":                     {func(o, _ string) error { return os.Remove(o) }, true, false},
	"object altered":                  {func(o, _ string) error { return replace(o, "WELCOME\n") }, true, false},
	"object emptied":                  {func(o, _ string) error { return replace(o, "") }, true, false},
	"object is a link":                {func(o, _ string) error { return errors.Join(os.Remove(o), os.Symlink("/etc/hostname", o)) }, true, false},
	"object leads nowhere":            {func(o, _ string) error { return errors.Join(os.Remove(o), os.Symlink("nowhere", o)) }, true, false},
	"object is a link to a directory": {func(o, _ string) error { return errors.Join(os.Remove(o), os.Symlink("/", o)) }, true, false},
	"object is a directory":           {func(o, _ string) error { return errors.Join(os.Remove(o), os.MkdirAll(o+"/x", 0o755)) }, true, false},
	"object is a pipe":                {func(o, _ string) error { return errors.Join(os.Remove(o), syscall.Mkfifo(o, 0o644)) }, true, false},
	"system gone":                     {func(_, s string) error { return os.RemoveAll(s) }, false, true},
	"system is a file":                {func(_, s string) error { return errors.Join(os.RemoveAll(s), os.WriteFile(s, nil, 0o644)) }, false, true},
	"system is a link":                {func(_, s string) error { return errors.Join(os.Rename(s, s+"x"), os.Symlink(s+"x", s)) }, false, true},
	"system is emptied":               {func(_, s string) error { return errors.Join(os.RemoveAll(s), os.Mkdir(s, 0o755)) }, false, true},
	"link gone":                       {func(_, s string) error { return os.Remove(s + "/etc/motd") }, false, true},
	"link is a file":                  {func(_, s string) error { return replace(s+"/etc/motd", "welcome\n") }, false, true},
	"link leads elsewhere": {func(_, s string) error {
		return errors.Join(os.Remove(s+"/etc/motd"), os.Symlink("../record.json", s+"/etc/motd"))
	}, false, true},
	"links altered":  {func(_, s string) error { return replace(s+"/links", "nonsense\n\\\t../..\n") }, false, true},
	"record altered": {func(_, s string) error { return replace(s+"/record.json", "{}") }, false, true},
	"place empty":    {func(_, s string) error { return os.Remove(filepath.Join(s, "../../../etc/motd")) }, false, true},
	"both gone":      {func(o, s string) error { return os.RemoveAll(filepath.Dir(s)) }, true, true},
}

func replace(name, text string) error {
	return errors.Join(os.Remove(name), os.WriteFile(name, []byte(text), 0o644))
}

// everywhere are those whose repair depends on the shell or its tools.
var everywhere = []string{"both gone", "object altered", "object is a directory", "object is a link to a directory", "link gone", "system is a link"}

// Whatever happened to the running system is seen by Missing, and copying what
// it names and activating again makes it whole.
func TestRepair(t *testing.T) {
	for name, words := range shells(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, conn := testEngine(t, sampleFleet()), newHost(t)
			conn.shell = words
			s := brought(t, e, conn, "cinnabar")
			activate(t, e, conn, switchTo(s))
			for damaged, damage := range damages {
				if name != "sh" && !slices.Contains(everywhere, damaged) {
					continue
				}
				t.Run(damaged, func(t *testing.T) { repair(t, e, conn, s, damage.spoil, damage.object, damage.system) })
			}
		})
	}
}

func repair(t *testing.T, e *Engine, conn *shellConn, s engine.System, spoil func(object, system string) error, object, system bool) {
	motd := filepath.Base(conn.linkInside(t, s, "etc/motd"))
	if err := spoil(conn.path("nix/store/"+motd), conn.path(s.Path)); err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(conn.path(s.Path) + "x")
	c, err := e.Realise(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	missing, err := e.Missing(t.Context(), conn, c)
	if err != nil {
		t.Fatal(err)
	}
	lacks := func(base string) bool {
		return slices.ContainsFunc(missing, func(o engine.Object) bool { return path.Base(o.Path) == base })
	}
	if lacks(motd) != object || lacks(path.Base(s.Path)) != system {
		t.Errorf("missing: %v", missing)
	}
	if err := e.Copy(t.Context(), conn, missing, nil); err != nil {
		t.Fatal(err)
	}
	a := switchTo(s)
	a.Expect = s.Path
	activate(t, e, conn, a)
	if again, err := e.Missing(t.Context(), conn, c); err != nil || len(again) > 0 {
		t.Errorf("still missing: %v, %v", again, err)
	}
	os.RemoveAll(conn.path(s.Path) + "x")
	checkHost(t, conn)
	checkPlaces(t, conn)
	checkTidy(t, conn)
	if conn.exists("nix/var/nix/profiles/system-2-link") {
		t.Error("the repaired system got a second number")
	}
}

// linkInside is where a link of a system leads.
func (c *shellConn) linkInside(t *testing.T, s engine.System, name string) string {
	t.Helper()
	text, err := os.Readlink(c.path(s.Path + "/" + name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A repair does not replace what a user has put in a link's place: it says
// what is in the way.
func TestRepairFindsSomethingInTheWay(t *testing.T) {
	e, conn := testEngine(t, sampleFleet()), newHost(t)
	s := brought(t, e, conn, "cinnabar")
	activate(t, e, conn, switchTo(s))
	if err := replace(conn.path("etc/motd"), "mine\n"); err != nil {
		t.Fatal(err)
	}
	missing, err := e.Missing(t.Context(), conn, engine.Closure{System: s.Path, Objects: closureOf(t, e, s)})
	if err != nil || len(missing) != 1 || missing[0].Path != s.Path {
		t.Errorf("missing: %v, %v", missing, err)
	}
	err = e.Activate(t.Context(), conn, switchTo(s), nil)
	if exitCode(err) != exitTaken || !strings.Contains(err.Error(), "etc/motd is there and was not put there by an activation; nothing was changed; hint: move it away") {
		t.Errorf("%v", err)
	}
	if conn.read(t, "etc/motd") != "mine\n" {
		t.Error("the user's file is gone")
	}
	if err := os.Remove(conn.path("etc/motd")); err != nil {
		t.Fatal(err)
	}
	activate(t, e, conn, switchTo(s))
	checkPlaces(t, conn)
}

// A host whose running system is gone moves on to another one, and says so.
func TestFormerSystemMissing(t *testing.T) {
	e, first, second, _ := twoSystems(t, func(c *compose.Composition) { c.Scope.Options = c.Scope.Options[1:] })
	for name, words := range shells(t) {
		t.Run(name, func(t *testing.T) {
			conn := newHost(t)
			conn.shell = words
			if err := e.Copy(t.Context(), conn, closureOf(t, e, first), nil); err != nil {
				t.Fatal(err)
			}
			activate(t, e, conn, switchTo(first))
			if err := os.RemoveAll(conn.path("nix/store")); err != nil {
				t.Fatal(err)
			}
			if err := e.Copy(t.Context(), conn, closureOf(t, e, second), nil); err != nil {
				t.Fatal(err)
			}
			a := switchTo(second)
			a.Expect = second.Path
			if err := e.Activate(t.Context(), conn, a, nil); !errors.Is(err, engine.ErrMoved) {
				t.Errorf("from a system that did not run: %v", err)
			}
			a.Expect = first.Path
			if log := activate(t, e, conn, a); !slices.Contains(log, "the running system "+path.Base(first.Path)+" is missing on the host") {
				t.Errorf("log: %q", log)
			}
			checkPlaces(t, conn)
			checkTidy(t, conn)
			if conn.exists("etc/motd") || conn.link("nix/var/nix/profiles/system") != "system-2-link" {
				t.Error("not on the second system")
			}
		})
	}
}

// Why a record cannot be read is said.
func TestRecordCauses(t *testing.T) {
	e, conn := testEngine(t, sampleFleet()), newHost(t)
	s := brought(t, e, conn, "cinnabar")
	record := conn.path(s.Path + "/record.json")
	for _, c := range []struct {
		spoil func() error
		want  string
	}{
		{func() error { return replace(record, "\x1b[31mgarbage\n") }, "the record cannot be read: invalid character"},
		{func() error { return replace(record, strings.Repeat(" ", maxRecord+1)) }, "the host answers more than it may"},
		{func() error { return errors.Join(os.Remove(record), syscall.Mkfifo(record, 0o644)) }, "the record.json of the system is not a file"},
		{func() error { return errors.Join(os.Remove(record), os.Symlink("/etc/hostname", record)) }, "the record.json of the system is not a file"},
		{func() error { return os.Remove(record) }, "the system has no record.json"},
		{func() error { return os.RemoveAll(filepath.Dir(record)) }, "the system is missing on the host"},
	} {
		if err := c.spoil(); err != nil {
			t.Fatal(err)
		}
		_, err := e.Record(t.Context(), conn, s.Path)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("want %q: %v", c.want, err)
		}
	}
}

// An answer counts only where it is about what was asked, and says the right sum.
func TestMissingIsNotTalkedInto(t *testing.T) {
	q := newQuestion()
	q.add("a-x", "11  a-x\n")
	q.add("b-y", "22  b-y/links\n33  b-y/record.json\n")
	for _, c := range []struct {
		line  string
		asked bool
	}{
		{"11  a-x", true}, {"11  a-x", true}, {"99  b-y/links", true}, {"22  b-y/links", true}, {"33  b-y/record.json", true},
		{"wrong b-y", true}, {"wrong c-z", false}, {"", false}, {"44  c-z", false}, {"11 a-x", false},
	} {
		if q.strike(c.line) != c.asked {
			t.Errorf("%q: not %v", c.line, c.asked)
		}
	}
	if got := q.lacks(); len(got) != 1 || !got["b-y"] {
		t.Errorf("lacks %v", got)
	}
}
