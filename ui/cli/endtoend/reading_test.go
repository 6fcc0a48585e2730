package endtoend

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
)

const example = "../../.."

// reader is a read-only clone of a repository, and the program to read it.
type reader struct {
	t            *testing.T
	dir, program string
	scratch      string // the user's home, which may be written
	env          []string
	user         *syscall.Credential // who reads; nil is who runs the tests
}

// newReader clones a repository of files. Everybody may come to the clone, and
// nobody write it.
func newReader(t *testing.T, files map[string]fs.FS) *reader {
	t.Helper()
	top, err := os.MkdirTemp("", "assay-reading-")
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{t: t, dir: filepath.Join(top, "clone"), program: filepath.Join(top, "assay"), scratch: filepath.Join(top, "home")}
	t.Cleanup(func() {
		_ = r.modes(0o200)
		if err := os.RemoveAll(top); err != nil {
			t.Error(err)
		}
	})
	r.must(os.Chmod(top, 0o755))
	from := filepath.Join(top, "from")
	for dir, of := range files {
		r.must(os.CopyFS(filepath.Join(from, dir), of))
	}
	r.must(os.MkdirAll(filepath.Join(from, ".git"), 0o755))
	r.must(os.Mkdir(r.scratch, 0o777))
	r.must(os.Chmod(r.scratch, 0o777))
	r.env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + r.scratch, beAssay + "=1", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org"}
	for _, args := range [][]string{{"-C", from, "init", "-q"}, {"-C", from, "add", "--all"}, {"-C", from, "commit", "-q", "-m", "a fleet"}, {"clone", "-q", from, r.dir}} {
		cmd := exec.CommandContext(t.Context(), "git", args...)
		cmd.Env = r.env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	program, err := os.ReadFile(os.Args[0])
	r.must(err)
	r.must(os.WriteFile(r.program, program, 0o755))
	r.must(os.WriteFile(filepath.Join(r.scratch, ".gitconfig"), []byte("[safe]\n\tdirectory = "+r.dir+"\n"), 0o644))
	r.must(r.modes(0))
	return r
}

func (r *reader) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// modes makes the clone readable for all, with these bits more.
func (r *reader) modes(more os.FileMode) error {
	return filepath.WalkDir(r.dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSymlink != 0 {
			return err
		}
		mode := 0o444 | more
		if d.IsDir() {
			mode |= 0o111
		}
		return os.Chmod(name, mode)
	})
}

// state is the content and time of every file of the clone.
func (r *reader) state() map[string]string {
	r.t.Helper()
	all := map[string]string{}
	r.must(filepath.WalkDir(r.dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		st, err := d.Info()
		if err == nil {
			all[name] = st.ModTime().String() + st.Mode().String()
		}
		if err == nil && st.Mode().IsRegular() {
			text, err := os.ReadFile(name)
			all[name] += string(text)
			return err
		}
		return err
	}))
	return all
}

// run runs a command line of words, below another program where there is one.
func (r *reader) run(args []string, below ...string) (out string, code int) {
	r.t.Helper()
	words := slices.Concat(below, []string{r.program, "-C", r.dir}, args)
	cmd := exec.CommandContext(r.t.Context(), words[0], words[1:]...)
	cmd.Dir, cmd.Env = r.dir, r.env
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if r.user != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: r.user}
	}
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		r.t.Fatal(err)
	}
	return said.String(), cmd.ProcessState.ExitCode()
}

// changing are the system calls that change what is on a disk, or connect.
const changing = "open,openat,openat2,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat," +
	"unlink,unlinkat,rmdir,chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,truncate,ftruncate,utimensat,utime,utimes,mknod,mknodat,setxattr,connect,execve"

var (
	called  = regexp.MustCompile(`^(?:\d+ +)?(\w+)\((.*)$`)
	where   = regexp.MustCompile(`^(?:AT_FDCWD|\d+)<([^>]*)>, `)
	named   = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
	opening = regexp.MustCompile(`O_WRONLY|O_RDWR|O_CREAT|O_TRUNC`)
	ended   = regexp.MustCompile(`^(?:\d+ +)?(?:\+\+\+|---|<\.\.\.)`)
)

