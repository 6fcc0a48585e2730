package batch_test

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/secrets/batch"
)

// write puts a file below dir.
func write(t testing.TB, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

// tree reads everything below dir; links as "-> TARGET".
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		switch {
		case d.IsDir():
			if left, err := os.ReadDir(name); err == nil && len(left) == 0 && name != dir {
				out[rel+"/"] = ""
			}
		case d.Type()&fs.ModeSymlink != 0:
			to, _ := os.Readlink(name)
			out[rel] = "-> " + to
		default:
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			out[rel] = string(text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func same(t testing.TB, dir string, want map[string]string) {
	t.Helper()
	if got := tree(t, dir); !maps.Equal(got, want) {
		t.Errorf("tree is %q, expected %q", got, want)
	}
}

func TestWrite(t *testing.T) {
	dir, private := t.TempDir(), filepath.Join(t.TempDir(), "private")
	write(t, dir, "a", "old a")
	write(t, dir, "gone/deep/x", "old x")
	l := batch.New(dir, private)
	set := []batch.Change{
		{Path: "a", Was: batch.Hash([]byte("old a")), Content: []byte("new a"), Mode: 0o644},
		{Path: "b/c/d", Content: []byte("d")},
		{Path: "b/l", Link: "../a"},
		{Path: "gone/deep/x", Was: batch.Hash([]byte("old x")), Remove: true},
	}
	if err := l.Write(set); err != nil {
		t.Fatal(err)
	}
	same(t, dir, map[string]string{"a": "new a", "b/c/d": "d", "b/l": "-> ../a"})
	for name, mode := range map[string]fs.FileMode{"a": 0o644, "b/c/d": 0o600} {
		if st, err := os.Stat(filepath.Join(dir, name)); err != nil || st.Mode() != mode {
			t.Errorf("%s has %v, %v", name, st.Mode(), err)
		}
	}
	if l.Pending() {
		t.Error("the record is left")
	}
	if st, err := os.Stat(private); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("private place: %v, %v", st, err)
	}
	if o, err := l.Settle(); o != batch.Clean || err != nil {
		t.Errorf("settled again: %q, %v", o, err)
	}
}

// TestRefuses: a set of which one path is wrong changes nothing.
func TestRefuses(t *testing.T) {
	for name, bad := range map[string]batch.Change{
		"changed":      {Path: "b", Was: batch.Hash([]byte("other")), Content: []byte("x")},
		"there":        {Path: "b", Content: []byte("x")},
		"gone":         {Path: "c", Was: batch.Hash(nil), Remove: true},
		"outside":      {Path: "../c", Content: []byte("x")},
		"through link": {Path: "out/c", Content: []byte("x")},
		"directory":    {Path: "d", Content: []byte("x")},
		"below file":   {Path: "b/c", Content: []byte("x")},
		"nothing":      {Path: "b", Was: batch.Hash([]byte("b"))},
		"two things":   {Path: "b", Was: batch.Hash([]byte("b")), Content: []byte("x"), Remove: true},
		"twice":        {Path: "a", Was: batch.Hash([]byte("a")), Content: []byte("x")},
	} {
		t.Run(name, func(t *testing.T) {
			dir, elsewhere := t.TempDir(), t.TempDir()
			write(t, dir, "a", "a")
			write(t, dir, "b", "b")
			write(t, dir, "d/x", "x")
			if err := os.Symlink(elsewhere, filepath.Join(dir, "out")); err != nil {
				t.Fatal(err)
			}
			before := tree(t, dir)
			l := batch.New(dir, t.TempDir())
			err := l.Write([]batch.Change{{Path: "a", Was: batch.Hash([]byte("a")), Content: []byte("new")}, bad})
			if err == nil {
				t.Error("it was written")
			}
			same(t, dir, before)
			same(t, elsewhere, map[string]string{})
			if l.Pending() {
				t.Error("a record is left")
			}
		})
	}
}

// TestForward completes a set after the record was committed, and refuses when
// somebody has changed one of its files since.
func TestForward(t *testing.T) {
	record := func(state string) string {
		return `{"version":1,"tree":"x","state":"` + state + `","made":["n"],"steps":[` +
			`{"path":"a","temp":".assay.new-1","was":"` + batch.Hash([]byte("a")) + `","new":"` + batch.Hash([]byte("A")) + `"},` +
			`{"path":"n/b","temp":"n/.assay.new-2","was":"","new":"` + batch.Hash([]byte("B")) + `"}]}`
	}
	for _, c := range []struct {
		name, state, a string
		want           map[string]string
		outcome        batch.Outcome
	}{
		{"back", "preparing", "a", map[string]string{"a": "a"}, batch.Back},
		{"forward", "committed", "a", map[string]string{"a": "A", "n/b": "B"}, batch.Forward},
		{"changed", "committed", "mine", nil, batch.Clean},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, private := t.TempDir(), t.TempDir()
			write(t, dir, "a", c.a)
			write(t, dir, ".assay.new-1", "A")
			write(t, dir, "n/.assay.new-2", "B")
			write(t, private, "writing.json", record(c.state))
			before := tree(t, dir)
			l := batch.New(dir, private)
			o, err := l.Settle()
			if o != c.outcome {
				t.Errorf("outcome %q, %v", o, err)
			}
			if c.want == nil {
				if !errors.Is(err, batch.ErrChanged) || !strings.Contains(err.Error(), "hint: ") {
					t.Errorf("error %v", err)
				}
				same(t, dir, before)
				return
			}
			if err != nil {
				t.Error(err)
			}
			same(t, dir, c.want)
		})
	}
}

