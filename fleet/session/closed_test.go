package session_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"assay/fleet/session"
	"assay/secrets/files"
)

// TestClosedFiles: files that may not be read are not left out as if they were no
// secrets. One that a rule covers cannot be encrypted anew; the others are named,
// and so are directories, but for those that no secret is looked for in.
func TestClosedFiles(t *testing.T) {
	s, _ := secretFleet(t)
	dir := s.Repo.Dir
	sealed, err := os.ReadFile(filepath.Join(dir, "s/b.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"lost.json", "deep/er/x.json", "node_modules/x.json"} {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, sealed, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"s/a.yaml", "lost.json", "deep/er", "node_modules"} {
		if err := os.Chmod(filepath.Join(dir, name), 0); err != nil {
			t.Fatal(err)
		}
	}
	asNobody(t, dir)

	found, err := s.SecretFiles(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	unread := []string{"deep/er/", "lost.json"}
	if !slices.Equal(found.Tree.Unread, unread) {
		t.Errorf("not read: %q, want %q", found.Tree.Unread, unread)
	}
	i := slices.IndexFunc(found.Files, func(f session.SecretFile) bool { return f.Path == "s/a.yaml" })
	if i < 0 || found.Files[i].State != files.Malformed || found.Files[i].Why != "it may not be read: permission denied" {
		t.Errorf("%+v", found.Files)
	}
	for _, rotate := range []bool{false, true} {
		p, err := s.PlanRekey(t.Context(), nil, rotate)
		if err != nil || p.Blocked() != 1 || !slices.Equal(p.Unread, unread) {
			t.Errorf("rotate %t: %+v, %v", rotate, p, err)
			continue
		}
		i := slices.IndexFunc(p.Steps, func(step session.RekeyStep) bool { return step.Path == "s/a.yaml" })
		if i < 0 || p.Steps[i].Blocked != "it may not be read: permission denied" {
			t.Errorf("rotate %t: %+v", rotate, p.Steps)
		}
	}
	p, err := s.PlanRemoveKey(t.Context(), session.KeysMember{Kind: "user", Name: "bob"})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(unread, "s/a.yaml") {
		if !slices.ContainsFunc(p.Notes, func(note string) bool { return strings.HasPrefix(note, name+": ") }) {
			t.Errorf("%q do not name %s", p.Notes, name)
		}
	}
}

// asNobody takes root's right to read everything from this process until the test
// ends; what is in dir is nobody's then.
func asNobody(t *testing.T, dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	const nobody = 65534
	err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(name, nobody, nobody))
	})
	if err := errors.Join(err, os.Chmod(filepath.Dir(dir), 0o755), syscall.Seteuid(nobody)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Seteuid(0); err != nil {
			t.Error(err)
		}
	})
}
