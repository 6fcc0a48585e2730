package awake_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"assay/fleet/host/awake"
)

func TestNoCommand(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	release := awake.Keep("a test")
	release()
	release()
}

// TestRealCommand: with the system's own command, which may be refused here,
// nothing is left after the release.
func TestRealCommand(t *testing.T) {
	if _, err := exec.LookPath("systemd-inhibit"); err != nil && runtime.GOOS == "linux" {
		t.Skip("not run: no systemd-inhibit")
	}
	release := awake.Keep("a test of assay")
	release()
	release()
}

// TestHeld: the command runs until the release and has ended after it.
func TestHeld(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("not run: the command of this test plays systemd-inhibit")
	}
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\necho \"$$ $*\" >" + fifo + "\nexec cat\n"
	if err := os.WriteFile(filepath.Join(dir, "systemd-inhibit"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	release := awake.Keep("update of 3 machines")
	f, err := os.Open(fifo)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	line, err := bufio.NewReader(f).ReadString('\n')
	pid, args, _ := strings.Cut(strings.TrimSpace(line), " ")
	if err != nil || !strings.Contains(args, "--what=sleep:idle") || !strings.Contains(args, "--why=update of 3 machines") {
		t.Fatalf("%q, %v", args, err)
	}
	if _, err := os.Stat("/proc/" + pid); err != nil {
		t.Error("it does not run:", err)
	}
	release()
	if _, err := os.Stat("/proc/" + pid); err == nil {
		t.Error("it still runs")
	}
}
