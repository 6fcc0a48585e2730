package symbolic

import "slices"

// primSpec is a function of builtins or lib. run returns nil where the
// arguments are not known well enough; the call then stays symbolic.
type primSpec struct {
	arity int
	run   func(ev *Evaluator, at Place, args []*Thunk) Value
	lib   bool // lib has it and builtins has not
	cheap bool // it does not go over lists and sets
}

// prims are the functions by name. Those of builtins and of lib that share a
// name do the same.
var prims = map[string]*primSpec{}

func init() {
	for _, table := range []map[string]*primSpec{modulePrims, listPrims, attrPrims, stringPrims, filePrims, miscPrims,
		preludePrims(), orderPrims, textPrims, dataPrims, numberPrims, filesetPrims} {
		for name, spec := range table {
			prims[name] = spec
			spec.cheap = slices.Contains(cheapNames, name)
			spec.lib = spec.lib || !slices.Contains(builtinNames, name)
		}
	}
}

// builtinNames are the functions among them that builtins has.
var builtinNames = []string{
	"abort", "all", "any", "attrNames", "attrValues", "baseNameOf", "catAttrs", "concatLists", "concatMap", "concatStringsSep", "deepSeq", "dirOf", "elem", "elemAt",
	"filter", "foldl'", "genList", "getAttr", "hasAttr", "head", "import", "intersectAttrs", "isAttrs", "isBool", "isFloat", "isFunction", "isInt", "isList", "isNull",
	"isPath", "isString", "length", "listToAttrs", "map", "mapAttrs", "pathExists", "readDir", "readFile", "removeAttrs", "replaceStrings", "seq", "stringLength",
	"substring", "tail", "throw", "toJSON", "toString", "trace", "warn",
	"add", "addErrorContext", "bitAnd", "bitOr", "bitXor", "break", "ceil", "compareVersions", "derivation", "derivationStrict", "div", "fetchClosure", "fetchGit",
	"fetchMercurial", "fetchTarball", "fetchTree", "fetchurl", "filterSource", "floor", "fromJSON", "fromTOML", "functionArgs", "genericClosure", "getEnv", "getFlake", "groupBy",
	"hashFile", "hashString", "lessThan", "match", "mul", "parseDrvName", "partition", "path", "placeholder", "readFileType", "scopedImport", "sort", "split", "splitVersion", "storePath",
	"sub", "toFile", "toPath", "toXML", "traceVerbose", "tryEval", "typeOf", "unsafeDiscardOutputDependency", "unsafeDiscardStringContext", "unsafeGetAttrPos", "zipAttrsWith",
}

// cheapNames are the functions that do not go over the lists and sets that
// they are given.
var cheapNames = []string{
	"attrByPath", "const", "elemAt", "getAttr", "getAttrFromPath", "hasAttr", "head", "id", "isAttrs", "isList", "last", "length", "mergeAttrs", "mkIf",
	"mkMerge", "nameValuePair", "optional", "optionalAttrs", "optionals", "recursiveUpdate", "seq", "singleton", "tail", "typeOf", "concat",
}

// libSections are the sets of lib that hold functions which lib also offers
// directly.
var libSections = []string{"attrsets", "lists", "strings", "trivial", "modules", "options", "filesystem", "asserts", "debug", "meta", "fixedPoints", "customisation", "versions"}

// primFor returns the function that a reference to lib or builtins means, or
// nil.
func primFor(r *Ref) *Prim {
	path := r.Path
	if r.Root == Lib && len(path) == 2 && prims[path[0]+"."+path[1]] != nil {
		path = []string{path[0] + "." + path[1]}
	}
	if r.Root == Lib && len(path) == 2 && slices.Contains(libSections, path[0]) {
		path = path[1:]
	}
	if len(path) != 1 {
		return nil
	}
	name := path[0]
	if r.Root == Lib && prims["lib."+name] != nil {
		name = "lib." + name
	}
	spec := prims[name]
	if spec == nil || r.Root == Builtins && spec.lib {
		return nil
	}
	return &Prim{Place: r.Place, Name: name, spec: spec}
}

// list is the argument as a list all of whose elements can be counted.
func (ev *Evaluator) listArg(t *Thunk) (l *List, ok bool) {
	l, ok = ev.force(t).(*List)
	return l, ok && !l.open()
}

// set is the argument as a set all of whose attributes are known.
func (ev *Evaluator) setArg(t *Thunk) (a *Attrs, ok bool) {
	a, ok = ev.force(t).(*Attrs)
	if !ok || len(a.Rest) > 0 {
		return a, false
	}
	all := a.whole()
	for i := range all {
		if len(all[i].Maybe) > 0 {
			return a, false
		}
	}
	return a, true
}

func (ev *Evaluator) textArg(t *Thunk) (string, bool) {
	s, ok := ev.force(t).(*String)
	if !ok {
		return "", false
	}
	return s.Text()
}

func (ev *Evaluator) intArg(t *Thunk) (int64, bool) {
	i, ok := ev.force(t).(Int)
	return i.N, ok
}

func (ev *Evaluator) boolean(v Value) (b, ok bool) {
	x, ok := ev.Known(v).(Bool)
	return x.B, ok
}

// wrong is the fault of an argument of the wrong type, or nil if the argument
// is not known.
func (ev *Evaluator) wrong(at Place, t *Thunk, want string) Value {
	v := ev.force(t)
	if isFault(v) {
		return v
	}
	switch v := v.(type) {
	case *List:
		if v.open() {
			return nil
		}
	case *Attrs:
		if want == "a set" || want == "a string" {
			return nil // one with attributes that are not known, or with outPath
		}
	case *String, *Path:
		if want == "a string" {
			return nil // one with parts that are not known
		}
	case *Wrap:
		return nil // a set, of attributes that nobody asks for
	}
	if symbolic(v) {
		return nil
	}
	return fault(at, kindOf(v)+" stands where "+want+" is needed")
}

func (ev *Evaluator) call(at Place, fn *Thunk, args ...*Thunk) Value {
	v := fn.Force()
	for _, a := range args {
		v = ev.apply(at, v, a)
	}
	return v
}

func newList(at Place, vs ...*Thunk) *List {
	l := &List{Place: at, Items: make([]Item, len(vs))}
	for i, v := range vs {
		l.Items[i].V = v
	}
	return l
}
