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
	s.here("vars", "generate", "a").want(t, exitDone, "everything that is declared is there")

	// Without a flake there is nothing to ask, and what the files say stays.
	s.here("vars", "check", "a", "--evaluate").want(t, exitFailed, "unknown Nix cannot tell the generators of machine a:", "has no flake.nix", "0 to mend")
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

// answerAt waits for a question and answers it.
func answerAt(t *testing.T, user *os.File, question, answer string) {
	t.Helper()
	var seen []byte
	for b := make([]byte, 256); !bytes.Contains(seen, []byte(question)); {
		n, err := user.Read(b)
		if err != nil {
			t.Error(err, string(seen))
			return
		}
		seen = append(seen, b[:n]...)
	}
	if _, err := user.WriteString(answer); err != nil {
		t.Error(err)
	}
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
		for i, line := range strings.SplitAfter(strings.TrimSuffix(c.typed, "\n"), "\n") {
			question := "what"
			if i > 0 {
				question = "next line"
			}
			answerAt(t, user, question, strings.TrimSuffix(line, "\n")+"\n")
		}
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
