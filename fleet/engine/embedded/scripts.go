package embedded

import _ "embed"

// The scripts that run on hosts. Each begins with the prelude; they get all
// variable text as arguments or on standard input.
var (
	//go:embed scripts/prelude.sh
	preludeSh string
	//go:embed scripts/missing.sh
	missingSh string
	//go:embed scripts/copy.sh
	copySh string
	//go:embed scripts/record.sh
	recordSh string
	//go:embed scripts/run.sh
	runSh string
	//go:embed scripts/activate.sh
	activateSh string
)

// activateScript is the content of the activate script of a generation. It can
// be run by hand too.
func activateScript() []byte {
	return []byte("#!/bin/sh\n" + preludeSh + "\n" + activateSh)
}

// The exit statuses that the scripts give a meaning.
const (
	exitNotDemo = 40 // no marker file
	exitMoved   = 41 // runs something else than expected
	exitGoal    = 42 // no such goal
	exitBusy    = 43 // another activation runs
	exitTaken   = 44 // something of somebody else is in the way
	exitDamaged = 45 // what arrived is not what was sent
	exitLacks   = 46 // a store path or generation is not there
	exitUsage   = 47 // an argument that this package never sends
)
