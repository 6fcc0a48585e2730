package probe

import (
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"assay/fleet"
	"assay/fleet/host"
)

const (
	mostUnits      = 50      // names of failed units that are kept
	mostInhibitors = 8 << 10 // bytes of a system's switch-inhibitors
	mostLines      = 100     // lines of a file that the script gives
)

// health reads a line that says how the host is.
func (a *answer) health(key, value string) {
	f := &a.facts
	switch key {
	case "load":
		f.Load = load(value)
	case "boot":
		f.BootID = word(value, 64)
	case "user":
		if _, err := strconv.ParseUint(value, 10, 32); err == nil {
			f.Root = fleet.TruthOf(value == "0")
		}
	case "daemon":
		if value == "yes" || value == "no" {
			f.Daemon = fleet.TruthOf(value == "yes")
		}
	case "nix":
		f.Nix = nixVersion(value)
	case "space":
		name, line, _ := strings.Cut(value, " ")
		switch name {
		case "nix":
			f.Store = space(line)
		case "boot":
			f.Boot = space(line)
		}
	case "systemd", "failed":
		a.unit(key, value)
	}
}

// sysctl reads a line of macOS' command of that name.
func (a *answer) sysctl(line string) {
	name, value, _ := strings.Cut(line, ": ")
	switch name {
	case "kern.boottime": // "{ sec = 1700000000, usec = 0 } Tue Nov 14 ..."
		if _, after, ok := strings.Cut(value, "sec = "); ok {
			digits, _, _ := strings.Cut(after, ",")
			a.boottime, _ = strconv.ParseInt(digits, 10, 64)
		}
	case "vm.loadavg": // "{ 1.52 1.61 1.70 }"
		a.facts.Load = load(strings.Trim(value, "{} "))
	case "kern.bootsessionuuid":
		a.facts.BootID = word(value, 64)
	}
}

// load reads the first three numbers of a line, nil where they are none.
func load(line string) []float64 {
	words := strings.Fields(line)
	if len(words) < 3 {
		return nil
	}
	three := make([]float64, 3)
	for i := range three {
		n, err := strconv.ParseFloat(words[i], 64)
		if err != nil || !(n >= 0 && n < 1e6) {
			return nil
		}
		three[i] = n
	}
	return three
}

// space reads a line of "df -Pk": device, blocks, used, available, "7%", and
// where it is mounted. The device and the place may have spaces in them.
func space(line string) fleet.Space {
	words := strings.Fields(line)
	for i := len(words) - 1; i >= 4; i-- {
		if !strings.HasSuffix(words[i], "%") && words[i] != "-" {
			continue
		}
		total, err := strconv.ParseUint(words[i-3], 10, 53)
		free, err2 := strconv.ParseInt(words[i-1], 10, 53)
		if err == nil && err2 == nil && total > 0 && free <= int64(total) {
			// What is left for users may be less than nothing.
			return fleet.Space{Free: max(free, 0) << 10, Total: int64(total) << 10}
		}
	}
	return fleet.Space{}
}

// unit reads what systemd says of itself and of the units that have failed.
func (a *answer) unit(key, value string) {
	if a.units == nil {
		a.units = &fleet.Units{Failed: -1}
	}
	u := a.units
	if key == "failed" {
		name, _, _ := strings.Cut(strings.TrimSpace(value), " ")
		if name = word(name, 256); name != "" && len(u.Names) < mostUnits {
			u.Names = append(u.Names, name)
		}
		return
	}
	switch name, text, _ := strings.Cut(value, "="); name {
	case "SystemState":
		u.State = word(text, 32)
	case "NFailedUnits":
		if n, err := strconv.ParseUint(text, 10, 31); err == nil {
			u.Failed = int(n)
		}
	}
}

// settled takes what systemd says where it has said all of it.
func (a *answer) settled() {
	if u := a.units; u != nil && u.Failed >= 0 && u.State != "" {
		slices.Sort(u.Names)
		u.Names = slices.Compact(u.Names)
		u.Failed = max(u.Failed, len(u.Names))
		a.facts.Units = u
	}
	if g := a.facts.Guard; g != nil && (g.ID == "" || g.State == "") {
		a.facts.Guard = nil
	}
}

