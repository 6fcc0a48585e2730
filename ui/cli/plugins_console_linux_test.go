package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/secrets"
	"assay/secrets/secret"
	"assay/secrets/sops"
	"assay/secrets/sops/plugintest"
)

// tokenAspect declares one secret.
const tokenAspect = `{
  flake.modules.nixos.base = { pkgs, ... }: {
    clan.core.vars.generators.token = {
      files.token = { };
      runtimeInputs = [ pkgs.openssl ];
      script = ''
        openssl rand -hex 32 > "$out"/token
      '';
    };
  };
}
`

// askedAspect declares one more, which is asked for.
const askedAspect = `{
  flake.modules.nixos.base.clan.core.vars.generators.asked = {
    prompts.word = { type = "hidden"; persist = true; description = "a word"; };
    script = "";
  };
}
`

// driftedShell is a shell at a fleet whose one machine a has a secret that is
// to be fixed: it is for the operator only, for his SSH key behind a passphrase
// and for his key behind a plugin.
func driftedShell(t *testing.T, plugin, passphrase string) *shell {
	t.Helper()
	s := pluggedShell(t, plugin)
	s.put(t, "fleet.toml", "[fleet]\nname = \"tiny\"\n\n[sources]\nmodules = \"modules\"\n\n[machines.a]\nsystem = \"x86_64-linux\"\naspects = [\"base\"]\n")
	s.put(t, "modules/base.nix", tokenAspect)
	recipient, _ := plugintest.Keys(plugin)
	s.here("keys", "add", "user", "ann", recipient, "--yes").want(t, exitDone)
	s.here("vars", "generate", "--yes").want(t, exitDone, "made vars/per-machine/a/token")
	key := filepath.Join(t.TempDir(), "key")
	if out, err := exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-t", "ed25519", "-a", "1", "-N", passphrase, "-f", key).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen: %v\n%s", err, out)
	}
	public, err := os.ReadFile(key + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	s.vars["SOPS_AGE_SSH_PRIVATE_KEY_FILE"] = key
	a := &app{env: Env{Getenv: func(string) string { return "" }}}
	p := a.plugins()
	p.Allow = func(string) error { return nil }
	text, err := sops.Form{Store: sops.Binary, Plugins: p}.Encrypt(secrets.NewSecret([]byte("the token")), []string{strings.TrimSpace(string(public)), recipient})
	if err != nil {
		t.Fatal(err)
	}
	s.put(t, "vars/per-machine/a/token/token/secret", string(text))
	s.put(t, "modules/asked.nix", askedAspect)
	return s
}

// openSecrets starts the console of the shell's fleet in a terminal, at its
// secrets.
func (s *shell) openSecrets(t *testing.T) *terminal {
	t.Helper()
	env := []string{asProgram + "=1", "HOME=" + s.state, "XDG_STATE_HOME=" + s.state, "XDG_CACHE_HOME=" + s.state, "XDG_CONFIG_HOME=", "NO_COLOR="}
	for name, value := range s.vars {
		env = append(env, name+"="+value)
	}
	c := openTerminal(t, 110, 30, env, staying(os.Args[0], "-C", s.dir)...)
	c.see("machines", "q quit")
	c.typed("7")
	c.see("drifted", "token/token", "missing", "asked/word")
	return c
}

// fix asks for the drifted secret to be written anew.
func (s *terminal) fix() {
	s.t.Helper()
	s.typed("f")
	s.see("Fix drifted secrets", "▌[ Cancel ]")
	s.press("Tab")
	s.see("▌[ Write 1 secret anew ]")
	s.press("Enter")
}

// said waits until the console has said something, and returns its messages, as
// one line: where they are folded depends on the length of names.
func (s *terminal) said(text string) (messages string) {
	s.t.Helper()
	s.await("the message "+text, func(string) bool {
		s.typed("!")
		messages = strings.Join(strings.Fields(strings.ReplaceAll(s.see("╭─ Messages"), "│", " ")), " ")
		s.back("╭─ Messages")
		return strings.Contains(messages, text)
	})
	return messages
}

// TestPluginInConsole has a secret written anew in the console, with a key that
// is behind a plugin: refused twice, and then answered. What is typed for that,
// also for an SSH key that it does not open, is not shown, whoever says it.
func TestPluginInConsole(t *testing.T) {
	const passphrase, answer = "no passphrase of it", "one of two answers"
	s := driftedShell(t, plugintest.Echo, "another passphrase")
	said := filepath.Join(t.TempDir(), "said")
	write(t, said, passphrase+" "+answer, 0o600)
	t.Setenv(plugintest.EchoVariable, said)
	file := filepath.Join(s.dir, "vars/per-machine/a/token/token/secret")
	content := func() string {
		t.Helper()
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	before := content()
	c := s.openSecrets(t)
	for _, refusal := range []string{"Escape", "C-c"} {
		c.fix()
		c.see("passphrase of ")
		c.press(refusal)
		c.see("age-plugin-echo", "the word?")
		c.typed("half")
		c.see("> ****")
		c.press(refusal)
		c.see("Not all secrets are written")
		c.said("nobody answered")
		if content() != before {
			t.Errorf("%s: the secret is written", refusal)
		}
	}

	c.typed("m")
	c.see("Generate what is missing", "▌[ Cancel ]")
	c.press("Tab")
	c.see("▌[ Run 1 generator ]")
	c.press("Enter")
	c.see("a word")
	c.typed(answer)
	c.press("Enter")
	c.see("again: a word")
	c.typed("another")
	c.press("Enter")
	c.said("the two answers")

	c.fix()
	c.see("passphrase of ")
	c.typed(passphrase)
	c.press("Enter")
	c.see("the word?")
	c.typed(plugintest.Secret)
	c.press("Enter")
	c.see("1 secret written anew")
	if content() == before {
		t.Error("the secret is not written")
	}
	screen := c.said("age-plugin-echo: it was ")
	if !strings.Contains(screen, "it was "+secret.Redacted+", and "+secret.Redacted+" "+secret.Redacted) {
		t.Errorf("what was typed is shown:\n%s", screen)
	}
	c.typed("q")
	c.see("ended with 0")
	s.here("vars", "check", "a").want(t, exitFailed, "asked/word", "1 to mend")
}

// TestPluginEchoes: the same on the command line.
func TestPluginEchoes(t *testing.T) {
	s := pluggedShell(t, plugintest.Echo)
	said := filepath.Join(t.TempDir(), "said")
	write(t, said, "nothing", 0o600)
	t.Setenv(plugintest.EchoVariable, said)
	s.typed("one", "secrets", "set", "s/a.yaml", "token").want(t, exitDone)
	st := s.sit(t, "", "secrets", "get", "s/a.yaml", "token", "--reveal")
	st.see("the word?: ")
	st.silent()
	st.types(plugintest.Secret + "\n")
	code := st.ends()
	shown := st.shown.String()
	if code != exitDone || st.out.String() != "one" || !strings.Contains(shown, "age-plugin-echo: it was "+secret.Redacted+", and nothing") || strings.Contains(shown, plugintest.Secret) {
		t.Errorf("exit %d\n%q\n%q", code, st.out.String(), shown)
	}
}
