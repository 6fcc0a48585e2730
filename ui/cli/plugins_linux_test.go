package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"assay/secrets"
	"assay/secrets/sops"
	"assay/secrets/sops/plugintest"
)

// asProgram in the environment makes the test binary the program.
const asProgram = "ASSAY_TEST_PROGRAM"

// TestMain lets the test binary stand in for age plugins, and for the program
// where a test needs it on a terminal of its own.
func TestMain(m *testing.M) {
	plugintest.Main()
	if os.Getenv(asProgram) != "" {
		os.Exit(Main(os.Args[1:], System(), nil))
	}
	os.Exit(m.Run())
}

// pluggedShell is a shell at a fleet whose operator, ann, has her key behind a
// plugin, which config.toml allows.
func pluggedShell(t *testing.T, name string) *shell {
	t.Helper()
	plugintest.Install(t, name)
	s, _, _ := secretsShell(t)
	recipient, identity := plugintest.Keys(name)
	keys := filepath.Join(t.TempDir(), "keys.txt")
	write(t, keys, identity, 0o600)
	s.vars = map[string]string{"SOPS_AGE_KEY_FILE": keys}
	s.put(t, ".sops.yaml", "keys:\n  - &ann "+recipient+"\ncreation_rules:\n  - path_regex: ^s/\n    key_groups:\n      - age:\n          - *ann\n")
	s.allow(t, `plugins = ["`+name+`"]`)
	return s
}

// allow writes config.toml.
func (s *shell) allow(t *testing.T, text string) {
	t.Helper()
	file := filepath.Join(s.state, ".config/assay/config.toml")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, file, text+"\n", 0o600)
}

// TestPluginAllowed: who may run is the operator's to say, in his own file.
func TestPluginAllowed(t *testing.T) {
	s := pluggedShell(t, plugintest.Word)
	s.typed("one", "secrets", "set", "s/a.yaml", "token").want(t, exitDone, "s/a.yaml is set")
	s.here("secrets", "get", "s/a.yaml", "token").want(t, exitFailed, `age-plugin-word: it asks "the word?", and there is nobody to ask: this is no terminal`)
	s.here("secrets", "rotate", "--all", "--yes").want(t, exitFailed, "there is nobody to ask", "nothing is written")
	s.here("secrets", "list").want(t, exitDone, "s/a.yaml  ok")

	hint := `age-plugin-word is not allowed to run; hint: plugins = ["tpm", "word"] in ~/.config/assay/config.toml`
	s.allow(t, `plugins = ["tpm"]`)
	s.here("secrets", "get", "s/a.yaml", "token").want(t, exitFailed, hint)
	s.typed("one", "secrets", "set", "s/b.yaml", "token").want(t, exitFailed, hint)
	s.allow(t, "\nplugins = true")
	s.here("secrets", "get", "s/a.yaml", "token").want(t, exitFailed, "config.toml:2: plugins is true or false; hint: a list")
	s.put(t, "config.toml", `plugins = ["word"]`) // a repository allows nothing
	s.put(t, "assay/config.toml", `plugins = ["word"]`)
	s.allow(t, "")
	s.here("secrets", "get", "s/a.yaml", "token").want(t, exitFailed, `plugins = ["word"] in ~`)
}

// TestPluginNotThere: one that is allowed and not installed.
func TestPluginNotThere(t *testing.T) {
	s := pluggedShell(t, plugintest.Word)
	s.typed("one", "secrets", "set", "s/a.yaml", "token").want(t, exitDone)
	t.Setenv("PATH", t.TempDir())
	s.here("secrets", "get", "s/a.yaml", "token").want(t, exitFailed, "age-plugin-word: it is not installed; hint: nix shell nixpkgs#age-plugin-word")
}

// TestPluginKeys: a user's key may be a plugin's, and the values of generators
// are then for him too.
func TestPluginKeys(t *testing.T) {
	s := pluggedShell(t, plugintest.Word)
	recipient, _ := plugintest.Keys(plugintest.Word)
	s.here("keys", "add", "user", "ann", recipient, "--yes").want(t, exitDone)
	s.here("keys", "list").want(t, exitDone, "user  ann", recipient)
}

// TestPluginUnattended: a plugin that waits for something where nobody can be
// told is ended after a while.
func TestPluginUnattended(t *testing.T) {
	plugintest.Install(t, plugintest.Stuck)
	t.Setenv(plugintest.StuckVariable, filepath.Join(t.TempDir(), "pid"))
	var errs bytes.Buffer
	a := &app{env: Env{Stdin: strings.NewReader(""), Stderr: &errs, Getenv: func(string) string { return "" }}}
	a.plugged.patience = time.Millisecond
	p := a.plugins()
	p.Allow = func(string) error { return nil }
	recipient, identity := plugintest.Keys(plugintest.Stuck)
	text, err := sops.Form{Store: sops.Binary, Plugins: p}.Encrypt(secrets.NewSecret([]byte("x")), []string{recipient})
	if err != nil {
		t.Fatal(err)
	}
	env := func(name string) string { return map[string]string{"SOPS_AGE_KEY": identity}[name] }
	ids, err := sops.Finder{Getenv: env, Plugins: p}.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f, err := sops.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	a.plugged.alone = 200 * time.Millisecond // to encrypt takes as long as it takes
	if _, err := f.Decrypt(ids); err == nil || !strings.Contains(err.Error(), "age-plugin-stuck: it has not answered for 0.2s") {
		t.Error(err)
	}
	if !strings.Contains(errs.String(), "waiting for age-plugin-stuck: touch the key?") {
		t.Error(errs.String())
	}
}

