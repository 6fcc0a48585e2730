package generate_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"assay/secrets/generate"
	"assay/secrets/secret"
)

// scripts are generators as people write them. Files are what they make.
var scripts = []struct {
	name, script string
	files        string
	prompts      map[string]string
}{
	{"hex", `openssl rand -hex 32 > $out/secret`, "secret", nil},
	{"base64", "openssl rand -base64 -out \"$out\"/a 32\nopenssl rand -base64 100 > $out/b", "a b", nil},
	{"raw", `openssl rand -out $out/a 33`, "a", nil},
	{"one line", `printf '%s' "$(openssl rand -hex 32)" > "$out/a"`, "a", nil},
	{"environment", "password=$(openssl rand -hex 32)\necho -n \"$password\" > $out/password\necho -n \"DB=$password\" > $out/env", "password env", nil},
	{"format", `printf "A='%s'\nB=%s\n" "$(openssl rand -hex 4)" 'x y' > $out/a`, "a", nil},
	{"letters", `openssl rand -base64 48 | tr -dc 'a-zA-Z0-9' | head -c 32 > "$out/a"`, "a", nil},
	{"url", `openssl rand 64 | openssl base64 -A | tr '+/' '._' | tr -d '=' > "$out/a"; echo a+b/c | tr '+/' '-_' > $out/b`, "a b", nil},
	{"urandom", "x=$(head -c 32 /dev/urandom | base64 -w0)\nopenssl rand -hex 3 >/dev/null\necho \"$x\" > $out/a", "a", nil},
	{"urandom file", "head -c 24 /dev/urandom | base64 > $out/a\ndd if=/dev/urandom bs=8 count=4 2>/dev/null | base64 -w 0 > $out/b", "a b", nil},
	{"words", `xkcdpass --numwords 6 --delimiter - --count 1 | tr -d "\n" > $out/a; xkcdpass -n 4 -d- > $out/b`, "a b", nil},
	{"user", "xkcdpass -n 6 -d - | tr -d '\\n' > \"$out\"/password\nmkpasswd -s < \"$out\"/password | tr -d \"\\n\" > \"$out\"/hash", "password hash", nil},
	{"sha512", `echo x | mkpasswd --stdin -m sha512crypt > $out/a; echo y | mkpasswd -s --method=sha-512 > $out/b`, "a b", nil},
	{"ssh", `mkdir -p $out; ssh-keygen -q -t ed25519 -N "" -C "" -f "$out"/k`, "k k.pub", nil},
	{"ssh comment", `ssh-keygen -t ed25519 -f $out/k -N "" -C "me@web"; ssh-keygen -y -f $out/k > $out/p; mv $out/k.pub $out/q`, "k p q", nil},
	{"ssh rsa", `ssh-keygen -t rsa -b 2048 -N '' -C c -f "$out"/k`, "k k.pub", nil},
	{"ssh sign", "ssh-keygen -t ed25519 -N \"\" -C c -f ca\nssh-keygen -t ed25519 -N \"\" -C h -f host\nssh-keygen -s ca -I web -h -n web.a,web.b host.pub\nmv host-cert.pub $out/c", "c", nil},
	{"wireguard", "wg genkey > $out/k\nwg pubkey < $out/k > $out/p\nk=$(wg genkey)\nq=$(echo \"$k\" | wg pubkey)\necho \"$q\" > $out/q; wg genpsk > $out/s", "k p q s", nil},
	{"nix", "nix --extra-experimental-features \"nix-command flakes\" \\\n  key generate-secret --key-name c-1 > $out/k\nnix --extra-experimental-features nix-command key convert-secret-to-public < $out/k > $out/p", "k p", nil},
	{"nix-store", `nix-store --generate-binary-cache-key c-1 $out/s $out/p`, "s p", nil},
	{"answers", "cat \"$prompts/user\" > $out/user\nopenssl rand -hex 8 > $out/password", "user password", map[string]string{"user": "me"}},
	{"asked", askScript, "a", map[string]string{"p": "my words\n"}},
	{"not answered", askScript, "a", map[string]string{"p": ""}},
	{"pwgen", `echo -n "$(pwgen -s 32 1)" > "$out"/a; pwgen -s 64 1 > $out/b`, "a b", nil},
	{"capitals", `xkcdpass --numwords 6 --delimiter - --case random | tr -d "\n" > $out/a; xkcdpass -C upper -n 2 > $out/b`, "a b", nil},
	{"xxd", `dd if=/dev/random bs=16 count=2 status=none | xxd -c32 -p > $out/a; head -c 70 /dev/urandom | xxd -p > $out/b`, "a b", nil},
	{"joined", "echo -n a > $out/a; echo b > b; cat $out/a b > $out/c; cp $out/c $out/d", "a c d", nil},
}

