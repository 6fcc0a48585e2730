package generate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// errOther is a declaration of another name.
var errOther = errors.New("another generator")

// clanGenerator is a generator that one of clan's services declares.
type clanGenerator struct {
	services []string // that declare it; "core" are clan's own options
	// make builds it with the parameters of a declaration of that name.
	make func(Declared) (Generator, error)
	// marks stand in its script, white space set aside. Where there are
	// none, every command of the script is known and its text needs none.
	marks []string
}

// clanGenerators are those that are built in, as of August 2026.
func clanGenerators() []clanGenerator {
	sshd := []string{"sshd", "admin"}
	return []clanGenerator{
		{sshd, exactly(OpenSSH()), nil},
		{sshd, exactly(OpenSSHRSA()), nil},
		{sshd, exactly(OpenSSHCA()), nil},
		{sshd, clanCertificate, nil},
		{sshd, named(rootGenerator, func(d Declared) (Generator, error) { return OpenSSHRootKey(d.Machine), nil }), nil},
		{[]string{"users"}, prefixed("user-password-", func(user string, d Declared) (Generator, error) {
			return UserPassword(user, d.Shared, len(d.Prompts) > 0), nil
		}), nil},
		{[]string{"admin"}, exactly(RootPassword()), nil},
		{[]string{"emergency-access"}, exactly(EmergencyAccess()), nil},
		{[]string{"zerotier"}, prefixed(zeroTierIdentity, func(machine string, _ Declared) (Generator, error) {
			return ZeroTierIdentity(machine), nil
		}), nil},
		{[]string{"zerotier"}, prefixed(zeroTierNetwork, clanZeroTierNetwork), nil},
		{[]string{"zerotier"}, prefixed(zeroTierIP, clanZeroTierIP), nil},
		{[]string{"wireguard"}, prefixed("wireguard-keys-", func(instance string, _ Declared) (Generator, error) {
			return WireGuard(instance), nil
		}), nil},
		{[]string{"core"}, exactly(MachineID()), []string{"uuid4.sh)", "tr -d '-'", `> "$out/machineId"`}},
		{[]string{"pki"}, exactly(PKIRoot()), []string{"openssl genrsa -out $out/ca.key 4096", "openssl req -x509", "-days 3650",
			`-subj "/CN=Clan Root CA"`, "basicConstraints=critical,CA:TRUE", "-out $out/ca.crt"}},
		{[]string{"pki"}, prefixed(pkiLeaf, clanPKICertificate), []string{"openssl genrsa -out", "subjectAltName=DNS:",
			`-CA "$in/pki-root-ca/ca.crt"`, "-days 365"}},
		{[]string{"certificates"}, exactly(StepRoot()), []string{"step certificate create --template", `"Clan Root CA" $out/ca.crt $out/ca.key`,
			"--kty EC --curve P-256", "--not-after=8760h"}},
	}
}

// named makes a generator of one name.
func named(name string, build func(Declared) (Generator, error)) func(Declared) (Generator, error) {
	return func(d Declared) (Generator, error) {
		if d.Name != name {
			return Generator{}, errOther
		}
		return build(d)
	}
}

func exactly(g Generator) func(Declared) (Generator, error) {
	return named(g.Name, func(Declared) (Generator, error) { return g, nil })
}

// prefixed makes a generator whose name ends with a parameter.
func prefixed(prefix string, build func(string, Declared) (Generator, error)) func(Declared) (Generator, error) {
	return func(d Declared) (Generator, error) {
		rest, ok := strings.CutPrefix(d.Name, prefix)
		if !ok || rest == "" {
			return Generator{}, errOther
		}
		return build(rest, d)
	}
}

// clanCertificate takes its names from the validation: {name, domains}, where
// the domains are an attribute set of each to itself.
func clanCertificate(d Declared) (Generator, error) {
	if d.Name != certGenerator {
		return Generator{}, errOther
	}
	machine, _ := d.Validation["name"].(string)
	domains, _ := d.Validation["domains"].(map[string]any)
	if machine == "" || len(domains) == 0 {
		return Generator{}, fmt.Errorf("its validation does not say for which names the certificate is")
	}
	var names []string
	for name := range domains {
		names = append(names, name)
	}
	slices.Sort(names)
	return OpenSSHCertificate(machine, names), nil
}

// clanZeroTierNetwork finds the controller in the one dependency.
func clanZeroTierNetwork(instance string, d Declared) (Generator, error) {
	if len(d.Dependencies) == 1 {
		if controller, ok := strings.CutPrefix(d.Dependencies[0], zeroTierIdentity); ok {
			return ZeroTierNetwork(instance, controller), nil
		}
	}
	return Generator{}, fmt.Errorf("its dependency is not the identity of a controller")
}

// clanZeroTierIP finds machine and instance in the dependencies: both may have
// hyphens, so that the name does not tell where one ends.
func clanZeroTierIP(rest string, d Declared) (Generator, error) {
	var machine, instance string
	for _, dependency := range d.Dependencies {
		if m, ok := strings.CutPrefix(dependency, zeroTierIdentity); ok {
			machine = m
		}
		if i, ok := strings.CutPrefix(dependency, zeroTierNetwork); ok {
			instance = i
		}
	}
	if rest != machine+"-"+instance {
		return Generator{}, fmt.Errorf("its dependencies are not those of its name")
	}
	return ZeroTierIP(machine, instance), nil
}

// clanPKICertificate takes its name from the validation: {endpoint, domain}.
func clanPKICertificate(endpoint string, d Declared) (Generator, error) {
	named, _ := d.Validation["endpoint"].(string)
	domain, _ := d.Validation["domain"].(string)
	if named != endpoint || domain == "" {
		return Generator{}, fmt.Errorf("its validation does not say for which name the certificate is")
	}
	return PKICertificate(endpoint, domain), nil
}
