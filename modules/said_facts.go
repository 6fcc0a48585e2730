package modules

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"assay/fleet"
	"assay/modules/clan"
	"assay/modules/symbolic"
)

// told reports whether a host's modules have nothing to tell: of a home only
// its system is asked for.
func (h *Host) told() bool { return h.Class == fleet.HomeManager && h.System != "" }

// tell fills in what a host's modules say of its system, its user and its
// address.
func (h *Host) tell(said []saying) {
	if h.System == "" {
		var platform []saying
		for _, path := range []string{"nixpkgs.hostPlatform", "nixpkgs.system"} {
			platform = append(platform, of(said, path)...)
		}
		if f := decided(platform, systemText); f.Why == "" {
			h.System, h.SystemAt = f.Target, f.At
		}
	}
	if h.Class != fleet.HomeManager {
		h.User = primaryUser(said)
		h.Address = h.address(said)
	}
}

// of are the definitions of one option.
func of(said []saying, path string) []saying {
	var out []saying
	for _, s := range said {
		if !s.gap && strings.Join(s.path, ".") == path {
			out = append(out, s)
		}
	}
	return out
}

// around reports whether something that is not known may define the option.
func around(said []saying, path string) bool {
	return slices.ContainsFunc(said, func(s saying) bool {
		prefix := strings.Join(s.path, ".")
		return s.gap && (prefix == "" || prefix == path || strings.HasPrefix(path, prefix+"."))
	})
}

// decided is what definitions come to: those of the lowest priority that
// surely apply say the same, and none that may apply outdoes them.
func decided(list []saying, read func(symbolic.Value) (string, bool)) Address {
	best, sure := 0, false
	for _, s := range list {
		if s.condition == "" && (!sure || s.priority < best) {
			best, sure = s.priority, true
		}
	}
	var out Address
	for _, s := range list {
		if sure && s.priority > best {
			continue
		}
		text, ok := read(s.v)
		switch {
		case !ok:
			out.Why = cmp.Or(out.Why, whyNoText(s.v))
			out.At = cmp.Or(out.At, s.at)
		case s.condition != "" && text != out.Target:
			out.Why = cmp.Or(out.Why, "it depends on "+s.condition)
			out.At = cmp.Or(out.At, s.at)
		case out.At.IsZero():
			out.Target, out.At = text, s.at
		case text != out.Target:
			out.Why = cmp.Or(out.Why, "two places say different things")
		}
	}
	return out
}

const hostName = "networking.hostName"

// joined reads a text that may be joined of others of the host's options, as far
// as these are sure.
func (h *Host) joined(said []saying) func(symbolic.Value) (string, bool) {
	return func(v symbolic.Value) (string, bool) {
		s, ok := v.(*symbolic.String)
		if !ok {
			return scalarText(v)
		}
		var b strings.Builder
		for _, part := range s.Parts {
			text := part.Text
			if part.X != nil {
				if text, ok = h.option(said, part.X); !ok {
					return "", false
				}
			}
			b.WriteString(text)
		}
		return b.String(), true
	}
}

// option is what an option of the host comes to: its name, which clan gives a
// machine that does not say another one.
func (h *Host) option(said []saying, v symbolic.Value) (string, bool) {
	r, ok := v.(*symbolic.Ref)
	if !ok || r.Root != symbolic.Config {
		return "", false
	}
	ofClan := h.Form == "clan"
	switch path := strings.Join(r.Path, "."); path {
	case "clan.core.settings.machine.name":
		return h.Name, ofClan
	case hostName:
		list := of(said, path)
		if around(said, path) {
			return "", false
		}
		if len(list) == 0 {
			return h.Name, ofClan
		}
		name := decided(list, scalarText)
		return name.Target, name.Why == "" && name.Target != ""
	}
	return "", false
}

