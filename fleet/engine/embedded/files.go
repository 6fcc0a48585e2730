package embedded

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"assay/fleet"
	"assay/modules/compose"
)

// userName is what a home directory may be called.
var userName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$`) })

// attr is one attribute of a declared file: its option and what it comes to.
type attr struct {
	option string // option path, with the attribute below it where the option holds a set
	known  bool
	value  any
	why    string // why it is not known or in conflict
}

// declared is one file as the options of a scope declare it.
type declared struct {
	option string // "environment.etc", "home.file" or "xdg.configFile"
	name   string
	attrs  map[string]attr
}

// wanted is one file that a generation holds.
type wanted struct {
	source     string // in the generation: "etc/motd", "home/cameron/.bashrc"
	place      string // on the host, relative to its root
	shown      string // in the record: "/etc/motd", "~cameron/.bashrc"
	name       string // store name
	content    []byte
	executable bool
}

// declaredFiles gathers the files that a scope's options declare, in order,
// and the paths of the options that take part.
func declaredFiles(scope compose.Scope) (files []*declared, took map[string]bool) {
	byName := make(map[string]*declared)
	took = make(map[string]bool)
	for _, o := range scope.Options {
		names, ok := splitPath(o.Path)
		if !ok || len(names) < 2 {
			continue
		}
		option := names[0] + "." + names[1]
		if (option == "environment.etc") != (scope.User == "") ||
			option != "environment.etc" && option != "home.file" && option != "xdg.configFile" {
			continue
		}
		for _, a := range flatten(names[2:], o) {
			f := byName[option+"\x00"+a.file]
			if f == nil {
				f = &declared{option: option, name: a.file, attrs: make(map[string]attr)}
				byName[option+"\x00"+a.file] = f
			}
			f.attrs[a.name] = a.attr
			took[o.Path] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(byName)) {
		files = append(files, byName[key])
	}
	return files, took
}

// fileAttr is an attribute with the file that it belongs to.
type fileAttr struct {
	file, name string
	attr
}

// flatten gives the attributes of files that an option below environment.etc
// (or home.file, ...) sets: <name>.<attribute>, or <name> = { ... }, or all at
// once. Anything else gives none.
func flatten(below []string, o compose.Option) []fileAttr {
	v := o.Merged
	if len(below) == 2 {
		a := attr{option: o.Path, known: v.State == compose.Known, value: v.Value.Data, why: unknownReason(o)}
		return []fileAttr{{file: below[0], name: below[1], attr: a}}
	}
	set, ok := v.Value.Data.(map[string]any)
	if len(below) > 2 || v.State != compose.Known || !ok {
		return nil
	}
	var out []fileAttr
	if len(below) == 1 {
		for _, name := range slices.Sorted(maps.Keys(set)) {
			out = append(out, fileAttr{file: below[0], name: name,
				attr: attr{option: o.Path + "." + name, known: true, value: set[name]}})
		}
		return out
	}
	for _, file := range slices.Sorted(maps.Keys(set)) {
		attrs, ok := set[file].(map[string]any)
		if !ok {
			return nil
		}
		for _, name := range slices.Sorted(maps.Keys(attrs)) {
			out = append(out, fileAttr{file: file, name: name,
				attr: attr{option: o.Path + "." + quoteName(file) + "." + name, known: true, value: attrs[name]}})
		}
	}
	return out
}

// quoteName writes an attribute name as Nix source.
func quoteName(name string) string {
	if identifier.MatchString(name) {
		return name
	}
	return strconv.Quote(name)
}

// identifier is a name that needs no quotes in Nix.
var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_'-]*$`)

// places works out where a file goes: in the generation, on the host and in
// the record.
func (f *declared) places(class fleet.Class, user, target string) wanted {
	if f.option == "environment.etc" {
		return wanted{source: "etc/" + target, place: "etc/" + target, shown: "/etc/" + target,
			name: storeName("etc", target)}
	}
	if f.option == "xdg.configFile" {
		target = ".config/" + target
	}
	return wanted{
		source: "home/" + user + "/" + target,
		place:  homeDir(class, user) + "/" + target,
		shown:  "~" + user + "/" + target,
		name:   storeName("home", target),
	}
}

// homeDir is the home of a user below the root of a host.
func homeDir(class fleet.Class, user string) string {
	switch {
	case class == fleet.Darwin && user == "root":
		return "var/root"
	case class == fleet.Darwin:
		return "Users/" + user
	case user == "root":
		return "root"
	}
	return "home/" + user
}

// validTarget reports whether a file may be put at a path relative to /etc or
// a home: no way out, no empty or overlong names, nothing but printable text.
// Names that start with two dots are refused all, since the NAR writer takes
// them for a way up.
func validTarget(target string) bool {
	if target == "" || len(target) > 1024 || path.IsAbs(target) || path.Clean(target) != target || target == "." {
		return false
	}
	for name := range strings.SplitSeq(target, "/") {
		if strings.HasPrefix(name, "..") || len(name) > 200 {
			return false
		}
	}
	return !strings.ContainsFunc(target, func(r rune) bool {
		return r == unicode.ReplacementChar || !unicode.IsPrint(r)
	})
}
