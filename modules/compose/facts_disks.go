package compose

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"assay/fleet"
)

// DiskLine is one line about disks: a disk of disko's or a part of one, or a
// file system that is mounted.
type DiskLine struct {
	Depth int    // 0 for a disk, a pool, a file system; its parts are deeper
	Text  string // "disk main /dev/sda gpt", "ESP 512M vfat /boot"
	At    fleet.Pos
	Why   string // why it is not all known, or not surely so; "" if it is
}

const diskoPath = "disko.devices"

// devices is a part of the set disko.devices.
type devices struct {
	fact  Fact // of an option that ends here
	below map[string]*devices
}

// disksOf describes disko.devices and fileSystems. Device names are as they
// are written.
func disksOf(s *Scope) []DiskLine {
	var out []DiskLine
	if why, at := s.gap(diskoPath + ".*"); why != "" {
		out = append(out, DiskLine{Text: diskoPath, At: at, Why: why})
	}
	root := s.devices(diskoPath)
	for _, kind := range root.names() {
		of := root.get(kind)
		for _, name := range of.names() {
			out = of.get(name).lines(out, 0, kind+" "+name)
		}
	}
	if why, at := s.gap("fileSystems.*"); why != "" {
		out = append(out, DiskLine{Text: "fileSystems", At: at, Why: why})
	}
	mounts := s.devices("fileSystems")
	for _, name := range mounts.names() {
		m := mounts.get(name)
		text := words("mount "+name, m.text("device"), m.text("label"), m.text("fsType"))
		at, why := m.place()
		out = append(out, DiskLine{Text: text, At: at, Why: cmp.Or(why, m.why("device", "fsType"))})
	}
	return out
}

// devices are the options below a path as a set.
func (s *Scope) devices(of string) *devices {
	root := &devices{}
	skip := strings.Count(of, ".") + 1
	for _, o := range s.Below(of) {
		names, err := splitPath(o.Path)
		if err != nil {
			continue
		}
		d := root
		for _, name := range names[skip:] {
			if d.below == nil {
				d.below = map[string]*devices{}
			}
			if d.below[name] == nil {
				d.below[name] = &devices{}
			}
			d = d.below[name]
		}
		d.fact = s.fact(o.Path)
		if d.fact.At.IsZero() {
			d.fact.At = o.Definitions[0].At
		}
	}
	return root
}

func (d *devices) names() []string { return slices.Sorted(maps.Keys(d.below)) }

// get is what is below under a name; it is never nil.
func (d *devices) get(name string) *devices {
	if b := d.below[name]; b != nil {
		return b
	}
	return &devices{}
}

func (d *devices) text(name string) string { return d.get(name).fact.Value }

func (d *devices) why(names ...string) string {
	for _, name := range names {
		if why := d.get(name).fact.Why; why != "" {
			return why
		}
	}
	return ""
}

// place is the first place that says something of it; why is for one that is
// not known as a whole.
func (d *devices) place() (at fleet.Pos, why string) {
	at, why = d.fact.At, d.fact.Why
	for _, b := range d.below {
		p, _ := b.place()
		if !p.IsZero() && (at.IsZero() || fleet.ComparePos(p, at) < 0) {
			at = p
		}
	}
	return at, why
}

// diskParts are the sets of a device that hold its parts.
var diskParts = []string{"partitions", "subvolumes", "datasets", "lvs"}

// lines describes a device and its parts: what is in it may be a device of
// its own, as with LUKS.
func (d *devices) lines(out []DiskLine, depth int, title string) []DiskLine {
	const deepest = 16
	if depth > deepest {
		return out
	}
	at, why := d.place()
	line := DiskLine{Depth: depth, At: at, Why: cmp.Or(why, d.why("device", "size", "type", "content"))}
	content := d.get("content")
	size := cmp.Or(d.text("size"), joined(d.text("start"), "-", d.text("end")))
	line.Text = words(title, d.text("device"), size, d.own(), content.own())
	line.Why = cmp.Or(line.Why, content.why("type", "format", "mountpoint"), d.why("mountpoint", "mode", "fsType"))
	out = append(out, line)
	for _, of := range []*devices{d, content} {
		for _, part := range diskParts {
			set := of.get(part)
			for _, name := range set.names() {
				out = set.get(name).lines(out, depth+1, name)
			}
		}
	}
	if inner := content.get("content"); len(inner.below) > 0 {
		out = (&devices{below: map[string]*devices{"content": inner}}).lines(out, depth+1, "in it")
	}
	return out
}

// own is what a device or its content is: its kind, name, format and where it
// is mounted.
func (d *devices) own() string {
	kind := d.text("type")
	switch kind {
	case "disk", "zpool", "lvm_vg", "mdadm", "zfs_fs", "filesystem", "nodev": // the title or the rest says it
		kind = ""
	case "zfs":
		kind = "in zpool"
	case "lvm_pv":
		kind = "in lvm_vg"
	case "mdraid":
		kind = "in mdadm"
	}
	mount := d.text("mountpoint")
	if mount == "" {
		mount = d.get("options").text("mountpoint")
	}
	level := joined("level ", "", d.text("level"))
	return words(kind, d.text("name"), d.text("pool"), d.text("vg"), d.text("mode"), level, d.text("format"), d.text("fsType"), mount)
}

func joined(a, sep, b string) string {
	if a == "" || b == "" {
		return ""
	}
	return a + sep + b
}

// words joins what is not empty.
func words(list ...string) string {
	return strings.Join(slices.DeleteFunc(list, func(s string) bool { return s == "" }), " ")
}

// diskFiles are the names of files that describe a machine's hardware.
var diskFiles = []string{"facter.json", "hardware-configuration.nix", "disko.nix"}

// filesOf are the files that describe a machine's hardware and disks: those
// that apply, and reports of facter that are named.
func filesOf(c *Composition) []fleet.Pos {
	var out []fleet.Pos
	add := func(at fleet.Pos) {
		if !slices.ContainsFunc(out, func(p fleet.Pos) bool { return p.File == at.File }) {
			out = append(out, fleet.Pos{File: at.File, Line: 1})
		}
	}
	take := func(file string) {
		if slices.Contains(diskFiles, path.Base(file)) {
			add(fleet.Pos{File: file})
		}
	}
	for _, f := range c.Scope.Files {
		take(f.Path)
	}
	for _, r := range c.Scope.Aspects {
		for _, at := range r.Files {
			take(at.File)
		}
	}
	for _, option := range []string{"hardware.facter.reportPath", "facter.reportPath"} {
		if f := c.Scope.fact(option); f.Sure() && !path.IsAbs(f.Value) {
			add(fleet.Pos{File: f.Value})
		}
	}
	for _, at := range c.Beside {
		add(at)
	}
	slices.SortFunc(out, fleet.ComparePos)
	return out
}