const askScript = `
	set -euo pipefail
	value=$(cat "$prompts"/p)
	if [[ -n "${value-}" ]]; then
	  echo "$value" | tr -d "\n" > "$out"/a
	else
	  xkcdpass -n 3 -d - | tr -d "\n" > "$out"/a
	fi`

func declared(files, script string, prompts map[string]string) generate.Declared {
	d := generate.Declared{Name: "g", Script: script, ScriptKnown: true}
	for name := range strings.FieldsSeq(files) {
		d.Files = append(d.Files, generate.File{Name: name, Secret: true, Deploy: true})
	}
	for name := range prompts {
		d.Prompts = append(d.Prompts, generate.Prompt{Name: name, Type: generate.Line})
	}
	return d
}

// TestScriptsAsBash runs each script here and in bash with the real tools: the
// files must be the same, of the same shape.
func TestScriptsAsBash(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"bash", "openssl", "ssh-keygen", "xkcdpass", "mkpasswd", "wg", "nix"} {
		tool(t, name)
	}
	for _, c := range scripts {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			compare(t, declared(c.files, c.script, c.prompts), c.prompts)
		})
	}
}

func compare(t *testing.T, d generate.Declared, prompts map[string]string) {
	t.Helper()
	recipe := generate.Recognise(d)
	if recipe.Generator.Make == nil {
		t.Fatalf("%s: %s\n%s", recipe.Way, recipe.Reason, d.Script)
	}
	in := generate.Input{Answers: map[string]secret.Value{}}
	for name, answer := range prompts {
		in.Answers[name] = hold(answer)
	}
	ours := produce(t, recipe.Generator, in)
	for _, name := range []string{"pwgen", "xxd"} { // which few have
		if strings.Contains(d.Script, name) {
			tool(t, name)
		}
	}
	theirs := bash(t, d.Script, prompts)
	for _, f := range d.Files {
		a, b := ours[f.Name].Bytes(), theirs[f.Name]
		if shape(a) != shape(b) || len(a) != len(b) && !strings.Contains(d.Script, "xkcdpass") && !strings.Contains(d.Script, "tr -d") && !strings.Contains(d.Script, "ssh-keygen") {
			t.Errorf("%s: %d bytes %q, bash: %d bytes %q", f.Name, len(a), shape(a), len(b), shape(b))
		}
	}
}

// shape is a text with all words the same, and binary reduced to that.
func shape(b []byte) string {
	if slices.ContainsFunc(b, func(c byte) bool { return c >= 0x7f || c < ' ' && c != '\n' }) {
		return "binary"
	}
	b = regexp.MustCompile(`(?i)t-shirt|yo-yo|drop-down|felt-tip`).ReplaceAll(b, []byte("x")) // words of xkcdpass
	words := regexp.MustCompile(`[0-9A-Za-z+/=._]+`).ReplaceAllString(string(b), "x")
	// ssh-keygen wraps its files at 70 columns, Go at 64, and it puts a space
	// before an empty comment.
	return strings.ReplaceAll(regexp.MustCompile(`(x\n)+`).ReplaceAllString(words, "x\n"), " \n", "\n")
}

