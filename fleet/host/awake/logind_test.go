package awake

import (
	"runtime"
	"strings"
	"testing"

	"assay/fleet/host/bed"
)

// TestLogind: the logind of a real host takes what Keep asks of it, and forgets
// it when the pipe ends.
func TestLogind(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("not run: logind is Linux'")
	}
	h := bed.Shared(t, 1)[0]
	said := h.Root(t, `mkfifo /run/hold; '`+strings.Join(command("an update"), "' '")+`' </run/hold >/dev/null 2>&1 &
exec 3>/run/hold
listed() { systemd-inhibit --list --no-legend | grep -E '^assay .* sleep:idle +an update +block'; }
n=0; until listed; do n=$((n+1)); [ $n -lt 100 ] || exit 1; sleep 0.1; done
exec 3>&-; rm /run/hold; wait
! listed || echo left`)
	if strings.Contains(said, "left") || !strings.HasPrefix(said, "assay") {
		t.Errorf("%q", said)
	}
}
