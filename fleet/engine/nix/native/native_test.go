package native

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExampleHasThisModule(t *testing.T) {
	copied, err := os.ReadFile(filepath.Join("../../../..", Name))
	if err != nil {
		t.Fatal(err)
	}
	if got := Compare(copied); got != Current {
		t.Errorf("the example fleet's %s is %s; hint: cp fleet/engine/nix/native/%[1]s .", Name, got)
	}
}

func TestCompare(t *testing.T) {
	if Version() < 1 {
		t.Fatalf("the module says it has version %d", Version())
	}
	as := func(version string) []byte {
		_, rest, _ := strings.Cut(string(Module), ":")
		return []byte("# assay.nix, version " + version + ":" + rest)
	}
	for _, c := range []struct {
		copied []byte
		want   State
	}{
		{Module, Current},
		{append(bytes.Clone(Module), '\n'), Edited},
		{as("0"), Older},
		{as("999999"), Newer},
		{as("99999999999999999999"), Foreign},
		{nil, Foreign},
		{[]byte("{ }\n"), Foreign},
	} {
		if got := Compare(c.copied); got != c.want {
			t.Errorf("%.40q is %s, want %s", c.copied, got, c.want)
		}
	}
}
