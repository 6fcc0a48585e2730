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
// that was noted.
func TestEndLost(t *testing.T) {
	for _, shell := range []string{"dash", "bash"} {
		t.Run(shell, func(t *testing.T) {
			roots := t.TempDir()
			run := func(text string) string {
				t.Helper()
				out, err := exec.Command(shell, "-c", "roots="+roots+"\n"+lostSh+text).CombinedOutput()
				if err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				return strings.TrimSpace(string(out))
			}
			copies := map[string]*exec.Cmd{}
			ended := map[string]chan struct{}{}
			begin := func(name, console, trap string) {
				cmd := exec.Command(shell, "-c", "roots="+roots+"\n"+lostSh+trap+"end_lost "+console+" "+name+" LOST STUBBORN LIVING REUSED\necho noted\nexec sleep 600")
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
			begin("LOST", "MINE", "")
			begin("STUBBORN", "MINE", "trap '' TERM\n")
			begin("LIVING", "MINE", "")
			begin("REUSED", "MINE", "")
			begin("OTHER", "THEIRS", "")
			file := filepath.Join(roots, ".copies", "MINE")
			notes, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			process := fmt.Sprint("REUSED ", copies["REUSED"].Process.Pid, " ")
			if !strings.Contains(string(notes), process) {
				t.Fatalf("noted: %s", notes)
			}
			if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(notes), process, process+"1")), 0o600); err != nil {
				t.Fatal(err)
			}

			run("end_lost MINE NEXT LIVING")
			for name, signal := range map[string]syscall.Signal{"LOST": syscall.SIGTERM, "STUBBORN": syscall.SIGKILL} {
				select {
				case <-ended[name]:
					if got := copies[name].ProcessState.Sys().(syscall.WaitStatus).Signal(); got != signal {
						t.Errorf("%s was ended by %v, want %v", name, got, signal)
					}
				case <-time.After(time.Minute):
					t.Errorf("%s goes on", name)
				}
			}
			for _, name := range []string{"LIVING", "REUSED", "OTHER"} {
				select {
				case <-ended[name]:
					t.Errorf("%s was ended: %v", name, copies[name].ProcessState)
				default:
				}
			}
			after, err := os.ReadFile(file)
			if words := strings.Fields(string(after)); err != nil || len(words) != 6 || words[0] != "NEXT" || words[3] != "LIVING" {
				t.Errorf("noted afterwards: %q, %v", after, err)
			}
		})
	}
}
