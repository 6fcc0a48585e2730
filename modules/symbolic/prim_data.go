package symbolic

import (
	"bytes"
	"crypto/md5"  //nolint:gosec // what Nix names is computed
	"crypto/sha1" //nolint:gosec // likewise
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// dataPrims read data, and tell what values are.
var dataPrims = map[string]*primSpec{
	"fromJSON":     {arity: 1, run: primFromJSON},
	"fromTOML":     {arity: 1, run: primFromTOML},
	"hashString":   {arity: 2, run: primHash},
	"hashFile":     {arity: 2, run: primHashFile},
	"typeOf":       {arity: 1, run: primTypeOf},
	"functionArgs": {arity: 1, run: primFunctionArgs},
	"tryEval":      {arity: 1, run: primTry},

	"addErrorContext":               {arity: 2, run: second},
	"traceVerbose":                  {arity: 2, run: second},
	"unsafeDiscardStringContext":    {arity: 1, run: primToText},
	"unsafeDiscardOutputDependency": {arity: 1, run: primToText},
	"addDrvOutputDependencies":      {arity: 1, run: primToText},
	"unsafeGetAttrPos":              {arity: 2, run: primAttrPos},
	"break":                         {arity: 1, run: first},
	"traceVal":                      {arity: 1, run: first, lib: true},
	"traceValFn":                    {arity: 2, run: second, lib: true},
	"traceValSeq":                   {arity: 1, run: first, lib: true},
	"traceSeq":                      {arity: 2, run: second, lib: true},
	"traceIf":                       {arity: 3, run: third, lib: true},
	"warnIf":                        {arity: 3, run: third, lib: true},
	"warnIfNot":                     {arity: 3, run: third, lib: true},
	"info":                          {arity: 2, run: second, lib: true},
	"showWarnings":                  {arity: 2, run: second, lib: true},
	"mdDoc":                         {arity: 1, run: first, lib: true},
	"mkAliasOptionModuleMD":         {arity: 2, run: noModule, lib: true},
	"mkRenamedOptionModuleWith":     {arity: 1, run: noModule, lib: true},
	"mkMergedOptionModule":          {arity: 3, run: noModule, lib: true},
	"mkChangedOptionModule":         {arity: 3, run: noModule, lib: true},
	"systems.elaborate":             {arity: 1, run: primElaborate, lib: true},
	"optionalDrvAttr":               {arity: 2, run: primOptionalDrv, lib: true},
}

func first(_ *Evaluator, _ Place, a []*Thunk) Value { return a[0].Force() }

func third(_ *Evaluator, _ Place, a []*Thunk) Value { return a[2].Force() }

func primOptionalDrv(ev *Evaluator, at Place, a []*Thunk) Value {
	return ev.choose(at, a[0].Force(), a[1], Done(Null{at}))
}

// primFromJSON is builtins.fromJSON: numbers without fraction and exponent are
// integers.
func primFromJSON(ev *Evaluator, at Place, a []*Thunk) Value {
	s, ok := ev.textArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	if !ev.grow(8 * len(s)) {
		return &Unknown{Place: at, Why: tooMuch}
	}
	if !utf8.ValidString(s) {
		return &Unknown{Place: at, Why: "the JSON text is not UTF-8"}
	}
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var data any
	if err := d.Decode(&data); err != nil {
		return fault(at, "not JSON: "+err.Error())
	}
	if _, err := d.Token(); err != io.EOF {
		return fault(at, "not JSON: something follows the value")
	}
	return FromData(at, data)
}

func primFromTOML(ev *Evaluator, at Place, a []*Thunk) Value {
	s, ok := ev.textArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	if !ev.grow(16 * len(s)) {
		return &Unknown{Place: at, Why: tooMuch}
	}
	var data map[string]any
	if _, err := toml.Decode(s, &data); err != nil {
		return &Unknown{Place: at, Why: "not TOML: " + Line(err.Error())}
	}
	return FromData(at, data)
}

// hashed is the hash of content in base 16; "" for an algorithm that is not
// known here.
func hashed(algorithm string, content []byte) string {
	switch algorithm {
	case "md5":
		sum := md5.Sum(content) //nolint:gosec // as asked
		return hex.EncodeToString(sum[:])
	case "sha1":
		sum := sha1.Sum(content) //nolint:gosec // as asked
		return hex.EncodeToString(sum[:])
	case "sha256":
		sum := sha256.Sum256(content)
		return hex.EncodeToString(sum[:])
	case "sha512":
		sum := sha512.Sum512(content)
		return hex.EncodeToString(sum[:])
	}
	return ""
}

func primHash(ev *Evaluator, at Place, a []*Thunk) Value {
	algorithm, ok := ev.textArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	s, ok := ev.textArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "a string")
	}
	return ev.hash(at, algorithm, []byte(s))
}

