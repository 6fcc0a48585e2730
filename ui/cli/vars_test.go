package cli

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/creack/pty"

	"assay/secrets"
	"assay/secrets/secret"
	"assay/secrets/vars"
)

// varsFlake declares a generator of each kind for one machine.
const varsFlake = `{ ... }:
{
  flake.modules.nixos.base = { pkgs, ... }: {
    clan.core.vars.generators.token = {
      files.token.owner = "web";
      prompts.token = { persist = true; description = "The token of the API"; };
      script = "";
    };
    clan.core.vars.generators.note = {
      files.note.secret = false;
      prompts.note = { type = "multiline"; persist = true; display.required = false; };
    };
    clan.core.vars.generators.derived = {
      files.hash = { };
      dependencies = [ "token" ];
      script = ''mkpasswd -s -m sha-512 < "$in"/token/token > "$out"/hash'';
    };
    clan.core.vars.generators.alien = {
      files."key.pem" = { };
      runtimeInputs = [ pkgs.syncthing ];
      script = ''
        syncthing generate --config "$out"
        mv "$out"/config/key.pem "$out"/key.pem
      '';
    };
  };
}
`

// varsShell is a shell at a fleet with two machines that declare varsFlake,
// and an operator.
func varsShell(t *testing.T) *shell {
	t.Helper()
	s := newShell(t)
	s.dir = t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(s.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("fleet.toml", `[fleet]
name = "tiny"

[sources]
modules = "modules"

[machines.a]
system = "x86_64-linux"
aspects = ["base"]

[machines.b]
system = "x86_64-linux"
aspects = ["base"]
`)
	write("modules/aspects/base.nix", varsFlake)
	store, err := vars.Open(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	keys := filepath.Join(t.TempDir(), "keys.txt")
	if _, err := secrets.CreateOperator(store, keys, "alice"); err != nil {
		t.Fatal(err)
	}
	s.vars = map[string]string{"SOPS_AGE_KEY_FILE": keys, "COLUMNS": "80"}
	return s
}

// typed runs a command with a standard input that is no terminal.
func (s *shell) typed(input string, args ...string) call {
	s.input = input
	defer func() { s.input = "" }()
	return s.here(args...)
}

// TestVarsCommands goes through the life of a fleet's values.
func TestVarsCommands(t *testing.T) {
	s := varsShell(t)
	golden(t, "vars-preview.80.txt", s.typed("", "vars", "generate").want(t, exitUsage, "nobody can be asked whether to generate").stdout)
	golden(t, "vars-preview.json", s.typed("per-machine/a/token/token=x\nper-machine/b/token/token=y", "vars", "generate", "--json").want(t, exitUsage).stdout)
	s.here("vars", "generate", "--yes").want(t, exitUsage, "per-machine/a/token/token is asked for, and this is no terminal", "--answers FILE with the line per-machine/a/token/token=ANSWER")
	nothingMade := func() {
		t.Helper()
		if _, err := os.Stat(filepath.Join(s.dir, "vars")); err == nil {
			t.Fatal("something was made")
		}
	}
	nothingMade()
	s.typed("per-machine/a/token/token=x\n", "vars", "generate", "--yes", "--answers", "-").want(t, exitUsage, "per-machine/b/token/token is asked for")
	s.typed("per-machine/a/token/token=\nper-machine/b/token/token=y\n", "vars", "generate", "--yes", "--answers", "-").want(t, exitUsage, "the answer is empty")
	s.typed("per-machine/a/token/token=x\nper-machine/b/token/token=canary\nx=canary", "vars", "generate", "--yes", "--answers", "-").want(t, exitUsage, "nothing that runs asks for x")
	nothingMade()
	const answers = "# two machines, two answers\nper-machine/a/token/token=canary=a\r\n\nper-machine/b/token/token=canary=b"
	c := s.typed(answers, "vars", "generate", "--yes", "--answers", "-").want(t, exitFailed, "made vars/per-machine/a/derived", "syncthing generate")
	if strings.Contains(c.stdout+c.stderr, "canary") {
		t.Errorf("an answer is shown: %s%s", c.stdout, c.stderr)
	}
	for _, m := range []string{"a", "b"} {
		s.here("vars", "get", m, "token/token").want(t, exitDone, "canary="+m)
	}
	golden(t, "vars-check.80.txt", s.here("vars", "check").want(t, exitFailed).stdout)
	golden(t, "vars-check.json", s.here("vars", "check", "--json").want(t, exitFailed).stdout)
	golden(t, "vars-list.80.txt", s.here("vars", "list", "a").want(t, exitDone).stdout)

	s.typed("-----BEGIN", "vars", "set", "a", "alien/key.pem").want(t, exitDone, "per-machine/a/alien/key.pem is set")
	s.here("vars", "check", "a").want(t, exitDone, "0 to mend")
	s.here("vars", "get", "a", "alien/key.pem").want(t, exitDone, "-----BEGIN")
	if err := os.Remove(filepath.Join(s.dir, "vars/per-machine/a/token/token/machines/a")); err != nil {
		t.Fatal(err)
	}
	s.here("vars", "check", "a").want(t, exitFailed, "drifted", "assay vars fix a")
	s.here("vars", "fix", "a").want(t, exitUsage, "nobody can be asked whether to fix")
	s.here("vars", "fix", "a", "--yes").want(t, exitDone, "1 secret fixed")
	s.here("vars", "check", "a").want(t, exitDone)
	c = s.typed(`{"per-machine/a/token/token": "two\nlines"}`, "vars", "generate", "a", "--regenerate", "token", "--yes", "--answers", "-").want(t, exitDone,
		"replace vars/per-machine/a/token: asked for", "replace vars/per-machine/a/derived: depends on token")
	s.here("vars", "get", "a", "token/token").want(t, exitDone, "two\nlines")
	s.here("vars", "get", "a", "token").want(t, exitUsage, `"token": expected GENERATOR/FILE; hint: assay vars list a`)
	s.here("vars", "generate", "a").want(t, exitDone, "everything that is declared is there")

	// Without a flake there is nothing to ask, and what the files say stays.
	s.here("vars", "check", "a", "--evaluate").want(t, exitFailed, "unknown Nix cannot tell the generators of machine a:", "has no flake.nix", "0 to mend")
	s.here("vars", "get", "a", "token/token", "--evaluate").want(t, exitFailed, "two\nlines", "unknown Nix cannot tell the generators of machine a:")
	s.typed("three", "vars", "set", "a", "token/token", "--evaluate").want(t, exitFailed, "per-machine/a/token/token is set", "unknown Nix cannot tell")
	s.here("vars", "get", "a", "token/token").want(t, exitDone, "three")
	s.here("vars", "fix", "a", "--evaluate").want(t, exitFailed, "nothing has drifted", "unknown Nix cannot tell")
}

// TestVarsPrompts answers on a terminal: --yes leaves out what may be empty,
// and asks for the rest.
func TestVarsPrompts(t *testing.T) {
	s := varsShell(t)
	user, terminal, err := pty.Open()
	if err != nil {
		t.Skip("not run: there is no pseudoterminal: " + err.Error())
	}
	defer user.Close()
	s.terminal = terminal
	done := make(chan call, 1)
	go func() {
		c := s.here("vars", "generate", "a", "--yes")
		terminal.Close() // whoever waits for a question hears that none comes
		done <- c
	}()
	answerAt(t, user, "The token of the API: ", "typed\n")
	(<-done).want(t, exitFailed)
	s.terminal = nil
	s.here("vars", "get", "a", "token/token").want(t, exitDone, "typed")
}

// keptFlake declares a generator with an answer of each kind, all of them kept,
// and one that is made of it.
const keptFlake = `{ ... }:
{
  flake.modules.nixos.base = { ... }: {
    clan.core.vars.generators.wifi = {
      prompts.name = { persist = true; description = "Its name"; };
      prompts.word = { persist = true; type = "hidden"; description = "Its password"; };
      prompts.note = { persist = true; type = "multiline"; display.required = false; };
      script = "";
    };
    clan.core.vars.generators.hash = {
      files.hash = { };
      prompts.salt = { persist = true; type = "hidden"; display.required = false; };
      dependencies = [ "wifi" ];
      script = ''mkpasswd -s -m sha-512 < "$in"/wifi/word > "$out"/hash'';
    };
  };
}
`

// TestVarsKept: the answers that were kept are offered when a generator is made
// again, none of those that are typed unseen on the screen, and are taken where
// nobody is asked.
func TestVarsKept(t *testing.T) {
	s := varsShell(t)
	if err := os.WriteFile(filepath.Join(s.dir, "modules/aspects/base.nix"), []byte(keptFlake), 0o600); err != nil {
		t.Fatal(err)
	}
	s.typed(`{"per-machine/a/wifi/name": "home", "per-machine/a/wifi/word": "canary-1", "per-machine/a/wifi/note": "one\ntwo", "per-machine/a/hash/salt": "canary-2"}`,
		"vars", "generate", "a", "--yes", "--answers", "-").want(t, exitDone)
	holds := func(name, note, word, salt string) {
		t.Helper()
		for file, want := range map[string]string{"wifi/name": name, "wifi/note": note, "wifi/word": word, "hash/salt": salt} {
			if c := s.here("vars", "get", "a", file).want(t, exitDone); c.stdout != want {
				t.Errorf("%s is %q, want %q", file, c.stdout, want)
			}
		}
	}
	holds("home", "one\ntwo", "canary-1", "canary-2")

	// Without a terminal: what has to be answered stays, and so does what is
	// made again only because it depends on it. What may be empty is made anew.
	c := s.here("vars", "generate", "a", "--regenerate", "wifi", "--yes").want(t, exitDone, "per-machine/a/wifi/name: the former answer is kept", "per-machine/a/hash/salt: the former answer is kept")
	if strings.Contains(c.stdout+c.stderr, "canary") || strings.Contains(c.stderr, "wifi/note") {
		t.Errorf("%s%s", c.stdout, c.stderr)
	}
	holds("home", "", "canary-1", "canary-2")

	user, terminal, err := pty.Open()
	if err != nil {
		t.Skip("not run: there is no pseudoterminal: " + err.Error())
	}
	defer user.Close()
	s.terminal = terminal
	ask := func(answers ...string) (screen string) {
		t.Helper()
		done := make(chan call, 1)
		go func() { done <- s.here("vars", "generate", "a", "--regenerate", "wifi") }()
		for i := 0; i < len(answers); i += 2 {
			screen += answerAt(t, user, answers[i], answers[i+1])
		}
		c := (<-done).want(t, exitDone)
		return screen + c.stdout + c.stderr
	}
	screen := ask("[y/N]", "y\n", "Its name [home] (Enter keeps it): ", "\n", "note (an empty line ends it): ", "three\nfour\n\n",
		"Its password (Enter keeps the former answer): ", "\n", "salt (Enter keeps the former answer, - leaves it empty): ", "canary-3\n", "again, ", "canary-3\n")
	if strings.Contains(screen, "canary") {
		t.Error("an answer that is typed unseen is on the screen:", screen)
	}
	holds("home", "three\nfour", "canary-1", "canary-3")
	ask("[y/N]", "y\n", "Its name [home] (Enter keeps it): ", "work\n", "note [three | four] (Enter keeps it, - leaves it empty) (an empty line ends it): ", "\n",
		"Its password (Enter keeps the former answer): ", "canary-4\n", "again, ", "canary-4\n", "salt (Enter keeps the former answer, - leaves it empty): ", "\n")
	holds("work", "three\nfour", "canary-4", "canary-3")
	ask("[y/N]", "y\n", "Its name [work] (Enter keeps it): ", "\n", "note [three | four]", "-\n\n",
		"Its password (Enter keeps the former answer): ", "\n", "salt (Enter keeps", "-\n")
	holds("work", "", "canary-4", "")
	failing := func(code int, says, question, answer string, args ...string) {
		t.Helper()
		done := make(chan call, 1)
		go func() { done <- s.here(args...) }()
		if args[1] == "generate" {
			answerAt(t, user, "[y/N]", "y\n")
		}
		answerAt(t, user, question, answer)
		answerAt(t, user, says, "")
		(<-done).want(t, code)
	}
	failing(exitFailed, "the input ended without an answer; nothing is generated", "Its name [work]", "\x04", "vars", "generate", "a", "--regenerate", "wifi")
	failing(exitFailed, "the input ended without an answer; nothing is set", "the value of", "\x04", "vars", "set", "a", "wifi/word")
	failing(exitFailed, "nothing was typed; nothing is set", "the value of", "\n", "vars", "set", "a", "wifi/word")
	holds("work", "", "canary-4", "")
}

// answerAt waits for a question and answers it. It returns what is on the
// screen then.
func answerAt(t *testing.T, user *os.File, question, answer string) string {
	t.Helper()
	var seen []byte
	for b := make([]byte, 256); !bytes.Contains(seen, []byte(question)); {
		n, err := user.Read(b)
		if err != nil {
			t.Error(err, string(seen))
			return string(seen)
		}
		seen = append(seen, b[:n]...)
	}
	if _, err := user.WriteString(answer); err != nil {
		t.Error(err)
	}
	return string(seen)
}

// TestTypeOnce reads the kinds of answers from a terminal, shown and hidden.
func TestTypeOnce(t *testing.T) {
	for kind, c := range map[string]struct{ typed, want string }{
		"line": {"one\n", "one"}, "hidden": {"one\n", "one"},
		"multiline": {"one\ntwo\n\n", "one\ntwo"}, "multiline-hidden": {"one\ntwo\n\n", "one\ntwo"},
	} {
		user, terminal, err := pty.Open()
		if err != nil {
			t.Skip("not run: there is no pseudoterminal: " + err.Error())
		}
		a := &app{env: Env{Stdin: terminal, Stdout: terminal, Stderr: terminal, Interactive: true, Getenv: func(string) string { return "" }}}
		got := make(chan string, 1)
		go func() {
			b, err := a.typeOnce(t.Context(), "what", kind)
			if err != nil {
				t.Error(err)
			}
			got <- string(b)
		}()
		answerAt(t, user, "what", c.typed) // all lines at once, as they are pasted
		if b := <-got; b != c.want {
			t.Errorf("%s: %q, want %q", kind, b, c.want)
		}
		user.Close()
		terminal.Close()
	}
}

func TestParseAnswers(t *testing.T) {
	for text, want := range map[string]map[string]string{
		"":                            {},
		"a/b=c=d \n":                  {"a/b": "c=d "},
		"a=\n#x=y\n\nb=1":             {"a": "", "b": "1"},
		` { "a": "1\n2", "b": "=" } `: {"a": "1\n2", "b": "="},
	} {
		got, err := parseAnswers([]byte(text))
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if shown := revealed(got); !maps.Equal(shown, want) {
			t.Errorf("%q: %q", text, shown)
		}
	}
	for _, bad := range []string{"canary", "a=canary\na=canary", `{"a": ["canary"]}`, `{"a": "canary"`} {
		if _, err := parseAnswers([]byte(bad)); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func revealed(answers map[string]secret.Value) map[string]string {
	out := map[string]string{}
	for name, v := range answers {
		out[name] = string(v.Bytes())
	}
	return out
}

// FuzzParseAnswers has any text: no answer is lost, and none is in an error.
func FuzzParseAnswers(f *testing.F) {
	for _, seed := range []string{"a=b\n", `{"a":"b"}`, "#\n=\n", "a=1\r\nb=2"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := parseAnswers(bytes.Clone(text))
		if err != nil && len(got) > 0 {
			t.Errorf("%d answers beside %v", len(got), err)
		}
		for name, v := range got {
			if strings.ContainsAny(name, "\n") && !bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) || !slices.Equal(v.Bytes(), got[name].Bytes()) {
				t.Error(strconv.Quote(name))
			}
		}
	})
}

// TestVarsSetShared: a value that machines share is for all that declare it,
// not only for the one that is named.
func TestVarsSetShared(t *testing.T) {
	s := varsShell(t)
	const module = `{ ... }: { flake.modules.nixos.base = { ... }: { clan.core.vars.generators.common = { share = true; files.f = { }; files.p.deploy = false; script = "syncthing"; }; }; }`
	if err := os.WriteFile(filepath.Join(s.dir, "modules/aspects/base.nix"), []byte(module), 0o600); err != nil {
		t.Fatal(err)
	}
	s.typed("x", "vars", "set", "a", "common/f").want(t, exitDone)
	s.typed("x", "vars", "set", "b", "common/p").want(t, exitDone)
	s.here("vars", "check").want(t, exitDone, "0 to mend")
	if err := os.Remove(filepath.Join(s.dir, "vars/shared/common/f/machines/b")); err != nil {
		t.Fatal(err)
	}
	s.here("vars", "check").want(t, exitFailed, "hint: assay vars fix\n")
	s.here("vars", "fix", "--yes").want(t, exitDone, "1 secret fixed")
	s.here("vars", "check").want(t, exitDone)
}

// TestVarsSetValidated: what is set by hand since no generator here can make it
// counts as made under the validation that is declared, alone or as the first
// file of its generator.
func TestVarsSetValidated(t *testing.T) {
	s := varsShell(t)
	module := `{ ... }: { flake.modules.nixos.base = { ... }: {
		clan.core.vars.generators.one = { files.f = { }; validation.port = 1; script = "syncthing"; };
		clan.core.vars.generators.two = { files.f = { }; files.g.secret = false; validation.port = 1; script = "syncthing"; };
	}; }`
	write := func() {
		t.Helper()
		if err := os.WriteFile(filepath.Join(s.dir, "modules/aspects/base.nix"), []byte(module), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write()
	for _, name := range []string{"one/f", "two/f", "two/g"} {
		s.typed("x", "vars", "set", "a", name).want(t, exitDone)
	}
	s.here("vars", "check", "a").want(t, exitDone, "0 to mend")
	module = strings.ReplaceAll(module, "port = 1", "port = 2")
	write()
	s.here("vars", "check", "a").want(t, exitFailed, "outdated", "3 to mend")
	s.typed("x", "vars", "set", "a", "one/f").want(t, exitDone)
	s.typed("x", "vars", "set", "a", "two/g").want(t, exitDone) // the other file is still of the old one
	s.here("vars", "check", "a").want(t, exitFailed, "two/f", "two/g", "2 to mend")
}
