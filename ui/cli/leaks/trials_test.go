package leaks

import (
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
)

// Why a command may show a secret: it was asked for it.
const (
	getsVar  = "vars get prints the value that it is asked for"
	getsFile = "secrets get prints the value that it is asked for"
)

// trials are all commands, in an order in which each finds what it needs: as
// they are used every day, and in every way in which they have to do with
// secrets, also where that goes wrong.
func (w *world) trials() (all []trial) {
	for _, some := range [][]trial{w.makeVars(), w.useVars(), w.files(), w.mistakes(), w.readers(), w.hosts(), w.reading()} {
		all = append(all, some...)
	}
	return all
}

// answers are the answers to all questions of cinnabar, each of them new but
// the one that is shown where it is typed, and offered again.
func (w *world) answers() string {
	var b strings.Builder
	b.WriteString("per-machine/cinnabar/asked/line=" + shownAnswer + "\n")
	for _, q := range []string{"asked/word", "user-password-cameron/user-password"} {
		b.WriteString("per-machine/cinnabar/" + q + "=" + w.fresh("the answer to "+q) + "\n")
	}
	return b.String()
}

func (w *world) makeVars() []trial {
	learn := func() { w.learn() }
	answers := w.answers()
	text := "per-machine/cinnabar/asked/text=" + w.fresh("the first line of a text") + "\n"
	word, first, second := w.fresh("a word that is typed"), w.fresh("a first line that is typed"), w.fresh("a second line that is typed")
	return []trial{
		{args: []string{"vars", "generate", "--answers", "-"}, stdin: answers, code: 2, says: "nobody can be asked"},
		{args: []string{"vars", "generate", "--yes", "--answers", "-"}, stdin: answers, code: 2, says: "asked/text is asked for"},
		{args: []string{"vars", "generate", "--yes", "--answers", "-"}, stdin: answers + text + answers, code: 2, says: "a second answer"},
		{args: []string{"vars", "generate", "--yes", "--answers", "-", "--json"}, stdin: answers + text + "x=" + w.fresh("the answer to nothing"), code: 2, says: "nothing that runs asks"},
		{args: []string{"vars", "generate", "--yes", "--answers", "-"}, stdin: w.fresh("what is no answer") + "\n", code: 2, says: "expected GENERATOR"},
		{args: []string{"vars", "generate", "--yes", "--commit", "--answers", "-"}, stdin: answers + text, code: 1, says: "made vars/per-machine/cinnabar/asked", after: learn},
		{args: []string{"vars", "generate", "cinnabar", "--regenerate", "random", "--yes", "--json"}, code: anyCode, says: `"done"`, after: learn},
		{args: []string{"vars", "generate", "cinnabar", "--regenerate", "asked"}, code: anyCode, says: "made vars/per-machine/cinnabar/asked", typed: []answer{
			{"generate 1 generator?", "y", true}, {"asked/line: a line [" + shownAnswer + "] (Enter keeps it): ", shownAnswer, true},
			{"a text (Enter keeps the former answer) (an empty line ends it): ", first + "\n" + second + "\n", false},
			{"again, ", first + "\n" + second + "\n", false},
			{"asked/word: a word (Enter keeps the former answer): ", word, false}, {"again, ", word, false},
		}, after: learn},
	}
}

