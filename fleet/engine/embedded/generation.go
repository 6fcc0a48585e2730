package embedded

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/modules/compose"
)

// machineName is what may be part of a store name.
var machineName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`) })

// object is one file of a generation with its content.
type object struct {
	path       string
	narHash    string
	narSize    int64
	content    []byte
	executable bool
}

// generation is a composition realised in memory.
type generation struct {
	path    string
	narSize int64
	record  engine.Record
	objects []object // by path, each once
	tree    []node
}

func (g *generation) closure() engine.Closure {
	c := engine.Closure{System: g.path}
	for _, o := range g.objects {
		c.Objects = append(c.Objects, engine.Object{Path: o.path, NarSize: o.narSize})
	}
	c.Objects = append(c.Objects, engine.Object{Path: g.path, NarSize: g.narSize})
	return c
}

// generation composes a machine and works out its generation.
func (e *Engine) generation(ctx context.Context, machine string) (*generation, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !machineName().MatchString(machine) {
		return nil, fmt.Errorf("evaluate: %q is not the name of a machine", clip(line(machine), 100))
	}
	c, err := e.compose(machine)
	if err != nil {
		return nil, err
	}
	c.Machine = machine
	if c.Class == "" {
		c.Class = fleet.ClassOf(c.System)
	}
	if c.Class != fleet.NixOS && c.Class != fleet.Darwin {
		return nil, fmt.Errorf("%q is not the class of a machine", clip(line(string(c.Class)), 40))
	}
	return e.assemble(c)
}

// assemble makes objects of all files and links them in a tree.
func (e *Engine) assemble(c compose.Composition) (*generation, error) {
	r := e.realise(c)
	g := &generation{record: e.newRecord(c, r.left)}
	var links []placed
	var entries []node
	add := func(name string, content []byte, executable bool, source, place string) (object, error) {
		o, err := e.objects.object(name, content, executable)
		if err != nil {
			return o, err
		}
		g.objects = append(g.objects, o)
		links = append(links, placed{source: source, object: o.path[len(storeDir)+1:], place: place})
		entries = append(entries, link(source, o.path))
		return o, nil
	}
	for _, f := range r.files {
		o, err := add(f.name, f.content, f.executable, f.source, f.place)
		if err != nil {
			return nil, err
		}
		g.record.Files = append(g.record.Files, e.objects.file(f, o))
	}
	for _, m := range manifests(g.record.Packages) {
		if _, err := add("packages", m.content, false, "packages/"+m.scope, ""); err != nil {
			return nil, err
		}
	}
	if _, err := add("activate", e.activate, true, "activate", ""); err != nil {
		return nil, err
	}
	slices.SortFunc(g.objects, func(a, b object) int { return strings.Compare(a.path, b.path) })
	g.objects = slices.CompactFunc(g.objects, func(a, b object) bool { return a.path == b.path })

	record, err := encodeRecord(g.record)
	if err != nil {
		return nil, err
	}
	entries = append(entries, file("links", formatLinks(links)), file("record.json", record),
		file("left-out", formatLeftOut(r.left)))
	g.tree = tree(entries)
	hash, size, err := hashTree(g.tree)
	if err != nil {
		return nil, err
	}
	g.narSize = size
	g.path = makePath(hash, string(c.Class)+"-system-"+c.Machine)
	return g, engine.CheckPath(g.path)
}

// manifest is the list of packages of one scope.
type manifest struct {
	scope   string // "system" or the user
	content []byte
}

// manifests renders the packages of each scope: name, layer and channel,
// separated by tabs, "unknown" where a supplier is not known.
func manifests(packages []engine.Package) []manifest {
	var out []manifest
	for len(packages) > 0 {
		scope := packages[0].Scope
		n := slices.IndexFunc(packages, func(p engine.Package) bool { return p.Scope != scope })
		if n < 0 {
			n = len(packages)
		}
		var b bytes.Buffer
		b.WriteString("# package\tlayer\tchannel\n")
		for _, p := range packages[:n] {
			fmt.Fprintf(&b, "%s\t%s\t%s\n", p.Name, cmp.Or(p.Layer, "unknown"), cmp.Or(p.Channel, "unknown"))
		}
		packages = packages[n:]
		switch {
		case scope == "":
			out = append(out, manifest{scope: "system", content: b.Bytes()})
		case userName().MatchString(scope):
			out = append(out, manifest{scope: "user-" + scope, content: b.Bytes()})
		}
	}
	return out
}

// formatLeftOut renders what was left out, one line each.
func formatLeftOut(left []engine.LeftOut) []byte {
	var b bytes.Buffer
	for _, l := range left {
		if l.Scope != "" {
			fmt.Fprintf(&b, "~%s ", l.Scope)
		}
		fmt.Fprintf(&b, "%s: %s\n", l.What, l.Why)
	}
	return b.Bytes()
}
