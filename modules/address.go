package modules

import (
	"cmp"
	"net"
	"slices"
	"strconv"
	"strings"

	"assay/fleet"
	"assay/modules/clan"
)

// Address is where one place says that a host is.
type Address struct {
	Target string   // "[user@]host[:port]"; "" where it is not known
	Jump   []string // "[user@]host[:port]" to go through
	From   string   // what says it
	At     fleet.Pos
	Why    string // why it is not known, or not surely so; "" if it is
}

// What says where hosts are: options of their own modules, and what is beside
// them.
const (
	FromInventory  = "clan's inventory"
	FromClan       = "clan.core.networking.targetHost"
	FromOldClan    = "clan.networking.targetHost"
	FromDeploy     = "deploy.targetHost"
	FromDeployRs   = "deploy.nodes"
	FromColmena    = "colmena"
	FromDeployment = "deployment.targetHost"
)

// CompareAddresses orders by what counts first: what is written for a host
// before what its modules say, and that before what tools have.
func CompareAddresses(a, b Address) int {
	order := []string{FromInventory, FromClan, FromOldClan, FromDeploy, FromDeployRs, FromColmena, FromDeployment}
	return cmp.Compare(slices.Index(order, a.From), slices.Index(order, b.From))
}

// JoinAddress writes an address as "[user@]host[:port]". A user in host stands
// before user; a port of 0 is none.
func JoinAddress(user, host string, port int) string {
	if name, at, ok := strings.Cut(host, "@"); ok {
		user, host = name, at
	}
	if port > 0 && port < 1<<16 {
		host = net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(port))
	} else if strings.Count(host, ":") > 1 && !strings.HasPrefix(host, "[") {
		host = "[" + host + "]"
	}
	if user != "" && host != "" {
		return user + "@" + host
	}
	return host
}

// ClanTarget takes an address as clan has it apart: what to reach, where the
// user is root unless it is said, and what to go through.
func ClanTarget(text string) (address string, jump []string) { return clan.Target(text) }
