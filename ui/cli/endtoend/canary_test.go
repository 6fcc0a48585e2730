package endtoend

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"assay/fleet/host/bed"
	"assay/secrets/canary"
)

// watch sees what becomes of a fleet's secrets: what the program prints, what
// all processes show of themselves, those of its hosts too, and what is left
// here and there. Beside the secrets it knows a word that is planted wherever
// it looks, and which it has to find there.
type watch struct {
	f       *fleet
	known   canary.Scanner
	planted string
	tmp     string // the TMPDIR of what the fleet runs
	program int    // bytes of the program that decrypts, in which nobody looks

	mu     sync.Mutex
	sights []canary.Sight
	heard  []call
	seen   map[canary.Kind]chan int // gets the process that shows the planted word
	stop   func() int
}

// thePlanted is the name of the word that is planted.
const thePlanted = "the planted word"

// newWatch begins to look.
func newWatch(f *fleet, program string) *watch {
	f.t.Helper()
	st, err := os.Stat(program)
	if err != nil {
		f.t.Fatal(err)
	}
	tmp, err := os.MkdirTemp("", "assay-watch-") // a short name: sockets are made there
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { os.RemoveAll(tmp) })
	f.env = append(f.env, "TMPDIR="+tmp)
	w := &watch{f: f, planted: "planted-" + rand.Text(), tmp: tmp, program: int(st.Size()), seen: map[canary.Kind]chan int{}}
	for _, kind := range []canary.Kind{canary.Arguments, canary.Environment, canary.Open} {
		w.seen[kind] = make(chan int, 100)
	}
	w.know(thePlanted, []byte(w.planted))
	w.stop = canary.Watch(filepath.Dir(f.dir), w.sight)
	f.hear = func(c call) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.heard = append(w.heard, c)
	}
	return w
}

func (w *watch) know(name string, secret []byte) {
	w.f.t.Helper()
	if err := w.known.Add(name, secret); err != nil {
		w.f.t.Fatal(err)
	}
}

// sight keeps what a process shows until all secrets are known.
func (w *watch) sight(s canary.Sight) {
	if len(s.Text) == w.program {
		return
	}
	w.mu.Lock()
	w.sights = append(w.sights, s)
	w.mu.Unlock()
	if bytes.Contains(s.Text, []byte(w.planted)) {
		select {
		case w.seen[s.Kind] <- s.Process:
		default: // it was seen often enough
		}
	}
}

// await waits until a process shows the planted word, unless it ends before.
func (w *watch) await(kind canary.Kind, gone <-chan struct{}, is func(pid int) bool) (pid int) {
	w.f.t.Helper()
	for {
		select {
		case pid = <-w.seen[kind]:
			if is(pid) {
				return pid
			}
		case <-gone:
			w.f.t.Fatalf("who shows the planted word in %s has ended and was not seen", kind)
		}
	}
}

// plant has processes here and on the host show the word, and puts it into
// files; then it looks at everything that is left, and takes it away again.
func (w *watch) plant(h bed.Host) {
	t := w.f.t
	t.Helper()
	local, open := filepath.Join(w.f.state, "planted"), filepath.Join(w.tmp, "open")
	for name, text := range map[string]string{local: hex.EncodeToString([]byte(w.planted)), filepath.Join(w.tmp, "planted"): w.planted, open: w.planted} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `exec 3<"$TMPDIR"/open; rm "$TMPDIR"/open; exec cat`)
	cmd.Env = append(slices.Clip(w.f.env), "X="+w.planted)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() { defer close(gone); _ = cmd.Wait() }()
	ours := func(pid int) bool { return pid == cmd.Process.Pid }
	w.await(canary.Environment, gone, ours)
	w.await(canary.Open, gone, ours)
	in.Close()
	<-gone

	h.Root(t, `printf "a line %s of it" `+w.planted+` | base64 >/tmp/planted; echo `+w.planted+` >/nix/store/planted
		echo `+w.planted+` | systemd-cat -t planted; journalctl --sync; mkfifo /run/planted`)
	gone = make(chan struct{})
	go func() { // it has the word in its arguments for as long as it is looked for
		defer close(gone)
		h.Root(t, "read -r over </run/planted; : "+w.planted)
	}()
	root := ""
	w.await(canary.Arguments, gone, func(pid int) bool { // of those that have it, the one on the host
		root = fmt.Sprintf("/proc/%d/root", pid)
		_, err := os.Stat(root + "/run/planted")
		return err == nil
	})
	w.places(h, root)
	h.Root(t, "echo over >/run/planted; rm /tmp/planted /nix/store/planted /run/planted")
	<-gone
	if err := os.Remove(local); err != nil {
		t.Fatal(err)
	}
}

