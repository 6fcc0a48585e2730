package guard

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/fleet/host/bed"
	"assay/fleet/host/probe"
	"assay/fleet/host/remote"
)

// box is a real host with systems of the tests.
type box struct {
	bed.Host
	target    host.Target
	connector *remote.Connector // gives up soon
	patient   *remote.Connector
	base      string // the system that it runs and boots

	mu    sync.Mutex
	lines []net.Conn
}

// bootUnit makes the host run at boot what the profile has, as stage 2 does.
const bootUnit = `[Unit]
DefaultDependencies=no
After=local-fs.target
Before=basic.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'read -r system </var/lib/boots && ln -sfn "$system" /run/current-system && ln -sfn "$system" /run/booted-system'
[Install]
WantedBy=basic.target
`

// hosts is how many there are for all tests; free are those that no test has.
const hosts = 5

var (
	pool sync.Once
	free = make(chan bed.Host, hosts)
)

// take gives the test a host for itself, which runs a base system.
func take(t *testing.T) *box {
	t.Helper()
	up := bed.Shared(t, hosts)
	pool.Do(func() {
		for _, h := range up {
			free <- h
		}
	})
	h := <-free
	t.Cleanup(func() { free <- h })
	b, err := openBox(h)
	if err != nil {
		t.Fatal(err)
	}
	b.setUp(t)
	return b
}

func openBox(h bed.Host) (*box, error) {
	text, err := os.ReadFile(h.KeyFile)
	if err != nil {
		return nil, err
	}
	signer, err := ssh.ParsePrivateKey(text)
	if err != nil {
		return nil, err
	}
	b := &box{Host: h, target: host.Target{Machine: h.Name, Addresses: []string{h.User + "@" + h.Address}, HostKeys: []string{h.HostKey}}}
	b.connector = remote.New(remote.Options{Signers: []ssh.Signer{signer}, Timeout: 2e9, KeepAlive: 5e8, Dial: b.dial})
	b.patient = remote.New(remote.Options{Signers: []ssh.Signer{signer}})
	return b, nil
}

func (b *box) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err == nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.lines = append(b.lines, c)
	}
	return c, err
}

// cut ends every connection to the host.
func (b *box) cut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.lines {
		c.Close()
	}
	b.lines = nil
}

func (b *box) setUp(t testing.TB) {
	t.Helper()
	b.base = b.system(t, "base", nil)
	b.Root(t, `set -e
mkdir -p /var/lib /root/.ssh
[ -e /root/.ssh/kept ] || cp /root/.ssh/authorized_keys /root/.ssh/kept
cat >/etc/systemd/system/stage2.service <<'THE_END'
`+bootUnit+`THE_END
systemctl enable -q stage2.service
nix-env -p /nix/var/nix/profiles/system --set `+b.base+` 2>/dev/null
`+b.base+`/bin/switch-to-configuration boot
`+b.base+`/bin/switch-to-configuration test
ln -sfn `+b.base+` /run/booted-system`)
}

// system adds a system to the host's store; files are by name, and a line
// that begins with "#!" makes one executable.
func (b *box) system(t testing.TB, name string, files map[string]string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/switch-to-configuration")
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	script.WriteString("set -e\nd=$(mktemp -d)\nmkdir -p $d/s/bin\ncat >$d/s/bin/switch-to-configuration <<'THE_END'\n" + string(text) + "THE_END\nchmod 755 $d/s/bin/switch-to-configuration\n")
	for file, content := range files {
		fmt.Fprintf(&script, "cat >$d/s/%s <<'THE_END'\n%s\nTHE_END\n", file, content)
		if strings.HasPrefix(content, "#!") {
			fmt.Fprintf(&script, "chmod 755 $d/s/%s\n", file)
		}
	}
	fmt.Fprintf(&script, "mv $d/s $d/%s\nnix-store --add $d/%s\nrm -rf $d\n", name, name)
	return strings.TrimSpace(b.Root(t, script.String()))
}

func (b *box) connect(ctx context.Context, _ string) (host.Conn, error) {
	return b.connector.Connect(ctx, b.target)
}

// conn returns a new connection that ends with the test.
func (b *box) conn(t testing.TB) host.Conn {
	t.Helper()
	c, err := b.patient.Connect(t.Context(), b.target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func (b *box) facts(t testing.TB) fleet.Facts {
	t.Helper()
	f, err := probe.Read(t.Context(), b.conn(t), b.Name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (b *box) activation(t testing.TB, system string, goal engine.Goal) engine.Activation {
	return engine.Activation{
		Machine: b.Name, Class: "nixos", System: system, Goal: goal, Expect: b.base,
		ID: strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
				return r
			}
			return '-'
		}, t.Name()), Guard: 3e9,
	}
}

// console runs when this test binary is started as a console of its own.
func TestMain(m *testing.M) {
	if order := os.Getenv("ASSAY_GUARD_CONSOLE"); order != "" {
		console(order)
	}
	flag.Parse()
	flag.Set("test.parallel", "10") // they wait for hosts, not for this machine
	os.Exit(m.Run())
}

// console activates what it is told to, says so, and waits to be killed.
func console(order string) {
	var o struct {
		Host       bed.Host
		Activation engine.Activation
	}
	err := json.Unmarshal([]byte(order), &o)
	var b *box
	if err == nil {
		b, err = openBox(o.Host)
	}
	var conn host.Conn
	if err == nil {
		conn, err = b.connect(context.Background(), b.Name)
	}
	if err == nil {
		err = Guard{Operator: "console"}.Activate(context.Background(), conn, o.Activation, func(line string) { fmt.Println(line) })
	}
	fmt.Println("activate:", err)
	select {}
}

// current is the host's file that says what goes on.
func (b *box) current(t testing.TB) map[string]string {
	t.Helper()
	said := map[string]string{}
	for line := range strings.Lines(b.Root(t, "cat /run/assay/current 2>/dev/null || :")) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		said[key] = value
	}
	return said
}

// logged keeps lines.
type logged struct {
	mu    sync.Mutex
	lines []string
}

func (l *logged) line(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, s)
}

func (l *logged) has(s string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.lines, func(line string) bool { return strings.Contains(line, s) })
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}
