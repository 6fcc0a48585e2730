package symbolic

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"assay/modules/syntax"
)

// diskFiles are the files below a directory.
type diskFiles string

func (d diskFiles) Parsed(name string) (*syntax.File, error) {
	content, err := d.Content(name)
	if err != nil {
		return nil, err
	}
	return syntax.Parse(name, content)
}

func (d diskFiles) Content(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(d), name))
}

func (d diskFiles) Entries(name string) (map[string]string, error) {
	entries, err := os.ReadDir(filepath.Join(string(d), name))
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, e := range entries {
		switch {
		case e.IsDir():
			out[e.Name()] = "directory"
		case e.Type()&os.ModeSymlink != 0:
			out[e.Name()] = "symlink"
		default:
			out[e.Name()] = "regular"
		}
	}
	return out, nil
}

// TestLang evaluates Nix's own tests: what is known is what Nix says, and
// nothing is an error.
func TestLang(t *testing.T) {
	dir := os.Getenv("ASSAY_NIX_LANG")
	if dir == "" {
		t.Skip("not run: ASSAY_NIX_LANG names no directory with Nix's own language tests")
	}
	files, err := filepath.Glob(filepath.Join(dir, "eval-okay-*.nix"))
	if err != nil || len(files) < 140 {
		t.Fatalf("%s: %d files, %v", dir, len(files), err)
	}
	known, open, other := 0, 0, 0
	for _, file := range files {
		want, err := os.ReadFile(strings.TrimSuffix(file, ".nix") + ".exp")
		if _, flags := os.Stat(strings.TrimSuffix(file, ".nix") + ".flags"); err != nil || flags == nil {
			other++ // what it says hangs on how Nix is called
			continue
		}
		ev := New(diskFiles(dir), DefaultLimits)
		if strings.Contains(string(want), "«repeated»") {
			other++ // a value within itself, or printed once
			continue
		}
		got, bad := nixText(ev, ev.Import(Place{}, filepath.Base(file)), 0)
		switch {
		case isFault(bad):
			t.Errorf("%s: %s: an error: %s", filepath.Base(file), bad.Where().Pos(), Why(bad))
		case bad != nil:
			open++
			t.Logf("%s: not known: %s", filepath.Base(file), Why(bad))
		case got != strings.TrimSpace(string(want)):
			t.Errorf("%s\n got %s\nwant %s", filepath.Base(file), got, want)
		default:
			known++
		}
	}
	t.Logf("%d of %d are as Nix says, %d are not known, %d are not compared", known, len(files), open, other)
	if known < 100 {
		t.Errorf("only %d are known", known)
	}
}

// nixText prints a value as Nix does, or returns the part that is not known.
func nixText(ev *Evaluator, v Value, depth int) (string, Value) {
	if depth > 100 {
		return "", &Unknown{Why: "too deep"}
	}
	switch v := v.(type) {
	case *String:
		if s, ok := v.Text(); ok {
			return nixString(s), nil
		}
		return "", &Unknown{Why: "the string has a part that is not known"}
	case *List:
		if v.open() {
			return "", &Unknown{Why: "the list has a part that is not known"}
		}
		var b strings.Builder
		b.WriteString("[ ")
		for _, item := range v.Items {
			s, bad := nixText(ev, item.V.Force(), depth+1)
			if bad != nil {
				return "", bad
			}
			b.WriteString(s + " ")
		}
		return b.String() + "]", nil
	case *Attrs:
		if _, ok := ev.setArg(Done(v)); !ok {
			return "", &Unknown{Why: "the set has a part that is not known"}
		}
		var b strings.Builder
		b.WriteString("{ ")
		for _, name := range v.Names() {
			s, bad := nixText(ev, v.Attr(name).V.Force(), depth+1)
			if bad != nil {
				return "", bad
			}
			b.WriteString(AttrName(name) + " = " + s + "; ")
		}
		return b.String() + "}", nil
	case *Wrap:
		return nixText(ev, v.attrs(), depth)
	case Null:
		return "null", nil
	case Bool:
		return strconv.FormatBool(v.B), nil
	case Int:
		return strconv.FormatInt(v.N, 10), nil
	case Float:
		return strconv.FormatFloat(v.F, 'g', 6, 64), nil
	case *Func:
		return "<LAMBDA>", nil
	case *Prim:
		if len(v.args) > 0 {
			return "<PRIMOP-APP>", nil
		}
		return "<PRIMOP>", nil
	}
	return "", v
}

func nixString(s string) string {
	return `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`, `${`, `\${`).Replace(s) + `"`
}
