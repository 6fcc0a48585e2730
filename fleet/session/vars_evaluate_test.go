package session

import (
	"testing"

	"assay/fleet"
	"assay/secrets"
	"assay/secrets/generate"
)

// TestEvaluatedScript keeps what is built in: a script of clan's that cannot be
// done here is that of the service which the files say declares it, unless
// another one is known to be there.
func TestEvaluatedScript(t *testing.T) {
	machine := fleet.Generator{Name: "openssh", Machine: "a", Service: "sshd", Files: []fleet.VarFile{
		fleet.NewVarFile("ssh.id_ed25519", fleet.Pos{}), {Name: "ssh.id_ed25519.pub", Deploy: fleet.Flag{Value: true}},
	}}
	const odd = "something --of-tomorrow > $out/ssh.id_ed25519"
	for _, c := range []struct {
		what, service string
		read          fleet.Fact
		script        string
		want          generate.Way
	}{
		{"a service of clan's", "sshd", fleet.Fact{Why: "the script is clan's"}, odd, generate.ByBuiltin},
		{"a script of the fleet's own", "sshd", fleet.Fact{Value: odd}, odd, generate.ByScript},
		{"no service", "", fleet.Fact{Why: "it is not known"}, odd, generate.ByScript},
		{"a script that can be done", "", fleet.Fact{}, `ssh-keygen -t ed25519 -N "" -C "" -f "$out"/ssh.id_ed25519`, generate.ByBuiltin},
	} {
		was := machine
		was.Service, was.Script = c.service, c.read
		is := machine
		is.Service = c.service
		evaluatedScript(&is, &was, &c.script)
		if r := secrets.RecipeOf(&is); r.Way != c.want {
			t.Errorf("%s: made by %s, not %s: %s", c.what, r.Way, c.want, r.Reason)
		}
	}
}
