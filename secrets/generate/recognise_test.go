package generate_test

import (
	"strings"
	"testing"

	"assay/secrets/generate"
	"assay/secrets/secret"
)

func secretFile(name string) generate.File {
	return generate.File{Name: name, Secret: true, Deploy: true}
}
func publicFile(name string) generate.File { return generate.File{Name: name, Deploy: true} }

// ofServices are declarations of clan's services whose script could not be
// read, as reading the files of a flake finds them.
func ofServices() []generate.Declared {
	ed25519 := func() []generate.File { return []generate.File{secretFile("id_ed25519"), publicFile("id_ed25519.pub")} }
	return []generate.Declared{
		{Name: "openssh", Service: "sshd", Files: []generate.File{secretFile("ssh.id_ed25519"), publicFile("ssh.id_ed25519.pub")}},
		{Name: "openssh-ca", Service: "sshd", Shared: true, Files: ed25519()},
		{Name: "sshd-root-key", Service: "sshd", Machine: "web", Files: ed25519()},
		{Name: "openssh-cert", Service: "sshd", Files: []generate.File{publicFile("ssh.id_ed25519-cert.pub")}, Dependencies: []string{"openssh-ca", "openssh"},
			Validation: map[string]any{"name": "web", "domains": map[string]any{"zt": "zt", "a.b": "a.b"}}},
		{Name: "user-password-me", Service: "users", Shared: true, Files: []generate.File{secretFile("user-password-hash"), secretFile("user-password")}},
		{Name: "root-password", Service: "admin", Files: []generate.File{secretFile("password-hash"), secretFile("password")},
			Prompts: []generate.Prompt{{Name: "password", Type: generate.Hidden, Persist: true}}},
		{Name: "emergency-access", Service: "emergency-access", Files: []generate.File{secretFile("password"), publicFile("password-hash")}},
		{Name: "zerotier-identity-web", Service: "zerotier", Shared: true, Files: []generate.File{secretFile("identity-secret")}},
		{Name: "zerotier-network-zt", Service: "zerotier", Shared: true, Files: []generate.File{publicFile("network-id")}, Dependencies: []string{"zerotier-identity-hub"}},
		{Name: "zerotier-ip-web-a-zt-b", Service: "zerotier", Shared: true, Files: []generate.File{publicFile("ip")},
			Dependencies: []string{"zerotier-identity-web-a", "zerotier-network-zt-b"}},
		{Name: "wireguard-keys-wg", Service: "wireguard", Files: []generate.File{secretFile("privatekey"), publicFile("publickey")}},
		{Name: "machine-id", Service: "core", Files: []generate.File{publicFile("machineId")}},
		{Name: "pki-root-ca", Service: "pki", Shared: true, Files: []generate.File{secretFile("ca.key"), publicFile("ca.crt")}},
		{Name: "cert-web", Service: "pki", Files: []generate.File{secretFile("web.key"), publicFile("web.crt"), publicFile("web.fullchain.crt")},
			Dependencies: []string{"pki-root-ca"}, Validation: map[string]any{"endpoint": "web", "domain": "clan"}},
		{Name: "step-ca", Service: "certificates", Shared: true, Files: []generate.File{secretFile("ca.key"), publicFile("ca.crt")}},
	}
}

func TestRecogniseServices(t *testing.T) {
	for _, d := range ofServices() {
		r := generate.Recognise(d)
		if r.Way != generate.ByBuiltin || r.Generator.Name != d.Name || r.Generator.Make == nil {
			t.Errorf("%s: %s: %s", d.Name, r.Way, r.Reason)
		}
	}
}

