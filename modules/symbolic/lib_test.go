package symbolic

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/modules/syntax"
)

// libCase is a function of lib, and what it comes to.
type libCase struct{ source, want string }

// libCases are functions of lib applied to lib itself, with what Nix says.
var libCases = []libCase{
	{`lib: lib.forEach [ 1 2 ] (x: x + 1)`, `[2,3]`},
	{`lib: lib.concatMap (x: [ x x ]) [ 1 2 ]`, `[1,1,2,2]`},
	{`lib: lib.flatten [ 1 [ 2 [ 3 ] ] [ ] ]`, `[1,2,3]`},
	{`lib: lib.filter (x: x > 1) [ 1 2 3 ]`, `[2,3]`},
	{`lib: [ (lib.any (x: x > 1) [ 1 2 ]) (lib.all (x: x > 1) [ 1 2 ]) ]`, `[true,false]`},
	{`lib: [ (lib.head [ 1 2 ]) (lib.last [ 1 2 ]) (lib.elemAt [ 1 2 ] 1) ]`, `[1,2,2]`},
	{`lib: [ (lib.tail [ 1 2 ]) (lib.reverseList [ 1 2 ]) (lib.range 1 3) (lib.genList (x: x) 2) ]`, `[[2],[2,1],[1,2,3],[0,1]]`},
	{`lib: lib.foldl (a: b: a + b) "" [ "x" "y" ] + lib.foldr (a: b: a + b) "" [ "x" "y" ] + lib.foldl' (a: b: b + a) "" [ "x" "y" ]`, `"xyxyyx"`},
	{`lib: lib.optional true 1 ++ lib.optional false 2 ++ lib.optionals true [ 3 ] ++ lib.singleton 4 ++ lib.toList 5 ++ lib.toList [ 6 ]`, `[1,3,4,5,6]`},
	{`lib: lib.unique [ 1 2 1 "1" ]`, `[1,2,"1"]`},
	{`lib: lib.subtractLists [ 1 ] [ 1 2 1 3 ]`, `[2,3]`},
	{`lib: [ (lib.imap0 (i: x: i + x) [ 1 2 ]) (lib.imap1 (i: x: i + x) [ 1 2 ]) ]`, `[[1,3],[2,4]]`},
	{`lib: lib.lists.concatLists [ [ 1 ] [ 2 ] ]`, `[1,2]`},
	{`lib: lib.mapAttrs' (n: v: lib.nameValuePair (n + "x") (v + 1)) { a = 1; }`, `{"ax":2}`},
	{`lib: lib.mapAttrsToList (n: v: n + v) { b = "1"; a = "2"; }`, `["a2","b1"]`},
	{`lib: lib.attrsToList { a = 1; }`, `[{"name":"a","value":1}]`},
	{`lib: lib.concatMapAttrs (n: v: { ${n} = v; ${n + "2"} = v; }) { a = 1; }`, `{"a":1,"a2":1}`},
	{`lib: lib.filterAttrs (n: v: v > 1) { a = 1; b = 2; }`, `{"b":2}`},
	{`lib: lib.genAttrs [ "a" "b" ] (n: n + "!")`, `{"a":"a!","b":"b!"}`},
	{`lib: lib.optionalAttrs false { a = 1; } // lib.optionalAttrs true { b = 1; }`, `{"b":1}`},
	{`lib: lib.recursiveUpdate { a.b = 1; a.c = 2; d = { x = 1; }; } { a.b = 3; d = 4; }`, `{"a":{"b":3,"c":2},"d":4}`},
	{`lib: lib.mergeAttrsList [ { a = 1; } { a = 2; b = 1; } ]`, `{"a":2,"b":1}`},
	{`lib: lib.getAttrs [ "a" ] { a = 1; b = 2; }`, `{"a":1}`},
	{`lib: [ (lib.attrVals [ "b" "a" ] { a = 1; b = 2; }) (lib.catAttrs "a" [ { a = 1; } { b = 2; } ]) ]`, `[[2,1],[1]]`},
	{`lib: lib.setAttrByPath [ "a" "b" ] 1`, `{"a":{"b":1}}`},
	{`lib: [ (lib.attrByPath [ "a" "b" ] 0 { a.b = 1; }) (lib.attrByPath [ "a" "c" ] 0 { a.b = 1; }) (lib.getAttrFromPath [ "a" ] { a = 2; }) ]`, `[1,0,2]`},
	{`lib: removeAttrs { a = 1; b = 2; } [ "a" "c" ]`, `{"b":2}`},
	{`lib: lib.concatStringsSep ", " [ "a" "b" ] + lib.concatStrings [ "x" "y" ] + lib.concatLines [ "p" "q" ]`, `"a, bxyp\nq\n"`},
	{`lib: lib.concatMapStringsSep "-" (x: x + "!") [ "a" "b" ] + lib.concatMapStrings toString [ 1 2 ]`, `"a!-b!12"`},
	{`lib: lib.concatMapAttrsStringSep ";" (n: v: "${n}=${v}") { b = "1"; a = "2"; }`, `"a=2;b=1"`},
	{`lib: lib.optionalString true "a" + lib.optionalString false "b"`, `"a"`},
	{`lib: [ (lib.hasPrefix "a" "ab") (lib.hasSuffix "b" "ab") (lib.hasInfix "c" "ab") ]`, `[true,true,false]`},
	{`lib: lib.removePrefix "a" "ab" + lib.removeSuffix "x" "cx" + lib.removePrefix "z" "d"`, `"bcd"`},
	{`lib: lib.toUpper "aäz" + lib.toLower "AÄZ"`, `"AäZaÄz"`},
	{`lib: lib.trim " \n a b\t"`, `"a b"`},
	{`lib: lib.escapeShellArg "a b'c" + lib.escapeShellArg "plain-1.0" + lib.escapeShellArg ""`, `"'a b'\\''c'plain-1.0''"`},
	{`lib: lib.splitString "." "a.b..c"`, `["a","b","","c"]`},
	{`lib: [ (lib.stringLength "aä") (lib.substring 1 10 "abc") (lib.replaceStrings [ "a" ] [ "b" ] "aa") ]`, `[3,"bc","bb"]`},
	{`lib: lib.fixedWidthString 5 "0" "42" + lib.boolToString true + toString (lib.toInt "7")`, `"00042true7"`},
	{`lib: lib.pipe 1 [ (x: x + 1) (x: x * 3) ]`, `6`},
	{`lib: lib.flip (a: b: a + b) "x" "y" + lib.id "z" + lib.const "c" 1`, `"yxzc"`},
	{`lib: [ (lib.min 1 2) (lib.max 1 2) ]`, `[1,2]`},
	{`lib: [ (lib.isAttrs { }) (lib.isList { }) (lib.isString "") (lib.isInt 1) (lib.isBool 1) (lib.isFunction (x: x)) (lib.isFunction lib.id) ]`, `[true,false,true,true,false,true,true]`},
	{`lib: lib.generators.toJSON { } { a = 1; }`, `"{\"a\":1}"`},
	{`lib: lib.generators.toINI { } { s = { k = 1; b = true; t = "x y"; }; r = { }; }`, `"[r]\n\n[s]\nb=true\nk=1\nt=x y\n"`},
	{`lib: lib.generators.toKeyValue { } { a = 1; b = null; c = false; "d=e" = "x"; }`, `"a=1\nb=null\nc=false\nd\\=e=x\n"`},
	{`lib: with lib; concatStringsSep "" (map toString [ 1 2 ])`, `"12"`},
	{`lib: lib.throwIf false "x" 1 + lib.throwIfNot true "x" 1 + (if lib.assertMsg true "x" then 1 else 0)`, `3`},
	{`lib: lib.throwIf true "x" 1`, `fault: throws x`},
	{`lib: [ (baseNameOf "/a/b") (dirOf "/a/b") (baseNameOf ./x/y.nix) ]`, `["b","/a","y.nix"]`},
	{`lib: [ (lib.replicate 3 "a") (lib.strings.replicate 2 "ab") (builtins.elem { a = 1; } [ { a = 1; } ]) ]`, `[["a","a","a"],"abab",true]`},
	{`lib: builtins.toJSON [ 1.5 1.0e20 0.1 (-1) "é\"\\/" ]`, `"[1.5,1e+20,0.1,-1,\"é\\\"\\\\/\"]"`},
	{`lib: builtins.intersectAttrs { a = 1; } { a = 2; b = 3; }`, `{"a":2}`},
	{`lib: { a.b.c = 1; a.b.d = 2; a = { e = 3; }; }`, `{"a":{"b":{"c":1,"d":2},"e":3}}`},
	{`lib: let inherit (lib) optional; f = { a ? 1, b ? a, ... }@x: [ a b (x ? b) ]; in f { } ++ optional true (f { a = 2; b = 3; })`, `[1,1,false,[2,3,true]]`},
	{`lib: rec { x = 1; y = { inherit x; z = x + 1; }; }`, `{"x":1,"y":{"x":1,"z":2}}`},
	{`lib: ''
    a
      b ''${c} ${"d"}
  ''`, `"a\n  b ${c} d\n"`},
	{`lib: [ (1 / 2) (7 / 2) (-7 / 2) (1.0 / 4) (3 - 5) ] ++ [ (1 < 2) ("b" > "a") (1 <= 1.0) (!true || 1 == 1 && false) (false -> true) ]`, `[0,3,-3,0.25,-2,true,true,true,false,true]`},
	{`lib: "${toString 1.5} ${toString [ 1 [ 2 3 ] "x" ]} ${toString true}${toString null}"`, `"1.500000 1 2 3 x 1"`},
}

