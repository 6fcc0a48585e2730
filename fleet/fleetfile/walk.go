package fleetfile

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"assay/fleet"
)

// Found is a key of the schema as it stands in a file.
type Found struct {
	Path string // with the names that the author chose: "machines.web.deploy.jump"
	At   fleet.Pos
	Why  string // the schema's Unenforced
}

// checker walks a file's nodes along the schema. It collects what is wrong
// and takes it out of the nodes, so that what is left can be read without
// further checks.
type checker struct {
	below      map[string][]*Key // by path of the table
	problems   []fleet.Problem
	unenforced []Found
	adopted    bool // the flake defines what native keys would
	read       bool // and it was read from its files, not all of which may be understood
}

func newChecker(adopted bool) *checker {
	c := &checker{below: make(map[string][]*Key), adopted: adopted}
	for i := range schema {
		k := &schema[i]
		parent, _ := splitPath(k.Path)
		c.below[parent] = append(c.below[parent], k)
	}
	return c
}

// splitPath splits the last name off a path.
func splitPath(p string) (parent, name string) {
	if i := strings.LastIndexByte(p, '.'); i >= 0 {
		return p[:i], p[i+1:]
	}
	return "", p
}

func (c *checker) problem(at fleet.Pos, hint, format string, args ...any) {
	c.problems = append(c.problems, fleet.Problem{At: at, Severity: fleet.Error, Text: fmt.Sprintf(format, args...), Hint: hint})
}

// table checks the keys of a table. The path is the schema's, shown is the
// file's.
func (c *checker) table(n *node, path, shown string) {
	n.refused = make(map[string]bool)
	for _, name := range n.names() {
		f := n.fields[name]
		k := c.find(path, name)
		switch {
		case k == nil:
			c.unknown(f, path, shown, name)
		case k.Native && c.adopted:
			c.problem(f.key, "remove it; beside a flake this file holds only what Nix does not know", "%s: the flake says this itself", strings.TrimPrefix(shown+"."+quoted(name), "."))
			k = nil
		case k.Adopted && !c.adopted:
			c.problem(f.key, "remove it; [sources] modules names the tree", "%s: this file is the registry, and only a flake that defines its machines itself has loaders", strings.TrimPrefix(shown+"."+quoted(name), "."))
			k = nil
		}
		if k == nil || !c.key(f, k, name, strings.TrimPrefix(shown+"."+quoted(name), ".")) {
			n.refused[name] = true
			delete(n.fields, name)
		}
	}
	for _, k := range c.below[path] {
		if _, name := splitPath(k.Path); k.Required && !c.adopted && n.fields[name] == nil && !n.refused[name] {
			c.problem(n.key, "", "expected the key %s in %s", name, orFile(shown))
		}
	}
}

func (c *checker) find(path, name string) *Key {
	var any *Key
	for _, k := range c.below[path] {
		switch _, last := splitPath(k.Path); {
		case last == name:
			return k
		case strings.HasPrefix(last, "<"):
			any = k
		}
	}
	return any
}

func (c *checker) unknown(f *node, path, shown, name string) {
	var known []string
	for _, k := range c.below[path] {
		if _, last := splitPath(k.Path); c.adopted || !k.Adopted {
			known = append(known, last)
		}
	}
	hint := meant(name, known)
	if hint == "" {
		if k := elsewhere(name); k != "" {
			hint = "there is " + k
		}
	}
	c.problem(f.key, hint, "unknown key %q, expected one of %s in %s", name, strings.Join(known, ", "), orFile(shown))
}

// elsewhere is the path of the only key of that name, or "".
func elsewhere(name string) string {
	found := ""
	for _, k := range schema {
		if _, last := splitPath(k.Path); last == name {
			if found != "" {
				return ""
			}
			found = k.Path
		}
	}
	return found
}

func orFile(shown string) string {
	if shown == "" {
		return "the file"
	}
	return shown
}

func quoted(name string) string {
	if e, _ := words("-", "-_")(name); e != "" {
		return fmt.Sprintf("%q", name)
	}
	return name
}

