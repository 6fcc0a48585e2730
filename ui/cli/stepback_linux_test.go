package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// politeGit is a git that writes down how nice it is when it is asked what, and
// goes through commits only when its parent is nicer than that, or after long.
const politeGit = `#!/bin/sh
nice() { read -r _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ is _ <"/proc/$1/stat"; }
nice $$
mine=$is tries=0
for word; do
	case $word in
	log)
		while nice "$PPID"; [ "$is" = "$mine" ] && [ $tries -lt 20000 ]; do tries=$((tries + 1)); done
		break
		;;
	cat-file) break ;;
	esac
	word=
done
[ -z "$word" ] || echo "$word $mine" >>"$ASSAY_TEST_ASKED"
exec "$ASSAY_TEST_GIT" "$@"
`

// TestStepBack lets git's first walk through the commits go before the program,
// and nothing else: who reads what git has kept is as nice as ever.
func TestStepBack(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	s, ann, _ := secretsShell(t)
	s.put(t, ".sops.yaml", "keys:\n  - &ann "+ann+"\ncreation_rules:\n  - path_regex: ^secrets/\n    key_groups:\n      - age:\n          - *ann\n")
	s.typed("one", "secrets", "set", "secrets/a.yaml", "token").want(t, exitDone, "secrets/a.yaml is set")
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"-c", "user.name=ann", "-c", "user.email=ann@example.org", "commit", "-qm", "one"}} {
		if out, err := exec.Command(git, append([]string{"-C", s.dir}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	bin, asked := t.TempDir(), filepath.Join(t.TempDir(), "asked")
	write(t, filepath.Join(bin, "git"), politeGit, 0o755)
	audit := func() string {
		t.Helper()
		write(t, asked, "", 0o600)
		cmd := exec.Command(os.Args[0], "secrets", "audit", "--all")
		cmd.Dir = s.dir
		cmd.Env = append(os.Environ(), asProgram+"=1", "HOME="+s.state, "XDG_STATE_HOME="+s.state, "XDG_CACHE_HOME="+s.state, "XDG_CONFIG_HOME=",
			"PATH="+bin+":"+os.Getenv("PATH"), "ASSAY_TEST_GIT="+git, "ASSAY_TEST_ASKED="+asked)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		text, err := os.ReadFile(asked)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	first := strings.Fields(audit())
	if len(first) != 4 || first[0] != "log" || first[2] != "cat-file" || first[1] == first[3] && first[1] != "19" {
		t.Errorf("git was asked for %q; want log and a nicer cat-file", first)
	}
	if again := audit(); again != "" {
		t.Errorf("git was asked again for %q", again)
	}
}
