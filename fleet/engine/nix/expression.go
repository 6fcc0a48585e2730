package nix

import (
	"encoding/json"
	"strings"
)

// expression returns the function that evaluates machines of a set of
// configurations, in their order. It says what happens by builtins.trace, so
// that what one machine came to is known though a later one fails: every
// trace is nonce and a JSON object, see mark. With caught, a machine that
// throws does not end the evaluation, and its error is lost.
func expression(nonce, attribute string, machines []string, caught bool) string {
	names, _ := json.Marshal(machines)
	return `set: let
  mark = m: v: builtins.trace (` + quote(nonce) + ` + builtins.toJSON m) v;
  text = n: let t = set.${n}.` + attribute + `; in builtins.toJSON { derivation = t.drvPath; path = t.outPath; platform = t.system or ""; };
  all = n: let r = text n; in builtins.seq r (mark { event = "done"; machine = n; is = builtins.fromJSON (builtins.unsafeDiscardStringContext r); } null);
  some = n: let r = builtins.tryEval (text n); in if r.success then all n else mark { event = "caught"; machine = n; } null;
  one = n: if set ? ${n}
    then mark { event = "begin"; machine = n; } (` + map[bool]string{false: "all", true: "some"}[caught] + ` n)
    else mark { event = "absent"; machine = n; } null;
in builtins.foldl' (a: n: builtins.seq (one n) a) null (builtins.fromJSON ` + quote(string(names)) + `)`
}

// mark is what the expression says of a machine.
type mark struct {
	Event   string    `json:"event"` // "begin", "done", "absent" or "caught"
	Machine string    `json:"machine"`
	Is      evaluated `json:"is"` // of "done"
}

// readMark reads a message of Nix.
func readMark(nonce, message string) (mark, bool) {
	var m mark
	_, text, found := strings.Cut(message, nonce)
	if !found || json.NewDecoder(strings.NewReader(text)).Decode(&m) != nil {
		return mark{}, false
	}
	return m, true
}

// quote returns s as a string of the Nix language.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `${`, `\${`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + `"`
}
