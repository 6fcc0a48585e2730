package deploy

import _ "embed"

// The scripts run under /bin/sh on hosts of any kind; the prelude stands
// before each of them.
var (
	//go:embed scripts/prelude.sh
	preludeSh string
	//go:embed scripts/missing.sh
	missingSh string
	//go:embed scripts/roots.sh
	rootsSh string
	//go:embed scripts/lost.sh
	lostSh string
	//go:embed scripts/daemon.sh
	daemonSh string
	//go:embed scripts/record.sh
	recordSh string
	//go:embed scripts/trust.sh
	trustSh string
	//go:embed scripts/keep.sh
	keepSh string
)