// chair is a program on a terminal of its own, with standard output beside it.
type chair struct {
	t                 *testing.T
	control, terminal *os.File
	cmd               *exec.Cmd
	out               bytes.Buffer
	shown             strings.Builder
	text              chan []byte
}

// sit starts a command line of the shell on a terminal. Input, where it is not
// "", is what standard input has instead.
func (s *shell) sit(t *testing.T, input string, args ...string) *chair {
	t.Helper()
	control, terminal, err := pty.Open()
	if err != nil {
		t.Skip("not run: no pseudo terminal:", err)
	}
	st := &chair{t: t, control: control, terminal: terminal, text: make(chan []byte)}
	st.cmd = exec.Command(os.Args[0], append([]string{"-C", s.dir}, args...)...)
	st.cmd.Env = append(os.Environ(), asProgram+"=1", "HOME="+s.state, "XDG_STATE_HOME="+s.state, "XDG_CONFIG_HOME=", "SOPS_AGE_KEY_FILE="+s.vars["SOPS_AGE_KEY_FILE"])
	st.cmd.Stdin, st.cmd.Stdout, st.cmd.Stderr = terminal, &st.out, terminal
	ctty := 0
	if input != "" {
		st.cmd.Stdin, ctty = strings.NewReader(input), 2
	}
	st.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: ctty}
	if err := st.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(st.text)
		for {
			b := make([]byte, 4096)
			n, err := control.Read(b)
			if n > 0 {
				st.text <- b[:n]
			}
			if err != nil {
				return
			}
		}
	}()
	return st
}

// see waits until the terminal shows a text.
func (st *chair) see(text string) {
	st.t.Helper()
	for !strings.Contains(st.shown.String(), text) {
		more, ok := <-st.text
		if !ok {
			st.t.Fatalf("%q is not shown:\n%s", text, st.shown.String())
		}
		st.shown.Write(more)
	}
}

// silent waits until the terminal does not show what is typed.
func (st *chair) silent() {
	st.t.Helper()
	for {
		now, err := unix.IoctlGetTermios(int(st.terminal.Fd()), unix.TCGETS)
		if err != nil {
			st.t.Fatal(err)
		}
		if now.Lflag&unix.ECHO == 0 {
			return
		}
	}
}

func (st *chair) types(text string) {
	st.t.Helper()
	if _, err := st.control.WriteString(text); err != nil {
		st.t.Fatal(err)
	}
}

// ends waits for the end of the program, and returns its exit code.
func (st *chair) ends() int {
	st.t.Helper()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for more := range st.text {
			st.shown.Write(more)
		}
	}()
	err := st.cmd.Wait()
	if now, err := unix.IoctlGetTermios(int(st.terminal.Fd()), unix.TCGETS); err != nil || now.Lflag&unix.ECHO == 0 {
		st.t.Error("the terminal is left silent", err)
	}
	st.terminal.Close()
	<-gone // nobody has the terminal any more, and all that was on it is read
	st.control.Close()
	if exit, ok := err.(*exec.ExitError); ok {
		return exit.ExitCode()
	}
	if err != nil {
		st.t.Error(err)
	}
	return 0
}

// TestPluginAsks types what a plugin asks for on a real terminal, beside JSON.
func TestPluginAsks(t *testing.T) {
	s := pluggedShell(t, plugintest.Word)
	s.typed("one", "secrets", "set", "s/a.yaml", "token").want(t, exitDone)
	st := s.sit(t, "", "secrets", "get", "s/a.yaml", "token", "--json")
	st.see("age-plugin-word: the word?: ")
	st.silent()
	st.types(plugintest.Secret + "\n")
	if code := st.ends(); code != exitDone || !strings.HasPrefix(st.out.String(), "{") || !strings.Contains(st.out.String(), `"one"`) || strings.Contains(st.out.String(), "word?") {
		t.Errorf("exit %d\n%s\n%s", code, &st.out, st.shown.String())
	}
	if strings.Contains(st.shown.String(), plugintest.Secret) {
		t.Error("what was typed is shown")
	}

	st = s.sit(t, "", "secrets", "get", "s/a.yaml", "token")
	st.see("the word?: ")
	st.silent()
	st.types("CANARY\n")
	if code := st.ends(); code != exitFailed || !strings.Contains(st.shown.String(), "wrong word, 2 tries left") || strings.Contains(st.shown.String(), "CANARY") || strings.Contains(st.shown.String(), "\x1b[31m") {
		t.Errorf("exit %d\n%q", code, st.shown.String())
	}

	st = s.sit(t, "two", "secrets", "set", "s/a.yaml", "token") // the value comes from a pipe
	st.see("the word?: ")
	st.silent()
	st.types(plugintest.Secret + "\n")
	if code := st.ends(); code != exitDone || !strings.Contains(st.out.String(), "s/a.yaml is set") {
		t.Errorf("exit %d\n%s\n%s", code, &st.out, st.shown.String())
	}

	st = s.sit(t, "", "secrets", "rotate", "--all", "--yes")
	st.see("the word?: ")
	st.silent()
	st.types("\x03")
	if code := st.ends(); code != exitDeclined || st.out.Len() > 0 && strings.Contains(st.out.String(), "encrypted anew") {
		t.Errorf("exit %d\n%s\n%s", code, &st.out, st.shown.String())
	}
}