// TestLost: the new content of a committed set was removed by somebody. What to
// do is said, and after doing it the next set is written.
func TestLost(t *testing.T) {
	dir, private := t.TempDir(), t.TempDir()
	write(t, dir, "a", "A")
	write(t, dir, "b", "b")
	record := filepath.Join(private, "writing.json")
	write(t, private, "writing.json", `{"version":1,"state":"committed","steps":[`+
		`{"path":"a","temp":".assay.new-1","was":"`+batch.Hash([]byte("a"))+`","new":"`+batch.Hash([]byte("A"))+`"},`+
		`{"path":"b","temp":".assay.new-2","was":"`+batch.Hash([]byte("b"))+`","new":"`+batch.Hash([]byte("B"))+`"}]}`)
	l := batch.New(dir, private)
	for range 2 {
		o, err := l.Settle()
		if o != batch.Clean || err == nil || !strings.Contains(err.Error(), "b: ") || !strings.Contains(err.Error(), "remove "+record) || strings.Contains(err.Error(), "next command") || !errors.Is(err, batch.ErrLost) {
			t.Errorf("%q, %v", o, err)
		}
	}
	same(t, dir, map[string]string{"a": "A", "b": "b"})
}

// TestHostileRecord: a record that leads out of the tree is refused.
func TestHostileRecord(t *testing.T) {
	for _, text := range []string{
		"", "{}", `{"version":9,"state":"committed"}`, `{"version":1,"state":"committed","steps":[{"path":"../x","remove":true}]}`,
		`{"version":1,"state":"committed","steps":[{"path":"a","temp":"../x"}]}`, `{"version":1,"state":"preparing","made":["../x"]}`,
	} {
		dir, private := t.TempDir(), t.TempDir()
		write(t, private, "writing.json", text)
		if _, err := batch.New(dir, private).Settle(); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func FuzzSettle(f *testing.F) {
	f.Add(`{"version":1,"state":"committed","made":["n"],"steps":[{"path":"a","temp":".assay.new-1"},{"path":"b/c","remove":true}]}`)
	f.Add(`{"version":1,"state":"preparing","made":["n","n/m"],"steps":[{"path":"a","temp":"b"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		above := t.TempDir()
		dir, private := filepath.Join(above, "tree"), filepath.Join(above, "private")
		write(t, above, "outside", "stays")
		write(t, dir, "keep/a", "a")
		write(t, private, "writing.json", text)
		_, _ = batch.New(dir, private).Settle()
		if got, err := os.ReadFile(filepath.Join(above, "outside")); err != nil || string(got) != "stays" {
			t.Errorf("outside: %q, %v", got, err)
		}
	})
}
