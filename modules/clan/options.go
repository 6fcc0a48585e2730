package clan

import (
	"maps"
	"slices"

	"assay/modules/symbolic"
)

// options are those that a module declares at one place.
type options struct {
	names map[string]*option
	free  bool        // names that are not declared may be set (freeformType)
	rest  *optionType // type of what is not declared; nil for any
	why   string      // why there may be more options
}

// option is one that is declared, or, with sub, a part of the names of others.
type option struct {
	typ optionType
	sub *options
}

// kind says how the definitions of a type merge.
type kind int

const (
	kindUntyped   kind = iota // no type is known
	kindEqual                 // all must be equal
	kindListOf                // joined
	kindAttrsOf               // name by name
	kindSubmodule             // option by option
	kindNull                  // null or another type
	kindJoined                // text, with a separator
	kindOther                 // a rule that is not followed
)

type optionType struct {
	kind      kind
	of        *optionType // of elements
	options   *options    // of a submodule
	separator string
}

var untyped = optionType{}

// simple are the types of lib.types without arguments, by name.
var simple = map[string]optionType{
	"str": {kind: kindEqual}, "nonEmptyStr": {kind: kindEqual}, "singleLineStr": {kind: kindEqual}, "passwdEntry": {kind: kindEqual},
	"int": {kind: kindEqual}, "float": {kind: kindEqual}, "number": {kind: kindEqual}, "bool": {kind: kindEqual}, "port": {kind: kindEqual},
	"path": {kind: kindEqual}, "pathInStore": {kind: kindEqual},
	"lines": {kind: kindJoined, separator: "\n"}, "commas": {kind: kindJoined, separator: ","}, "envVar": {kind: kindJoined, separator: ":"},
}

func (o *options) sorted() []string { return slices.Sorted(maps.Keys(o.names)) }

// maxDeclared bounds types inside of each other.
const maxDeclared = 20

// optionsOf reads the options that a module declares; nil if nothing is known.
func (r *reader) optionsOf(defs []def, depth int) *options {
	out := &options{names: map[string]*option{}}
	queue := slices.Clone(defs)
	seen := map[string]bool{}
	for i := 0; i < len(queue); i++ {
		d := queue[i]
		if i >= maxImports || depth > maxDeclared {
			out.why = "there are too many modules"
			break
		}
		if d.v = r.opened(d.v, symbolic.MachineModuleArgs(symbolic.Place{}, ""), seen); d.v == nil {
			continue
		}
		set, ok := d.v.(*symbolic.Attrs)
		if !ok {
			out.why = orElse(out.why, r.more(d, "more options may be declared"))
			continue
		}
		if len(set.Rest) > 0 {
			out.why = orElse(out.why, symbolic.Why(set.Rest[0]))
		}
		if a := set.Attr("imports"); a != nil {
			queue = append(queue, r.imported(d, a)...)
		}
		if a := set.Attr("freeformType"); a != nil {
			out.free = true
			if t := r.typeOf(a.V.Force(), depth+1); t.kind == kindAttrsOf {
				out.rest = t.of
			}
		}
		if a := set.Attr("options"); a != nil {
			r.declare(out, a.V.Force(), depth)
		}
	}
	return out
}

// declare enters a set of options.
func (r *reader) declare(out *options, v symbolic.Value, depth int) {
	set, ok := v.(*symbolic.Attrs)
	if !ok {
		out.why = orElse(out.why, v.Where().Pos().String()+": more options may be declared: "+orElse(symbolic.Why(v), "it is not a set"))
		return
	}
	for _, rest := range set.Rest {
		out.why = orElse(out.why, rest.Where().Pos().String()+": more options may be declared: "+symbolic.Why(rest))
	}
	for _, name := range set.Names() {
		x := set.Attr(name).V.Force()
		if o := r.option(x, depth); o != nil {
			out.names[name] = o
			continue
		}
		if _, ok := x.(*symbolic.Attrs); !ok || depth > maxDeclared {
			out.names[name] = &option{typ: optionType{kind: kindOther}}
			continue
		}
		if out.names[name] == nil || out.names[name].sub == nil {
			out.names[name] = &option{sub: &options{names: map[string]*option{}}}
		}
		r.declare(out.names[name].sub, x, depth+1)
	}
}

// option reads a call of mkOption and its like, or returns nil.
func (r *reader) option(v symbolic.Value, depth int) *option {
	name, args := applied(v)
	switch name {
	case "mkEnableOption":
		return &option{typ: optionType{kind: kindEqual}}
	case "mkPackageOption":
		return &option{typ: optionType{kind: kindOther}}
	case "mkOption":
	default:
		return nil
	}
	set, ok := args[0].Force().(*symbolic.Attrs)
	if !ok {
		return &option{typ: optionType{kind: kindOther}}
	}
	o := &option{typ: optionType{kind: kindOther}}
	if a := set.Attr("type"); a != nil {
		o.typ = r.typeOf(a.V.Force(), depth+1)
	}
	return o
}

// typeOf reads a type of lib.types.
func (r *reader) typeOf(v symbolic.Value, depth int) optionType {
	other := optionType{kind: kindOther}
	if depth > maxDeclared {
		return other
	}
	name, args := applied(v)
	if t, ok := simple[name]; ok && len(args) == 0 {
		return t
	}
	switch {
	case len(args) == 0:
		return other
	case name == "enum" || name == "strMatching":
		return optionType{kind: kindEqual}
	case name == "separatedString":
		if s, ok := args[0].Force().(*symbolic.String); ok {
			if text, ok := s.Text(); ok {
				return optionType{kind: kindJoined, separator: text}
			}
		}
	case name == "submodule":
		d := plain(args[0].Force(), symbolic.Place{})
		return optionType{kind: kindSubmodule, options: r.optionsOf([]def{d}, depth+1)}
	case name == "listOf" || name == "nonEmptyListOf":
		return optionType{kind: kindListOf}
	case name == "attrsOf" || name == "lazyAttrsOf":
		of := r.typeOf(args[0].Force(), depth+1)
		return optionType{kind: kindAttrsOf, of: &of}
	case name == "nullOr":
		of := r.typeOf(args[0].Force(), depth+1)
		return optionType{kind: kindNull, of: &of}
	}
	return other
}

// applied takes a call of a function of lib apart: its last name, which of
// types.str is "str", and the arguments.
func applied(v symbolic.Value) (name string, args []*symbolic.Thunk) {
	for {
		switch x := v.(type) {
		case *symbolic.Call:
			args = append(args, x.Arg)
			v = x.Fn
			continue
		case *symbolic.Ref:
			types := len(x.Path) == 2 && x.Path[0] == "types" || len(x.Path) == 3 && x.Path[0] == "types" && x.Path[1] == "ints"
			if x.Root == symbolic.Lib && types {
				name = x.Path[len(x.Path)-1]
				if len(x.Path) == 3 {
					name = "int"
				}
			}
		case *symbolic.Prim:
			name = x.Name
		}
		slices.Reverse(args)
		return name, args
	}
}