func (w *world) useVars() []trial {
	learn := func() { w.learn() }
	password, byHand := w.fresh("a password that is regenerated"), w.fresh("a value that is set")
	typed := w.fresh("a value that is typed")
	link := filepath.Join(w.fleet, "vars/per-machine/cinnabar/random/hex/machines/cinnabar")
	return []trial{
		{args: []string{"vars", "generate", "cinnabar", "--regenerate", "user-password-cameron", "--yes", "--answers", "-"}, demo: true,
			stdin: `{"per-machine/cinnabar/user-password-cameron/user-password": "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(password) + `"}`,
			code:  anyCode, says: "made", after: learn},
		{args: []string{"vars", "set", "cinnabar", "by-hand/token"}, stdin: byHand, says: "is set", after: learn},
		{args: []string{"vars", "set", "cinnabar", "by-hand/token", "--json"}, demo: true, stdin: w.fresh("a value that is set in the demo"), says: `"set"`, after: learn},
		{args: []string{"vars", "set", "cinnabar", "by-hand/token"}, says: "is set", typed: []answer{{"the value of ", typed, false}, {"again, ", typed, false}}, after: learn},
		{args: []string{"vars", "set", "cinnabar", "none/such"}, stdin: w.fresh("a value of nothing"), code: 3},
		{args: []string{"vars", "get", "cinnabar", "by-hand/token"}, prints: getsVar},
		{args: []string{"vars", "get", "cinnabar", "openssh/ssh.id_ed25519", "--json"}, prints: getsVar},
		{args: []string{"vars", "get", "cinnabar", "step-ca/ca.key"}, demo: true, prints: getsVar},
		{args: []string{"vars", "get", "cinnabar", "words/hash"}, prints: getsVar},
		{args: []string{"vars", "get", "cinnabar", "zerotier-identity-cinnabar/identity-secret"}, prints: getsVar},
		{args: []string{"vars", "get", "cinnabar", "openssh/ssh.id_ed25519.pub"}, says: "ssh-ed25519 "},
		{args: []string{"vars", "get", "cinnabar", "random/hex"}, code: 2, says: "--reveal shows it", typed: []answer{}},
		{args: []string{"vars", "get", "cinnabar", "random/hex", "--reveal"}, prints: getsVar, typed: []answer{}},
		{args: []string{"vars"}, says: "vars check"},
		{args: []string{"vars", "list", "--json"}, says: "by-hand"},
		{args: []string{"vars", "list", "cinnabar"}, demo: true, says: "by-hand"},
		{args: []string{"vars", "check"}, demo: true, code: anyCode, says: "to mend"},
		{args: []string{"vars", "check", "--json"}, code: anyCode, says: `"wrong"`},
		{before: func() { w.must(os.Remove(link)) }, args: []string{"vars", "fix", "--yes", "--commit"}, says: "1 secret fixed"},
	}
}

func (w *world) files() []trial {
	typed, edited := w.fresh("a secret that is typed"), w.fresh("a secret from the editor")
	edits := func(text string) func() { return func() { w.write(filepath.Join(w.home, "typed"), text, 0o600) } }
	ends := func() { w.must(os.Remove(filepath.Join(w.home, "typed"))) }
	plain := filepath.Join(w.fleet, "secrets/plain.yaml")
	return []trial{
		{args: []string{"secrets"}, says: "secrets"},
		{args: []string{"secrets", "set", "secrets/a.yaml", "github.token"}, stdin: w.fresh("a token"), says: "is set"},
		{args: []string{"secrets", "set", "secrets/a.json"}, stdin: `{"k": "` + w.fresh("a value in JSON that is none") + `"}`, code: anyCode},
		{args: []string{"secrets", "set", "secrets/b.json", "k", "--json"}, demo: true, stdin: w.fresh("a value in JSON"), says: `"set"`},
		{args: []string{"secrets", "set", "secrets/c"}, stdin: w.fresh("a whole file"), says: "is set"},
		{args: []string{"secrets", "set", "secrets/a.yaml", "typed"}, says: "is set", typed: []answer{{"the value in ", typed, false}, {"again, ", typed, false}}},
		{args: []string{"secrets", "set", "nowhere.yaml", "k"}, stdin: w.fresh("a value that no rule is for"), code: anyCode, says: "no rule"},
		{args: []string{"secrets", "get", "secrets/a.yaml", "github.token"}, prints: getsFile},
		{args: []string{"secrets", "get", "secrets/b.json", "--json"}, demo: true, prints: getsFile},
		{args: []string{"secrets", "get", "secrets/a.yaml"}, code: 2, says: "--reveal shows it", typed: []answer{}},
		{args: []string{"secrets", "get", "secrets/a.yaml", "github.none"}, code: 3},
		{before: edits("more: '" + strings.ReplaceAll(edited, "'", "''") + "'\n"), args: []string{"secrets", "edit", "secrets/a.yaml"}, says: "is written", after: ends},
		{before: edits("  : - {" + edited + "\n" + edited + ": [x\n"), args: []string{"secrets", "edit", "secrets/a.yaml"}, code: 1, says: "nothing is written", after: ends},
		{before: edits("'" + strings.ReplaceAll(edited, "'", "''") + "': 1\n'" + strings.ReplaceAll(edited, "'", "''") + "': 2\n"),
			args: []string{"secrets", "edit", "secrets/a.yaml"}, code: 1, says: "nothing is written", after: ends},
		{before: edits(edited), args: []string{"secrets", "edit", "secrets/b.json"}, demo: true, code: 1, says: "nothing is written", after: ends},
		{before: edits("x: *" + edited + "\n"), args: []string{"secrets", "edit", "secrets/a.yaml"}, code: 1, typed: []answer{{"edit it again?", "n", true}}, after: ends},
		{before: func() { w.write(plain, "k: "+w.fresh("what nobody encrypted")+"\n", 0o600) }, args: []string{"secrets", "list"}, code: anyCode, says: "plain.yaml"},
		{args: []string{"secrets", "list", "--json"}, demo: true, code: anyCode, says: "a.yaml"},
		{args: []string{"secrets", "get", "secrets/plain.yaml"}, code: anyCode, says: "is not encrypted"},
		{args: []string{"secrets", "audit"}, code: anyCode, says: "READER"},
		{args: []string{"secrets", "audit", "--json"}, demo: true, code: anyCode, says: "readers"},
		{args: []string{"secrets", "rekey", "--all", "--dry-run"}, code: anyCode},
		{args: []string{"check"}, code: anyCode, after: func() { w.must(os.Remove(plain)) }},
		{args: []string{"secrets", "audit", "vars/per-machine/cinnabar"}, says: "operator"},
		{args: []string{"secrets", "audit", "--reader", "operator", "--json"}, says: "asked/word"},
		{args: []string{"secrets", "rotate", "--all", "--yes", "--commit"}, says: "encrypted anew"},
		{args: []string{"secrets", "rotate", "secrets/a.yaml", "--yes", "--json"}, demo: true, says: `"done"`},
	}
}

