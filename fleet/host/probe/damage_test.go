package probe

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// must fails the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestDamaged spoils a host's links and systems; every shell must say the
// same of them.
func TestDamaged(t *testing.T) {
	const object = "/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-motd"
	relink := func(t *testing.T, target, link string) {
		must(t, os.Remove(link))
		must(t, os.Symlink(target, link))
	}
	for name, c := range map[string]struct {
		spoil func(t *testing.T, root string)
		want  string
	}{
		"nothing": {func(*testing.T, string) {}, ""},
		"the store is gone": {
			func(t *testing.T, root string) { must(t, os.RemoveAll(root+"/nix/store")) },
			"the running system is missing on the host",
		},
		"a file for a system": {
			func(t *testing.T, root string) {
				must(t, os.RemoveAll(root+hashB))
				must(t, os.WriteFile(root+hashB, nil, 0o600))
			},
			"the running system is missing on the host",
		},
		"an object is gone": {
			func(t *testing.T, root string) { must(t, os.Remove(root+object)) },
			"the running system is not whole: etc/a motd leads to " + object[len("/nix/store/"):] + ", which is not there",
		},
		"boots something that is gone": {
			func(t *testing.T, root string) {
				relink(t, "system-2-link", root+"/nix/var/nix/profiles/system")
				must(t, os.RemoveAll(root+hashA))
			},
			"the system that boots next is missing on the host",
		},
		"boots something that is not whole": {
			func(t *testing.T, root string) {
				relink(t, "system-2-link", root+"/nix/var/nix/profiles/system")
				must(t, os.Symlink("../"+filepath.Base(object)+"x", root+hashA+"/x"))
			},
			"the system that boots next is not whole: x leads to " + object[len("/nix/store/"):] + "x, which is not there",
		},
		"both are gone": {
			func(t *testing.T, root string) {
				relink(t, "system-2-link", root+"/nix/var/nix/profiles/system")
				must(t, os.RemoveAll(root+"/nix/store"))
			},
			"the running system is missing on the host; the system that boots next is missing on the host",
		},
		"no link": {
			func(t *testing.T, root string) { must(t, os.Remove(root+"/run/current-system")) },
			"/run/current-system is not there",
		},
		"a directory for a link": {
			func(t *testing.T, root string) {
				must(t, os.Remove(root+"/run/current-system"))
				must(t, os.Mkdir(root+"/run/current-system", 0o700))
			},
			"/run/current-system is not a link",
		},
		"leads elsewhere": {
			func(t *testing.T, root string) { relink(t, "/nowhere", root+"/run/current-system") },
			"/run/current-system leads to /nowhere, which is no store path",
		},
		"nothing was ever there": {func(t *testing.T, root string) {
			must(t, os.RemoveAll(root+"/run"))
			must(t, os.RemoveAll(root+"/nix"))
		}, ""},
		"a link out of the store": {
			func(t *testing.T, root string) { must(t, os.Symlink("/nowhere", root+hashB+"/by-hand")) },
			"",
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := hostRoot(t)
			must(t, os.WriteFile(root+object, nil, 0o600))
			must(t, os.Mkdir(root+hashB+"/etc", 0o700))
			must(t, os.Symlink("../../"+filepath.Base(object), root+hashB+"/etc/a motd"))
			must(t, os.Symlink("/", root+hashB+"/everything")) // not to be walked
			c.spoil(t, root)
			for _, shell := range shells() {
				if _, err := exec.LookPath(shell[0]); err != nil {
					t.Log("not run: no", shell[0])
					continue
				}
				got, err := Read(t.Context(), localConn{shell: shell, env: []string{"PATH=/usr/bin:/bin", "ASSAY_ROOT=" + root}}, "galena")
				must(t, err)
				if got.Damaged != c.want {
					t.Errorf("%s: %q, want %q", shell[0], got.Damaged, c.want)
				}
			}
		})
	}
}

// TestParseDamage reads what a real host says, whose links are absolute. What
// a system's maker has put into it by hand is no damage.
func TestParseDamage(t *testing.T) {
	head := "\nassay-facts 1\nroot \nlrwxrwxrwx 1 0 0 9 x run/current-system -> " + hashB + "\n"
	entry := "broken current-system lrwxrwxrwx 1 0 0 9 x run/current-system/"
	for in, want := range map[string]string{
		entry + "by-hand -> /home/me/src\n":  "",
		entry + "relative -> ../../../etc\n": "",
		entry + "sw -> " + hashA + "/sw\n":   "the running system is not whole: sw leads to " + hashA[len("/nix/store/"):] + ", which is not there",
		entry + "by-hand -> /x\n" + entry + "kernel -> " + hashA + "\n" + entry + "sw -> " + hashB + "\n": "the running system is not whole: kernel leads to " + hashA[len("/nix/store/"):] + ", which is not there",
		"wrong system absent\n": "",
		"wrong system other\n":  "/nix/var/nix/profiles/system is not a link",
	} {
		got, err := parse([]byte(head + in + "end\n"))
		if err != nil || got.Damaged != want {
			t.Errorf("%q: %q, %v", in, got.Damaged, err)
		}
	}
}

// TestDamageIsHarmlessText: what a link leads to is the host's own text. How a
// shell's ls writes control characters differs, so the parser is asked.
func TestDamageIsHarmlessText(t *testing.T) {
	in := "\nassay-facts 1\nroot \nlrwxrwxrwx 1 0 0 9 x run/current-system -> \x1b[1m/nowhere\x1b[0m\nend\n"
	got, err := parse([]byte(in))
	if want := "/run/current-system leads to /nowhere, which is no store path"; err != nil || got.Damaged != want {
		t.Errorf("%q, %v; want %q", got.Damaged, err, want)
	}
}

// TestLookAtTheTop runs the part of the script that is for real systems.
func TestLookAtTheTop(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Mkdir(dir+"/system", 0o700))
	must(t, os.Symlink("system", dir+"/link"))
	for name, target := range map[string]string{"sw": hashA + "/sw", "fine": ".", "b y": "/nowhere"} {
		must(t, os.Symlink(target, filepath.Join(dir, "system", name)))
	}
	for _, shell := range shells() {
		if _, err := exec.LookPath(shell[0]); err != nil {
			t.Log("not run: no", shell[0])
			continue
		}
		text := script + "cd \"$1\"\necho look\nlook current-system link\n"
		look := exec.CommandContext(t.Context(), shell[0], append(shell[1:len(shell):len(shell)], "-c", text, "assay", dir)...)
		look.Env = []string{"PATH=/usr/bin:/bin"}
		out, err := look.Output()
		must(t, err)
		_, said, _ := strings.Cut(string(out), "\nlook\n")
		if strings.Count(said, "broken current-system l") != 2 || !strings.Contains(said, "link/sw -> "+hashA+"/sw\n") || !strings.Contains(said, "link/b y -> /nowhere\n") {
			t.Errorf("%s: %q", shell[0], said)
		}
	}
}
