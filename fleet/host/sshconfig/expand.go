package sshconfig

import (
	"os"
	"os/user"
	"path/filepath"
	"strings"
)

// defaults is what ssh does for a host without any configuration.
func defaults(q question) Config {
	c := Config{Name: q.host, HostName: q.host, User: q.user, Port: q.port, AddressFamily: "any",
		UserKnownHosts:   []string{"~/.ssh/known_hosts", "~/.ssh/known_hosts2"},
		GlobalKnownHosts: []string{"/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"},
		IdentityFiles:    []string{"~/.ssh/id_rsa", "~/.ssh/id_ecdsa", "~/.ssh/id_ed25519"}}
	if me, err := user.Current(); c.User == "" && err == nil {
		c.User = me.Username
	}
	if c.Port == "" {
		c.Port = "22"
	}
	return c.expanded(q.host)
}

// expanded returns c with the tokens and tildes of file names replaced.
func (c Config) expanded(name string) Config {
	c.Name = name
	if c.HostKeyAlias == "none" {
		c.HostKeyAlias = ""
	}
	for _, list := range []*[]string{&c.IdentityFiles, &c.CertificateFiles, &c.UserKnownHosts, &c.GlobalKnownHosts} {
		var full []string
		for _, file := range *list {
			if file != "none" {
				full = append(full, c.file(file))
			}
		}
		*list = full
	}
	if a := c.IdentityAgent; a != "" && a != "none" && a != "SSH_AUTH_SOCK" {
		if name, ok := strings.CutPrefix(a, "$"); ok && !strings.HasPrefix(name, "{") {
			c.IdentityAgent = os.Getenv(name)
		} else {
			c.IdentityAgent = c.file(a)
		}
	}
	return c
}

// file replaces a leading tilde, tokens and ${VARIABLE}.
func (c Config) file(name string) string {
	home, _ := os.UserHomeDir()
	if rest, ok := strings.CutPrefix(name, "~/"); ok {
		name = filepath.Join(home, rest)
	}
	return c.tokens(variables(name))
}

// variables replaces ${NAME} by the environment's value.
func variables(s string) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(s, "${")
		name, rest, closed := strings.Cut(after, "}")
		if !ok || !closed {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(before + os.Getenv(name))
		s = rest
	}
}

// Command returns the ProxyCommand with its tokens replaced: %h, %p, %r, %n
// and %%, and further ones of ssh_config(5) that need no connection. A token
// that is not known stays.
func (c Config) Command() string { return c.tokens(c.ProxyCommand) }

func (c Config) tokens(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	alias := c.HostKeyAlias
	if alias == "" {
		alias = c.Name
	}
	home, _ := os.UserHomeDir()
	local, _ := os.Hostname()
	short, _, _ := strings.Cut(local, ".")
	me := ""
	if u, err := user.Current(); err == nil {
		me = u.Username
	}
	// A replacer goes from left to right and never sees its own output.
	return strings.NewReplacer("%%", "%", "%h", c.HostName, "%p", c.Port, "%r", c.User, "%n", c.Name,
		"%d", home, "%u", me, "%i", uid(), "%k", alias, "%l", local, "%L", short).Replace(s)
}

func uid() string {
	if u, err := user.Current(); err == nil {
		return u.Uid
	}
	return ""
}
