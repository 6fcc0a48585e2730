package syntax

import "strings"

// globals holds the names that are visible everywhere: those of Nix 2.8 and what later versions added.
var globals = globalNames()

func globalNames() map[string]bool {
	t := make(map[string]bool)
	for _, n := range strings.Fields(plainGlobals) {
		t[n] = true
	}
	for _, n := range strings.Fields(builtinGlobals) {
		t["__"+n] = true
	}
	return t
}

// plainGlobals are global under their own name.
const plainGlobals = "" +
	"abort baseNameOf break builtins derivation derivationStrict dirOf false fetchGit fetchMercurial fetchTarball " +
	"fetchTree fromTOML import isNull map null placeholder removeAttrs scopedImport throw toString true "

// builtinGlobals are global with two underscores in front, among them __curPos, which is not a variable but a keyword.
const builtinGlobals = "" +
	"add addErrorContext all any appendContext attrNames attrValues bitAnd bitOr bitXor catAttrs ceil " +
	"compareVersions concatLists concatMap concatStringsSep currentSystem currentTime deepSeq div elem elemAt " +
	"fetchurl filter filterSource findFile floor foldl' fromJSON functionArgs genList genericClosure getAttr " +
	"getContext getEnv getFlake groupBy hasAttr hasContext hashFile hashString head intersectAttrs isAttrs isBool " +
	"isFloat isFunction isInt isList isPath isString langVersion length lessThan listToAttrs mapAttrs match mul " +
	"nixPath nixVersion parseDrvName partition path pathExists readDir readFile replaceStrings seq sort split " +
	"splitVersion storeDir storePath stringLength sub substring tail toFile toJSON toPath toXML trace tryEval " +
	"typeOf unsafeDiscardOutputDependency unsafeDiscardStringContext unsafeGetAttrPos zipAttrsWith exec " +
	"importNative valueSize addDrvOutputDependencies convertHash curPos fetchClosure fetchFinalTree " +
	"flakeRefToString parseFlakeRef outputOf readFileType traceVerbose warn "
