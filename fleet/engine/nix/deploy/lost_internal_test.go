package deploy

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestEndLost: of what is noted on a host, only copies of the same console that
// it does not know any more are ended, and only while they are still the process
// that was noted; with what Linux says of processes, and with ps.
func TestEndLost(t *testing.T) {
	const other = "/nonexistent"
	for _, c := range [][2]string{{"dash", "/proc"}, {"dash", other}, {"bash", "/proc"}, {"bash", other}, {"busybox", "/proc"}} {
		t.Run(c[0]+c[1], func(t *testing.T) { testEndLost(t, c[0], c[1]) })
	}
}

func testEndLost(t *testing.T, shell, proc string) {
	if _, err := exec.LookPath(shell); err != nil {
		t.Skip("not run: " + shell + " is not installed")
	}
	real, err := exec.LookPath("ps")
	if err != nil {
		t.Skip("not run: ps is not installed")
	}
	command := []string{shell, "-c"}
	if shell == "busybox" {
		command = []string{shell, "sh", "-c"}
	}
	roots, bin := t.TempDir(), t.TempDir()
	// As macOS pads it.
	ps := "#!/bin/sh\nprintf '%-28s\\n' \"$(" + real + " \"$@\")\"\n"
	if err := os.WriteFile(filepath.Join(bin, "ps"), []byte(ps), 0o755); err != nil {
		t.Fatal(err)
	}
	script := func(text string) *exec.Cmd {
		return exec.Command(command[0], append(command[1:], "PATH="+bin+":$PATH\nroots="+roots+"\n"+lostSh+"proc="+proc+"\n"+text)...)
	}
	copies := map[string]*exec.Cmd{}
	ended := map[string]chan struct{}{}
	begin := func(name, words, before string) {
		cmd := script(before + "end_lost " + words + "\necho noted\nexec sleep 600")
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		_, err = fmt.Fscanln(out, new(string))
		over := make(chan struct{})
		go func() { cmd.Wait(); close(over) }()
		t.Cleanup(func() { cmd.Process.Kill(); <-over })
		if err != nil {
			t.Fatal(err)
		}
		copies[name], ended[name] = cmd, over
	}
	begin("former", "MINE BEFORE 7", "")
	notes := filepath.Join(roots, ".copies", "MINE")
	former, err := os.ReadFile(notes)
	if err != nil {
		t.Fatal(err)
	}
	begin("other", "THEIRS NOW 1", "")
	if err := os.Remove(notes); err != nil {
		t.Fatal(err)
	}
	begin("lost", "MINE NOW 1", "")
	begin("stubborn", "MINE NOW 2 1", "trap '' TERM\n")
	begin("living", "MINE NOW 3 1 2", "")
	begin("reused", "MINE NOW 4 1 2 3", "")
	begin("later", "MINE NOW 6 1 2 3 4 5", "")
	now, err := os.ReadFile(notes)
	if err != nil {
		t.Fatal(err)
	}
	process := fmt.Sprint("NOW 4 ", copies["reused"].Process.Pid, " ")
	if !strings.Contains(string(now), process) {
		t.Fatalf("noted: %s", now)
	}
	text := strings.ReplaceAll(string(now), process, process+"1") + string(former) + "NOW 5\nNOW x y z\n\nNOW 0 -1 -1\n"
	if err := os.WriteFile(notes, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	if out, err := script("end_lost MINE NOW 5 3").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for name, signal := range map[string]syscall.Signal{"former": syscall.SIGTERM, "lost": syscall.SIGTERM, "stubborn": syscall.SIGKILL} {
		select {
		case <-ended[name]:
			if got := copies[name].ProcessState.Sys().(syscall.WaitStatus).Signal(); got != signal {
				t.Errorf("%s was ended by %v, want %v", name, got, signal)
			}
		case <-time.After(time.Minute):
			t.Errorf("%s goes on", name)
		}
	}
	for _, name := range []string{"living", "reused", "later", "other"} {
		select {
		case <-ended[name]:
			t.Errorf("%s was ended: %v", name, copies[name].ProcessState)
		default:
		}
	}
	after, err := os.ReadFile(notes)
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for line := range strings.Lines(string(after)) {
		kept = append(kept, strings.Join(strings.Fields(line)[:2], " "))
	}
	if got := strings.Join(kept, ", "); got != "NOW 5, NOW 6, NOW 3, NOW 5" {
		t.Errorf("noted afterwards: %s", got)
	}
}

// TestNoted: each copy is told of those that go on, and of no others.
func TestNoted(t *testing.T) {
	d := &Deployer{o: Options{Console: func() (string, error) { return "mine", nil }}}
	told := func() (words []string, end func()) {
		t.Helper()
		script, end, err := d.noted()
		out, failed := exec.Command("sh", "-c", script+`echo "$console" $copies`).Output()
		if err != nil || failed != nil {
			t.Fatal(err, failed)
		}
		return strings.Fields(string(out)), end
	}
	first, endFirst := told()
	second, endSecond := told()
	endFirst()
	third, _ := told()
	endSecond()
	fourth, _ := told()
	name := first[1]
	for i, got := range [][]string{first, second, third, fourth} {
		if want := []string{"mine " + name + " 1", "mine " + name + " 2 1", "mine " + name + " 3 2", "mine " + name + " 4 3"}[i]; strings.Join(got, " ") != want {
			t.Errorf("%d: %q, want %q", i, got, want)
		}
	}
	if other, _ := (&Deployer{o: d.o}).copies.begin("mine"); strings.Contains(other, name) {
		t.Errorf("another Deployer has the name of this one: %s", other)
	}
	if script, _, err := (&Deployer{}).noted(); script != noCopies || err != nil {
		t.Error(script, err)
	}
}