// evalLib evaluates a function of lib here.
func evalLib(t *testing.T, source string) string {
	t.Helper()
	f, err := syntax.Parse("t.nix", []byte(source))
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	ev := New(nil, DefaultLimits)
	v := ev.Apply(Place{}, ev.File(f), &Ref{Root: Lib})
	if _, bad := ev.plain(v, 0); bad != nil {
		if isFault(bad) {
			return "fault: " + Why(bad)
		}
		return "unknown: " + Why(bad)
	}
	s, _ := primToJSON(ev, Place{}, []*Thunk{Done(v)}).(*String).Text()
	return s
}

func TestLib(t *testing.T) {
	for _, c := range slices.Concat(libCases, moreCases) {
		if got := evalLib(t, c.source); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.source, got, c.want)
		}
	}
}

// TestLibAgainstNix asks Nix the same.
func TestLibAgainstNix(t *testing.T) {
	lib := os.Getenv("ASSAY_NIXPKGS_LIB")
	if lib == "" {
		t.Skip("not run: ASSAY_NIXPKGS_LIB names no directory with nixpkgs' lib")
	}
	nix := newestNix(t)
	cases := slices.DeleteFunc(slices.Concat(libCases, moreCases), func(c libCase) bool { return strings.HasPrefix(c.want, "fault") })
	var all strings.Builder
	fmt.Fprintf(&all, "let lib = import (/. + %q); in [\n", lib)
	for _, c := range cases {
		fmt.Fprintf(&all, "(builtins.toJSON ((%s) lib))\n", c.source)
	}
	all.WriteString("]")
	var said []string
	if err := json.Unmarshal(ask(t, nix, all.String()), &said); err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		if got := evalLib(t, c.source); got != said[i] {
			t.Errorf("%s\n got %s\nNix: %s", c.source, got, said[i])
		}
	}
}

// ask evaluates an expression with Nix, as JSON.
func ask(t *testing.T, nix, source string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), nix, "--eval", "--strict", "--json", "--readonly-mode", "-")
	cmd.Stdin = strings.NewReader(source)
	cmd.Env = append(os.Environ(), "NIX_CONFIG=substituters =\nbuild-users-group =\nexperimental-features = nix-command flakes pipe-operators", "NIX_USER_CONF_FILES=/dev/null")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("Nix: %v\n%s", err, stderr.String())
	}
	return out
}

// newestNix is the nix-instantiate of the newest version of the test bed (what
// script/nixes has made), or else the one in PATH.
func newestNix(t testing.TB) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err == nil {
		found, _ := filepath.Glob(filepath.Join(cache, "assay", "nix", "[0-9]*", "bin", "nix-instantiate"))
		version := func(path string) string { return filepath.Base(filepath.Dir(filepath.Dir(path))) }
		slices.SortFunc(found, func(a, b string) int { return int(compareVersions(version(a), version(b))) })
		if len(found) > 0 {
			return found[len(found)-1]
		}
	}
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Skip("not run: nix-instantiate is not installed")
	}
	return nix
}
