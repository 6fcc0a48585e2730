package secrets

import (
	"slices"
	"strings"

	"assay/secrets/generate"
)

// recognise tells by the names of a generator and its files which built-in
// generator makes them. Nothing else has all of these names.
func recognise(d generate.Declared) generate.Recipe {
	g, ok := named(d)
	if !ok && len(d.Prompts) > 0 && d.ScriptKnown && d.Script == "" {
		return generate.Recipe{Way: generate.ByPrompt, Generator: generate.Generator{Name: d.Name, Shared: d.Shared, Prompts: d.Prompts, Files: d.Files}, Reason: "the answers are the files"}
	}
	if !ok || !sameFiles(d, g) {
		return script(d)
	}
	return generate.Recipe{Way: generate.ByBuiltin, Generator: g, Reason: "built in"}
}

func script(d generate.Declared) generate.Recipe {
	if !d.ScriptKnown {
		return generate.Recipe{Way: generate.Unknown, Reason: "it needs a sandboxed script, which could not be read"}
	}
	r := generate.Recipe{Way: generate.ByScript, Reason: "it needs a sandboxed script"}
	for line := range strings.Lines(d.Script) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			r.Commands = append(r.Commands, line)
		}
	}
	return r
}

func sameFiles(d generate.Declared, g generate.Generator) bool {
	for _, f := range d.Files {
		if !slices.ContainsFunc(g.Files, func(made generate.File) bool { return made.Name == f.Name }) {
			return false
		}
	}
	return len(d.Files) == len(g.Files)
}

func named(d generate.Declared) (generate.Generator, bool) {
	if g, ok := generate.Builtin(d.Name); ok {
		return g, true
	}
	const identity, network, ip, user, luks = "zerotier-identity-", "zerotier-network-", "zerotier-ip-", "user-password-", "luks"
	switch {
	case d.Name == "sshd-root-key":
		return generate.OpenSSHRootKey(d.Machine), true
	case d.Name == "openssh-cert":
		domains, _ := d.Validation["domains"].(map[string]any)
		var names []string
		for name := range domains {
			names = append(names, name)
		}
		slices.Sort(names)
		return generate.OpenSSHCertificate(d.Machine, names), len(names) > 0
	case strings.HasPrefix(d.Name, identity):
		return generate.ZeroTierIdentity(strings.TrimPrefix(d.Name, identity)), true
	case strings.HasPrefix(d.Name, network) && len(d.Dependencies) == 1:
		return generate.ZeroTierNetwork(strings.TrimPrefix(d.Name, network), strings.TrimPrefix(d.Dependencies[0], identity)), true
	case strings.HasPrefix(d.Name, ip):
		machine, instance, ok := zerotierNames(d)
		return generate.ZeroTierIP(machine, instance), ok
	case strings.HasPrefix(d.Name, user):
		return generate.UserPassword(strings.TrimPrefix(d.Name, user), d.Shared, len(d.Prompts) > 0), true
	case d.Name == luks && len(d.Files) == 1:
		return generate.LUKS(d.Name, d.Files[0].Name), true
	}
	return generate.Generator{}, false
}

// zerotierNames takes the machine and the instance of an address from what it
// depends on: both may have dashes.
func zerotierNames(d generate.Declared) (machine, instance string, ok bool) {
	for _, need := range d.Dependencies {
		if m, found := strings.CutPrefix(need, "zerotier-identity-"); found {
			machine = m
		}
		if i, found := strings.CutPrefix(need, "zerotier-network-"); found {
			instance = i
		}
	}
	return machine, instance, machine != "" && instance != ""
}