func (ev *Evaluator) hash(at Place, algorithm string, content []byte) Value {
	ev.scan(len(content))
	if sum := hashed(algorithm, content); sum != "" {
		return Text(at, sum)
	}
	return &Unknown{Place: at, Why: "the hash " + Line(algorithm) + " is not computed"}
}

func primHashFile(ev *Evaluator, at Place, a []*Thunk) Value {
	algorithm, ok := ev.textArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	name, other := ev.treePath(at, a[1])
	if name == "" || ev.files == nil {
		return other
	}
	content, err := ev.files.Content(name)
	if err != nil {
		return unread(at, name, err)
	}
	return ev.hash(at, algorithm, bytes.Clone(content))
}

// typeName is what builtins.typeOf says, "" for what is not known.
func typeName(v Value) string {
	switch v.(type) {
	case Null:
		return "null"
	case Bool:
		return "bool"
	case Int:
		return "int"
	case Float:
		return "float"
	case *String:
		return "string"
	case *Path:
		return "path"
	case *List:
		return "list"
	case *Attrs, *Wrap:
		return "set"
	case *Func, *Prim:
		return "lambda"
	}
	return ""
}

func primTypeOf(ev *Evaluator, at Place, a []*Thunk) Value {
	v := ev.force(a[0])
	if name := typeName(v); name != "" {
		return Text(at, name)
	}
	if isFault(v) {
		return v
	}
	return nil
}

func primFunctionArgs(ev *Evaluator, at Place, a []*Thunk) Value {
	switch f := ev.force(a[0]).(type) {
	case *Func:
		if f.lambda.Pattern == nil {
			return emptyAttrs(at)
		}
		var attrs []Attr
		for i := range f.lambda.Pattern.Formals {
			formal := &f.lambda.Pattern.Formals[i]
			own := f.scope.place(formal)
			attrs = append(attrs, Attr{name: formal.Name, V: Done(Bool{own, formal.Default != nil}), At: own})
		}
		return makeSet(at, attrs)
	case *Prim:
		return emptyAttrs(at)
	}
	return ev.wrong(at, a[0], "a function")
}

// primTry is builtins.tryEval. What hangs on an assertion that could not be
// decided does not say whether it succeeds.
func primTry(ev *Evaluator, at Place, a []*Thunk) Value {
	before := ev.taken
	v := ev.force(a[0])
	switch {
	case isFault(v):
		return NewAttrs(at, map[string]Value{"success": Bool{at, false}, "value": Bool{at, false}})
	case symbolic(v) || ev.taken != before:
		return nil
	}
	return &Attrs{Place: at, attrs: []Attr{{name: "success", V: Done(Bool{at, true}), At: at}, {name: "value", V: a[0], At: at}}}
}

func primToText(ev *Evaluator, at Place, a []*Thunk) Value {
	v := ev.force(a[0])
	if _, ok := v.(*String); ok {
		return v
	}
	return ev.wrong(at, a[0], "a string")
}

// primAttrPos knows only that there is no position.
func primAttrPos(ev *Evaluator, at Place, a []*Thunk) Value {
	name, ok := ev.textArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	if ev.has(ev.force(a[1]), name) == no {
		return Null{at}
	}
	return nil
}

// primElaborate knows of a system what a package set's platform says of it.
func primElaborate(ev *Evaluator, at Place, a []*Thunk) Value {
	if system, ok := ev.textArg(a[0]); ok {
		return &Ref{Place: at, Root: Pkgs, Path: []string{"stdenv", "hostPlatform"}, System: system}
	}
	return nil
}
