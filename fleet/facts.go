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
	Running     string // store path of the running system
	Booted      string // store path of the system that was booted
	Profile     string // store path of the system profile: what boots next
	Damaged     string // what is wrong with what the host runs or boots next, in words; "" when nothing was seen
	Generation  int    // number of the profile's generation
	Generations []Generation
	Kernel      string // "Linux 6.1.0", as uname says
	Uptime      time.Duration
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
// False when it booted the system that it runs. Otherwise it is Unknown,
// because the kernels of two systems are not compared.
func (f *Facts) Reboot() Truth {
	if f != nil && f.Running != "" && f.Running == f.Booted {
		return False
	}
	return Unknown
}
