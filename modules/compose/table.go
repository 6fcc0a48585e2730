package compose

import (
	_ "embed"
	"fmt"
	"strings"

	"assay/fleet"
)

//go:embed options.tsv
var optionsTSV string

// table says where options end and what their types are, per class. It is a
// tree of names; "*" stands for the names that users choose.
type table map[fleet.Class]*entry

// entry is one name in the table.
type entry struct {
	below  map[string]*entry
	any    *entry // "*"
	option bool   // an option ends here
	typ    string
	from   string // where it is declared
}

// readTable reads the columns class, path, type and declared-in, under a line
// that names them.
func readTable(tsv string) (table, error) {
	t := table{}
	for n, line := range strings.Split(strings.TrimSuffix(tsv, "\n"), "\n") {
		if n == 0 || line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cols := strings.Split(line, "\t")
		if len(cols) != 4 {
			return nil, fmt.Errorf("options.tsv:%d: %d columns instead of class, path, type, declared-in", n+1, len(cols))
		}
		class := fleet.Class(cols[0])
		if t[class] == nil {
			t[class] = &entry{}
		}
		path, err := splitPath(cols[1])
		if err != nil {
			return nil, fmt.Errorf("options.tsv:%d: %w", n+1, err)
		}
		t[class].add(path, cols[2], cols[3])
	}
	return t, nil
}

func (e *entry) add(path []string, typ, from string) {
	for _, name := range path {
		next := e.at(name)
		if next == nil {
			next = &entry{}
			if name == "*" {
				e.any = next
			} else {
				if e.below == nil {
					e.below = map[string]*entry{}
				}
				e.below[name] = next
			}
		}
		e = next
	}
	if of, ok := strings.CutPrefix(typ, "attrsOf "); ok {
		e.add([]string{"*"}, of, from)
		return
	}
	e.option, e.typ, e.from = true, typ, from
}

// at returns the entry that was entered under exactly this name.
func (e *entry) at(name string) *entry {
	if name == "*" {
		return e.any
	}
	return e.below[name]
}

// child returns the entry of a name in a configuration, or nil. e may be nil.
func (e *entry) child(name string) *entry {
	switch {
	case e == nil:
		return nil
	case e.below[name] != nil:
		return e.below[name]
	}
	return e.any
}

// leaf reports whether an option ends here and nothing is below it.
func (e *entry) leaf() bool {
	return e != nil && e.option && e.typ != settings && e.any == nil && len(e.below) == 0
}

// free reports whether users choose the names below.
func (e *entry) free() bool { return e != nil && (e.any != nil || e.typ == settings) }

// settings is the type of a freeform option: every attribute below it is an
// option of its own.
const settings = "settings"

// moduleType is the type of an option whose value is a module of its own, which
// is followed and not merged.
const moduleType = "module"

// splitPath splits an option path at its dots; names may be quoted.
func splitPath(path string) ([]string, error) {
	var names []string
	for rest := path; ; {
		var name string
		if strings.HasPrefix(rest, `"`) {
			end := strings.Index(rest[1:], `"`)
			if end < 0 {
				return nil, fmt.Errorf("option path %s: a quote is not closed", path)
			}
			name, rest = rest[1:1+end], rest[end+2:]
		} else {
			end := strings.IndexAny(rest, `."`)
			if end < 0 {
				end = len(rest)
			}
			name, rest = rest[:end], rest[end:]
			if name == "" {
				return nil, fmt.Errorf("option path %q: a name is missing", path)
			}
		}
		names = append(names, name)
		if rest == "" {
			return names, nil
		}
		if rest[0] != '.' {
			return nil, fmt.Errorf("option path %s: a dot is missing after %q", path, name)
		}
		rest = rest[1:]
	}
}
