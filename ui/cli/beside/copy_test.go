package beside

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/deploy"
	"assay/fleet/engine/nix/runner"
	"assay/fleet/host"
	"assay/fleet/host/bed"
	"assay/fleet/host/remote"
)

// closure is the expression of a system that has all files of a directory,
// each in a store path of its own.
const closure = `derivation {
  name = "closure";
  system = builtins.currentSystem;
  builder = "/bin/sh";
  args = [ "-c" "echo $files > $out" ];
  files = map (name: builtins.path { inherit name; path = ./files + "/${name}"; })
    (builtins.attrNames (builtins.readDir ./files));
}
`

// BenchmarkCopy copies 200 MB that cannot be compressed to a host, in one path
// and in a thousand, over a connection that is open; nix copy opens its own.
func BenchmarkCopy(b *testing.B) {
	const size = 200 << 20
	host1 := bed.Up(b, 1)[0]
	for _, files := range []int{1, 1000} {
		b.Run(fmt.Sprintf("paths=%d", files), func(b *testing.B) {
			at := newBench(b)
			at.write(b, at.home+"/.ssh/config", "Include "+host1.SSHConfig+"\n")
			for i := range files {
				at.write(b, fmt.Sprintf("files/f%d", i), random(size/files))
			}
			at.write(b, "closure.nix", closure)
			top := strings.TrimSpace(at.run(b, "nix-build", "--no-out-link", "closure.nix"))
			what := at.requisites(b, top)
			var paths []string
			for _, o := range what.Objects {
				paths = append(paths, o.Path)
			}
			b.Cleanup(func() { at.try(b, "nix-store", append([]string{"--delete", "--ignore-liveness"}, paths...)...) })
			forget := func() {
				host1.Root(b, "nix-store --delete --ignore-liveness "+strings.Join(paths, " ")+" >/dev/null 2>&1")
			}
			d, conn := at.deployer(b), at.connect(b, host1)
			compare(b, 3,
				contender{"assay's copy", nil, func() {
					if err := d.Copy(b.Context(), conn, what.Objects, nil); err != nil {
						b.Fatal(err)
					}
				}, forget},
				contender{"nix copy --to ssh-ng://", nil, func() {
					at.run(b, "nix", "copy", "--no-check-sigs", "--to", "ssh-ng://root@"+host1.Name, top)
				}, forget},
			)
		})
	}
}

func random(n int) string {
	text := make([]byte, n)
	rand.Read(text)
	return string(text)
}

// requisites lists a closure as an engine does.
func (at *bench) requisites(b *testing.B, top string) engine.Closure {
	b.Helper()
	c := engine.Closure{System: top}
	paths := strings.Fields(at.run(b, "nix-store", "--query", "--requisites", top))
	sizes := strings.Fields(at.run(b, "nix-store", append([]string{"--query", "--size"}, paths...)...))
	for i, path := range paths {
		o := engine.Object{Path: path}
		fmt.Sscan(sizes[i], &o.NarSize)
		c.Objects = append(c.Objects, o)
	}
	return c
}

func (at *bench) deployer(b *testing.B) *deploy.Deployer {
	b.Helper()
	d, err := deploy.New(deploy.Options{Program: at.assay, Runner: runner.New(runner.Options{Env: at.env})})
	if err != nil {
		b.Fatal(err)
	}
	return d
}

func (at *bench) connect(b *testing.B, h bed.Host) host.Conn {
	b.Helper()
	key, err := ssh.NewSignerFromSigner(h.Signer(b))
	if err != nil {
		b.Fatal(err)
	}
	conn, err := remote.New(remote.Options{Signers: []ssh.Signer{key}}).Connect(b.Context(),
		host.Target{Machine: h.Name, Addresses: []string{"root@" + h.Address}, HostKeys: []string{h.HostKey}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	return conn
}
