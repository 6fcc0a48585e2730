package probe

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/host"
)

// healthy is what a NixOS host says of its health.
const healthy = "part kernel same\npart initrd other\npart kernel-params same\n" +
	"guard id run-7-galena\nguard state armed\nguard from " + hashA + "\nguard to " + hashB + "\nguard at 1763900000\n" +
	"guard operator ann  of\tthe lab\nguard goal switch\nguard guard 120\nguard until 1763900120\n" +
	`version {"configurationRevision":"0f1e2d-dirty","nixosVersion":"25.11.20251120.a1b2c3d","nixpkgsRevision":"a1b2c3d"}` + "\n" +
	`inhibitor {"dbus":"/nix/store/x",` + "\ninhibitor  \"systemd\":\"y\"}\n" +
	"lrwxrwxrwx 1 0 0 9 Jan 1 1970 run/current-system/sw/bin/nix -> /nix/store/0123456789abcdfghijklmnpqrsvwxyz-nix-2.28.3/bin/nix\n" +
	"daemon yes\nload 0.00 0.25 1.50 1/200 4711\nboot 241187be-3a00-463c-8bd7-33cb406904cb\nuser 1000\n" +
	"space nix /dev/vda 264212084 29627160 65874104 32% /\nspace boot /dev/disk by/x 1000 900 100 90% /boot dir\n" +
	"systemd SystemState=degraded\nsystemd NFailedUnits=2\n" +
	"failed sshd@3.service loaded failed failed OpenSSH\nfailed acme-x.service loaded failed failed Renew\n"

func TestParseHealth(t *testing.T) {
	got, err := parse([]byte("\nassay-facts 1\nroot \n" + healthy + "end\n"))
	want := fleet.Facts{
		BootParts: fleet.False, OldParts: []string{"initrd"},
		BootID: "241187be-3a00-463c-8bd7-33cb406904cb", Version: "25.11.20251120.a1b2c3d", Revision: "0f1e2d-dirty", Nix: "Nix 2.28.3",
		Daemon: fleet.True, Root: fleet.False, Load: []float64{0, 0.25, 1.5},
		Store: fleet.Space{Free: 65874104 << 10, Total: 264212084 << 10}, Boot: fleet.Space{Free: 100 << 10, Total: 1000 << 10},
		Units:      &fleet.Units{State: "degraded", Failed: 2, Names: []string{"acme-x.service", "sshd@3.service"}},
		Inhibitors: "{\"dbus\":\"/nix/store/x\",\n \"systemd\":\"y\"}",
		Guard: &fleet.Guard{ID: "run-7-galena", State: "armed", From: hashA, To: hashB, At: time.Unix(1763900000, 0),
			Until: time.Unix(1763900120, 0), Goal: "switch", Operator: "ann of the lab"},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\ngot  %+v %+v %+v\nwant %+v %+v %+v", err, got, got.Units, got.Guard, want, want.Units, want.Guard)
	}
}

// TestHostileHealth: what is not as it should be is unknown.
func TestHostileHealth(t *testing.T) {
	for _, in := range []string{
		"part kernel\npart x other\npart\n", "guard\nguard id\nguard state armed\n", "guard id x\nguard state mad\n",
		"version {\nversion }{\n", "version {\"configurationRevision\":\"a b\",\"nixosVersion\":\"\\u001b[31m\"}\n",
		"version " + `{"configurationRevision":"` + strings.Repeat("a", 101) + "\"}\n", strings.Repeat("version \n", 99) + "version {\"nixosVersion\":\"25\"}\n",
		"inhibitor \x1b[31mred\n", "inhibitor " + strings.Repeat("x", mostInhibitors+1) + "\n", strings.Repeat("inhibitor x\n", mostLines),
		"daemon perhaps\n", "user -1\nuser root\nuser \n", "load\nload a b c\nload NaN 1 1\nload -1 1 1\nload 1e9 1 1\n", "boot a b\nboot \x07\n",
		"space nix\nspace nix 1 2 3 4% /\nspace nix d 0 0 0 0% /\nspace nix d 5 1 9 1% /\nspace nix d 99999999999999999 1 9 1% /\nspace x d 9 1 8 1% /\n",
		"systemd SystemState=running\n", "systemd NFailedUnits=0\n", "systemd SystemState=a b\nsystemd NFailedUnits=-1\n", "failed x.service\n",
		"lrwxrwxrwx 1 0 0 9 x sw/bin/nix -> /nix/store/short/bin/nix\n", "lrwxrwxrwx 1 0 0 9 x sw/bin/nix -> /usr/bin/nix\n",
	} {
		got, err := parse([]byte("\nassay-facts 1\nroot \n" + in + "end\n"))
		if err != nil || !reflect.DeepEqual(got, fleet.Facts{}) {
			t.Errorf("%.200q: %+v %+v, %v", in, got, got.Guard, err)
		}
	}
	many := "systemd SystemState=degraded\nsystemd NFailedUnits=9000\n" + strings.Repeat("failed a.service\n", 9) + "failed \x1b[31m\n"
	for i := range 300 {
		many += "failed " + strings.Repeat("u", i%255+1) + ".service x\n"
	}
	got, err := parse([]byte("\nassay-facts 1\n" + many + "end\n"))
	if err != nil || got.Units == nil || got.Units.Failed != 9000 || len(got.Units.Names) > mostUnits || got.Units.Names[0] != "a.service" {
		t.Errorf("%+v, %v", got.Units, err)
	}
}