// trace runs a command below strace and returns the calls that change
// something in the clone, those that connect to a network or to a daemon that
// asks one, and the programs that were started.
func (r *reader) trace(args []string) (wrong, programs []string) {
	r.t.Helper()
	log := filepath.Join(r.scratch, "trace")
	out, code := r.run(args, "strace", "-f", "-y", "-s", "4096", "-e", "trace="+changing, "-o", log)
	if code > 3 || code < 0 || strings.Contains(out, "strace:") {
		r.t.Fatalf("assay %v below strace: exit %d\n%s", args, code, out)
	}
	text, err := os.ReadFile(log)
	r.must(err)
	seen := 0
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		m := called.FindStringSubmatch(line)
		if m == nil {
			if !ended.MatchString(line) {
				r.t.Fatalf("strace says what is not understood: %s", line)
			}
			continue
		}
		seen++
		switch name, rest := m[1], m[2]; {
		case name == "execve":
			if w := named.FindStringSubmatch(rest); !strings.Contains(line, "= -1 ") && w != nil {
				programs = append(programs, filepath.Base(w[1]))
			}
		case name == "connect":
			if strings.Contains(rest, "AF_INET") || strings.Contains(rest, "nscd") || strings.Contains(rest, "resolve") {
				wrong = append(wrong, line)
			}
		case strings.HasPrefix(name, "open") && !opening.MatchString(rest):
		case r.inside(rest):
			wrong = append(wrong, line)
		}
	}
	if seen < 5 {
		r.t.Fatalf("strace saw only %d calls of assay %v", seen, args)
	}
	return wrong, programs
}

// inside reports whether a call names something in the clone; a relative name
// of which the directory is not known counts.
func (r *reader) inside(rest string) bool {
	dir := r.dir // where it runs
	if w := where.FindStringSubmatch(rest); w != nil {
		dir = w[1]
	}
	for _, w := range named.FindAllStringSubmatch(rest, -1) {
		name := w[1]
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		if name == r.dir || strings.HasPrefix(name, r.dir+"/") {
			return true
		}
	}
	return false
}

// dendritic is a flake whose modules are aspects, and native the example,
// which has a fleet.toml.
func dendritic(t *testing.T) *reader {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text), Mode: 0o644} }
	return newReader(t, map[string]fs.FS{".": fstest.MapFS{
		"flake.nix": file(`{
  inputs.flake-parts.url = "github:hercules-ci/flake-parts";
  outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./modules);
}
`),
		"flake.lock": file(lock),
		"modules/web.nix": file(`{ config, ... }: {
  flake.modules.nixos.base = { networking.hostName = "x"; };
  flake.modules.nixos.web.imports = [ config.flake.modules.nixos.base ./_file.nix ];
}
`),
		"modules/_file.nix": file("{ services.openssh.enable = true; }\n"),
		"modules/hosts.nix": file(`{ inputs, config, ... }: {
  flake.nixosConfigurations.one = inputs.nixpkgs.lib.nixosSystem { system = "x86_64-linux"; modules = [ config.flake.modules.nixos.web ]; };
  flake.nixosConfigurations.two = inputs.nixpkgs.lib.nixosSystem { system = "x86_64-linux"; modules = [ config.flake.modules.nixos.base ]; };
}
`),
	}})
}

const lock = "{ \"nodes\": { \"root\": { } }, \"root\": \"root\", \"version\": 7 }\n"