// TestRecogniseIsNoGuess changes one thing of each declaration.
func TestRecogniseIsNoGuess(t *testing.T) {
	for what, change := range map[string]func(*generate.Declared){
		"service not known": func(d *generate.Declared) { d.Service = "" },
		"another service":   func(d *generate.Declared) { d.Service = "mycelium" },
		"another name":      func(d *generate.Declared) { d.Name = "x-" + d.Name },
		"shared or not":     func(d *generate.Declared) { d.Shared = !d.Shared },
		"one file more":     func(d *generate.Declared) { d.Files = append(d.Files, secretFile("more")) },
		"another file":      func(d *generate.Declared) { d.Files[0].Name += "x" },
		"secret or not":     func(d *generate.Declared) { d.Files[0].Secret = !d.Files[0].Secret },
		"depends on more":   func(d *generate.Declared) { d.Dependencies = append(d.Dependencies, "more") },
	} {
		for _, d := range ofServices() {
			name := d.Name
			if name == "user-password-me" && what == "shared or not" {
				continue // it may be either
			}
			change(&d)
			if r := generate.Recognise(d); r.Way != generate.Unknown || r.Reason == "" || r.Generator.Make != nil {
				t.Errorf("%s, %s: %s: %s", name, what, r.Way, r.Reason)
			}
			d.Script, d.ScriptKnown = `something --else > "$out"/x`, true
			if r := generate.Recognise(d); r.Way != generate.ByScript {
				t.Errorf("%s, %s, another script: %s: %s", name, what, r.Way, r.Reason)
			}
		}
	}
}

// TestRecogniseKeepsTheDeclaration has what the fleet says of a file, and not
// what the service says by itself.
func TestRecogniseKeepsTheDeclaration(t *testing.T) {
	d := ofServices()[0]
	d.Files[0].Deploy = false
	made, err := generate.Recognise(d).Generator.Run()
	if err != nil || len(made) != 2 || made[0].File != d.Files[0] || made[1].File != d.Files[1] {
		t.Errorf("%+v, %v", made, err)
	}
}

// TestRecogniseClanScripts has commands as clan's services run them.
func TestRecogniseClanScripts(t *testing.T) {
	t.Parallel()
	hub := hold(vectors(t)[0][1])
	d := generate.Declared{Name: "zerotier-ip-hub-zt", ScriptKnown: true, Files: []generate.File{publicFile("ip")},
		Dependencies: []string{"zerotier-identity-hub", "zerotier-network-zt"},
		Script: "zerotier-generate --mode compute-ip \\\n --identity-secret \"$in/zerotier-identity-hub/identity-secret\" \\\n" +
			" --network-id-file \"$in/zerotier-network-zt/network-id\" \\\n --ip \"$out/ip\"\n"}
	in := generate.Input{Dependencies: map[string]generate.Contents{
		"zerotier-identity-hub": {"identity-secret": hub}, "zerotier-network-zt": {"network-id": hold("8e4df28b72abcdef\n")}}}
	if got := produce(t, generate.Recognise(d).Generator, in)["ip"]; string(got.Bytes()) != "fd8e:4df2:8b72:abcd:ef99:938e:4df2:8b72" {
		t.Errorf("%q", got.Bytes())
	}
	d = generate.Declared{Name: "zerotier-network-zt", ScriptKnown: true, Files: []generate.File{publicFile("id")}, Dependencies: []string{"zerotier-identity-hub"},
		Script: `zerotier-generate --mode network-id --identity-secret-file "$in/zerotier-identity-hub/identity-secret" --network-id "$out/id"`}
	if got := string(produce(t, generate.Recognise(d).Generator, in)["id"].Bytes()); len(got) != 16 || got[:10] != "8e4df28b72" {
		t.Errorf("%q", got)
	}
	d = generate.Declared{Name: "machine-id", ScriptKnown: true, Files: []generate.File{publicFile("machineId")},
		Script: "uuid=$(bash /nix/store/x-uuid4.sh)\nuuid_no_hyphens=$(echo -n \"$uuid\" | tr -d '-')\necho -n \"$uuid_no_hyphens\" > \"$out/machineId\"\n"}
	if r := generate.Recognise(d); r.Way != generate.ByBuiltin {
		t.Errorf("%s: %s", r.Way, r.Reason)
	}
	keygen := "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nix-2.31/bin/nix-store --generate-binary-cache-key"
	d = generate.Declared{Name: "ncps-x", ScriptKnown: true, Files: []generate.File{secretFile("s"), publicFile("p")}, Script: keygen + " x-1 \\\n $out/s \\\n $out/p\n"}
	if r := generate.Recognise(d); r.Way != generate.ByBuiltin {
		t.Errorf("%s: %s", r.Way, r.Reason)
	}
}

