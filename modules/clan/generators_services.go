package clan

import (
	"cmp"
	"maps"
	"slices"

	"assay/fleet"
)

func (r *rule) sshd() {
	if r.role.Name == "client" {
		r.authority(r.anyCertificate())
		return
	}
	if r.role.Name != "server" {
		return
	}
	g := r.add("openssh", false, "ssh.id_ed25519", "+ssh.id_ed25519.pub")
	g.Tools = []string{"coreutils", "openssh"}
	if rsa := r.when("hostKeys.rsa.enable", false); rsa != nil {
		rsa.add("openssh-rsa", false, "ssh.id_rsa", "+ssh.id_rsa.pub")
	}
	if root := r.when("generateRootKey", false); root != nil {
		root.add("sshd-root-key", false, "id_ed25519", "+id_ed25519.pub")
	}
	if cert := r.when("certificate.enable", true); cert != nil {
		cert.authority(true)
		c := cert.add("openssh-cert", false, "+ssh.id_ed25519-cert.pub")
		c.Dependencies = []string{"openssh", "openssh-ca"}
		c.Validation, c.ValidationWhy = cert.certificate()
	}
}

func (r *rule) authority(any bool) {
	if any {
		r.add("openssh-ca", true, "id_ed25519!", "+id_ed25519.pub!")
	}
}

// anyCertificate reports whether a server of the instance may have one.
func (r *rule) anyCertificate() bool {
	for _, role := range r.instance.Roles {
		for _, m := range role.Members {
			v, why := settingOf(m.Settings, "certificate.enable")
			if role.Name == "server" && !m.Absent && (v == nil || v == true || why != "") {
				return true
			}
		}
	}
	return false
}

// certificate is what clan compares to see whether a host certificate is to be
// made anew: the machine's name, and the domains that it is for.
func (r *rule) certificate() (any, string) {
	domain := r.v.Meta.Domain
	if domain.Why != "" {
		return nil, domain.Why
	}
	const clanDomain = "clan"
	all := []any{cmp.Or(domain.Text, clanDomain)}
	more, why := r.setting("certificate.searchDomains")
	if why != "" {
		return nil, why
	}
	list, ok := more.([]any)
	if more != nil && !ok {
		return nil, "certificate.searchDomains is no list"
	}
	domains := map[string]any{}
	for _, d := range append(all, list...) {
		text, ok := d.(string)
		if !ok {
			return nil, "a domain is not known"
		}
		domains[text] = text
	}
	return map[string]any{"name": r.member.Machine, "domains": domains}, ""
}

func (r *rule) zerotier() {
	me, network := r.member.Machine, r.instance.Name
	r.add("zerotier-identity-"+me, true, "identity-secret")
	r.add("zerotier-network-"+network, true, "+network-id!")
	ip := r.add("zerotier-ip-"+me+"-"+network, true, "+ip!")
	ip.Dependencies = []string{"zerotier-identity-" + me, "zerotier-network-" + network}
	net := r.d.Generator("zerotier-network-" + network) // where adding has left it
	for _, role := range r.instance.Roles {
		if role.Name == "controller" && len(role.Members) == 1 {
			net.Dependencies = []string{"zerotier-identity-" + role.Members[0].Machine}
			return
		}
	}
	net.DependenciesWhy = "the network's controller is not known"
}

func (r *rule) emergencyAccess() {
	r.add("emergency-access", false, "password!", "+password-hash")
}

// admin is the deprecated service that brings a root password and a host key.
func (r *rule) admin() {
	g := r.add("root-password", false, "password!", "password-hash")
	g.Files[1].NeededFor = "users"
	g.Prompts = []fleet.VarPrompt{{Name: "password", Description: "Leave empty to generate automatically", Type: "hidden", Persist: true, At: g.At}}
	r.add("openssh", false, "ssh.id_ed25519", "+ssh.id_ed25519.pub")
	if rsa := r.when("rsaHostKey.enable", false); rsa != nil {
		rsa.add("openssh-rsa", false, "ssh.id_rsa", "+ssh.id_rsa.pub")
	}
	domains, why := r.setting("certificateSearchDomains")
	if list, _ := domains.([]any); len(list) == 0 && why == "" {
		return
	}
	r.because = cmp.Or(r.because, why)
	r.authority(true)
	c := r.add("openssh-cert", false, "+ssh.id_ed25519-cert.pub")
	c.Dependencies, c.ValidationWhy = []string{"openssh", "openssh-ca"}, "the service admin is deprecated, and its validation is not read"
}

func (r *rule) users() {
	r = r.when("systemUser", true)
	if r == nil {
		return
	}
	user, why := r.setting("user")
	name, ok := user.(string)
	if user == nil && why == "" {
		name, ok = r.instance.Name, true
	}
	if !ok {
		r.d.Open = append(r.d.Open, fleet.Opening{What: "service users, instance " + r.instance.Name, At: r.member.At, Why: cmp.Or(why, "the user's name is not known")})
		return
	}
	shared, shareWhy := r.flag("share", false)
	g := r.add("user-password-"+name, shared, "user-password!", "user-password-hash")
	g.Share.Why = shareWhy
	g.Files[1].NeededFor = "users"
	if prompt, _ := r.flag("prompt", true); prompt {
		g.Prompts = []fleet.VarPrompt{{
			Name: "user-password", Description: "Password of " + name + "; leave empty to generate automatically",
			Type: "hidden", Persist: true, At: g.At,
		}}
	}
}

func (r *rule) wifi() {
	networks, why := r.setting("networks")
	set, ok := networks.(map[string]any)
	if why != "" || networks != nil && !ok {
		r.d.Open = append(r.d.Open, fleet.Opening{What: "service wifi", At: r.member.At, Why: cmp.Or(why, "its networks are not known")})
		return
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		of, _ := set[name].(map[string]any)
		g := r.add("wifi."+name, true, "network-name")
		g.Prompts = []fleet.VarPrompt{{Name: "network-name", Description: "name of the Wi-Fi network", Type: "line", Persist: true, Required: true, At: g.At}}
		if of["keyMgmt"] != "none" {
			g.Files = append(g.Files, fleet.NewVarFile("password", g.At))
			g.Prompts = append(g.Prompts, fleet.VarPrompt{Name: "password", Description: "password", Type: "hidden", Persist: true, Required: true, At: g.At})
		}
	}
}

func (r *rule) tor() {
	if r.role.Name != "server" {
		return
	}
	hidden, _ := r.flag("secretHostname", true)
	hostname := "hostname"
	if !hidden {
		hostname = "+hostname"
	}
	r.add("tor_"+r.instance.Name, false, "hs_ed25519_secret_key", hostname)
}
