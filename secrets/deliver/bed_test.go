package deliver

import (
	"context"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/crypto/ssh"

	"assay/fleet/host"
	"assay/fleet/host/bed"
	"assay/fleet/host/remote"
)

// dial connects to a host of the bed. Its line is cut after so many bytes were
// sent; a negative number cuts nothing.
func dial(ctx context.Context, t *testing.T, h bed.Host, user string, cut int64) (host.Conn, error) {
	t.Helper()
	text, err := os.ReadFile(h.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.ParsePrivateKey(text)
	if err != nil {
		t.Fatal(err)
	}
	c := remote.New(remote.Options{Signers: []ssh.Signer{key}, KeepAlive: -1, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		line, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil || cut < 0 {
			return line, err
		}
		l := &cutLine{Conn: line}
		l.left.Store(cut)
		return l, nil
	}})
	return c.Connect(ctx, host.Target{
		Machine: h.Name, Addresses: []string{user + "@" + h.Address}, HostKeys: []string{h.HostKey}, Become: host.BecomeSudo})
}

// cutLine is a line that breaks in the middle of what is sent.
type cutLine struct {
	net.Conn
	left atomic.Int64
}

func (c *cutLine) Write(b []byte) (int, error) {
	left := c.left.Add(-int64(len(b)))
	if left >= 0 {
		return c.Conn.Write(b)
	}
	if n := int64(len(b)) + left; n > 0 {
		c.Conn.Write(b[:n])
	}
	c.Conn.Close()
	return 0, net.ErrClosed
}

// TestCutLine brings an identity to a real host over a line that is cut after
// 512 bytes, then after 1024 and so on, until one lasts: the old identity is
// intact each time, or the new one is there as a whole.
func TestCutLine(t *testing.T) {
	h := bed.Up(t, 1)[0]
	old, fresh := identity(1), identity(3000)
	ctx := t.Context()
	conn, err := dial(ctx, t, h, "deploy", -1)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if was, err := Bring(ctx, conn, value(old)); was != Missing || err != nil {
		t.Fatalf("%s, %v", was, err)
	}
	if got := h.Root(t, "stat -c '%a %U:%G' "+Path); got != "400 root:root" {
		t.Errorf("%s", got)
	}
	cuts, replaced := 0, false
	for sent := int64(512); ; sent += 512 {
		line, err := dial(ctx, t, h, "deploy", sent)
		if err == nil {
			_, err = Bring(ctx, line, value(fresh))
			line.Close()
		}
		state, lookErr := Look(ctx, conn, value(fresh))
		if lookErr != nil {
			t.Fatal(lookErr)
		}
		intact, lookErr := Look(ctx, conn, value(old))
		if lookErr != nil {
			t.Fatal(lookErr)
		}
		if replaced = replaced || state == Same; !replaced && intact != Same {
			t.Fatalf("cut after %d bytes: the host has neither the old nor the new identity", sent)
		}
		if err == nil {
			break
		}
		if cuts++; sent > 1<<20 {
			t.Fatalf("still fails after %d bytes: %v", sent, err)
		}
	}
	if state, err := Look(ctx, conn, value(fresh)); state != Same || err != nil || cuts < 10 {
		t.Errorf("%s, %v, after %d cuts", state, err, cuts)
	}
	t.Logf("%d cuts", cuts)
	if names := strings.Fields(h.Root(t, "ls -A "+Path[:strings.LastIndex(Path, "/")])); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
	if said := h.Root(t, "journalctl --no-pager | grep -c AGE-SECRET || true"); said != "0" {
		t.Errorf("the host's journal has %s lines with a key", said)
	}
}
