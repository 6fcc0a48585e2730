package syntax

import (
	"errors"
	"testing"
	"unicode/utf8"
)

// FuzzParse checks that Parse answers everything with a tree whose ranges nest and whose printed form is stable, or with an *Error
// that points into the file.
func FuzzParse(f *testing.F) {
	for _, src := range corpus(f) {
		if len(src) < 1000 {
			f.Add(src)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		file, err := Parse("fuzz.nix", src)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("error is a %T", err)
			}
			if e.Start < 0 || e.End < e.Start || int(e.End) > len(src) || e.Line < 1 || e.Column < 1 {
				t.Fatalf("error does not point into the file: %+v", e)
			}
			if utf8.Valid(src) && !utf8.ValidString(e.Error()) {
				t.Fatalf("error %q is not valid UTF-8", e.Error())
			}
			return
		}
		checkRanges(t, file)
		checkReprint(t, file)
		checkAttached(t, file)
		_ = CheckScope(file)
		_ = Printer{Dir: "/d"}.String(file.Root)
	})
}

// checkAttached asks for the comments of every node and verifies on which side they stand.
func checkAttached(t *testing.T, f *File) {
	t.Helper()
	Inspect(f.Root, func(n Node) bool {
		a := f.CommentsOf(n)
		for _, c := range a.Leading {
			if c.End > n.Range().Start {
				t.Fatalf("leading comment %v of %v", c, n.Range())
			}
		}
		for _, c := range a.Trailing {
			if c.Start < n.Range().End {
				t.Fatalf("trailing comment %v of %v", c, n.Range())
			}
		}
		_ = a.Text()
		return true
	})
}
