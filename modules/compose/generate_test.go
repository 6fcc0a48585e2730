package compose

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// generator makes up trees of aspects that import each other, with options
// set in every way that the module system has.
type generator struct {
	*rand.Rand
	files map[string]string
	inner int
	// ranked says that a priority is around what is being written.
	ranked bool
}

// generate makes a tree of up to seven aspects, each reached once.
func generate(r *rand.Rand) generated {
	g := &generator{Rand: r, files: map[string]string{}}
	n := 2 + g.IntN(6)
	children := make([][]string, n)
	class := make([]string, n)
	out := generated{q: g.IntN(2) == 0}
	for i := range n {
		name := fmt.Sprintf("a%d", i)
		class[i] = "nixos"
		if parent := g.IntN(i + 1); i > 0 && parent > 0 {
			if g.IntN(4) == 0 {
				class[i] = "generic"
			}
			children[parent-1] = append(children[parent-1], class[i]+"."+name)
		} else {
			out.registry = append(out.registry, name)
		}
	}
	g.Shuffle(len(out.registry), func(i, j int) {
		out.registry[i], out.registry[j] = out.registry[j], out.registry[i]
	})
	bodies := map[string][]string{} // by file
	for i := range n {
		parts := 1 + g.IntN(3)
		for part := range parts {
			var imports []string
			for k, c := range children[i] {
				if k%parts == part {
					imports = append(imports, "inputs.self.modules."+c)
				}
			}
			file := fmt.Sprintf("m/%c%d.nix", 'a'+g.IntN(3), g.IntN(3))
			bodies[file] = append(bodies[file], fmt.Sprintf("modules.%s.a%d = %s;", class[i], i, g.module(imports)))
		}
	}
	for _, file := range sortedNames(bodies) {
		body := bodies[file]
		g.files[file] = "{ lib, inputs, ... }:\n" + g.flake(body) + "\n"
	}
	out.files = g.files
	for _, name := range sortedNames(g.files) {
		if !strings.Contains(name, "/_") {
			out.modules = append(out.modules, name)
		}
	}
	return out
}

// flake writes a flake-parts module with these definitions in the option
// flake.
func (g *generator) flake(body []string) string {
	if len(body) == 1 {
		return "{ flake." + body[0] + " }"
	}
	sets := "[\n  { " + strings.Join(body, " }\n  { ") + " }\n]"
	switch g.IntN(3) {
	case 0:
		return "{ config = lib.mkMerge (map (flake: { inherit flake; }) " + sets + "); }"
	case 1:
		return "{ flake = lib.mkMerge " + sets + "; }"
	}
	return "{ flake.modules = lib.mkMerge (map (set: set.modules) " + sets + "); }"
}

// module writes a module with these imports, and some of its own.
func (g *generator) module(imports []string) string {
	if g.IntN(3) == 0 {
		imports = append(imports, g.inline())
	}
	if g.IntN(5) == 0 {
		g.inner++
		name := fmt.Sprintf("_f%d.nix", g.inner)
		g.files["m/"+name] = "{ lib, config, ... }:\n" + g.body(nil) + "\n"
		imports = append(imports, "./"+name)
	}
	g.Shuffle(len(imports), func(i, j int) { imports[i], imports[j] = imports[j], imports[i] })
	body := g.body(imports)
	if strings.Contains(body, "config.q") || g.IntN(2) == 0 {
		return "{ lib, config, ... }: " + body
	}
	return body
}

func (g *generator) inline() string {
	var imports []string
	if g.IntN(3) == 0 {
		imports = append(imports, g.inline())
	}
	return g.body(imports)
}

func (g *generator) body(imports []string) string {
	head := ""
	if len(imports) > 0 {
		head = "imports = [ " + strings.Join(imports, " ") + " ]; "
	}
	if g.IntN(3) == 0 {
		return "{ " + head + "config = " + g.outer(g.assignments, 2) + "; }"
	}
	return "{ " + head + g.assignments() + " }"
}

// outer writes a set of options, wrapped in properties that are pushed down
// to them.
func (g *generator) outer(options func() string, depth int) string {
	if depth == 0 {
		return "{ " + options() + " }"
	}
	switch g.IntN(7) {
	case 0:
		if !g.ranked {
			return "(lib.mkIf true " + g.outer(options, depth-1) + ")"
		}
	case 5:
		if !g.ranked && g.IntN(3) == 0 {
			return "(lib.mkIf config.q " + g.outer(options, depth-1) + ")"
		}
	case 1:
		if !g.ranked {
			return "(lib.mkIf (1 == 2) " + g.outer(options, depth-1) + ")"
		}
	case 2:
		return "(lib.mkMerge [ " + g.outer(options, depth-1) + " { " + options() + " } ])"
	case 3:
		return g.rank("(lib.mkForce ", options, depth)
	case 4:
		return g.rank("(lib.mkDefault ", options, depth)
	}
	return "{ " + options() + " }"
}

// rank puts a priority around; inside of one there must not be another.
func (g *generator) rank(open string, options func() string, depth int) string {
	if g.ranked {
		return g.outer(options, depth-1)
	}
	g.ranked = true
	defer func() { g.ranked = false }()
	return open + g.outer(options, depth-1) + ")"
}