// checkHealth is true of all facts.
func checkHealth(t *testing.T, f fleet.Facts) {
	t.Helper()
	text := []string{f.BootID, f.Version, f.Revision, f.Nix}
	if f.Units != nil {
		if text = append(append(text, f.Units.Names...), f.Units.State); f.Units.Failed < len(f.Units.Names) || len(f.Units.Names) > mostUnits {
			t.Errorf("%+v", f.Units)
		}
	}
	if g := f.Guard; g != nil {
		if text = append(text, g.ID, g.State, g.From, g.To, g.Goal, g.Operator); g.ID == "" || g.State == "" {
			t.Errorf("%+v", g)
		}
	}
	for _, s := range text {
		if host.Sanitize(s) != s || len(s) > 300 || strings.Contains(s, "\n") {
			t.Errorf("%q", s)
		}
	}
	if host.Sanitize(f.Inhibitors) != f.Inhibitors || len(f.Inhibitors) > mostInhibitors {
		t.Errorf("%q", f.Inhibitors)
	}
	for _, s := range []fleet.Space{f.Store, f.Boot} {
		if s.Free < 0 || s.Total < s.Free {
			t.Errorf("%+v", s)
		}
	}
	if (f.BootParts == fleet.False) != (len(f.OldParts) > 0) || len(f.Load) != 0 && len(f.Load) != 3 {
		t.Errorf("%+v", f)
	}
}

// TestReboot compares what only a boot brings, in every shell.
func TestReboot(t *testing.T) {
	const kernel = "/nix/store/kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk-linux-"
	write := func(t *testing.T, path, text string) {
		must(t, os.MkdirAll(filepath.Dir(path), 0o700))
		must(t, os.WriteFile(path, []byte(text), 0o600))
	}
	for name, c := range map[string]struct {
		change func(t *testing.T, booted, running, root string)
		want   fleet.Truth
		parts  []string
	}{
		"nothing to compare": {func(*testing.T, string, string, string) {}, fleet.Unknown, nil},
		"the same": {func(t *testing.T, booted, running, root string) {
			write(t, root+kernel+"1", "")
			must(t, os.Symlink(root+kernel+"1", booted+"/kernel"))
			must(t, os.Symlink(root+kernel+"1", running+"/kernel"))
			write(t, booted+"/kernel-params", "quiet loglevel=4")
			write(t, running+"/kernel-params", "quiet loglevel=4")
		}, fleet.False, nil},
		"another kernel": {func(t *testing.T, booted, running, root string) {
			write(t, root+kernel+"1", "")
			write(t, root+kernel+"2", "")
			must(t, os.Symlink(root+kernel+"1", booted+"/kernel"))
			must(t, os.Symlink(root+kernel+"2", running+"/kernel"))
			write(t, booted+"/kernel-params", "quiet")
			write(t, running+"/kernel-params", "quiet")
		}, fleet.True, []string{"kernel"}},
		"other parameters": {func(t *testing.T, booted, running, _ string) {
			write(t, booted+"/kernel-params", "quiet")
			write(t, running+"/kernel-params", "quiet nosmt\n")
		}, fleet.True, []string{"kernel-params"}},
		"one without an initrd": {func(t *testing.T, booted, _, root string) {
			write(t, root+kernel+"1", "")
			must(t, os.Symlink(root+kernel+"1", booted+"/initrd"))
		}, fleet.True, []string{"initrd"}},
	} {
		t.Run(name, func(t *testing.T) {
			root := hostRoot(t)
			c.change(t, root+hashA, root+hashB, root)
			write(t, root+"/run/assay/current", "id x-1\nstate confirmed\nto "+hashB+"\n")
			write(t, root+hashB+"/switch-inhibitors", "{\n\t\"a\": \"b\\\\c\"\n}\n")
			for _, shell := range shells() {
				if _, err := exec.LookPath(shell[0]); err != nil {
					t.Log("not run: no", shell[0])
					continue
				}
				got, err := Read(t.Context(), localConn{shell: shell, env: []string{"PATH=/usr/bin:/bin", "ASSAY_ROOT=" + root}}, "galena")
				must(t, err)
				if got.Reboot() != c.want || !reflect.DeepEqual(got.OldParts, c.parts) {
					t.Errorf("%s: %v, %q", shell[0], got.Reboot(), got.OldParts)
				}
				if got.Guard == nil || got.Guard.State != "confirmed" || got.Guard.To != hashB {
					t.Errorf("%s: %+v", shell[0], got.Guard)
				}
				if got.Inhibitors != "{\n\t\"a\": \"b\\\\c\"\n}" {
					t.Errorf("%s: %q", shell[0], got.Inhibitors)
				}
			}
		})
	}
}

func TestNixVersion(t *testing.T) {
	for in, want := range map[string]string{
		"nix-2.28.3": "Nix 2.28.3", "nix (Nix) 2.8.0": "Nix 2.8.0", "lix-2.93.0-pre": "Lix 2.93.0-pre",
		"nix (Lix, like Nix) 2.93.0": "Lix 2.93.0", "determinate-nix-3.1": "determinate-nix-3.1", "": "", "(": "(",
	} {
		if got := nixVersion(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestDueReturn: why a host could not return is told, and after a boot what it
// has kept on the disk.
func TestDueReturn(t *testing.T) {
	got, err := parse([]byte("\nassay-facts 1\nroot \nguard id r-1\nguard state failed\nguard trouble " + strings.Repeat("no\x1b ", 200) + "\nend\n"))
	if err != nil || got.Guard == nil || !strings.HasPrefix(got.Guard.Trouble, "no") || len(got.Guard.Trouble) > 300 || strings.Contains(got.Guard.Trouble, "\x1b") {
		t.Errorf("%+v, %v", got.Guard, err)
	}
}
