package sshconfig

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// counted is an ssh that notes each time it is started.
func counted(t *testing.T) (program string, starts func() int) {
	t.Helper()
	real, err := exec.LookPath("ssh")
	if err != nil {
		t.Skip("not run: no ssh; hint: install openssh-client")
	}
	log := filepath.Join(t.TempDir(), "log")
	program = filepath.Join(t.TempDir(), "ssh")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho >>'"+log+"'\nexec '"+real+"' \"$@\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return program, func() int {
		text, _ := os.ReadFile(log)
		return strings.Count(string(text), "\n")
	}
}

// TestAlike: what is said of many hosts at once is what ssh says of each.
func TestAlike(t *testing.T) {
	const hosts = 40
	more := filepath.Join(t.TempDir(), "more")
	if err := os.WriteFile(more, []byte("Host m3?\n  IdentityFile ~/keys/%h\n  User three\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		config string
		most   int // starts of ssh
	}{
		"for all":  {"Host *\n  User x\n", 10},
		"nothing":  {"# nothing\n", 10},
		"patterns": {"Host m7 m8\n  Port 77\nHost !m41 M4* x\n  HostKeyAlias four\nInclude " + more + "\nHost m39\n  HostName there.example\n", 30},
		"names":    {"Host *\n  HostName %h.example\n", hosts + 30},
		"tokens":   {"Host *\n  ProxyCommand nc %h %p\n  IdentityFile ~/keys/%n\n", 20},
		"expanded": {"Host *\n  UserKnownHostsFile ~/known/%n\n", hosts + 30}, // by some versions
		"match":    {"Match host m1*\n  User x\nMatch exec \"test %n = m44\"\n  Port 4\n", hosts + 1},
		"quotes":   {"Host \"m2\" m3\n  User x\n", hosts + 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "config")
			if err := os.WriteFile(file, []byte(c.config), 0o600); err != nil {
				t.Fatal(err)
			}
			program, starts := counted(t)
			shared := &Reader{Program: program, File: file}
			var all sync.WaitGroup
			got := make([]Config, hosts)
			ask := func(i int) (string, string) {
				if i%10 == 9 {
					return "root", fmt.Sprintf("192.0.2.%d", i)
				}
				return "", fmt.Sprintf("m%d", i)
			}
			for i := range hosts {
				all.Go(func() {
					user, host := ask(i)
					var err error
					if got[i], err = shared.Read(t.Context(), user, host, ""); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if n := starts(); n > c.most {
				t.Errorf("ssh was started %d times, want no more than %d", n, c.most)
			}
			for i := range hosts {
				user, host := ask(i)
				want, err := (&Reader{File: file}).Read(t.Context(), user, host, "")
				if err != nil || !reflect.DeepEqual(got[i], want) {
					t.Fatalf("%s: %v\ngot  %+v\nwant %+v", host, err, got[i], want)
				}
			}
		})
	}
}

func TestForm(t *testing.T) {
	for host, want := range map[string][2]bool{
		"galena": {false, true}, "a.b-c": {false, true}, "192.0.2.1": {true, true}, "2001:db8::1": {true, true},
		"Galena": {false, false}, "2001:DB8::1": {true, false}, "192.0.2": {false, false}, "0x7f.1": {false, false},
		"fe80::1%eth0": {true, false}, "": {false, false}, "a%h": {false, false}, "-x": {false, false},
	} {
		if number, plain := form(host); number != want[0] || plain != want[1] {
			t.Errorf("%q: %t, %t", host, number, plain)
		}
	}
}

// FuzzHostPatterns: whatever is in a file, hosts that ssh could tell apart are
// not taken for one kind by a pattern that was dropped.
func FuzzHostPatterns(f *testing.F) {
	for _, text := range []string{"Host a b*\n", "host=x\n", "Host \"a b\"\n", "Match all\n", "match host x\n", "Include a%h\n", "\xff", "Host !a ?\n\tPort 2\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		patterns, only := hostPatterns(text)
		if only && strings.Contains(strings.ToLower(text), "\nhost x") && len(patterns) == 0 {
			t.Errorf("%q has no patterns", text)
		}
		for _, p := range patterns {
			p.MatchString("galena")
		}
	})
}