// belongs reports whether a secret belongs into a place on the host: the
// machine's key and what was decrypted with it.
func belongs(place string) bool {
	return place == "/var/lib/sops-nix/key.txt" || strings.HasPrefix(place, "/run/secrets")
}

// places looks at all that is left here, and below root on the host. In the
// stores there are the encrypted files, and only these.
func (w *watch) places(h bed.Host, root string) {
	t := w.f.t
	t.Helper()
	found, sealed, files := map[string]bool{}, map[string]int{}, 0
	look := func(where, below string) func(string, []byte) {
		return func(name string, text []byte) {
			if len(text) == w.program {
				return
			}
			name = strings.TrimPrefix(name, below)
			if bytes.Contains(text, []byte(`"data":"ENC[`)) || bytes.Contains(text, []byte(`"data": "ENC[`)) {
				sealed[where]++
			}
			for _, f := range w.known.Find(text) {
				switch {
				case f.Secret == thePlanted:
					found[where+" "+name] = true
				case where == "on the host" && belongs(name), where == "here" && name == w.keys():
				default:
					t.Errorf("%s, %s has %v", where, name, f)
				}
			}
		}
	}
	walk := func(where, below, dir string) {
		n, err := canary.Walk(below+dir, look(where, below))
		if err != nil {
			t.Error(err)
		}
		files += n
	}
	for _, dir := range []string{filepath.Dir(w.f.dir), w.tmp, workshop.dir} {
		walk("here", "", dir)
	}
	if _, err := canary.Repository(t.Context(), w.f.dir, look("here", "")); err != nil {
		t.Error(err)
	}
	for _, dir := range []string{"/etc", "/home", "/nix", "/root", "/run", "/tmp", "/var"} {
		walk("on the host", root, dir)
	}
	look("on the host", "")("the journal", []byte(h.Root(t, "journalctl -q -a -o export --no-pager")))
	want := []string{
		"here " + filepath.Join(w.f.state, "planted"), "here " + filepath.Join(w.tmp, "planted"),
		"on the host /nix/store/planted", "on the host /tmp/planted", "on the host the journal",
	}
	for _, place := range want {
		if !found[place] {
			t.Errorf("the planted word is not found %s, but in %v", place, found)
		}
	}
	if sealed["here"] < 3 || sealed["on the host"] < 2 || files < 500 {
		t.Errorf("only %d files were looked at, with these encrypted ones: %v", files, sealed)
	}
	t.Logf("looked at %d files, encrypted ones: %v", files, sealed)
}

// keys is the file of the operator's identity.
func (w *watch) keys() string {
	for _, e := range slices.Backward(w.f.env) {
		if file, is := strings.CutPrefix(e, "SOPS_AGE_KEY_FILE="); is {
			return file
		}
	}
	return ""
}

// judge ends the watch: what was printed and seen has nothing of the secrets
// but where they belong.
func (w *watch) judge(t *testing.T) {
	t.Helper()
	looks := w.stop()
	for _, c := range w.heard {
		if found := w.known.Find([]byte(c.String())); len(found) > 0 {
			t.Errorf("the program prints %v", found)
		}
	}
	ours := 0
	for _, s := range w.sights {
		if s.Program == os.Args[0] {
			ours++
		}
		for _, f := range w.known.Find(s.Text) {
			if f.Secret != thePlanted && (s.Kind != canary.Open || s.File != w.keys()) {
				t.Errorf("%s of %s (%d) %s: %v", s.Kind, filepath.Base(s.Program), s.Process, s.File, f)
			}
		}
	}
	if ours == 0 || len(w.heard) < 5 {
		t.Errorf("%d sights of the program, %d outputs", ours, len(w.heard))
	}
	t.Logf("%d looks at processes, %d sights, %d of the program's; %d outputs", looks, len(w.sights), ours, len(w.heard))
}
