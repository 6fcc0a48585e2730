package embedded

import (
	"bytes"
	"context"
	"crypto/sha256"
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
var machineName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`)

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
	if !machineName.MatchString(machine) {
		return nil, fmt.Errorf("evaluate: %q is not the name of a machine", clip(line(machine), 100))
	}
	c, err := e.compose(machine)
	if err != nil {
		return nil, fmt.Errorf("evaluate %s: %w", machine, err)
	}
	c.Machine = machine
	if c.Class == "" {
		c.Class = fleet.ClassOf(c.System)
	}
	if c.Class != fleet.NixOS && c.Class != fleet.Darwin {
		return nil, fmt.Errorf("evaluate %s: %q is not the class of a machine", machine, clip(line(string(c.Class)), 40))
	}
	g, err := e.assemble(c)
	if err != nil {
		return nil, fmt.Errorf("evaluate %s: %w", machine, err)
	}
	return g, nil
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
	return g, CheckPath(g.path)
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
			fmt.Fprintf(&b, "%s\t%s\t%s\n", p.Name, or(p.Layer, "unknown"), or(p.Channel, "unknown"))
		}
		packages = packages[n:]
		switch {
		case scope == "":
			out = append(out, manifest{scope: "system", content: b.Bytes()})
		case userName.MatchString(scope):
			out = append(out, manifest{scope: "user-" + scope, content: b.Bytes()})
		}
	}
	return out
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
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

// objectTable remembers the store paths of contents that were hashed before,
// and keeps one copy of small texts for all records.
type objectTable struct {
	mu    sync.Mutex
	paths map[objectKey]object // without contents
	texts map[[sha256.Size]byte]string
	bytes int // of texts
}

type objectKey struct {
	name       string
	sum        [sha256.Size]byte
	executable bool
}

// maxShared bounds the texts that are kept to be shared, in bytes.
const maxShared = 16 << 20

// object gives the object of a content under a name.
func (t *objectTable) object(name string, content []byte, executable bool) (object, error) {
	key := objectKey{name, sha256.Sum256(content), executable}
	t.mu.Lock()
	o, ok := t.paths[key]
	t.mu.Unlock()
	if !ok {
		hash, size, err := hashTree(single(content, executable))
		if err != nil {
			return object{}, err
		}
		o = object{path: makePath(hash, name), narHash: hashText(hash), narSize: size, executable: executable}
		t.mu.Lock()
		if t.paths == nil {
			t.paths = make(map[objectKey]object)
		}
		t.paths[key] = o
		t.mu.Unlock()
	}
	o.content = content
	return o, nil
}

// file describes a file for a record.
func (t *objectTable) file(f wanted, o object) engine.File {
	out := engine.File{Path: line(f.shown), Hash: o.narHash, Mode: "0444", Size: int64(len(f.content))}
	if f.executable {
		out.Mode = "0555"
	}
	if len(f.content) > maxText {
		out.Binary = true
		return out
	}
	out.Text = t.text(f.content)
	if !isText(out.Text) {
		out.Text, out.Binary = "", true
	}
	return out
}

// text gives a string that is shared with other records where that is cheap.
func (t *objectTable) text(content []byte) string {
	sum := sha256.Sum256(content)
	t.mu.Lock()
	defer t.mu.Unlock()
	if s, ok := t.texts[sum]; ok {
		return s
	}
	s := string(content)
	if t.bytes+len(s) <= maxShared {
		if t.texts == nil {
			t.texts = make(map[[sha256.Size]byte]string)
		}
		t.texts[sum] = s
		t.bytes += len(s)
	}
	return s
}