func TestRecognisePrompts(t *testing.T) {
	kept := []generate.Prompt{{Name: "token", Type: generate.Hidden, Persist: true, Required: true}}
	in := generate.Input{Answers: map[string]secret.Value{"token": hold("abc")}}
	for _, d := range []generate.Declared{
		{Name: "g", ScriptKnown: true, Prompts: kept, Files: []generate.File{secretFile("token")}},
		{Name: "g", ScriptKnown: true, Prompts: kept, Files: []generate.File{secretFile("token")}, Script: "\n\t\n"},
		{Name: "g", ScriptKnown: true, Prompts: []generate.Prompt{{Name: "t"}}, Files: []generate.File{secretFile("token")}, Script: `cat "$prompts/t" > "$out/token"`},
		{Name: "g", ScriptKnown: true, Prompts: []generate.Prompt{{Name: "t"}}, Files: []generate.File{secretFile("token")}, Script: `cp $prompts/t $out/token`},
	} {
		r := generate.Recognise(d)
		if r.Way != generate.ByPrompt {
			t.Fatalf("%s: %s", r.Way, r.Reason)
		}
		in.Answers["t"] = hold("abc")
		if got := produce(t, r.Generator, in)["token"]; string(got.Bytes()) != "abc" {
			t.Errorf("%q", got.Bytes())
		}
	}
	for what, d := range map[string]generate.Declared{
		"a file without a prompt": {Name: "g", ScriptKnown: true, Prompts: kept, Files: []generate.File{secretFile("token"), secretFile("more")}},
		"a prompt that is lost":   {Name: "g", ScriptKnown: true, Prompts: []generate.Prompt{{Name: "token"}}, Files: []generate.File{secretFile("token")}},
		"words and a failure":     {Name: "g", ScriptKnown: true, Files: []generate.File{secretFile("token")}, Script: "echo \"set it\" >&2\nexit 1\n"},
	} {
		if r := generate.Recognise(d); r.Way != generate.ByHand || r.Reason == "" {
			t.Errorf("%s: %s: %s", what, r.Way, r.Reason)
		}
	}
}

func TestRecogniseSaysWhatRuns(t *testing.T) {
	r := generate.Recognise(generate.Declared{Name: "syncthing", ScriptKnown: true, Files: []generate.File{secretFile("key")},
		Script: "\n  # keys\n  syncthing generate \\\n    --config \"$out\"\n  mv \"$out\"/key.pem \"$out\"/key\n"})
	want := `syncthing generate --config "$out"|mv "$out"/key.pem "$out"/key`
	if got := strings.Join(r.Commands, "|"); r.Way != generate.ByScript || got != want {
		t.Errorf("%s: %s: %s", r.Way, r.Reason, got)
	}
}

func TestRequiredPrompts(t *testing.T) {
	g := generate.Generator{Name: "g", Prompts: []generate.Prompt{{Name: "token", Persist: true, Required: true}}, Files: []generate.File{secretFile("token")}}
	if _, err := g.Run(); err == nil || !strings.Contains(err.Error(), "generator g: ") {
		t.Errorf("%v", err)
	}
}

// FuzzRecognise has any script: it is told or refused, and what is told makes
// each file or fails with an error that has none of the answers.
func FuzzRecognise(f *testing.F) {
	for _, c := range scripts {
		f.Add(c.script)
	}
	f.Fuzz(func(t *testing.T, script string) {
		d := declared("a", script, map[string]string{"p": ""})
		d.Dependencies = []string{"x"}
		g := generate.Recognise(d).Generator
		if g.Make == nil || strings.Contains(script, "ssh-keygen") || strings.Contains(script, "zerotier") || strings.Contains(script, "mkpasswd") {
			return // too slow to be made a thousand times
		}
		in := generate.Input{Answers: map[string]secret.Value{"p": hold("canary")},
			Dependencies: map[string]generate.Contents{"x": {"y": hold("canary")}}}
		if _, err := g.Generate(t.Context(), in); err != nil && strings.Contains(err.Error(), "canary") && !strings.Contains(script, "canary") {
			t.Error(err)
		}
	})
}
