package cli

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// back is by how much this process becomes nicer. With ten an audit would take
// half as long again where other work has all processors, with seven it does not.
const back = 7

// stepBack implements Env.StepBack: where there are fewer processors than there
// is to do, this process and what it starts from now on have less of them. Not
// even the operator could undo that without privileges, so it is for a command
// that soon ends. A thread that begins at this moment may keep its place.
func stepBack() {
	threads, _ := os.ReadDir("/proc/self/task") // without it, it is as before
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			continue
		}
		now, err := unix.SchedGetAttr(id, 0)
		if err != nil || now.Policy != unix.SCHED_NORMAL { // an operator has set it otherwise
			continue
		}
		now.Policy = unix.SCHED_BATCH // it does not interrupt what runs, whatever wakes it
		now.Nice = min(now.Nice+back, 19)
		_ = unix.SchedSetAttr(id, now, 0)
	}
}
