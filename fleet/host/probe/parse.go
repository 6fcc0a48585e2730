package probe

import (
	"bytes"
	"cmp"
	"errors"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"assay/fleet"
	"assay/fleet/host"
)

// errAnswer is an answer that is not one.
var errAnswer = errors.New("the host's answer cannot be read")

// The directories of the links, on the host.
const (
	runDir      = "/run"
	profilesDir = "/nix/var/nix/profiles"
	storeDir    = "/nix/store"
)

// answer collects what the lines of an answer say.
type answer struct {
	facts      fleet.Facts
	root       string // where the host's file system begins, "" on a real host
	profile    string // name of the link that the profile points to
	boottime   int64  // seconds since the epoch, 0 when not said
	now        int64
	wrong      map[string]string // by name of a link to a system: what the script says of it
	strange    map[string]string // where such a link leads that does not lead to a store path
	version    []string          // lines of JSON that say the versions of the running system
	inhibitors []string          // lines of its file of that name
	units      *fleet.Units
	broken     map[string]string // link of a system that leads nowhere, as "motd -> /nix/store/..."
}

// parse reads the output of the script. What comes before its first line and
// after its last one may be anything a login shell prints; without the last
// one the answer is not whole and an error.
func parse(output []byte) (fleet.Facts, error) {
	_, rest, found := bytes.Cut(output, []byte("\nassay-facts 1\n"))
	if !found {
		return fleet.Facts{}, errAnswer
	}
	a := answer{wrong: map[string]string{}, strange: map[string]string{}, broken: map[string]string{}}
	for line := range bytes.Lines(rest) {
		line, whole := bytes.CutSuffix(line, []byte("\n"))
		if whole && string(line) == "end" {
			a.finish()
			return a.facts, nil
		}
		a.line(string(line))
	}
	return fleet.Facts{}, errAnswer
}

func (a *answer) line(line string) {
	if name, target, ok := link(line); ok {
		a.link(name, target)
		return
	}
	key, value, _ := strings.Cut(line, " ")
	switch key {
	case "root":
		if value != "" && path.IsAbs(value) {
			a.root = path.Clean(value)
		}
	case "kernel":
		a.facts.Kernel = short(value)
	case "uptime":
		if s, err := strconv.ParseFloat(value, 64); err == nil {
			a.facts.Uptime = seconds(s)
		}
	case "sysctl":
		a.sysctl(value)
	case "now":
		a.now, _ = strconv.ParseInt(value, 10, 64)
	case "wrong":
		name, what, _ := strings.Cut(value, " ")
		a.wrong[name] = what
	case "broken":
		name, entry, _ := strings.Cut(value, " ")
		a.addBroken(name, entry)
	case "part":
		a.part(value)
	case "guard":
		a.guard(value)
	case "version":
		a.version = append(a.version, value)
	case "inhibitor":
		a.inhibitors = append(a.inhibitors, value)
	default:
		a.health(key, value)
	}
}

// finish sets what follows from several lines.
func (a *answer) finish() {
	f := &a.facts
	slices.SortStableFunc(f.Generations, func(x, y fleet.Generation) int { return cmp.Compare(x.Number, y.Number) })
	f.Generations = slices.CompactFunc(f.Generations, func(x, y fleet.Generation) bool { return x.Number == y.Number })
	f.Generation = generation(a.profile)
	for _, g := range f.Generations {
		if g.Number == f.Generation {
			f.Profile = g.Path
		}
	}
	if a.boottime > 0 && a.now > a.boottime {
		f.Uptime = seconds(float64(a.now) - float64(a.boottime))
	}
	f.Damaged = a.damaged()
	a.made()
	a.inhibited()
	a.settled()
}

func (a *answer) link(name, target string) {
	switch name {
	case "current-system":
		if a.facts.Running = a.storePath(runDir, target); a.facts.Running == "" {
			a.strange[name] = target
		}
	case "booted-system":
		a.facts.Booted = a.storePath(runDir, target)
	case "nix":
		a.nix(target)
	case "system":
		a.profile = a.inProfiles(target)
	default:
		if n := generation(name); n > 0 {
			a.facts.Generations = append(a.facts.Generations, fleet.Generation{Number: n, Path: a.storePath(profilesDir, target)})
		}
	}
}

// link reads a line of "ls -ldn" for a symbolic link, which POSIX specifies
// to end in "path -> target", and returns the last element of the path.
func link(line string) (name, target string, ok bool) {
	left, target, ok := strings.Cut(line, " -> ")
	if !ok || !strings.HasPrefix(line, "l") {
		return "", "", false
	}
	return left[strings.LastIndexByte(left, '/')+1:], target, true
}

// resolve returns where a link in the directory dir of the host leads, as a
// path on the host. On a simulated host an absolute target lies below its
// root; one that does not is "".
func (a *answer) resolve(dir, target string) string {
	if !path.IsAbs(target) {
		return path.Join(dir, target)
	}
	target = path.Clean(target)
	if a.root == "" || a.root == "/" {
		return target
	}
	inside, ok := strings.CutPrefix(target, a.root+"/")
	if !ok {
		return ""
	}
	return "/" + inside
}

// storePath returns where a link leads when that is a store path, else "".
func (a *answer) storePath(dir, target string) string {
	p := a.resolve(dir, target)
	if !fleet.IsStorePath(p) {
		return ""
	}
	return p
}

// inProfiles returns the name of the profile link that target is, else "".
func (a *answer) inProfiles(target string) string {
	dir, name := path.Split(a.resolve(profilesDir, target))
	if dir != profilesDir+"/" {
		return ""
	}
	return name
}

// generation returns N of "system-N-link", 0 for any other name.
func generation(name string) int {
	digits, ok := strings.CutPrefix(name, "system-")
	digits, ok2 := strings.CutSuffix(digits, "-link")
	n, err := strconv.ParseInt(digits, 10, 32)
	if !ok || !ok2 || err != nil || n <= 0 || digits != strconv.FormatInt(n, 10) {
		return 0
	}
	return int(n)
}

// short bounds a line of free text.
func short(s string) string {
	return clipped(s, 100)
}

// clipped makes s one line of no more than limit bytes.
func clipped(s string, limit int) string {
	s = strings.Join(strings.Fields(host.Sanitize(s)), " ")
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "")
	}
	return s
}

// seconds returns s as a duration, 0 when it is no sensible uptime.
func seconds(s float64) time.Duration {
	const century = 100 * 365 * 24 * 3600
	if !(s > 0 && s < century) {
		return 0
	}
	return time.Duration(math.Round(s * float64(time.Second)))
}