// mistakes are keys where they do not belong.
func (w *world) mistakes() []trial {
	id, err := age.GenerateX25519Identity()
	w.must(err)
	w.must(w.known.Add(mistaken, []byte(id.String())))
	broken := strings.ToLower(id.String())[:40] + "\n" + id.String() + "X"
	return []trial{
		{args: []string{"keys", "add", "user", "eve", id.String(), "--dry-run"}, code: anyCode},
		{args: []string{"secrets", "get", id.String()}, code: anyCode},
		{args: []string{"vars", "get", "cinnabar", id.String()}, code: anyCode},
		{args: []string{"secrets", "list"}, env: []string{"SOPS_AGE_KEY=" + broken}, code: anyCode},
		{args: []string{"secrets", "get", "secrets/a.yaml"}, env: []string{"SOPS_AGE_KEY=" + broken}, code: anyCode},
		{args: []string{"check"}, env: []string{"SOPS_AGE_KEY=" + broken}, code: anyCode},
		{args: []string{"secrets", "get", "secrets/a.yaml"}, env: []string{"SOPS_AGE_KEY=", "SOPS_AGE_KEY_FILE=" + id.String()}, code: anyCode},
		{args: []string{"vars", "get", "cinnabar", "by-hand/token"}, env: []string{"SOPS_AGE_KEY=", "SOPS_AGE_KEY_CMD=echo " + id.String()}, code: anyCode},
	}
}

// mistaken is the name of a key that the operator gives where it is none.
const mistaken = "a key that the operator mistakes for something else"

// readers are changes of who may read.
func (w *world) readers() []trial {
	recipient := func() string {
		id, err := age.GenerateX25519Identity()
		w.must(err)
		return id.Recipient().String()
	}
	return []trial{
		{args: []string{"keys"}},
		{args: []string{"keys", "list"}, says: "operator"},
		{args: []string{"keys", "list", "--json"}, demo: true, says: "operator"},
		{args: []string{"keys", "add"}, says: "keys add"},
		{args: []string{"keys", "remove"}, says: "keys remove"},
		{args: []string{"keys", "add", "user", "bob", recipient(), "--like", "operator", "--yes", "--commit"}, says: "changed"},
		{args: []string{"keys", "add", "machine", "spare", recipient(), "--yes", "--commit"}, demo: true, says: "changed"},
		{args: []string{"secrets", "rekey", "--all", "--yes", "--json"}, says: `"secrets"`},
		{args: []string{"keys", "remove", "user", "bob", "--yes", "--json"}, says: `"done"`},
		{args: []string{"keys", "remove", "machine", "spare", "--yes", "--commit"}, says: "changed"},
		{args: []string{"keys", "pin", "cinnabar"}, code: 1, says: "which come first"},
		{args: []string{"keys", "import", "--ask", "cinnabar"}, code: anyCode, says: "cinnabar"},
	}
}

