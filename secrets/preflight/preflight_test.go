package preflight_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"assay/secrets/generate"
	"assay/secrets/preflight"
	"assay/secrets/secret"
	"assay/secrets/sops"
)

const (
	keyFile = "/var/lib/sops-nix/key.txt"
	source  = "/nix/store/00000000000000000000000000000000-source/"
)

// who is somebody with an age key.
type who struct {
	id   sops.Identity
	text string
}

func someone(t *testing.T) who {
	t.Helper()
	id, text, err := sops.NewIdentity("test")
	if err != nil {
		t.Fatal(err)
	}
	return who{id, string(text.Bytes())}
}

// files are what the store has.
type files map[string]string

func (f files) read(name string) ([]byte, error) {
	text, ok := f[name]
	if !ok {
		return nil, os.ErrNotExist
	}
	return []byte(text), nil
}

// seal encrypts a file and returns the secret that names it.
func (f files) seal(t *testing.T, name, plain string, to ...string) preflight.Secret {
	t.Helper()
	text, err := sops.Encrypt(secret.New([]byte(plain)), to)
	if err != nil {
		t.Fatal(err)
	}
	f[source+name] = string(text)
	return preflight.Secret{Name: name, Path: "/run/secrets/" + name, SopsFile: source + name, Format: "binary"}
}

// hostKey generates an SSH host key and returns its public half and the age
// form of that.
func hostKey(t *testing.T) (public, recipient string) {
	t.Helper()
	made, err := generate.OpenSSH().Run()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range made {
		if !o.Secret {
			public = strings.TrimSpace(string(o.Content.Bytes()))
		}
	}
	if recipient, err = sops.AgeOfSSH(public); err != nil {
		t.Fatal(err)
	}
	return public, recipient
}