// part reads whether a part of the running system is that of the booted one.
func (a *answer) part(value string) {
	f := &a.facts
	switch name, is, _ := strings.Cut(value, " "); {
	case !slices.Contains([]string{"kernel", "initrd", "kernel-modules", "kernel-params", "systemd"}, name):
	case is == "other" && !slices.Contains(f.OldParts, name):
		f.OldParts = append(f.OldParts, name)
		f.BootParts = fleet.False
	case is == "same" && f.BootParts == fleet.Unknown:
		f.BootParts = fleet.True
	}
}

// guard reads a line of /run/assay/current, which package guard writes.
func (a *answer) guard(line string) {
	if a.facts.Guard == nil {
		a.facts.Guard = &fleet.Guard{}
	}
	g := a.facts.Guard
	switch key, value, _ := strings.Cut(line, " "); key {
	case "id":
		g.ID = word(value, 128)
	case "state":
		if slices.Contains([]string{"armed", "confirmed", "done", "rolled-back", "failed"}, value) {
			g.State = value
		}
	case "from":
		g.From = system(value)
	case "to":
		g.To = system(value)
	case "at":
		g.At = moment(value)
	case "until":
		g.Until = moment(value)
	case "goal":
		g.Goal = word(value, 32)
	case "operator":
		g.Operator = short(value)
	case "trouble":
		g.Trouble = clipped(value, 300)
	}
}

// system returns s when it is a store path, else "".
func system(s string) string {
	if !fleet.IsStorePath(s) {
		return ""
	}
	return s
}

// moment reads seconds since the epoch, the zero time where they are none.
func moment(s string) time.Time {
	n, err := strconv.ParseInt(s, 10, 40)
	if err != nil || n <= 0 {
		return time.Time{}
	}
	return time.Unix(n, 0)
}

// made reads the versions of the running system, which are JSON.
func (a *answer) made() {
	var of struct {
		Revision string `json:"configurationRevision"`
		NixOS    string `json:"nixosVersion"`
		Darwin   string `json:"darwinLabel"`
	}
	if len(a.version) >= mostLines || json.Unmarshal([]byte(strings.Join(a.version, "\n")), &of) != nil {
		return
	}
	a.facts.Revision = word(of.Revision, 100)
	if a.facts.Version = word(of.NixOS, 100); a.facts.Version == "" {
		a.facts.Version = word(of.Darwin, 100)
	}
}

// inhibited takes the running system's switch-inhibitors, whole or not at all.
func (a *answer) inhibited() {
	text := strings.Join(a.inhibitors, "\n")
	if len(a.inhibitors) < mostLines && len(text) <= mostInhibitors && host.Sanitize(text) == text {
		a.facts.Inhibitors = text
	}
}

// nix reads where a link to the command leads: the store path tells the
// version. The first one that does counts.
func (a *answer) nix(target string) {
	dir, ok := strings.CutSuffix(a.resolve("/", target), "/bin/nix")
	if !ok || !fleet.IsStorePath(dir) || a.facts.Nix != "" {
		return
	}
	a.facts.Nix = nixVersion(path.Base(dir)[33:])
}

// nixVersion returns "Nix 2.28.3" of "nix-2.28.3" and "nix (Nix) 2.28.3",
// "Lix 2.93.0" of "lix-2.93.0" and "nix (Lix, like Nix) 2.93.0".
func nixVersion(s string) string {
	s = short(s)
	name, version, ok := strings.Cut(s, "-")
	if _, inside, called := strings.Cut(s, "("); called {
		name, version, ok = strings.Cut(inside, ")")
		name, _, _ = strings.Cut(name, ",")
		version = strings.TrimSpace(version)
	}
	if !ok || version == "" {
		return s
	}
	switch strings.ToLower(name) {
	case "nix":
		return "Nix " + version
	case "lix":
		return "Lix " + version
	}
	return s
}

// word returns s when it is one printable word of no more than most bytes,
// else "".
func word(s string, most int) string {
	if len(s) > most || host.Sanitize(s) != s || strings.ContainsAny(s, " \t\n") {
		return ""
	}
	return s
}
