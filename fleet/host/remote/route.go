package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"assay/fleet/host"
	"assay/fleet/host/knownhosts"
	"assay/fleet/host/sshconfig"
)

// hopLimit is how many jump hosts may be on the way; more are taken for a loop.
const hopLimit = 8

// route is how one address of a machine is reached.
type route struct {
	address
	config     sshconfig.Config // where configured
	configured bool
	jump       []host.Target
	command    string   // the ProxyCommand, "" for none
	names      []string // by which known_hosts files know the host, the best one first
	plainNames []string // by which its certificate may know it
	timeout    time.Duration
}

// place is host and port as one word.
func (r *route) place() string { return net.JoinHostPort(r.host, r.port) }

// route works out how to reach an address, with ssh's configuration if that
// is wanted.
func (c *Connector) route(ctx context.Context, target host.Target, text string) (*route, error) {
	a, err := parseAddress(text)
	if err != nil {
		return nil, err
	}
	r := &route{address: a, jump: target.Jump, timeout: c.options.Timeout}
	if c.options.Config != nil {
		if err := c.configure(ctx, target.Machine, r); err != nil {
			return nil, err
		}
	}
	if r.user == "" {
		r.user = c.options.User
	}
	if r.port == "" {
		r.port = "22"
	}
	if len(r.names) == 0 {
		r.named(r.host)
	}
	return r, nil
}

// named sets the names under which a host is known that is called name.
func (r *route) named(name string) {
	r.plainNames = []string{strings.ToLower(name)}
	r.names = slices.Compact([]string{knownhosts.Name(name, r.port), knownhosts.Name(name, "")})
}

// configure applies what ssh's configuration says.
func (c *Connector) configure(ctx context.Context, machine string, r *route) error {
	config, err := c.options.Config.Read(ctx, r.user, r.host, r.port)
	if errors.Is(err, sshconfig.ErrNoSSH) {
		c.noticeOnce("", err.Error())
	} else if err != nil {
		return err
	}
	if !plainWord(config.User) || !plainHost(config.HostName) {
		return fmt.Errorf("the SSH configuration has no usable user and host name for %s", r.host)
	}
	if len(config.Ignored) > 0 {
		c.noticeOnce(machine, fmt.Sprintf("the SSH configuration for %s sets %s: without effect here", r.host, strings.Join(config.Ignored, ", ")))
	}
	r.config, r.configured = config, true
	r.user, r.host, r.port = config.User, config.HostName, config.Port
	if config.ConnectTimeout > 0 {
		r.timeout = config.ConnectTimeout
	}
	if config.HostKeyAlias != "" {
		alias := strings.ToLower(config.HostKeyAlias)
		r.names, r.plainNames = []string{alias}, []string{alias}
	} else {
		r.named(config.HostName)
	}
	if len(r.jump) > 0 {
		return nil
	}
	for _, hop := range config.ProxyJump {
		a, err := parseAddress(strings.TrimPrefix(hop, "ssh://"))
		if err != nil {
			return fmt.Errorf("ProxyJump in the SSH configuration for %s: %w", config.Name, err)
		}
		r.jump = append(r.jump, host.Target{Machine: a.host, Addresses: []string{strings.TrimPrefix(hop, "ssh://")}})
	}
	if len(r.jump) == 0 && config.ProxyCommand != "" {
		r.command = config.Command()
	}
	return nil
}

// network is what a dialler calls the address family.
func (r *route) network() string {
	switch r.config.AddressFamily {
	case "inet":
		return "tcp4"
	case "inet6":
		return "tcp6"
	}
	return "tcp"
}

// dial opens a TCP connection without anything between.
func (c *Connector) dial(ctx context.Context, r *route) (net.Conn, error) {
	if c.options.Dial != nil {
		return c.options.Dial(ctx, r.network(), r.place())
	}
	var d net.Dialer
	if r.config.BindAddress != "" {
		local, err := net.ResolveTCPAddr(r.network(), net.JoinHostPort(r.config.BindAddress, "0"))
		if err != nil {
			return nil, fmt.Errorf("BindAddress in the SSH configuration: %w", err)
		}
		d.LocalAddr = local
	}
	return d.DialContext(ctx, r.network(), r.place())
}
