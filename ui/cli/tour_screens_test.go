package cli

import (
	"fmt"
	"testing"
)

// TestTour walks through every view and a whole batch update of the demo, in
// the real program in a real terminal, at three sizes. What it sees is in
// testdata/tour; go test ./ui/cli -run TestTour -tour-update writes it anew.
func TestTour(t *testing.T) {
	binary := program(t)
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			env := []string{"HOME=" + home, "XDG_STATE_HOME=" + home, "XDG_CONFIG_HOME=" + home, "LOGNAME=sam", "NO_COLOR=", "EDITOR=true", "PAGER=true"}
			tour(openTerminal(t, size[0], size[1], env, staying(binary, "demo")...))
		})
	}
}

func tour(s *terminal) {
	s.golden("01-machines", "1 unreachable, 7 behind", "asked")
	s.press("?")
	s.golden("02-help", "What works here")
	s.back("What works here")
	s.press(":")
	s.typed("cinn")
	s.golden("03-palette", "cinnabar")
	s.press("Enter")
	s.golden("04-machine", "cinnabar", "behind")
	for i, part := range []string{"imports", "options", "services", "packages", "generations"} {
		s.press("Tab")
		s.golden(fmt.Sprintf("%02d-machine-%s", 5+i, part), "["+part+"]")
	}
	s.press("2")
	s.golden("11-aspects", "darwin")
	s.press("/")
	s.typed("ssh-hardening")
	s.golden("12-aspects-filter", "ssh-hardening")
	s.press("Enter", "Down", "Enter")
	s.golden("13-aspect", "ssh-hardening")
	s.press("3")
	s.golden("14-layers", "hotfixes")
	s.press("/")
	s.typed("ncdu")
	s.golden("15-layers-answer", "ncdu")
	s.press("Enter", "4")
	s.golden("16-services", "server")
	s.press("6")
	s.golden("17-checks", "warning")
	s.press("7")
	s.golden("17-secrets", "to mend")
	s.press("6")
	s.press("Enter")
	s.golden("18-file", "fleet.toml")
	s.press("5")
	s.golden("19-no-runs", "runs")
	batch(s)
}

// batch is a batch update: choose, read, confirm, watch, understand.
func batch(s *terminal) {
	s.press("1", "/")
	s.typed("class:nixos")
	s.golden("20-filter", "4 of 8")
	s.press("Enter", "*")
	s.golden("21-marked", "4 marked")
	s.press("D")
	s.golden("22-plan", "Nothing has happened yet")
	s.press("A")
	s.golden("23-confirm", "Cancel")
	s.press("Tab", "Enter")
	s.golden("24-run", "The run is over")
	s.press("!") // what has been read goes off the screen
	s.see("Messages")
	s.back("Messages")
	s.press("Down", "Enter")
	s.golden("25-log-of-one", "log of cinnabar")
	s.back("log of")
	s.press("L")
	s.see("logs of run") // whose lines are in the order in which they came
	s.press("h")
	s.see("choose", "electrum")
	s.press("Down", "Down", "Enter")
	s.golden("26-logs-of-electrum", "log of electrum")
	s.press("5")
	s.golden("27-runs", "switch")
	s.press("1")
	s.golden("28-machines-after", "current")
	s.press("!")
	s.golden("29-messages", "Messages")
	s.back("Messages")
	s.press("q")
	s.see("3 updated, 1 unreachable; see:", "ended with ")
}
