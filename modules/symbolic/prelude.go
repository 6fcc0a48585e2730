package symbolic

import (
	_ "embed"
	"fmt"

	"assay/modules/syntax"
)

//go:embed prelude.nix
var preludeSource []byte

// preludeArity are the functions of prelude.nix and how many arguments they
// take before they are evaluated.
var preludeArity = map[string]int{
	"take": 2, "drop": 2, "takeEnd": 2, "dropEnd": 2, "init": 1, "findFirst": 3, "findFirstIndex": 3, "findSingle": 4, "remove": 2, "count": 2,
	"zipListsWith": 3, "zipLists": 2, "groupBy'": 4, "sortOn": 2, "compareLists": 3, "naturalSort": 1, "intersectLists": 2,
	"mutuallyExclusive": 2, "allUnique": 1, "uniqueStrings": 1, "lists.hasPrefix": 2, "lists.removePrefix": 2, "commonPrefix": 2,
	"crossLists": 2, "ifilter0": 2, "replaceElemAt": 3, "concatAttrValues": 1,
	"hasAttrByPath": 2, "longestValidPathPrefix": 2, "filterAttrsRecursive": 2, "foldlAttrs": 3, "foldAttrs": 3, "collect": 2,
	"cartesianProduct": 1, "mapCartesianProduct": 2, "mapAttrsRecursive": 2, "mapAttrsRecursiveCond": 3, "mapAttrsToListRecursive": 2,
	"mapAttrsToListRecursiveCond": 3, "genAttrs'": 2, "isDerivation": 1, "zipAttrsWithNames": 3, "zipAttrs": 1,
	"recursiveUpdateUntil": 3, "matchAttrs": 2, "overrideExisting": 2, "showAttrPath": 1, "recurseIntoAttrs": 1,
	"dontRecurseIntoAttrs": 1, "unionOfDisjoint": 2,
	"join": 2, "concatImapStrings": 2, "concatImapStringsSep": 3, "intersperse": 2, "replaceString": 3, "stringAsChars": 2, "escape": 2,
	"escapeShellArgs": 1, "escapeNixString": 1, "escapeRegex": 1, "escapeXML": 1, "isValidPosixName": 1, "toShellVar": 2, "toShellVars": 1,
	"isStringLike": 1, "isConvertibleWithToString": 1, "nameFromURL": 2, "makeSearchPath": 2, "toSentenceCase": 1, "enableFeature": 2, "enableFeatureAs": 3, "withFeature": 2, "withFeatureAs": 3,
	"cmakeOptionType": 3, "cmakeBool": 2, "cmakeFeature": 2, "mesonOption": 2, "mesonBool": 2, "mesonEnable": 2, "fixedWidthNumber": 2,
	"fileContents": 1, "versionOlder": 2, "versionAtLeast": 2, "versions.major": 1, "versions.minor": 1, "versions.patch": 1,
	"versions.majorMinor": 1, "versions.pad": 2, "getName": 1, "getVersion": 1,
	"concat": 2, "or": 2, "and": 2, "xor": 2, "boolToYesNo": 1, "defaultTo": 2, "mapNullable": 2, "mod": 2, "compare": 2,
	"importJSON": 1, "importTOML": 1, "toFunction": 1, "setFunctionArgs": 2, "mirrorFunctionArgs": 2,
	"lib.functionArgs": 1, "lib.isFunction": 1, "toHexString": 1, "toBaseDigits": 2, "fix": 1, "extends": 3,
	"composeExtensions": 4, "composeManyExtensions": 3, "toExtension": 3, "makeExtensible": 1, "converge": 2,
	"isType": 2, "isOption": 1, "setType": 2, "literalExpression": 1, "literalMD": 1,
	"path.append": 2, "pathType": 1, "pathIsDirectory": 1, "pathIsRegularFile": 1, "listFilesRecursive": 1,
	"resolveDefaultNix": 1, "packagesFromDirectoryRecursive": 1, "importApply": 2,
}

// preludePrims are the functions of prelude.nix.
func preludePrims() map[string]*primSpec {
	out := make(map[string]*primSpec, len(preludeArity))
	for name, arity := range preludeArity {
		out[name] = &primSpec{arity: arity, lib: true, run: func(ev *Evaluator, at Place, a []*Thunk) Value {
			return ev.prelude(at, name, a)
		}}
	}
	return out
}

// prelude calls a function of prelude.nix. Everything that it makes is at the
// place of the call.
func (ev *Evaluator) prelude(at Place, name string, args []*Thunk) Value {
	if ev.traced {
		if v := ev.tracedPrelude(at, name, args); v != nil {
			return v
		}
	}
	if ev.lib == nil {
		ev.lib = preludeFunctions()
	}
	sc := &scope{ev: ev, file: at.File, at: &at, vars: []*Thunk{Done(&Ref{Place: at, Root: Lib})}}
	v := ev.eval(ev.lib[name], sc)
	for _, a := range args {
		v = ev.apply(at, v, a)
	}
	return v
}

// preludeFunctions parses prelude.nix, a function of lib.
func preludeFunctions() map[string]syntax.Expr {
	f, err := syntax.Parse("prelude.nix", preludeSource)
	if err != nil {
		panic(fmt.Sprintf("symbolic: prelude.nix: %v", err)) // embedded, and tested
	}
	out := map[string]syntax.Expr{}
	for _, m := range f.Root.(*syntax.Lambda).Body.(*syntax.Attrs).Set().Members {
		out[m.Name] = m.Value
	}
	return out
}
