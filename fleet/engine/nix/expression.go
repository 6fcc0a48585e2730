package nix

import (
	"encoding/json"
	"strings"
)

// expression returns the function that asks something of the machines of a set
// of configurations, in their order: body is an expression for a value that
// JSON can have, where n is the machine's name and c its configuration. It
// says what happens by builtins.trace, so that what one machine came to is
// known though a later one fails: every trace is nonce and a JSON object, see
// mark. With caught, a machine that throws does not end the evaluation, and
// its error is lost.
func expression(nonce, body string, machines []string, caught bool) string {
	names, _ := json.Marshal(machines)
	return `set: let
  mark = m: v: builtins.trace (` + quote(nonce) + ` + builtins.toJSON m) v;
  ask = n: c: builtins.unsafeDiscardStringContext (builtins.toJSON (` + body + `));
  all = n: let r = ask n set.${n}; in builtins.seq r (mark { event = "done"; machine = n; is = builtins.fromJSON r; } null);
  some = n: let r = builtins.tryEval (ask n set.${n}); in if r.success then all n else mark { event = "caught"; machine = n; } null;
  one = n: if set ? ${n}
    then mark { event = "begin"; machine = n; } (` + map[bool]string{false: "all", true: "some"}[caught] + ` n)
    else mark { event = "absent"; machine = n; } null;
in builtins.foldl' (a: n: builtins.seq (one n) a) null (builtins.fromJSON ` + quote(string(names)) + `)`
}

// toplevel is the body that says what a machine should run.
func toplevel(attribute string) string {
	return `let t = c.` + attribute + `; in { derivation = t.drvPath; path = t.outPath; platform = t.system or ""; }`
}

// mark is what the expression says of a machine.
type mark struct {
	Event   string          `json:"event"` // "begin", "done", "absent" or "caught"
	Machine string          `json:"machine"`
	Is      json.RawMessage `json:"is"` // of "done"
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
