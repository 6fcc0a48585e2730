// Package bed gives tests real hosts and real Nix versions. It starts
// script/hosts and hands out what came up; a test that wants what cannot be
// had here is skipped with "not run: ...". Only tests import it.
//
// Sets of hosts share nothing, so any number of tests and processes may have
// one at the same time. A set ends with the test that asked for it, a shared
// one with the process, however that ends.
package bed

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// The tiers of hosts, the most real first. Any takes the best there is.
const (
	TierA = "A" // systemd in systemd-nspawn, sshd, sudo, Nix's daemon; takes root
	TierB = "B" // sshd and Nix's daemon in namespaces; takes root
	TierC = "C" // the caller's own sshd on loopback with its own store
	Any   = "auto"
)

// Option says what is not as usual: a set is of tier A unless it says
// otherwise, and its user deploy may use sudo without a password.
type Option func(*[]string)

// Tier asks for hosts of one tier, or of Any.
func Tier(tier string) Option { return flag("--tier", tier) }

// Darwin adds a light host with the given name that takes itself for an
// aarch64-darwin machine. Its User is deploy.
func Darwin(name string) Option { return flag("--darwin", name) }

// Sudo sets how a host's user deploy gets root: "nopasswd", "password" (the
// password is Password) or "none". An empty name means every host.
func Sudo(name, mode string) Option { return flag("--sudo", scoped(name, mode)) }

// Store limits the size of a host's /nix, in the form of mount's size option
// ("200m"). An empty name means every host.
func Store(name, size string) Option { return flag("--store", scoped(name, size)) }

// Password is the password of the user deploy on hosts of tiers A and B.
const Password = "assay"

func flag(name, value string) Option {
	return func(args *[]string) { *args = append(*args, name, value) }
}

func scoped(name, value string) string {
	if name == "" {
		return value
	}
	return name + ":" + value
}

// Up starts n hosts, h1 to hN, for this test. They are gone when it ends.
func Up(t testing.TB, n int, opts ...Option) []Host {
	t.Helper()
	set := start(arguments(n, opts))
	t.Cleanup(func() {
		if err := set.stop(); err != nil {
			t.Errorf("taking the hosts down: %v", err)
		}
	})
	return set.hosts(t)
}

// shared are the sets of this process that several tests use.
var shared struct {
	sync.Mutex
	sets map[string]*running
}

// Shared is Up for hosts that every test of the process with the same wishes
// gets as well, one test at a time or in parallel as they agree. They are
// gone when the process has ended.
func Shared(t testing.TB, n int, opts ...Option) []Host {
	t.Helper()
	args := arguments(n, opts)
	key := strings.Join(args, " ")
	shared.Lock()
	defer shared.Unlock()
	if shared.sets == nil {
		shared.sets = make(map[string]*running)
	}
	if shared.sets[key] == nil {
		shared.sets[key] = start(args)
	}
	return shared.sets[key].hosts(t)
}

func arguments(n int, opts []Option) []string {
	args := []string{"up", strconv.Itoa(n), "--hold", "--tier", TierA}
	for _, opt := range opts {
		opt(&args)
	}
	return args
}

// running is one script/hosts that holds a set: it takes the set down when
// its standard input ends, which it does at the latest with this process.
type running struct {
	up     []Host
	err    error  // why there are no hosts
	lacks  string // why the tier cannot be had here
	stderr bytes.Buffer
	end    func() error
}

func start(args []string) *running {
	r := &running{end: func() error { return nil }}
	script, err := scriptPath("hosts")
	if err != nil {
		r.err = err
		return r
	}
	dir, err := os.MkdirTemp("", "assay-bed-")
	if err != nil {
		r.err = err
		return r
	}
	cmd := exec.Command(script, append(args, "--dir", dir)...)
	cmd.Stderr = &r.stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		r.err = err
		return r
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		r.err = err
		return r
	}
	if r.err = cmd.Start(); r.err != nil {
		return r
	}
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "ready: ") {
			r.up, r.err = read(dir)
			r.end = func() error {
				stdin.Close()
				if err := cmd.Wait(); err != nil {
					return fmt.Errorf("%w\n%s", err, &r.stderr)
				}
				return nil
			}
			return r
		}
	}
	stdin.Close()
	r.failed(cmd.Wait())
	return r
}

// failed tells a tier that cannot be had here, which is exit status 3, from
// one that should have come up.
func (r *running) failed(err error) {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 3 {
		r.lacks = strings.ReplaceAll(strings.TrimSpace(r.stderr.String()), "\n", "; ")
		return
	}
	r.err = fmt.Errorf("script/hosts: %v\n%s", err, &r.stderr)
}

func (r *running) hosts(t testing.TB) []Host {
	t.Helper()
	if r.lacks != "" {
		t.Skip("not run: " + r.lacks)
	}
	if r.err != nil {
		t.Fatal(r.err)
	}
	return r.up
}

func (r *running) stop() error { return r.end() }

func read(dir string) ([]Host, error) {
	text, err := os.ReadFile(filepath.Join(dir, "hosts.json"))
	if err != nil {
		return nil, err
	}
	var hosts []Host
	if err := json.Unmarshal(text, &hosts); err != nil {
		return nil, err
	}
	for i := range hosts {
		hosts[i].Dir = dir
	}
	return hosts, nil
}

// scriptPath finds a script of the checkout that the test runs in.
func scriptPath(name string) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "script", name), nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("script/" + name + ": no go.mod above the test's directory")
		}
	}
}
