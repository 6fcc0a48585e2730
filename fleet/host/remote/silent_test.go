package remote_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"assay/fleet/host"
	"assay/fleet/host/bed"
	"assay/fleet/host/remote"

	"golang.org/x/crypto/ssh"
)

// TestStoppedSSHD stops the sshd of a real host: it keeps its connections and
// answers nothing, no keepalive either. Whatever waits for it ends.
func TestStoppedSSHD(t *testing.T) {
	noLeak(t)
	h := bed.Shared(t, 1, bed.Tier(bed.Any))[0]
	if h.Tier == bed.TierC {
		t.Skip("not run: to stop sshd takes a host of tier A or B")
	}
	for name, cmd := range map[string]host.Command{
		"quiet":   {Script: "echo; exec sleep 1000"},
		"as root": {Script: "echo; exec sleep 1000", Root: true},
		"sending": {Script: "echo; exec sleep 1000", Stdin: endless{}},
		"flood":   {Script: "exec yes"},
	} {
		t.Run(name, func(t *testing.T) {
			c := remote.New(remote.Options{Signers: []ssh.Signer{bedSigner(t, h)}, KeepAlive: 200 * time.Millisecond, Sessions: 2})
			conn := connect(t, c, bedTarget(h, "deploy", host.BecomeSudo))
			var pid strings.Builder
			if err := conn.Run(t.Context(), host.Command{Script: "echo $PPID", Stdout: &pid}); err != nil {
				t.Fatal(err)
			}
			begun := make(chan bool)
			said := sync.OnceFunc(func() { close(begun) })
			cmd.Stdout = writer(func([]byte) { said() })
			ended := make(chan error, 4)
			go func() { ended <- conn.Run(t.Context(), cmd) }()
			<-begun
			h.Root(t, "kill -STOP "+strings.TrimSpace(pid.String()))
			defer h.Root(t, "kill -KILL "+strings.TrimSpace(pid.String()))
			for range 3 { // one gets a slot, and two wait for it
				go func() { ended <- conn.Run(t.Context(), host.Command{Script: "true"}) }()
			}
			for range 4 {
				err := <-ended
				if err == nil || !strings.Contains(err.Error(), "no longer answers") && !strings.Contains(err.Error(), "not started") {
					t.Errorf("%v", err)
				}
			}
		})
	}
}

// TestStoppedListener: a host that takes connections and never says a word costs
// no more than the time for one address.
func TestStoppedListener(t *testing.T) {
	noLeak(t)
	h := bed.Shared(t, 1, bed.Tier(bed.Any))[0]
	if h.Tier == bed.TierC {
		t.Skip("not run: to stop sshd takes a host of tier A or B")
	}
	pid := h.Root(t, "for p in /proc/[0-9]*; do case $(tr '\\0' ' ' <$p/cmdline) in 'sshd: '*listener* | */sshd\\ -*) echo ${p#/proc/}; break ;; esac; done")
	if pid == "" {
		t.Fatal("no sshd")
	}
	h.Root(t, "kill -STOP "+pid)
	defer h.Root(t, "kill -CONT "+pid)
	c := remote.New(remote.Options{Signers: []ssh.Signer{bedSigner(t, h)}, Timeout: time.Second})
	_, err := c.Connect(t.Context(), bedTarget(h, "deploy", ""))
	failed, ok := errors.AsType[*host.ConnectError](err)
	if !ok || failed.Stage != host.StageHandshake || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}
