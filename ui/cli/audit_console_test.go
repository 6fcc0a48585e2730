package cli

import (
	"os"
	"path/filepath"
)

// secrets goes to the secrets, and waits until they have been read.
func (c *console) secrets() {
	c.home()
	c.keys("7")
	c.crumb("secrets")
	c.see("to mend", "openssh")
}

// drifted takes a machine's link to its own key away, so that it can read what
// it should not, and goes to the secrets.
func (c *console) drifted() {
	links, err := filepath.Glob(filepath.Join(filepath.Dir(c.fleet), "vars/per-machine/*/openssh/ssh.id_ed25519/machines/*"))
	if err != nil || len(links) == 0 {
		c.t.Fatal("the demo has no keys", err)
	}
	if err := os.Remove(links[0]); err != nil {
		c.t.Fatal(err)
	}
	c.secrets()
	c.keys("R")
	c.see("drifted")
}
