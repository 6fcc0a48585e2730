package fleet

import "time"

// Reach says whether a host answered.
type Reach string

// The states of reach. The empty Reach is "nobody has asked yet".
const (
	Reachable   Reach = "reachable"
	Unreachable Reach = "unreachable"
)

// Facts is what one host said about itself at one moment. An empty string or
// a zero means that the host did not say.
type Facts struct {
	Machine     string
	At          time.Time // when the answer came
	Reach       Reach
	Cause       string // why it is unreachable: "handshake deadline"
	Identity    bool   // the cause is that the host's identity could not be verified
	NoTarget    bool   // the cause is that it has no address: nobody has asked it
	Running     string // store path of the running system
	Booted      string // store path of the system that was booted
	Profile     string // store path of the system profile: what boots next
	Damaged     string // what is wrong with what the host runs or boots next, in words; "" when nothing was seen
	Generation  int    // number of the profile's generation
	Generations []Generation
	Kernel      string // "Linux 6.1.0", as uname says
	Uptime      time.Duration

	// BootParts says whether what only a boot brings is the same in the running
	// and the booted system: kernel, initrd, kernel-modules, kernel-params and
	// systemd. OldParts are those that are not.
	BootParts Truth
	OldParts  []string

	BootID     string    // changes with every boot
	Version    string    // of NixOS or nix-darwin: "25.11.20251120.a1b2c3d"
	Revision   string    // revision of the configuration that the running system was made from
	Nix        string    // "Nix 2.28.3", "Lix 2.93.0"
	Daemon     Truth     // whether Nix's daemon has a socket there
	Root       Truth     // whether the user who asked is root
	Load       []float64 // processes that ran or wanted to, over 1, 5 and 15 minutes; nil is not known
	Store      Space     // of /nix
	Boot       Space     // of /boot
	Units      *Units    // nil is not known, or there is no systemd
	Inhibitors string    // the running system's switch-inhibitors, as it is; "" where it has none or too much
	Guard      *Guard    // nil is none, or not known
}

// Generation is one numbered entry of a host's system profile.
type Generation struct {
	Number int
	Path   string
}

// Drift reports whether the host runs something else than wanted; a damaged
// system is something else. It is Unknown when either side is not known.
func (f *Facts) Drift(wanted string) Truth {
	if f == nil || f.Running == "" || wanted == "" {
		return Unknown
	}
	return TruthOf(f.Running != wanted || f.Damaged != "")
}

// Reboot reports whether the host needs a reboot to run all of its system:
// False when it booted the system that it runs, else whether they differ in
// what only a boot brings.
func (f *Facts) Reboot() Truth {
	switch {
	case f == nil || f.Running == "":
		return Unknown
	case f.Running == f.Booted:
		return False
	case f.Booted == "":
		return Unknown
	}
	return f.BootParts.Not()
}
