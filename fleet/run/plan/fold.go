package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"slices"
	"sync"
)

// folder gathers hosts by equal change.
type folder struct {
	byKey map[[32]byte]*Group
	exact map[[32]byte][32]byte // hash of the first machine's change with its store paths
}

// storeHash is the part of a store path that differs between systems of equal
// content for different machines.
var storeHash = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`/nix/store/[0-9abcdfghijklmnpqrsvwxyz]{32}-`) })

func (f *folder) add(machine string, c Change) {
	if f.byKey == nil {
		f.byKey, f.exact = map[[32]byte]*Group{}, map[[32]byte][32]byte{}
	}
	text := encode(c)
	exact := sha256.Sum256(text)
	key := sha256.Sum256(storeHash().ReplaceAll(text, []byte("/nix/store/-")))
	g := f.byKey[key]
	if g == nil {
		f.byKey[key], f.exact[key] = &Group{Machines: []string{machine}, Change: c}, exact
		return
	}
	if f.exact[key] != exact {
		g.Varies = true
		if machine < slices.Min(g.Machines) {
			g.Change, f.exact[key] = c, exact
		}
	}
	g.Machines = append(g.Machines, machine)
}

// groups returns the groups, largest first, and each machine's index.
func (f *folder) groups() ([]Group, map[string]int) {
	groups := make([]Group, 0, len(f.byKey))
	for _, g := range f.byKey {
		slices.Sort(g.Machines)
		groups = append(groups, *g)
	}
	return inOrder(groups)
}

// sum is the plan's id: what it would do and what it shows, but not when it
// was made nor how much there is to copy.
func (p *Plan) sum() string {
	q := *p
	q.ID, q.At, q.Todo = "", zeroTime, nil
	q.Hosts = slices.Clone(p.Hosts)
	for i := range q.Hosts {
		q.Hosts[i].Copy = Amount{}
	}
	h := sha256.New()
	_ = q.Encode(h) // a hash takes everything
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// encode is the JSON form of a value that always has one.
func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic("plan: " + err.Error())
	}
	return text
}
