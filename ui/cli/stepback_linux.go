package cli

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// back is by how much this process becomes nicer. With ten an audit would take
// longer beside other work than it does without (BENCHMARKS.md).
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
		if now, err := unix.Getpriority(unix.PRIO_PROCESS, id); err == nil {
			_ = unix.Setpriority(unix.PRIO_PROCESS, id, 20-now+back) // the kernel says 20 less how nice it is
		}
	}
}
