package deploy_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet/engine/nix/deploy"
	"assay/fleet/engine/nix/runner"
	"assay/fleet/host"
	"assay/fleet/host/bed"
)

func TestStoreOfHost(t *testing.T) {
	l := newLocal(t)
	h := bed.Shared(t, 1)[0]
	conn := connect(t, h, "root", host.BecomeNone)
	d := l.deployer(t, deploy.Options{})
	address, env, release, err := d.Store(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	l.instantiate(t, strings.ReplaceAll(small, "alpha", "epsilon"))
	out, err := l.run.Output(t.Context(), runner.Command{Program: "nix", Env: env, Args: []string{
		"build", "--store", address, "--eval-store", l.store(), "--no-link", "--json", "--file", filepath.Join(l.dir, "expression.nix")}}, 1<<20)
	if err := release(); err != nil {
		t.Error(err)
	}
	if err != nil || !strings.Contains(string(out), "-nixos-system-test-25.05") {
		t.Fatalf("%s, %v", out, err)
	}
	var built string
	for p := range strings.FieldsSeq(h.Root(t, "nix path-info --all")) {
		if strings.HasSuffix(p, "-epsilon-1.2") {
			built = p
		}
	}
	if built == "" {
		t.Fatal("the host did not build it")
	}
	if err := d.Keep(t.Context(), conn, built); err != nil {
		t.Error(err)
	}
	h.Root(t, "nix-collect-garbage 2>&1; nix-store --check-validity "+built)
	if err := d.Keep(t.Context(), conn, built[:len("/nix/store/")]+strings.Repeat("0", 32)+"-gone"); err == nil {
		t.Error("it keeps what is not there")
	}
}

func TestPush(t *testing.T) {
	l := newLocal(t)
	file, _ := l.key(t, "fleet-1")
	d := l.deployer(t, deploy.Options{KeyFile: file})
	c := l.closure(t, l.build(t, small))
	cache := t.TempDir()
	if err := d.Push(t.Context(), c, "file://"+cache); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(cache, filepath.Base(c.System)[:32]+".narinfo"))
	if err != nil || !strings.Contains(string(text), "Sig: fleet-1:") {
		t.Errorf("%s, %v", text, err)
	}
	if err := d.Push(t.Context(), c, "--help"); err == nil || !strings.Contains(err.Error(), "no address") {
		t.Errorf("%v", err)
	}
}

// Every version of Nix that is here asks its ssh for something else.
func TestEveryNixCopies(t *testing.T) {
	h := bed.Shared(t, 1)[0]
	conn := connect(t, h, "root", host.BecomeNone)
	for _, nix := range bed.Nixes(t) {
		l := newLocal(t)
		l.run = runner.New(runner.Options{Bin: nix.Bin, Env: l.env()})
		d := l.deployer(t, deploy.Options{})
		c := l.closure(t, l.build(t, strings.ReplaceAll(small, "alpha-1.2", "alpha-"+nix.Version)))
		if err := d.Copy(t.Context(), conn, c.Objects, nil); err != nil {
			t.Errorf("%s: %v", nix.Version, err)
		}
		if missing, err := d.Missing(t.Context(), conn, c); err != nil || len(missing) != 0 {
			t.Errorf("%s: %d missing: %v", nix.Version, len(missing), err)
		}
		if err := d.Copy(t.Context(), connect(t, h, "deploy", host.BecomeNone), c.Objects, nil); !errors.Is(err, deploy.ErrUnsigned) {
			t.Errorf("%s: %v", nix.Version, err)
		}
	}
}
