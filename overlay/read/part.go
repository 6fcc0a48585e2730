package read

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
	"assay/overlay"
)

// part is an overlay, or what one is joined of.
type part struct {
	composed bool     // the kids see those before them in prev
	exported []string // the kids are these of flake.overlays, and nothing else
	loose    bool     // of the list of all overlays: how many there are is not known
	kids     []*part

	leaf  bool
	at    fleet.Pos // where it stands
	file  string    // that it is written in
	names []attribute
	open  []overlay.Open
}

// attribute is one name that a part defines.
type attribute struct {
	name      string
	v         symbolic.Value
	at        symbolic.Place // of the name
	condition string
	byName    *overlay.ByName // a package's directory, in place of v
	pkgs      overlay.Pkgs
}

func (p *part) add(kid *part) { p.kids = append(p.kids, kid) }

// prune takes out sets of this file that are empty, such as the one that a
// chain of // begins with, as long as anything is left.
func (p *part) prune(file string) {
	if p.composed {
		return
	}
	left := slices.DeleteFunc(slices.Clone(p.kids), func(k *part) bool {
		return !k.leaf && len(k.kids) == 0 || k.leaf && k.file == file && len(k.names)+len(k.open) == 0
	})
	if len(left) == 0 && len(p.kids) > 0 {
		left = p.kids[len(p.kids)-1:]
	}
	p.kids = left
}

// open is a part of which only Nix knows what it defines.
func open(at fleet.Pos, input, why string) *part {
	return &part{leaf: true, at: at, file: at.File, open: []overlay.Open{{Input: input, Why: why, At: at}}}
}

// layer is a leaf in its place.
type layer struct {
	*part
	sees []int
}

// flatten appends the leaves of a part, whose prev holds the layers of base,
// and returns which layers they are.
func flatten(to *[]layer, p *part, base []int) []int {
	if p.leaf {
		if n := len(*to); n > 0 && (*to)[n-1].file == p.file && slices.Equal((*to)[n-1].sees, base) {
			joined := *(*to)[n-1].part // neighbours of one file are one layer
			joined.names = append(slices.Clip(joined.names), p.names...)
			joined.open = append(slices.Clip(joined.open), p.open...)
			(*to)[n-1].part = &joined
			return []int{n - 1}
		}
		*to = append(*to, layer{p, base})
		return []int{len(*to) - 1}
	}
	var all []int
	for _, kid := range p.kids {
		ids := flatten(to, kid, base)
		for _, id := range ids {
			if !slices.Contains(all, id) {
				all = append(all, id)
			}
		}
		if p.composed {
			base = append(slices.Clip(base), ids...)
		}
	}
	return all
}

// written makes layers of a machine's overlays.
func (r *reader) written(root *part) overlay.Written {
	w := overlay.Written{Default: defaultInput}
	var layers []layer
	var base []int
	for _, kid := range root.kids { // of a list, each sees those before it
		ids := flatten(&layers, kid, base)
		base = append(slices.Clip(base), ids...)
		w.Overlays = append(w.Overlays, overlay.WrittenOverlay{Exported: kid.exported, Layers: ids})
	}
	if root.loose {
		w.Overlays = nil
	}
	names := layerNames(layers)
	w.Channels = r.channels(layers)
	for i := range layers {
		l := &layers[i]
		out := overlay.WrittenLayer{Layer: overlay.Layer{Name: names[i], At: l.at, Entries: []overlay.Entry{}, Open: l.open}, Sees: l.sees}
		for j := range l.names {
			out.Entries = append(out.Entries, r.entry(&l.names[j], w.Channels))
		}
		if head := r.header(l.file); head != nil {
			out.Note = head
			if len(out.Entries) == 1 && out.Entries[0].Note == nil && out.Entries[0].Kind != overlay.KindValue {
				out.Entries[0].Note = head
			}
		}
		w.Layers = append(w.Layers, out)
	}
	return w
}

// defaultInput is the input that packages come from, by the name that flakes
// give it. Which one a machine's nixpkgs really is, Nix knows.
const defaultInput = "nixpkgs"

// layerNames are the names of the files, as short as they differ, and numbered
// where a file has several layers.
func layerNames(layers []layer) []string {
	short := map[string]map[string]bool{}
	base := func(file string) string {
		name := strings.TrimSuffix(file, ".nix")
		if path.Base(name) == "default" && path.Dir(name) != "." {
			name = path.Dir(name)
		}
		return name
	}
	for _, l := range layers {
		b := path.Base(base(l.file))
		if short[b] == nil {
			short[b] = map[string]bool{}
		}
		short[b][l.file] = true
	}
	used := map[string]int{}
	out := make([]string, len(layers))
	for i, l := range layers {
		name := base(l.file)
		if b := path.Base(name); len(short[b]) == 1 {
			name = b
		}
		if used[name]++; used[name] > 1 {
			name += " " + strconv.Itoa(used[name])
		}
		out[i] = name
	}
	return out
}