func bash(t *testing.T, script string, prompts map[string]string) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	for _, sub := range []string{"in", "out", "prompts", "work"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, answer := range prompts {
		keep(t, dir, "prompts/"+name, hold(answer))
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script)
	cmd.Dir = filepath.Join(dir, "work")
	cmd.Env = append(os.Environ(), "in="+dir+"/in", "out="+dir+"/out", "prompts="+dir+"/prompts", "HOME="+dir)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("bash: %v\n%s\n%s", err, script, text)
	}
	made := map[string][]byte{}
	files, err := os.ReadDir(dir + "/out")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if made[f.Name()], err = os.ReadFile(filepath.Join(dir, "out", f.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return made
}

// TestScriptsNotKnown has scripts of which none may be done here.
func TestScriptsNotKnown(t *testing.T) {
	for _, script := range []string{
		`syncthing generate --config "$out"`, `openssl rand -hex 32 | sha256sum > $out/a`, `curl https://x > $out/a`,
		`openssl rand -hex 32 > $out/b`, `openssl rand -hex 32 >> $out/a`, `openssl rand -hex > $out/a`, `openssl rand -hex 0 > $out/a`,
		`openssl rand -engine x -hex 32 > $out/a`, `ssh-keygen -t ed25519 -f $out/a`, `ssh-keygen -t ed25519 -N secret -f $out/a`,
		`ssh-keygen -t dsa -N "" -f $out/a`, `ssh-keygen -t rsa -b 1024 -N "" -f $out/a`, `ssh-keygen -y -f $in/x/y > $out/a`,
		`ssh-keygen -s $in/x/ca -I a $in/x/k.pub; openssl rand -hex 2 > $out/a`,
		`xkcdpass --case first > $out/a`, `xkcdpass --random-delimiters > $out/a`, `xkcdpass -c 2 > $out/a`, `mkpasswd -m bcrypt -s < $in/x/y > $out/a`, `mkpasswd x > $out/a`, `echo x | mkpasswd -s --method sha-512 > $out/a`,
		`pwgen 32 1 > $out/a`, `cat $in/undeclared/x > $out/a`, `cat $prompts/undeclared > $out/a`, `cat /etc/passwd > $out/a`,
		`cat ../x > $out/a`, `echo x > $out/../a`, `echo x > $out/a/b`, `echo x > /tmp/a`, `echo -e "x\n" > $out/a`, `printf "$x" > $out/a`,
		`printf '%d' 1 > $out/a`, `printf '%s' a b > $out/a`, `x=$(openssl rand -hex 2); echo $x > $out/a`, `echo "$HOME" > $out/a`,
		`echo "$out" > $out/a`, `PATH=/x; echo x > $out/a`, `out=/tmp; echo x > $out/a`, `tr -d x < $out/a > $out/a`, `openssl rand -hex 2 | tr a-z '[:upper:]' > $out/a`,
		`if [[ -n "a" ]]; then echo x > $out/a; fi`, `rm -rf $out; echo x > $out/a`, `head -c 3 /dev/sda > $out/a`, `dd if=/dev/sda bs=1 count=1 > $out/a`,
		`dd bs=1 count=1 > $out/a`, `set -x; echo x > $out/a`, `mkdir $out/b; echo x > $out/a`,
	} {
		r := generate.Recognise(declared("a", script, nil))
		if r.Way != generate.ByScript || !strings.HasPrefix(r.Reason, "needs a sandboxed script") || len(r.Commands) == 0 || r.Generator.Make != nil {
			t.Errorf("%q: %s: %s", script, r.Way, r.Reason)
		}
	}
}

func TestScriptsFail(t *testing.T) {
	d := declared("a", `echo "$(cat $in/x/y)" > $out/a`, nil)
	d.Dependencies = []string{"x"}
	g := generate.Recognise(d).Generator
	for name, files := range map[string]generate.Contents{"no file": {}, "zero byte": {"y": hold("canary\x00")}, "option": {"y": hold("-n")}} {
		_, err := g.Generate(context.Background(), generate.Input{Dependencies: map[string]generate.Contents{"x": files}})
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// nixScript is a script of a Nix file between two single quotes.
var nixScript = regexp.MustCompile(`(?s)script\s*=\s*''(.*?[^'$])''[;\n]`)

// TestCorpusScripts reads the scripts of real repositories: what is taken for
// known here must do in bash what it does here.
func TestCorpusScripts(t *testing.T) {
	corpus := os.Getenv("ASSAY_CORPUS")
	if corpus == "" {
		t.Skip("not run: ASSAY_CORPUS is not set")
	}
	for _, name := range []string{"bash", "openssl", "ssh-keygen", "xkcdpass", "mkpasswd", "wg", "nix"} {
		tool(t, name)
	}
	known, reasons := 0, map[string]int{}
	for _, script := range corpusScripts(t, corpus) {
		var files []string
		for _, m := range regexp.MustCompile(`\$\{?out\}?"?/"?([0-9A-Za-z._-]+)`).FindAllStringSubmatch(script, -1) {
			if !slices.Contains(files, m[1]) {
				files = append(files, m[1])
			}
		}
		answers := map[string]string{}
		for _, m := range regexp.MustCompile(`\$prompts"?/"?([0-9A-Za-z._-]+)`).FindAllStringSubmatch(script, -1) {
			answers[m[1]] = "an answer"
		}
		d := declared(strings.Join(files, " "), script, answers)
		recipe := generate.Recognise(d)
		if recipe.Generator.Make != nil && len(files) > 0 {
			known++
			t.Run("", func(t *testing.T) { compare(t, d, answers) })
			continue
		}
		reasons[fmt.Sprintf("%s: %s", recipe.Way, recipe.Reason)]++
	}
	t.Logf("%d scripts are done here and by bash alike", known)
	for r, n := range reasons {
		t.Logf("%3d %s", n, r)
	}
}

func corpusScripts(t *testing.T, root string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".nix" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), "generators") {
			return nil
		}
		for _, m := range nixScript.FindAllStringSubmatch(string(text), -1) {
			script := strings.ReplaceAll(m[1], "''${", "\x00{")
			if strings.Contains(script, "${") || !strings.Contains(script, "$out") {
				continue // only evaluation knows it, or no generator's
			}
			out = append(out, strings.ReplaceAll(strings.ReplaceAll(script, "\x00{", "${"), "''\\", "\\"))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
