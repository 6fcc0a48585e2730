package leaks

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"

	"assay/fleet/host/sim"
	"assay/secrets/canary"
	"assay/secrets/sops"
)

// world is an operator with a demo of two hosts, whose fleet is a repository
// with secrets of every kind, and of which one host can be reached without
// the demo too.
type world struct {
	t             *testing.T
	program, home string
	fleet         string // the fleet's directory
	operator      string // the file of the operator's age identity
	key           string // what it holds
	passphrase    string // of the operator's SSH key
	env           []string
	identities    []sops.Identity
	known         canary.Scanner
	said          []said

	mu     sync.Mutex
	sights []canary.Sight // of what was not known yet to be secret or not
}

// said is what a command printed.
type said struct {
	command string
	text    []byte
	prints  string // why it may have a secret, and has to
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) write(name, text string, mode fs.FileMode) {
	w.t.Helper()
	w.must(os.MkdirAll(filepath.Dir(name), 0o700))
	w.must(os.WriteFile(name, []byte(text), mode))
}

// fresh is a secret that nobody has seen, with what is escaped in every form. No
// two have so much in common that one could be taken for the other.
func (w *world) fresh(name string) string {
	w.t.Helper()
	r := rand.Text()
	text := r[:9] + `/"&` + r[9:18] + `+é'` + r[18:] + `<>%\`
	w.must(w.known.Add(name, []byte(text)))
	return text
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, home: t.TempDir()}
	w.program = filepath.Join(t.TempDir(), "assay")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", w.program, "assay").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	for _, dir := range []string{"bin", "tmp", "state", "cache", "config", "seen"} {
		w.must(os.Mkdir(filepath.Join(w.home, dir), 0o700))
	}
	w.env = []string{"HOME=" + w.home, "TMPDIR=" + w.home + "/tmp", "XDG_STATE_HOME=" + w.home + "/state", "XDG_CACHE_HOME=" + w.home + "/cache",
		"XDG_CONFIG_HOME=" + w.home + "/config", "PATH=" + w.home + "/bin:" + os.Getenv("PATH"), "LOGNAME=sam", "EDITOR=" + w.home + "/bin/editor",
		"PAGER=" + w.home + "/bin/pager", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b", "TERM=xterm-256color"}
	w.witnesses()
	w.run(trial{args: []string{"machines"}, demo: true})
	demo := filepath.Join(w.home, "state/assay/demo/2-hosts")
	w.fleet, w.operator = filepath.Join(demo, "fleet"), filepath.Join(demo, "operator/keys.txt")
	ids, err := sops.ReadIdentities(w.operator)
	w.must(err)
	w.identities = ids
	text, err := os.ReadFile(w.operator)
	w.must(err)
	w.key = regexp.MustCompile("AGE-SECRET-KEY-[0-9A-Z]+").FindString(string(text))
	w.must(w.known.Add(operatorKey, []byte(w.key)))
	w.env = append(w.env, "SOPS_AGE_KEY="+w.key)
	w.furnish()
	w.learn()
	return w
}

// operatorKey is the name of the identity that the operator has exported.
const operatorKey = "the operator's age identity"

// witnesses are programs that write down how they were started, however short
// that was, before they are what they are called. Nix, and ssh but for what it
// says of its settings, would take more than there is here.
func (w *world) witnesses() {
	seen := "#!/bin/sh\ncat /proc/$$/environ /proc/$$/cmdline >>" + w.home + "/seen/"
	for name, does := range map[string]string{
		"git":       "exec " + which(w.t, "git") + ` "$@"`,
		"ssh":       "[ \"$1\" = -G ] && exec " + which(w.t, "ssh") + " -F " + w.home + "/.ssh/config \"$@\"\n[ \"$1\" = -F ] && cat \"${2%/*}\"/* >>" + w.home + "/seen/ssh\nexit 255",
		"nix":       "exit 1",
		"nix-store": "exit 1",
		"editor":    `cat "$1" >/dev/null; [ ! -e ` + w.home + `/typed ] || cat ` + w.home + `/typed >>"$1"`,
		"pager":     "cat >>" + w.home + "/seen/paged",
	} {
		w.write(filepath.Join(w.home, "bin", name), seen+name+"\n"+does+"\n", 0o700)
	}
}

func which(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skip("not run: " + program + " is not installed")
	}
	return path
}

// generators are of every kind that is built in, and ask in every way.
const generators = `{
  flake.modules.nixos.canaries = { pkgs, ... }: {
    clan.core.vars.generators.asked = {
      prompts.word = { type = "hidden"; persist = true; description = "a word"; };
      prompts.line = { type = "line"; persist = true; description = "a line"; };
      prompts.text = { type = "multiline-hidden"; persist = true; description = "a text"; };
      script = "";
    };
    clan.core.vars.generators.random = {
      files.hex = { };
      files.base64 = { };
      script = ''
        openssl rand -hex 32 > "$out"/hex
        openssl rand -base64 32 > "$out"/base64
      '';
    };
    clan.core.vars.generators.words = {
      files.words = { };
      files.hash = { };
      script = ''
        xkcdpass -n 6 -d - | tr -d "\n" > "$out"/words
        mkpasswd -s < "$out"/words | tr -d "\n" > "$out"/hash
      '';
    };
    clan.core.vars.generators.tunnel = {
      files.key = { };
      files.pub.secret = false;
      script = ''
        wg genkey > "$out"/key
        wg pubkey < "$out"/key > "$out"/pub
      '';
    };
    clan.core.vars.generators.cache = {
      files.key = { };
      files.pub.secret = false;
      script = ''
        nix-store --generate-binary-cache-key c-1 "$out"/key "$out"/pub
      '';
    };
    clan.core.vars.generators.step-ca = {
      share = true;
      files."ca.key" = { };
      files."ca.crt".secret = false;
      script = ''
        step certificate create --template t "Clan Root CA" $out/ca.crt $out/ca.key --kty EC --curve P-256 --not-after=8760h
      '';
    };
    clan.core.vars.generators.by-hand = {
      files.token = { };
      script = ''
        syncthing generate --config "$out"
      '';
    };
  };
}
`

// furnish gives the fleet its generators, rules and history, and lets its host
// cinnabar be reached without the demo, by who knows the passphrase.
func (w *world) furnish() {
	w.t.Helper()
	w.write(filepath.Join(w.fleet, "modules/aspects/system/canaries.nix"), generators, 0o600)
	registry := filepath.Join(w.fleet, "fleet.toml")
	text, err := os.ReadFile(registry)
	w.must(err)
	at := strings.Replace(string(text), `"caddy", "disk-alert"]`, `"caddy", "disk-alert", "canaries"]`, 1)
	w.write(registry, regexp.MustCompile(`targets = \["root@cinnabar[^\]]*\][^\]]*\]`).ReplaceAllString(at, `targets = ["`+w.host()+`"]`), 0o600)
	w.write(filepath.Join(w.fleet, ".sops.yaml"), "keys:\n  - &operator "+w.identities[0].Recipient+
		"\ncreation_rules:\n  - path_regex: ^secrets/\n    key_groups:\n      - age:\n          - *operator\n", 0o600)
	for _, args := range [][]string{{"init", "-q"}, {"add", "--all"}, {"commit", "-q", "-m", "a fleet"}} {
		cmd := exec.CommandContext(w.t.Context(), "git", append([]string{"-C", w.fleet, "-c", "user.name=a", "-c", "user.email=a@b"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			w.t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
}

// host starts a host with cinnabar's own key, and returns its address.
func (w *world) host() string {
	w.t.Helper()
	signer, err := ssh.ParsePrivateKey(w.open(filepath.Join(w.fleet, "vars/per-machine/cinnabar/openssh/ssh.id_ed25519/secret")))
	w.must(err)
	w.passphrase = w.fresh("the passphrase of the operator's SSH key")
	file := filepath.Join(w.home, ".ssh/key")
	w.write(filepath.Join(w.home, ".ssh/config"), "IdentityFile "+file+"\nIdentitiesOnly yes\n", 0o600)
	if out, err := exec.CommandContext(w.t.Context(), which(w.t, "ssh-keygen"), "-q", "-t", "ed25519", "-a", "1", "-C", "", "-N", w.passphrase, "-f", file).CombinedOutput(); err != nil {
		w.t.Fatalf("ssh-keygen: %v\n%s", err, out)
	}
	text, err := os.ReadFile(file)
	w.must(err)
	key, err := ssh.ParseRawPrivateKeyWithPassphrase(text, []byte(w.passphrase))
	w.must(err)
	w.must(w.known.Add("the operator's SSH key", key.(*ed25519.PrivateKey).Seed()))
	client, err := ssh.NewPublicKey(key.(*ed25519.PrivateKey).Public())
	w.must(err)
	h := sim.Host{Name: "cinnabar", Class: "nixos", System: "x86_64-linux", Root: filepath.Join(w.home, "host"), HostKey: signer}
	w.must(sim.Prepare(h.Root, h))
	hosts, err := sim.Start(w.t.Context(), sim.Options{ClientKey: client, Hosts: []sim.Host{h}})
	w.must(err)
	w.t.Cleanup(hosts.Close)
	return hosts.Address("cinnabar")
}

// open decrypts a file of vars or of sops/secrets.
func (w *world) open(name string) []byte {
	w.t.Helper()
	text, err := os.ReadFile(name)
	w.must(err)
	f, err := sops.Parse(text)
	w.must(err)
	o, err := f.Open(w.identities)
	w.must(err)
	v, err := o.Plain()
	w.must(err)
	return v.Bytes()
}

// shownAnswer is typed at a question on the terminal that shows what is typed,
// as it was declared to.
const shownAnswer = "an answer that is shown"

// learn makes every secret known that was generated so far, and returns how
// many there are now.
func (w *world) learn() (n int) {
	w.t.Helper()
	for _, dir := range []string{"vars", "sops/secrets"} {
		w.must(filepath.WalkDir(filepath.Join(w.fleet, dir), func(name string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) || err == nil && d.Name() != "secret" {
				return nil
			}
			if err != nil {
				return err
			}
			n++
			if value := w.open(name); string(value) != shownAnswer {
				return w.known.Add(strings.TrimPrefix(name, w.fleet+"/"), value)
			}
			return nil
		}))
	}
	return n
}
