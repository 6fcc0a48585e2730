package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNoteRevision(t *testing.T) {
	for text, want := range map[string]bool{
		"{ system.configurationRevision = self.rev or null; }": true,
		"{ x = self.lastModifiedDate; }":                       true,
		"{ x = myself.revenue; self = self.revision; }":        false,
	} {
		dir := t.TempDir()
		for name, text := range map[string]string{"a.nix": "{ }", "sub/b.nix": text, ".git/c.nix": "self.rev", "d.txt": "self.rev"} {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var out bytes.Buffer
		(&printer{out: &out}).noteRevision(dir)
		if got := strings.Contains(out.String(), "note: "+filepath.Join("sub", "b.nix")+" puts the commit"); got != want {
			t.Errorf("%s: %q", text, &out)
		}
	}
}
