package indexes

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"assay/overlay"
)

func index(t testing.TB, text string) *overlay.Index {
	t.Helper()
	x, err := overlay.ReadIndex(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestStore(t *testing.T) {
	s := Store{filepath.Join(t.TempDir(), "cache", "index")}
	linux, mac := Key{"sha256-x/../..", "x86_64-linux"}, Key{"sha256-x/../..", "../../aarch64-darwin"}
	if _, err := s.Load(linux); !errors.Is(err, fs.ErrNotExist) || s.Version(linux) != (Version{}) {
		t.Errorf("nothing is saved: %v", err)
	}
	for key, version := range map[Key]string{linux: "1", mac: "2"} {
		if err := s.Save(key, index(t, `{"a": {"version": "`+version+`"}}`)); err != nil {
			t.Fatal(err)
		}
	}
	for key, version := range map[Key]string{linux: "1", mac: "2"} {
		x, err := s.Load(key)
		if err != nil {
			t.Fatal(err)
		}
		if v, _ := x.Version("a"); v != version || s.Version(key) == (Version{}) {
			t.Errorf("%v: %s", key, v)
		}
	}
	if files, err := os.ReadDir(s.Dir); err != nil || len(files) != 2 {
		t.Errorf("the directory has %v, %v", files, err)
	}
	if err := s.Save(Key{"", "x86_64-linux"}, index(t, `{}`)); err == nil {
		t.Error("an index of no tree is saved")
	}
}

func TestDamagedFile(t *testing.T) {
	s := Store{t.TempDir()}
	key := Key{"t", "x86_64-linux"}
	if err := s.Save(key, index(t, `{"a": {"version": "1"}}`)); err != nil {
		t.Fatal(err)
	}
	path := s.path(key)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, want string }{
		{string(text[:len(text)-1]) + "9", "the file is damaged"}, {"", "the file is none"}, {"{}", "the file is none"},
		{"assay index 2\n1234", "of another version of assay"},
	} {
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Load(key); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v", c.text, err)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(key); err == nil || s.Version(key) != (Version{}) {
		t.Error("a directory is an index")
	}
}

func TestSweep(t *testing.T) {
	s := Store{t.TempDir()}
	x := index(t, `{}`)
	for i := range kept + 5 {
		key := Key{strconv.Itoa(i), "x86_64-linux"}
		if err := s.Save(key, x); err != nil {
			t.Fatal(err)
		}
		at := time.Unix(int64(1000+i), 0)
		if err := os.Chtimes(s.path(key), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Save(Key{"last", ""}, x); err != nil {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(s.Dir); err != nil || len(files) != kept {
		t.Errorf("%d files, %v", len(files), err)
	}
	if _, err := s.Load(Key{"5", "x86_64-linux"}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the oldest: %v", err)
	}
	if _, err := s.Load(Key{"44", "x86_64-linux"}); err != nil {
		t.Errorf("the newest: %v", err)
	}
}

func BenchmarkLoad(b *testing.B) {
	var text strings.Builder
	text.WriteString(`{"none": {"version": "1"}`)
	for i := range 100_000 {
		name := "package-with-a-name" + strconv.Itoa(i)
		text.WriteString(`,"` + name + `": {"name": "` + name + `-1.2.3", "pname": "` + name + `", "system": "x86_64-linux", "version": "1.2.` + strconv.Itoa(i) + `"}`)
	}
	text.WriteString("}")
	s := Store{b.TempDir()}
	key := Key{"t", "x86_64-linux"}
	if err := s.Save(key, index(b, text.String())); err != nil {
		b.Fatal(err)
	}
	b.Run("from the store", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Load(key); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("from nix-env's JSON", func(b *testing.B) {
		for b.Loop() {
			index(b, text.String())
		}
	})
}