// assignments sets a few options, each at most once.
func (g *generator) assignments() string {
	var out []string
	used := map[string]bool{}
	all := g.options()
	for _, i := range g.Perm(len(all))[:1+g.IntN(4)] {
		name := all[i][:strings.IndexAny(all[i], ". ")]
		if !used[name] {
			used[name] = true
			out = append(out, all[i]+";")
		}
	}
	return strings.Join(out, " ")
}

func (g *generator) options() []string {
	pick := func(of ...string) string { return of[g.IntN(len(of))] }
	str := func() string { return pick(`"x"`, `"y"`, `"z"`) }
	list := func() string { return fmt.Sprintf(`[ "%c%d" ]`, 'a'+g.IntN(26), g.IntN(100)) }
	name := func() string { return pick("p", "q") }
	return []string{
		"s = " + g.odd(str()),
		"b = " + g.odd(pick("true", "false")),
		"l = " + g.odd(list()),
		"t = " + g.odd(str()),
		"ns = " + g.odd(pick("null", str())),
		"nl = " + g.odd(pick("null", str(), str())),
		"g = " + g.outer(func() string {
			return "s = " + g.value(str()) + "; l = " + g.value(fmt.Sprintf("[ %d ]", g.IntN(50))) + ";"
		}, 1),
		"g.h.n = " + g.odd(pick("1", "2")),
		"e." + name() + " = " + g.odd(str()),
		"e = " + g.around(func() string { return "{ " + name() + " = " + g.odd(str()) + "; }" }),
		"m." + name() + ".v = " + g.value(str()),
		"m." + name() + ".w = " + g.value(list()),
		"m." + name() + " = " + g.submodule("{ w = "+g.free(list)+"; x.y = "+g.free(func() string { return pick("1", "2") })+"; }"),
		"m = " + g.around(func() string { return "{ " + name() + ".w = " + g.value(list()) + "; }" }),
		"set." + name() + " = " + g.value(pick("1", "true", str())),
		"set.known = " + g.value(list()),
		"set.d = " + g.submodule("{ "+name()+" = "+g.free(func() string { return pick("1", str()) })+"; }"),
		"any = " + g.odd(pick("1", str(), list())),
	}
}

// around wraps a set of chosen names. Inside of it properties start anew.
func (g *generator) around(set func() string) string {
	ranked := g.ranked
	g.ranked = false
	v := set()
	g.ranked = ranked
	return g.value(v)
}

// free writes a value to which no priority around applies.
func (g *generator) free(v func() string) string {
	ranked := g.ranked
	g.ranked = false
	defer func() { g.ranked = ranked }()
	return g.value(v())
}

// submodule wraps the definition of one. The module system cannot sort them.
func (g *generator) submodule(v string) string {
	if g.ranked {
		return v
	}
	return []string{v, v, "(lib.mkForce " + v + ")", "(lib.mkDefault " + v + ")", "(lib.mkIf true " + v + ")", "(lib.mkIf false " + v + ")"}[g.IntN(6)]
}

// value wraps a definition in the properties of the module system, in the
// order that it understands.
func (g *generator) value(v string) string {
	n := g.IntN(24)
	if g.ranked {
		n = []int{0, 2, 4, 20, 21, 22}[g.IntN(6)]
	}
	switch n {
	case 0, 1:
		return "(lib.mkBefore " + v + ")"
	case 2, 3:
		return "(lib.mkAfter " + v + ")"
	case 4:
		return fmt.Sprintf("(lib.mkOrder %d %s)", 100*g.IntN(20), v)
	case 5, 6:
		return "(lib.mkForce " + v + ")"
	case 7, 8:
		return "(lib.mkDefault " + v + ")"
	case 9:
		return fmt.Sprintf("(lib.mkOverride %d %s)", 10*g.IntN(20), v)
	case 10:
		return "(lib.mkForce (lib.mkBefore " + v + "))"
	case 11:
		return "(lib.mkIf true (lib.mkForce " + v + "))"
	case 12:
		return "(lib.mkIf false " + v + ")"
	case 13:
		return "(lib.mkMerge [ " + v + " (lib.mkDefault " + v + ") ])"
	case 14:
		return "(lib.mkIf config.q " + v + ")"
	case 15:
		return "(lib.mkIf (!config.q) (lib.mkForce " + v + "))"
	}
	return v
}

// odd is value, and now and then what the module system refuses.
func (g *generator) odd(v string) string {
	switch g.IntN(40) {
	case 0:
		return "(lib.mkForce (lib.mkIf true " + v + "))"
	case 1:
		return "(lib.mkBefore (lib.mkForce " + v + "))"
	case 2:
		return "(lib.mkDefault (lib.mkForce " + v + "))"
	case 3:
		return "1.5"
	case 4:
		return `(lib.mkBefore (throw "no"))`
	}
	return g.value(v)
}

// TestGenerated keeps the generator honest where Nix is not at hand: what it
// makes is read without problems, and most of it is decided.
func TestGenerated(t *testing.T) {
	states := map[State]int{}
	for i := range 100 {
		g := generate(rand.New(rand.NewPCG(7, uint64(i))))
		c := g.compose(t)
		for _, p := range besidesConflicts(c) {
			t.Fatalf("%v\n%s", p, g)
		}
		for _, o := range c.Scope.Options {
			states[o.Merged.State]++
		}
	}
	if states[Known] < states[Open] || states[Conflict] == 0 || states[Invalid] == 0 {
		t.Errorf("the generated trees show little: %v", states)
	}
}
