package secrets

import (
	"fmt"
	"slices"
	"strings"

	"assay/secrets/vars"
)

// order has what a generator needs before it, ties by path. Those that depend
// on each other are told so, in their cycle; what they need is before all of
// them, and what needs one of them after.
func (g graph) order() []*node {
	o := ordering{graph: g, number: map[*node]int{}}
	for _, n := range g.sorted() {
		if o.number[n] == 0 {
			o.visit(n)
		}
	}
	return o.out
}

func (g graph) sorted() []*node {
	var all []*node
	for _, n := range g.nodes {
		all = append(all, n)
	}
	slices.SortFunc(all, func(a, b *node) int { return strings.Compare(a.place.Dir(), b.place.Dir()) })
	return all
}

// ordering finds strongly connected components by Tarjan's algorithm (SIAM
// Journal on Computing 1, 1972), which come out in a topological order.
type ordering struct {
	graph
	number map[*node]int // of those that were visited, from 1
	stack  []*node       // visited, and in no component yet
	out    []*node
}

// visit returns the least number on the stack that n leads to.
func (o *ordering) visit(n *node) int {
	o.number[n] = len(o.number) + 1
	own := o.number[n]
	low, from := own, len(o.stack)
	o.stack = append(o.stack, n)
	itself := false
	for _, need := range n.needs {
		of := o.nodes[need]
		switch {
		case of == nil:
		case o.number[of] == 0:
			low = min(low, o.visit(of))
		case slices.Contains(o.stack, of):
			low = min(low, o.number[of])
		}
		itself = itself || of == n
	}
	if low < own {
		return low
	}
	component := slices.Clone(o.stack[from:])
	o.stack = o.stack[:from]
	if len(component) > 1 || itself {
		for _, member := range component {
			member.cycle = component
			member.around = shortest(o.graph, member)
		}
	}
	slices.SortFunc(component, func(a, b *node) int { return strings.Compare(a.place.Dir(), b.place.Dir()) })
	o.out = append(o.out, component...)
	return low
}

// onCycleWith reports whether the two depend on each other.
func (n *node) onCycleWith(other *node) bool { return slices.Contains(n.cycle, other) }

// shortest is a shortest way from n over what it needs back to it, without it
// at the end.
func shortest(g graph, n *node) []*node {
	from := map[*node]*node{}
	for queue := []*node{n}; len(queue) > 0; queue = queue[1:] {
		for _, need := range queue[0].needs {
			of := g.nodes[need]
			if of == n {
				return back(from, n, queue[0])
			}
			if of != nil && from[of] == nil {
				from[of] = queue[0]
				queue = append(queue, of)
			}
		}
	}
	return nil
}

// back is the way from n to last.
func back(from map[*node]*node, n, last *node) []*node {
	way := []*node{last}
	for last != n {
		last = from[last]
		way = append(way, last)
	}
	slices.Reverse(way)
	return way
}

// way names a cycle that n is on, with the place of each dependency.
func (n *node) way() string {
	var text strings.Builder
	for i, of := range n.around {
		next := n.around[(i+1)%len(n.around)]
		fmt.Fprintf(&text, "%s (%s) -> ", of.place.Name, of.needsAt(next.place))
	}
	return text.String() + n.place.Name
}

// needsAt is where a generator that needs the other is declared.
func (n *node) needsAt(other vars.Generator) string {
	for _, g := range n.by {
		if slices.Contains(g.Dependencies, other.Name) {
			return g.At.String()
		}
	}
	return n.by[0].At.String()
}