// whyNoText says why a value is no plain text.
func whyNoText(v symbolic.Value) string {
	if s, ok := v.(*symbolic.String); ok {
		for _, p := range s.Parts {
			if p.X != nil && symbolic.Why(p.X) != "" {
				return symbolic.Why(p.X)
			}
		}
	}
	return orElse(symbolic.Why(v), "it is no plain text")
}

func scalarText(v symbolic.Value) (string, bool) {
	switch v := v.(type) {
	case *symbolic.String:
		return v.Text()
	case symbolic.Null:
		return "", true
	case symbolic.Int:
		return strconv.FormatInt(v.N, 10), true
	case symbolic.Bool:
		return strconv.FormatBool(v.B), true
	}
	return "", false
}

// systemText is a system as text, or as a set with it.
func systemText(v symbolic.Value) (string, bool) {
	if set, ok := v.(*symbolic.Attrs); ok {
		a := set.Attr("system")
		if a == nil || len(a.Maybe) > 0 {
			return "", false
		}
		v = a.V.Force()
	}
	return scalarText(v)
}

// primaryUser is the option of that name, or else the only user beside root
// that is a normal one or has a home.
func primaryUser(said []saying) fleet.Named {
	if list := of(said, "system.primaryUser"); len(list) > 0 {
		f := decided(list, scalarText)
		if around(said, "system.primaryUser") || f.Why != "" {
			return fleet.Named{}
		}
		return fleet.Named{Name: f.Target, At: f.At}
	}
	if slices.ContainsFunc(said, func(s saying) bool { return s.gap && len(s.path) > 2 && s.path[0] == "users" }) {
		return fleet.Named{} // of one user it is not known
	}
	if around(said, "users.users") || around(said, "home-manager.users") {
		return fleet.Named{}
	}
	var out fleet.Named
	for name, list := range usersSaid(said) {
		f := decided(list, scalarText)
		switch {
		case f.Why == "" && f.Target == "false":
		case f.Why != "" || out.Name != "":
			return fleet.Named{}
		default:
			out = fleet.Named{Name: name, At: f.At}
		}
	}
	return out
}

// usersSaid are the users beside root of which something says that they are
// normal ones, or that they have a home.
func usersSaid(said []saying) map[string][]saying {
	users := map[string][]saying{}
	for _, s := range said {
		if len(s.path) < 3 || s.path[2] == "root" {
			continue
		}
		if s.path[0] == "home-manager" {
			s.v = symbolic.Bool{B: true}
		}
		if s.path[0] == "users" || s.path[0] == "home-manager" {
			users[s.path[2]] = append(users[s.path[2]], s)
		}
	}
	return users
}

// address is the first of the places that say where the host is, in the order
// in which they count: its inventory, its modules, the tools. One that is not
// known hides those after it.
func (h *Host) address(said []saying) Address {
	list := slices.Clone(h.Addresses)
	own := func(path string) Address {
		a := decided(of(said, path), h.joined(said))
		if a.From = path; a.At.IsZero() && a.Why == "" {
			return Address{}
		}
		if a.Why == "" && around(said, path) {
			a.Why = "something that is not known may set it too"
		}
		return a
	}
	for _, path := range []string{FromClan, FromOldClan, FromDeploy} {
		a := own(path)
		if path == FromClan || path == FromOldClan {
			a.Target, a.Jump = clan.Target(a.Target)
		}
		list = append(list, a)
	}
	a, user, port := own(FromDeployment), own("deployment.targetUser"), own("deployment.targetPort")
	n, _ := strconv.Atoi(port.Target)
	a.Target, a.Why = JoinAddress(user.Target, a.Target, n), cmp.Or(a.Why, user.Why, port.Why)
	list = append(list, a)
	slices.SortStableFunc(list, CompareAddresses)
	for _, a := range list {
		switch {
		case a.Why != "":
			return Address{Why: a.Why, From: a.From, At: a.At}
		case a.Target != "":
			return a
		}
	}
	return Address{}
}