func native(t *testing.T) *reader {
	files := map[string]fs.FS{}
	for _, dir := range []string{"modules/aspects", "modules/packages"} {
		files[dir] = os.DirFS(filepath.Join(example, dir))
	}
	r := t.TempDir()
	for _, name := range []string{"flake.nix", "fleet.toml", "assay.nix"} {
		text, err := os.ReadFile(filepath.Join(example, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(r, name), text, 0o644)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(r, "flake.lock"), []byte(lock), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	files["."] = os.DirFS(r)
	return newReader(t, files)
}

// reading are the commands that read a repository, for machines a and b and
// for an aspect of it.
func reading(a, b, aspect, option string) [][]string {
	return [][]string{
		{"machines"}, {"machines", "--json"}, {"machines", "--matrix"}, {"aspects"}, {"aspects", aspect},
		{"compose", a}, {"compose", a, "--why", aspect}, {"compose", a, "--option", option}, {"compose", a, "--diff", b},
		{"services"}, {"check"}, {"layers"}, {"which", "hello"}, {"channels"}, {"hotfixes"}, {"vars", "list"}, {"vars", "check", a}, {"runs"}, {"help"}, {"help", "selectors"}, {"version"},
	}
}

// TestReadingTouchesNothing traces every command that reads: nothing in the
// repository is opened for writing or changed, nothing is connected to, no
// program but git is started, and everything is as it was. Of machines with
// addresses in fleet.toml whose keys the fleet does not hold, check asks
// "ssh -G" which keys ssh would accept; ssh looks its user up.
func TestReadingTouchesNothing(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("not run: no strace")
	}
	for _, c := range []struct {
		name     string
		r        *reader
		commands [][]string
	}{
		{"dendritic", dendritic(t), reading("one", "two", "base", "networking.hostName")},
		{"fleet.toml", native(t), reading("cinnabar", "scheelite", "server", "services.openssh.enable")},
	} {
		before := c.r.state()
		for _, args := range c.commands {
			wrong, programs := c.r.trace(args)
			asks := c.name == "fleet.toml" && args[0] == "check"
			for _, line := range wrong {
				if !asks || !strings.Contains(line, "/nscd/") {
					t.Errorf("%s: assay %s: %s", c.name, strings.Join(args, " "), line)
				}
			}
			for _, p := range programs {
				if !slices.Contains([]string{"assay", "git"}, p) && !(asks && p == "ssh") {
					t.Errorf("%s: assay %s starts %s", c.name, strings.Join(args, " "), p)
				}
			}
		}
		for name, is := range c.r.state() {
			if before[name] != is {
				t.Errorf("%s: %s has changed", c.name, name)
			}
			delete(before, name)
		}
		if len(before) > 0 {
			t.Errorf("%s: %d files are gone", c.name, len(before))
		}
	}
}

// TestTracingSees makes sure that the trace would show a write and a connect.
func TestTracingSees(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("not run: no strace")
	}
	r := dendritic(t)
	r.must(r.modes(0o200))
	r.program = "/bin/sh"
	script := filepath.Join(r.scratch, "sh")
	r.must(os.WriteFile(script, []byte("#!/bin/sh\ncd \"$2\" && : > new && mkdir modules/new && git update-index -q --refresh\ngetent hosts assay.invalid\ntrue\n"), 0o755))
	r.program = script
	wrong, programs := r.trace([]string{"machines"})
	text := strings.Join(wrong, "\n")
	for _, part := range []string{"new\"", "mkdir", "modules/new"} {
		if !strings.Contains(text, part) {
			t.Errorf("a trace without %q:\n%s", part, text)
		}
	}
	if !slices.Contains(programs, "git") {
		t.Errorf("programs are %q", programs)
	}
}

// TestReadingAsSomebodyElse reads a directory that its user cannot write, with
// a home that cannot be written either.
func TestReadingAsSomebodyElse(t *testing.T) {
	t.Parallel()
	r := dendritic(t)
	if os.Getuid() == 0 {
		r.user = &syscall.Credential{Uid: 65534, Gid: 65534}
	}
	r.must(os.Chmod(r.scratch, 0o555))
	for _, args := range reading("one", "two", "base", "networking.hostName") {
		out, code := r.run(args)
		refused := args[0] == "layers" || args[0] == "which" // of a flake like this one
		if strings.Contains(out, "permission denied") || strings.Contains(out, "read-only file system") || !refused && code != 0 {
			t.Errorf("assay %v: exit %d\n%s", args, code, out)
		}
	}
}

// TestCheckAsksNix has Nix confirm what was read of a plain flake, and says
// what it cannot confirm.
func TestCheckAsksNix(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	f.assay("check", "--evaluate").want(t, done, "the modules of 8 machines, and they were compared", " 0 errors, 0 warnings")
	f.write("machines/drill.nix", "{ imports = throw \"no such list\"; }\n")
	f.commit("a mistake")
	f.assay("check", "--evaluate").want(t, failed, "Nix cannot tell the modules of machine drill: ", "no such list", "the modules of 7 machines, and they were compared")
	var answer struct{ Unknown []string }
	c := f.assay("check", "--evaluate", "--json")
	if err := json.Unmarshal([]byte(c.stdout), &answer); err != nil || len(answer.Unknown) != 1 || strings.Contains(c.stdout, "was read as one of its modules") {
		t.Errorf("what is unknown: %+v, %v\n%s", answer, err, c)
	}
}