// TestPluginLoud: what a plugin says reaches the terminal as text, on a line
// that begins with its name; what it asks for openly is shown.
func TestPluginLoud(t *testing.T) {
	s := pluggedShell(t, plugintest.Loud)
	s.typed("one", "secrets", "set", "s/a.yaml", "token").want(t, exitDone)
	st := s.sit(t, "", "secrets", "get", "s/a.yaml", "token", "--reveal")
	st.see("age-plugin-loud: say it: ")
	st.types(plugintest.Secret + "\n")
	code := st.ends()
	shown := st.shown.String()
	if code != exitDone || st.out.String() != "one" || !strings.Contains(shown, "age-plugin-loud: look here assay: forged\r\n") || strings.Contains(shown, "\x1b") {
		t.Errorf("exit %d\n%q\n%q", code, st.out.String(), shown)
	}
	if !strings.Contains(shown, plugintest.Secret) {
		t.Errorf("what is typed openly is not shown: %q", shown)
	}
}

// TestPluginConfirms answers a plugin's question, and touches the key.
func TestPluginConfirms(t *testing.T) {
	s := pluggedShell(t, plugintest.Touch)
	key := filepath.Join(t.TempDir(), "key")
	if err := syscall.Mkfifo(key, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(plugintest.TouchVariable, key)
	s.typed("one", "secrets", "set", "s/a.yaml", "token").want(t, exitDone)
	st := s.sit(t, "", "secrets", "get", "s/a.yaml", "token", "--reveal")
	st.see("age-plugin-touch: use slot 1? (y: use it, n: leave it): ")
	st.types("maybe\n")
	st.see("maybe\r\n\r\nage-plugin-touch: use slot 1? (y: use it, n: leave it): ")
	touched := make(chan error, 1)
	st.types("y\n")
	go func() { touched <- os.WriteFile(key, []byte("\n"), 0) }()
	if code := st.ends(); code != exitDone || st.out.String() != "one" || !strings.Contains(st.shown.String(), "age-plugin-touch: insert the key") || <-touched != nil {
		t.Errorf("exit %d\n%s\n%q", code, &st.out, st.shown.String())
	}
	st = s.sit(t, "", "secrets", "get", "s/a.yaml", "token", "--reveal")
	st.see("n: leave it): ")
	st.types("n\n")
	if code := st.ends(); code != exitFailed || !strings.Contains(st.shown.String(), "not confirmed") {
		t.Errorf("exit %d\n%s\n%q", code, &st.out, st.shown.String())
	}
}

// TestPluginInterrupted: ctrl-c ends the wait for a plugin that hangs, and the
// plugin.
func TestPluginInterrupted(t *testing.T) {
	s := pluggedShell(t, plugintest.Stuck)
	at := filepath.Join(t.TempDir(), "pid")
	t.Setenv(plugintest.StuckVariable, at)
	s.typed("one", "secrets", "set", "s/a.yaml", "token").want(t, exitDone)
	st := s.sit(t, "", "secrets", "get", "s/a.yaml", "token", "--reveal")
	pid := stuck(t, at)
	st.types("\x03")
	if code := st.ends(); code != exitDeclined || !strings.Contains(st.shown.String(), "interrupted") {
		t.Errorf("exit %d\n%q", code, st.shown.String())
	}
	if err := syscall.Kill(pid, 0); err != syscall.ESRCH {
		t.Error("it still runs:", pid, err)
	}
}

// stuck waits for the plugin that hangs, and returns its process id.
func stuck(t *testing.T, at string) int {
	t.Helper()
	for t.Context().Err() == nil {
		if text, err := os.ReadFile(at); err == nil && len(text) > 0 {
			pid, err := strconv.Atoi(string(text))
			if err != nil {
				t.Fatal(err)
			}
			return pid
		}
	}
	t.Fatal(fmt.Sprint("nothing at ", at))
	return 0
}