// hosts are the commands that reach hosts, in the demo, and without it with the
// operator's own SSH key, whose passphrase is typed.
func (w *world) hosts() []trial {
	asks := []answer{{"passphrase of ", w.passphrase, false}}
	file := filepath.Join(w.home, "plan.json")
	return []trial{
		{args: []string{"exec", "cinnabar", "--", "echo", "it is reached"}, typed: asks, says: "it is reached"},
		{args: []string{"exec", "cinnabar", "--json", "--", "echo reached"}, typed: asks, says: "reached"},
		{args: []string{"exec", "cinnabar", "--", "true"}, typed: []answer{{"passphrase of ", w.fresh("a wrong passphrase"), false}, {"passphrase of ", w.passphrase, false}}},
		{args: []string{"status", "cinnabar"}, typed: asks, code: anyCode, says: "cinnabar"},
		{args: []string{"log", "cinnabar"}, typed: asks, code: anyCode},
		{args: []string{"exec", "cinnabar", "--", "true"}, code: anyCode, says: "nobody to ask"},
		{args: []string{"ssh", "cinnabar", "--", "true"}, code: 255},
		{args: []string{"build", "cinnabar"}, code: 1},
		{args: []string{"bump", "nixpkgs", "cinnabar"}, code: anyCode},
		{args: []string{"status", "cinnabar"}, demo: true, says: "behind"},
		{args: []string{"build", "cinnabar"}, demo: true, says: "nixos-system-cinnabar"},
		{args: []string{"plan", "cinnabar", "--out", file}, demo: true, says: "cinnabar"},
		{args: []string{"update", "--plan", file, "--yes"}, demo: true, says: "1 updated"},
		{args: []string{"rollback", "cinnabar", "--yes", "--json"}, demo: true, says: "rollback"},
		{args: []string{"update", "cinnabar", "--yes", "--json"}, demo: true, says: "update"},
		{args: []string{"log", "cinnabar"}, demo: true, code: anyCode},
		{args: []string{"bump", "nixpkgs"}, demo: true, code: anyCode},
		{args: []string{"exec", "cinnabar", "--", "true"}, demo: true, code: 2},
		{args: []string{"ssh", "cinnabar"}, demo: true, code: 2},
		{args: []string{"runs"}, demo: true, says: "updated"},
		{args: []string{"runs", "last", "--json"}, demo: true, says: "updated"},
		{args: []string{"logs", "last"}, demo: true, says: "activating"},
		{args: []string{"logs", "last", "cinnabar", "--json"}, demo: true, says: "cinnabar"},
	}
}

// reading are the other commands.
func (w *world) reading() []trial {
	return []trial{
		{args: []string{"check", "--json"}, demo: true, code: anyCode, says: "problems"},
		{args: []string{"machines", "--json"}, says: "cinnabar"},
		{args: []string{"services"}, says: "zerotier"},
		{args: []string{"aspects", "canaries"}, says: "canaries.nix"},
		{args: []string{"compose", "cinnabar", "--json"}, says: "by-hand"},
		{args: []string{"layers"}, says: "hotfixes"},
		{args: []string{"which", "ncdu"}, code: anyCode, says: "ncdu"},
		{args: []string{"channels"}, says: "unstable"},
		{args: []string{"hotfixes"}, code: anyCode, says: "ncdu"},
		{args: []string{"hotfixes", "add", "ripgrep", "--channel", "stable", "--reason", "x", "--yes"}, code: anyCode, says: "ripgrep"},
		{args: []string{"hotfixes", "remove", "ripgrep", "--yes"}, code: anyCode, says: "ripgrep"},
		{args: []string{"init", "--yes"}, code: anyCode},
		{args: []string{"help", "vars"}, says: "vars check"},
		{args: []string{"version"}, says: "assay"},
		{args: []string{"completion"}, says: "shell"},
		{args: []string{"completion", "bash"}, says: "bash"},
		{args: []string{"completion", "fish"}, says: "fish"},
		{args: []string{"completion", "powershell"}, says: "Register"},
		{args: []string{"completion", "zsh"}, says: "compdef"},
		{args: []string{"__complete", "vars", "get", "cinnabar", ""}, says: "asked/word"},
		{args: []string{"__complete", "secrets", "get", ""}, says: "a.yaml"},
		{args: []string{"__completeNoDesc", "secrets", "audit", "--reader", ""}, says: "operator"},
		{args: []string{}, code: 2, says: "needs a terminal"},
	}
}