// key checks one key and reports whether its value can be used.
func (c *checker) key(f *node, k *Key, name, shown string) bool {
	if _, last := splitPath(k.Path); strings.HasPrefix(last, "<") {
		if expected, hint := formOf(last)(name); expected != "" {
			c.problem(f.key, hint, "%s: expected %s, found %q", parentOf(shown, name), expected, name)
			return false
		}
	}
	before := len(c.problems)
	switch k.Type {
	case Table:
		if c.is(f, isTable, shown) {
			c.table(f, k.Path, shown)
		}
		return f.kind == isTable
	case Tables:
		if !c.is(f, isArray, shown) {
			return false
		}
		for i, e := range f.items {
			if at := fmt.Sprintf("%s[%d]", shown, i); c.is(e, isTable, at) {
				c.table(e, k.Path+"[]", at)
			}
		}
		f.items = slices.DeleteFunc(f.items, func(e *node) bool { return e.kind != isTable })
		return true
	case Strings:
		if c.is(f, isArray, shown) {
			c.strings(f, k, shown)
		}
		return f.kind == isArray
	case String:
		if c.is(f, isString, shown) {
			c.string(f, k, shown)
		}
	case Boolean:
		c.is(f, isBool, shown)
	case Integer:
		if c.is(f, isInt, shown) && (f.value.(int64) < 1 || f.value.(int64) > 1<<20) {
			c.problem(f.at, "", "%s: expected an integer from 1 to %d, found %d", shown, 1<<20, f.value)
		}
	case Any:
		c.plain(f, shown)
	}
	if k.Unenforced != "" && (f.kind != isString || f.text() != k.Default) {
		c.unenforced = append(c.unenforced, Found{Path: shown, At: f.key, Why: k.Unenforced})
	}
	return len(c.problems) == before
}

func parentOf(shown, name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(shown, quoted(name)), ".")
}

// is reports whether a value has the kind, and complains if not.
func (c *checker) is(f *node, want kind, shown string) bool {
	if f.kind == want {
		return true
	}
	hint := ""
	switch {
	case f.kind == isDate && want == isString:
		hint = "dates are strings here, Nix's fromTOML has no dates: put it in quotes"
	case f.kind == isString && want == isArray:
		hint = "put it in brackets"
	}
	c.problem(f.at, hint, "%s: expected %s, found %s", shown, want, f.kind)
	return false
}

func (c *checker) string(f *node, k *Key, shown string) {
	s := f.text()
	if len(k.Values) > 0 {
		if !slices.Contains(k.Values, s) {
			c.problem(f.at, meant(s, k.Values), "%s: expected one of %s, found %q", shown, strings.Join(k.Values, ", "), s)
		}
		return
	}
	if expected, hint := formOf(k.Form)(s); expected != "" {
		c.problem(f.at, hint, "%s: expected %s, found %q", shown, expected, s)
	}
}

// strings checks the elements of an array and takes out the bad ones.
func (c *checker) strings(f *node, k *Key, shown string) {
	seen := make(map[string]fleet.Pos)
	f.items = slices.DeleteFunc(f.items, func(e *node) bool {
		if !c.is(e, isString, shown) {
			return true
		}
		if at, twice := seen[e.text()]; twice {
			c.problem(e.at, "", "%s: %q is in the array already, at %s", shown, e.text(), at)
			return true
		}
		seen[e.text()] = e.at
		before := len(c.problems)
		c.string(e, k, shown)
		return len(c.problems) > before
	})
	if k.Unenforced != "" && len(f.items) > 0 {
		c.unenforced = append(c.unenforced, Found{Path: shown, At: f.key, Why: k.Unenforced})
	}
}

// plain refuses what JSON or Nix's fromTOML cannot hold, at any depth.
func (c *checker) plain(f *node, shown string) {
	switch v := f.value.(type) {
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			c.problem(f.at, "", "%s: expected a finite number, found %v", shown, v)
		}
	default:
		if f.kind == isDate {
			c.is(f, isString, shown)
		}
	}
	for _, name := range f.names() {
		c.plain(f.fields[name], shown+"."+quoted(name))
	}
	for i, e := range f.items {
		c.plain(e, fmt.Sprintf("%s[%d]", shown, i))
	}
}
