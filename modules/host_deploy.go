package modules

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
)

// addresses enters what deploy-rs and colmena have beside the modules of the
// hosts: the outputs deploy, colmena and colmenaHive.
func (r *reading) addresses() {
	deploy, hive := r.output("deploy"), r.hive()
	nodes := r.attr(deploy, "nodes")
	for _, h := range r.tree.Hosts {
		if h.Class == fleet.HomeManager {
			continue
		}
		if at, node := r.member(nodes, h.Name); node != nil {
			h.Addresses = append(h.Addresses, r.deployNode(deploy, node, at))
		}
		if _, node := r.member(hive, h.Name); node != nil {
			if a := r.hiveNode(h.Name, node); a.Target != "" || a.Why != "" {
				h.Addresses = append(h.Addresses, a)
			}
		}
	}
}

// output is an output of the flake, nil where there is none.
func (r *reading) output(name string) symbolic.Value {
	r.tree.begin()
	if n := r.store.find([]string{"flake", name}); n == nil {
		return nil
	}
	v, ok := r.store.at([]string{"flake", name})
	if !ok {
		return nil
	}
	return r.tree.ev.Known(v)
}

// hive is what colmena evaluates: the argument of makeHive, or the output of
// the older form.
func (r *reading) hive() symbolic.Value {
	if v := r.output("colmenaHive"); v != nil {
		for range maxNesting {
			of, _, ok := symbolic.Selection(v)
			if !ok {
				break
			}
			v = r.tree.ev.Known(of)
		}
		if c, ok := v.(*symbolic.Call); ok {
			return r.tree.ev.Known(c.Arg.Force())
		}
	}
	return r.output("colmena")
}

func (r *reading) attr(v symbolic.Value, name string) symbolic.Value {
	_, v = r.member(v, name)
	return v
}

// member is an attribute and its place, nil where it is not seen.
func (r *reading) member(v symbolic.Value, name string) (fleet.Pos, symbolic.Value) {
	set, ok := v.(*symbolic.Attrs)
	if !ok || set.Attr(name) == nil {
		return fleet.Pos{}, nil
	}
	r.tree.begin()
	a := set.Attr(name)
	at, out := a.At.Pos(), r.tree.ev.Known(a.V.Force())
	if len(a.Maybe) > 0 {
		out = &symbolic.Unknown{Place: a.At, Why: "it may be replaced"}
	}
	return at, out
}

// deployNode is the address of a node of deploy-rs. The user and the options
// of ssh are of the profile, else of the node, else of all nodes.
func (r *reading) deployNode(deploy, node symbolic.Value, at fleet.Pos) Address {
	a := Address{From: FromDeployRs, At: at}
	place, host := r.member(node, "hostname")
	if host == nil {
		a.Why = orElse(symbolic.Why(node), "it has no hostname that is seen")
		return a
	}
	if !place.IsZero() {
		a.At = place
	}
	system := r.attr(r.attr(node, "profiles"), "system")
	first := func(name string) symbolic.Value {
		for _, of := range []symbolic.Value{system, node, deploy} {
			if v := r.attr(of, name); v != nil {
				return v
			}
		}
		return symbolic.Null{}
	}
	user, why := r.text(first("sshUser"))
	name, whyName := r.text(host)
	port, whyPort := r.port(first("sshOpts"))
	a.Target, a.Why = JoinAddress(user, name, port), cmp.Or(whyName, why, whyPort)
	if a.Why != "" {
		a.Target = ""
	}
	return a
}

func (r *reading) text(v symbolic.Value) (text, why string) {
	text, ok := scalarText(v)
	if !ok {
		return "", orElse(symbolic.Why(v), "it is no plain text")
	}
	return text, ""
}

// port is the port among the options of ssh, 0 for none.
func (r *reading) port(v symbolic.Value) (int, string) {
	if _, none := v.(symbolic.Null); none {
		return 0, ""
	}
	l, ok := v.(*symbolic.List)
	if !ok {
		return 0, orElse(symbolic.Why(v), "the options of ssh are no list")
	}
	var words []string
	for _, item := range l.Items {
		word, why := r.text(r.tree.ev.Known(item.V.Force()))
		if item.Rest || why != "" {
			return 0, orElse(why, "the options of ssh are not all known")
		}
		words = append(words, word)
	}
	if i := slices.Index(words, "-p"); i >= 0 && i+1 < len(words) {
		n, _ := strconv.Atoi(words[i+1])
		return n, ""
	}
	for _, word := range words {
		if n, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(word, "-p"))); err == nil && strings.HasPrefix(word, "-p") {
			return n, ""
		}
	}
	return 0, ""
}

// hiveNode is the address of a node of a hive, as its module says; none where
// that says nothing, though colmena would take the node's name.
func (r *reading) hiveNode(name string, node symbolic.Value) Address {
	r.tree.begin()
	m := r.tree.opener(node, Arguments{Special: map[string]symbolic.Value{"name": symbolic.Text(node.Where(), name)}}).open(node)
	s := &sayings{t: r.tree, host: &Host{}, want: wanted(), seen: map[*Aspect]bool{}, made: opened{}}
	s.module(&Module{At: m.At, Config: m.Config, Why: m.Why}, "", 0)
	list := of(s.out, "deployment.targetHost")
	if len(list) == 0 {
		return Address{}
	}
	a := decided(list, scalarText)
	user, port := decided(of(s.out, "deployment.targetUser"), scalarText), decided(of(s.out, "deployment.targetPort"), scalarText)
	n, _ := strconv.Atoi(port.Target)
	a.From, a.Target = FromColmena, JoinAddress(user.Target, a.Target, n)
	if a.Why = cmp.Or(a.Why, user.Why, port.Why); a.Why != "" {
		a.Target, a.At = "", m.At
	}
	return a
}
