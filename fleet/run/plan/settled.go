package plan

// noTarget is the cause that host.ConnectError has for a machine without an
// address.
const noTarget = "no target"

// NoTarget reports whether nobody has said where the machine is. It was not
// asked, and that is no fault of its own.
func (e *Entry) NoTarget() bool { return e.Status == StatusUnreachable && e.Cause == noTarget }

// Settled reports whether there is nothing to do: some machine has what it
// should have, and so have all others that have a target.
func (p *Plan) Settled() bool {
	settled := false
	for i := range p.Hosts {
		e := &p.Hosts[i]
		if e.Status != StatusUnchanged && !e.NoTarget() {
			return false
		}
		settled = settled || e.Status == StatusUnchanged
	}
	return settled || len(p.Hosts) == 0
}
