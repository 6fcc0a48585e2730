package fleet

import "time"

// Space is the room on one file system. Without a total it is not known.
type Space struct {
	Free  int64 // bytes that users may fill
	Total int64 // bytes
}

// Units is what systemd says of itself and its units.
type Units struct {
	State  string   // "running", "degraded", "starting", "maintenance", "stopping" and the like
	Failed int      // units that have failed
	Names  []string // their names, sorted, 50 at most
}

// Guard is the last guarded change of what a host runs, as the host knows it
// since it was booted.
type Guard struct {
	ID       string
	State    string // "armed" waits to be confirmed, "confirmed", "done", "rolled-back" or "failed"
	From     string // store path of the system that ran before
	To       string // store path of the system that was activated
	At       time.Time
	Until    time.Time // when the host returns to From if it is armed; zero where not known
	Goal     string
	Operator string // who did it, as they call themselves
	Trouble  string // why the host could not return yet, where it has failed
}

// Used is the share that is not free, 0 where it is not known.
func (s Space) Used() float64 {
	if s.Total <= 0 {
		return 0
	}
	return 1 - float64(s.Free)/float64(s.Total)
}
