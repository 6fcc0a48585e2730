package nix

import (
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// output is something that a flake may have, what is made of it, and where that
// goes.
type output struct {
	attribute string // "deploy"
	apply     string // a function
	into      any
}

// glance asks for the names in every set, and for what the tools have, in one
// process. It is nil where that cannot be, or not all of it: whoever asks one by
// one hears why.
func (c *census) glance(ctx context.Context) map[string][]string {
	sets := map[string]*[]string{setNixOS: new([]string), setDarwin: new([]string), setHive: new([]string)}
	tools := c.tools()
	wanted := tools[:]
	for _, set := range slices.Sorted(maps.Keys(sets)) {
		wanted = append(wanted, output{set, "builtins.attrNames", sets[set]})
	}
	if !c.e.values(ctx, c.repo, wanted) {
		return nil
	}
	names := map[string][]string{}
	for set, of := range sets {
		if *of != nil {
			names[set] = *of
		}
	}
	if len(names) == 0 { // the packages of a system may have one
		return nil
	}
	return names
}

// values decodes what is made of several outputs of the flake, as far as it has
// them, and reports whether it could. Only what is committed can be asked for so:
// builtins.getFlake wants to know what it gets.
func (e *Engine) values(ctx context.Context, r *repository, wanted []output) bool {
	if r.dirty || r.commit == "" || len(e.opts.Inputs) > 0 {
		return false
	}
	var b strings.Builder
	b.WriteString("let flake = builtins.getFlake " + quote(r.committed()) + "; in [")
	for _, o := range wanted {
		b.WriteString(" (if flake ? " + o.attribute + " then [ ((" + o.apply + ") flake." + o.attribute + ") ] else [ ])")
	}
	b.WriteString(" ]")
	out, err := e.run.Output(ctx, e.flakeCommand(ctx, "eval", "--json", "--expr", b.String()), 64<<20)
	var said [][]json.RawMessage
	if err != nil || json.Unmarshal(out, &said) != nil || len(said) != len(wanted) {
		return false
	}
	for i, is := range said {
		if len(is) == 1 && json.Unmarshal(is[0], wanted[i].into) != nil {
			return false
		}
	}
	return true
}

// committed is the flake's URL at the commit that is checked out.
func (r *repository) committed() string {
	u, err := url.Parse(r.url)
	if err != nil {
		return r.url
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += "rev=" + r.commit
	return u.String()
}
