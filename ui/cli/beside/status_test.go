package beside

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// hostsAsked is how many hosts BenchmarkStatus asks.
const hostsAsked = 500

// BenchmarkStatus asks 500 hosts: one sshd that has all of 127.0.0.0/8, which
// script/bench makes sure is nobody else's. The others run assay's own script
// for it, which they need not even send, and keep what it prints to themselves.
func BenchmarkStatus(b *testing.B) {
	at := newBench(b)
	if os.Getenv("ASSAY_BENCH_APART") == "" {
		b.Skip("not run: script/bench nix starts this in a network namespace")
	}
	at.server(b)
	at.fleet(b)
	probe, err := filepath.Abs("../../../fleet/host/probe/script.sh")
	if err != nil {
		b.Fatal(err)
	}
	at.write(b, "probe", "exec sh '"+probe+"'\n")
	ask := "sh " + probe
	status := func() {
		out, _ := at.try(b, at.assay, "status") // 1: the hosts have no system
		if !strings.Contains(out, "\n500 machines: 500 empty\n") {
			b.Fatalf("assay status: %.2000s", out)
		}
	}
	b.Log("first status, which evaluates: ", measure(b, status))
	asked := func(program string, args ...string) func() {
		return func() {
			out := at.run(b, program, args...)
			if n := strings.Count(out, "assay-facts 1"); n != hostsAsked {
				b.Fatalf("%s: %d answers\n%.2000s", program, n, out)
			}
		}
	}
	all := []contender{{"assay status", nil, status, nil}}
	for _, c := range []struct {
		program string
		args    []string
	}{
		{"xargs", []string{"-a", "hosts", "-P32", "-I{}", "ssh", "{}", ask}},
		{"clush", []string{"-f", "32", "--hostfile", "hosts", ask}},
		{"parallel-ssh", []string{"-p", "32", "-i", "-h", "hosts", ask}},
		{"ansible", []string{"all", "-i", "hosts", "-f", "32", "-m", "raw", "-a", ask}},
	} {
		if at.find(c.program) == c.program {
			b.Logf("not run: %s is not installed", c.program)
			continue
		}
		all = append(all, contender{c.program, nil, asked(c.program, c.args...), nil})
	}
	compare(b, 3, all...)
}

// address is where host i answers.
func address(i int) string { return fmt.Sprintf("127.10.%d.%d", i/200, i%200+1) }

// server starts the sshd.
func (at *bench) server(b *testing.B) {
	b.Helper()
	for _, name := range []string{"hostkey", "key"} {
		at.run(b, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", name)
	}
	at.write(b, "sshd_config", `Port 22
ListenAddress 0.0.0.0
HostKey `+at.one("hostkey")+`
AuthorizedKeysFile `+at.one("key.pub")+`
PidFile none
StrictModes no
UsePAM no
UseDNS no
PrintMotd no
MaxStartups 1000
LogLevel ERROR
`)
	at.write(b, filepath.Join(at.home, ".ssh/config"), `Host *
  User root
  IdentityFile `+at.one("key")+`
  IdentitiesOnly yes
  UserKnownHostsFile `+at.one("known_hosts")+`
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  KexAlgorithms curve25519-sha256
  BatchMode yes
  LogLevel ERROR
`)
	cmd := exec.Command("/usr/sbin/sshd", "-D", "-e", "-f", at.one("sshd_config"))
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	key, err := os.ReadFile(at.one("hostkey.pub"))
	if err != nil {
		b.Fatal(err)
	}
	at.write(b, "known_hosts", "* "+string(key))
	for range 100 {
		if _, err := at.try(b, "ssh", address(0), "true"); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.Fatal("sshd does not answer: " + at.run(b, "ssh", address(0), "true"))
}

// fleet makes a flake with as many machines, of which assay has pinned the
// key, and the list of addresses for the others.
func (at *bench) fleet(b *testing.B) {
	b.Helper()
	key, err := os.ReadFile(at.one("hostkey.pub"))
	if err != nil {
		b.Fatal(err)
	}
	var machines, hosts, pins strings.Builder
	for i := range hostsAsked {
		fmt.Fprintf(&machines, "[machines.m%d.deploy]\ntargets = [\"root@%s\"]\n", i, address(i))
		fmt.Fprintln(&hosts, address(i))
		fmt.Fprintf(&pins, "m%d %s", i, key)
	}
	at.write(b, "hosts", hosts.String())
	at.write(b, "fleet.toml", "[fleet]\nname = \"beside\"\n"+machines.String())
	at.write(b, "flake.nix", `{
  outputs = { self }: {
    nixosConfigurations = builtins.mapAttrs (name: _: {
      config.system.build.toplevel = derivation {
        name = "nixos-system-${name}";
        system = "x86_64-linux";
        builder = "/bin/sh";
        args = [ "-c" "echo > $out" ];
      };
    }) (builtins.fromTOML (builtins.readFile ./fleet.toml)).machines;
  };
}
`)
	state := ""
	for _, entry := range at.env {
		if dir, ok := strings.CutPrefix(entry, "XDG_STATE_HOME="); ok {
			state = dir
		}
	}
	at.write(b, filepath.Join(state, "assay/fleets/beside/known_hosts"), pins.String())
	at.write(b, ".gitignore", "*\n!*.nix\n!fleet.toml\n")
	at.run(b, "git", "init", "--quiet")
	at.commit(b)
}

// one returns where a file of the directory is.
func (at *bench) one(name string) string { return filepath.Join(at.dir, name) }