func TestCheck(t *testing.T) {
	machine, other, user := someone(t), someone(t), someone(t)
	public, ofSSH := hostKey(t)
	f := files{}
	good := f.seal(t, "vars/per-machine/galena/a/b/secret", "x", other.id.Recipient, machine.id.Recipient)
	bad := f.seal(t, "vars/per-machine/galena/c/d/secret", "x", other.id.Recipient)
	hand := f.seal(t, "secrets/token", "x", other.id.Recipient)
	bySSH := f.seal(t, "secrets/by-ssh", "x", ofSSH)
	itself := f.seal(t, "secrets/host-key", "x", ofSSH)
	itself.Path = preflight.HostKeyPath
	userKey := f.seal(t, "vars/per-machine/galena/raquel/key/secret", user.text, machine.id.Recipient, other.id.Recipient)
	userKey.Path = "/home/raquel/.config/sops/age/keys.txt"
	homeGood := f.seal(t, "home/good", "x", user.id.Recipient)
	homeBad := f.seal(t, "home/bad", "x", machine.id.Recipient)
	broken := preflight.Secret{Name: "broken", SopsFile: source + "broken", Format: "binary"}
	f[broken.SopsFile] = "{}"
	absent := preflight.Secret{Name: "absent", SopsFile: source + "absent", Format: "binary"}

	system := func(s ...preflight.Secret) preflight.Manifest {
		return preflight.Manifest{Secrets: s, AgeKeyFile: keyFile}
	}
	ssh := func(m preflight.Manifest) preflight.Manifest {
		m.AgeSSHKeyPaths = []string{preflight.HostKeyPath}
		return m
	}
	home := func(s ...preflight.Secret) preflight.Manifest {
		return preflight.Manifest{Secrets: s, AgeKeyFile: userKey.Path, UserMode: true}
	}
	known := preflight.Host{Machine: "galena", KeyFile: keyFile, Recipients: []string{machine.id.Recipient}, HostKeys: []string{public}, Read: f.read,
		Open: func(file *sops.File) []string {
			text, err := file.Decrypt([]sops.Identity{other.id})
			if err != nil {
				return nil
			}
			ids, err := sops.ParseIdentities(text, "")
			if err != nil || len(ids) != 1 {
				return nil
			}
			return []string{ids[0].Recipient}
		}}
	unpinned, keyless, blind := known, known, known
	unpinned.HostKeys = nil
	keyless.Recipients = nil
	blind.Open = func(*sops.File) []string { return nil }
	elsewhere := system(bad)
	elsewhere.AgeKeyFile = "/persist/key.txt"
	both := f.seal(t, "secrets/both", "x", ofSSH, other.id.Recipient)
	both.Path = preflight.HostKeyPath
	elsewhereToo := ssh(system(both))
	elsewhereToo.AgeKeyFile = "/persist/key.txt"
	newPublic, _ := hostKey(t)
	inSSH := f.seal(t, "secrets/in-ssh", "x", public)
	ssher := known
	ssher.Recipients = []string{strings.Join(strings.Fields(public)[:2], " ")}
	rotating := known
	rotating.HostKeys = []string{public, newPublic}

	for name, c := range map[string]struct {
		host      preflight.Host
		manifests []preflight.Manifest
		want      string // "file: text; remedy" of each
	}{
		"all of it":                     {known, []preflight.Manifest{system(good, userKey), home(homeGood)}, ""},
		"not encrypted to the machine":  {known, []preflight.Manifest{system(good, bad)}, "vars/per-machine/galena/c/d/secret: is not encrypted to any key that galena has; assay vars fix galena"},
		"a file by hand":                {known, []preflight.Manifest{system(hand)}, "secrets/token: is not encrypted to any key that galena has; assay secrets rekey secrets/token"},
		"by either host key":            {rotating, []preflight.Manifest{ssh(system(bySSH))}, ""},
		"the host key by one elsewhere": {known, []preflight.Manifest{elsewhereToo}, ""},
		"by the host key":               {known, []preflight.Manifest{ssh(system(good, bySSH))}, ""},
		"the host key, unused":          {known, []preflight.Manifest{system(bySSH)}, "secrets/by-ssh: is not encrypted to any key that galena has; assay secrets rekey secrets/by-ssh"},
		"an SSH key in the key file":    {ssher, []preflight.Manifest{system(inSSH)}, "secrets/in-ssh: is encrypted to galena's key, which is an SSH key, and sops-nix reads only age identities from " + keyFile + "; assay keys remove machine galena, then assay vars fix galena"},
		"neither":                       {known, []preflight.Manifest{ssh(system(bad))}, "vars/per-machine/galena/c/d/secret: is not encrypted to any key that galena has; assay vars fix galena"},
		"perhaps by an unknown key":     {unpinned, []preflight.Manifest{ssh(system(bad))}, ""},
		"perhaps by another identity":   {keyless, []preflight.Manifest{system(bad)}, ""},
		"perhaps by one elsewhere":      {known, []preflight.Manifest{elsewhere}, ""},
		"the host key by itself":        {known, []preflight.Manifest{ssh(system(itself))}, "secrets/host-key: the host key can only be decrypted with itself, and the host would not start with it; assay secrets rekey secrets/host-key"},
		"the user's chain":              {known, []preflight.Manifest{system(userKey), home(homeGood, homeBad)}, "home/bad: is not encrypted to the user's key, which is the secret vars/per-machine/galena/raquel/key/secret; assay secrets rekey home/bad"},
		"a chain that nobody can see":   {blind, []preflight.Manifest{system(userKey), home(homeBad)}, ""},
		"a user's key from elsewhere":   {known, []preflight.Manifest{system(good), home(homeBad)}, ""},
		"a file that is none":           {known, []preflight.Manifest{system(broken)}, "broken: line 1: not in the format of sops"},
		"a file that is not here":       {known, []preflight.Manifest{system(absent)}, ""},
		"no secrets":                    {known, []preflight.Manifest{system()}, ""},
		"nothing that is a manifest":    {known, nil, ""},
		"two, and only the bad one":     {known, []preflight.Manifest{system(good), system(bad)}, "vars/per-machine/galena/c/d/secret: is not"},
		"another store than we can see": {known, []preflight.Manifest{system(preflight.Secret{Name: "env", SopsFile: good.SopsFile, Format: "dotenv"})}, ""},
	} {
		var got []string
		for _, p := range preflight.Check(c.host, c.manifests) {
			got = append(got, fmt.Sprintf("%s: %s; %s", p.File, p.Text, p.Remedy))
		}
		if text := strings.Join(got, "\n"); c.want == "" && text != "" || !strings.HasPrefix(text, c.want) || len(got) > 1 {
			t.Errorf("%s: %q, want %q", name, text, c.want)
		}
	}
	err := preflight.Error(preflight.Check(known, []preflight.Manifest{system(bad, hand)}))
	if want := "1 more secrets likewise; none of its secrets would be installed; hint: assay vars fix galena"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v", err)
	}
}

func TestIsManifest(t *testing.T) {
	const hash = "/nix/store/00000000000000000000000000000000-"
	for name, want := range map[string]bool{
		hash + "manifest.json": true, hash + "manifest-for-users.json": true, hash + "manifest.txt": false,
		hash + "web-manifest.json": false, hash + "x/manifest.json": false, "manifest.json": false,
	} {
		if preflight.IsManifest(name) != want {
			t.Errorf("%s: %t", name, !want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"secrets":[{"name":"a","path":"/run/secrets/a","sopsFile":"/nix/store/x","format":"yaml"}],"ageKeyFile":"/k","userMode":true}`))
	f.Add([]byte(`{"secrets":null,"ageKeyFile":null}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := preflight.Parse(text)
		if err != nil {
			return
		}
		h := preflight.Host{Machine: "m", KeyFile: m.AgeKeyFile, Recipients: []string{"age1x"}, Read: func(string) ([]byte, error) { return text, nil }}
		_ = preflight.Error(preflight.Check(h, []preflight.Manifest{m, m}))
	})
}
