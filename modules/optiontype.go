package modules

import (
	"slices"

	"assay/modules/symbolic"
)

// optionType is what is read of the type of an option.
type optionType struct {
	kind    typeKind
	elem    *optionType      // of a set or a list
	open    bool             // it may give a set attributes that its definition lacks
	modules []symbolic.Value // of a submodule; of a deferredModule those that it always has
}

type typeKind int

const (
	otherType  typeKind = iota
	attrsType           // attrsOf, lazyAttrsOf
	listType            // listOf
	subType             // submodule
	moduleType          // deferredModule
)

// maxTypes bounds types inside of types.
const maxTypes = 12

// and is the type of an option that is declared with both: the modules of
// submodules come together.
func (t *optionType) and(other *optionType, depth int) *optionType {
	switch {
	case t == nil || t.kind == otherType || depth > maxTypes:
		return other
	case other == nil || other.kind != t.kind:
		return t
	}
	out := &optionType{kind: t.kind, modules: slices.Concat(t.modules, other.modules)}
	if t.elem != nil {
		out.elem = t.elem.and(other.elem, depth+1)
	}
	return out
}

// typeOf reads a type.
func (s *store) typeOf(v symbolic.Value, depth int) *optionType {
	v = s.ev.Known(v)
	if depth > maxTypes {
		return &optionType{}
	}
	name, args := typeCall(s.ev, v)
	arg := func(i int) *optionType {
		if i >= len(args) {
			return &optionType{}
		}
		return s.typeOf(args[i].Force(), depth+1)
	}
	switch name {
	case "attrsOf", "lazyAttrsOf":
		return &optionType{kind: attrsType, elem: arg(0)}
	case "attrsWith":
		if a, ok := s.argument(args, 0, "elemType"); ok {
			return &optionType{kind: attrsType, elem: s.typeOf(a, depth+1)}
		}
	case "listOf", "nonEmptyListOf":
		return &optionType{kind: listType, elem: arg(0)}
	case "nullOr", "uniq":
		return arg(0)
	case "unique":
		return arg(1)
	case "coercedTo":
		return arg(2)
	case "deferredModule":
		return &optionType{kind: moduleType}
	case "deferredModuleWith":
		t := &optionType{kind: moduleType}
		if a, ok := s.argument(args, 0, "staticModules"); ok {
			t.modules = s.moduleList(a)
		}
		return t
	case "submodule":
		if len(args) > 0 {
			return &optionType{kind: subType, modules: s.moduleList(args[0].Force())}
		}
	case "submoduleWith":
		if a, ok := s.argument(args, 0, "modules"); ok {
			return &optionType{kind: subType, modules: s.moduleList(a)}
		}
	}
	return &optionType{open: !slices.Contains(plainTypes, name)}
}

// plainTypes are types whose values are what is defined.
var plainTypes = []string{
	"anything", "attrs", "bool", "boolByOr", "commas", "enum", "envVar", "float", "functionTo", "int", "lines", "number", "package", "path", "port", "raw",
	"separatedString", "singleLineStr", "str", "string", "unspecified", "between", "positive", "unsigned", "nonEmptyStr", "passwdEntry", "pathInStore", "optionType",
}

// loosen lets the sets in a value have attributes that are not known where the
// type may give them some.
func (t *optionType) loosen(ev *symbolic.Evaluator, v symbolic.Value, depth int) symbolic.Value {
	switch x := v.(type) {
	case *symbolic.Attrs:
		if t.kind == otherType && t.open || t.kind == subType && depth > 0 {
			attrs := make(map[string]*symbolic.Attr, x.Len())
			for _, name := range x.Names() {
				attrs[name] = x.Attr(name)
			}
			more := &symbolic.Unknown{Place: x.Place, Why: "the option's type may define it"}
			return symbolic.NewSet(x.Place, attrs, append(slices.Clip(x.Rest), more)...)
		}
	case *symbolic.List:
		if t.kind != listType || t.elem == nil || t.elem.kind == moduleType || t.elem.kind == otherType && !t.elem.open || depth > maxTypes {
			return v
		}
		out := &symbolic.List{Place: x.Place, Items: slices.Clone(x.Items)}
		for i, item := range out.Items {
			if !item.Rest {
				out.Items[i].V = ev.Later(func() symbolic.Value { return t.elem.loosen(ev, item.V.Force(), depth+1) })
			}
		}
		return out
	case *symbolic.Func:
		if t.kind == subType && depth > 0 {
			return &symbolic.Unknown{Place: x.Place, Why: "a function in a list of submodules"}
		}
	}
	return v
}

func (s *store) argument(args []*symbolic.Thunk, i int, name string) (symbolic.Value, bool) {
	if i >= len(args) {
		return nil, false
	}
	set, ok := s.ev.Known(args[i].Force()).(*symbolic.Attrs)
	if !ok || set.Attr(name) == nil {
		return nil, false
	}
	return s.ev.Known(set.Attr(name).V.Force()), true
}

func (s *store) moduleList(v symbolic.Value) []symbolic.Value {
	l, ok := s.ev.Known(v).(*symbolic.List)
	if !ok {
		return []symbolic.Value{v}
	}
	var out []symbolic.Value
	for _, item := range l.Items {
		if !item.Rest {
			out = append(out, item.V.Force())
		}
	}
	return out
}

// typeCall takes a type apart: the name of nixpkgs' lib.types, and its
// arguments.
func typeCall(ev *symbolic.Evaluator, v symbolic.Value) (string, []*symbolic.Thunk) {
	fn, args := uncall(ev, v)
	r, ok := fn.(*symbolic.Ref)
	if !ok || len(r.Path) == 0 || r.Root == symbolic.Config || r.Root == symbolic.Pkgs {
		return "", nil
	}
	if n := len(r.Path); r.Root == symbolic.Lib && (n < 2 || r.Path[n-2] != "types") {
		return "", nil
	}
	return r.Path[len(r.Path)-1], args
}

// uncall takes a call apart: the innermost function and its arguments in
// order.
func uncall(ev *symbolic.Evaluator, v symbolic.Value) (symbolic.Value, []*symbolic.Thunk) {
	var args []*symbolic.Thunk
	for range maxNesting {
		c, ok := v.(*symbolic.Call)
		if !ok {
			break
		}
		args = append([]*symbolic.Thunk{c.Arg}, args...)
		v = ev.Known(c.Fn)
	}
	return v, args
}

// declaration returns the argument of mkOption, or nil for what declares no
// option.
func (s *store) declaration(v symbolic.Value) (*symbolic.Attrs, bool) {
	v = s.ev.Known(v)
	fn, args := uncall(s.ev, v)
	p, ok := fn.(*symbolic.Prim)
	if !ok || len(args) == 0 {
		return nil, false
	}
	switch p.Name {
	case "mkOption":
		set, ok := s.ev.Known(args[0].Force()).(*symbolic.Attrs)
		if !ok {
			set = symbolic.NewSet(v.Where(), nil)
		}
		return set, true
	case "mkEnableOption":
		no := symbolic.Bool{Place: v.Where()}
		return symbolic.NewAttrs(v.Where(), map[string]symbolic.Value{"default": no}), true
	case "mkPackageOption":
		return symbolic.NewSet(v.Where(), nil), true
	}
	return nil, false
}
