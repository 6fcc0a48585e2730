package beside

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"assay/secrets/secret"
	"assay/secrets/sops"
)

// BenchmarkSecrets looks at a thousand files of secrets, and encrypts them
// under fresh data keys, beside the sops command on some of them.
func BenchmarkSecrets(b *testing.B) {
	assay, other := os.Getenv("ASSAY_BENCH_PROGRAM"), os.Getenv("ASSAY_SOPS")
	if assay == "" || other == "" {
		b.Skip("not run: script/bench secrets starts this")
	}
	const all, some = 1000, 40
	at := &bench{dir: b.TempDir(), home: b.TempDir(), assay: assay}
	identity, key, err := sops.NewIdentity("bench")
	if err != nil {
		b.Fatal(err)
	}
	at.env = append(os.Environ(), "HOME="+at.home, "XDG_STATE_HOME="+at.home, "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=bench", "GIT_AUTHOR_EMAIL=bench@localhost", "GIT_COMMITTER_NAME=bench", "GIT_COMMITTER_EMAIL=bench@localhost",
		"SOPS_AGE_KEY_FILE="+filepath.Join(at.home, "keys.txt"))
	at.write(b, filepath.Join(at.home, "keys.txt"), string(key.Bytes()))
	at.write(b, "flake.nix", "{ outputs = _: { }; }\n")
	at.write(b, ".sops.yaml", "creation_rules:\n  - path_regex: ^secrets/.*\\.yaml$\n    age: "+identity.Recipient+"\n")
	var few []string
	for i := range all {
		name := fmt.Sprintf("secrets/secret%d.yaml", i)
		text, err := sops.Form{Store: sops.YAML}.Encrypt(secret.New(fmt.Appendf(nil, "token: a value of %d\nuser: name\n", i)), []string{identity.Recipient})
		if err != nil {
			b.Fatal(err)
		}
		at.write(b, name, string(text))
		if i < some {
			few = append(few, name)
		}
	}
	at.run(b, "git", "init", "--quiet")
	at.commit(b)
	each := func(args ...string) func() {
		return func() {
			for _, name := range few {
				at.run(b, other, append(args, name)...)
			}
		}
	}
	compare(b, 3,
		contender{name: fmt.Sprintf("assay secrets list, %d files", all), run: func() { at.run(b, assay, "secrets", "list") }},
		contender{name: fmt.Sprintf("sops filestatus, %d files", some), run: each("--disable-version-check", "filestatus")})
	compare(b, 3,
		contender{name: fmt.Sprintf("assay secrets rotate, %d files", all), run: func() { at.run(b, assay, "secrets", "rotate", "--all", "--yes") }},
		contender{name: fmt.Sprintf("sops rotate, %d files", some), run: each("--disable-version-check", "rotate", "--in-place")})
}
