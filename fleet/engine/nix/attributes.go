package nix

import (
	"net"
	"strconv"
	"strings"
)

// machineBody asks a machine's configuration for what a registry wants. What
// throws or is not there is null.
const machineBody = `let
  get = v: let r = builtins.tryEval (builtins.deepSeq v v); in if r.success then r.value else null;
  text = v: let t = get v; in if builtins.isString t then t else "";
  first = builtins.foldl' (a: b: if a != "" then a else b) "";
  cfg = c.config;
  platform = cfg.nixpkgs.hostPlatform or "";
  deployment = cfg.deployment or { };
  entry = name: k: {
    names = let l = get (k.hostNames or ([ name ] ++ (k.extraHostNames or [ ]))); in if builtins.isList l then l else [ name ];
    key = first [ (text (k.publicKey or "")) (text (let f = k.publicKeyFile or null; in if f == null then "" else builtins.readFile f)) ];
    authority = get (k.certAuthority or false) == true;
  };
  known = get (builtins.attrNames (cfg.programs.ssh.knownHosts or { }));
in {
  system = first [
    (text (if builtins.isString platform then platform else platform.system or ""))
    (text (cfg.nixpkgs.system or "")) (text (c.pkgs.stdenv.hostPlatform.system or "")) (text (c.pkgs.system or ""))
    (text (cfg.system.build.toplevel.system or ""))
  ];
  user = text (cfg.system.primaryUser or "");
  clan = text (cfg.clan.core.networking.targetHost or "");
  deploy = text (cfg.deploy.targetHost or "");
  deployment = ` + deploymentOf + `;
  known_hosts = if builtins.isList known
    then builtins.listToAttrs (map (name: { inherit name; value = entry name cfg.programs.ssh.knownHosts.${name}; }) known)
    else { };
}`

// deploymentOf reads colmena's options out of deployment.
const deploymentOf = `{
    named = deployment ? targetHost;
    host = text (deployment.targetHost or "");
    user = text (deployment.targetUser or "");
    port = let p = get (deployment.targetPort or null); in if builtins.isInt p then p else 0;
    tags = let l = get (deployment.tags or [ ]); in if builtins.isList l then builtins.filter builtins.isString l else [ ];
  }`

// configured is the answer to machineBody.
type configured struct {
	System     string               `json:"system"`
	User       string               `json:"user"`
	Clan       string               `json:"clan"`
	Deploy     string               `json:"deploy"`
	Deployment deployment           `json:"deployment"`
	KnownHosts map[string]KnownHost `json:"known_hosts"`
}

// clanApply reads clan's inventory, in the place of today and the one before.
const clanApply = `internals: let
  get = v: let r = builtins.tryEval (builtins.deepSeq v v); in if r.success then r.value else null;
  text = v: let t = get v; in if builtins.isString t then t else "";
  inventory = internals.inventoryClass.inventorySerialization or internals.inventory or { };
in {
  name = text (inventory.meta.name or "");
  machines = builtins.mapAttrs (n: m: {
    target = text (m.deploy.targetHost or "");
    tags = let l = get (m.tags or [ ]); in if builtins.isList l then builtins.filter builtins.isString l else [ ];
  }) (inventory.machines or { });
}`

type clanSaid struct {
	Name     string `json:"name"`
	Machines map[string]struct {
		Target string   `json:"target"`
		Tags   []string `json:"tags"`
	} `json:"machines"`
}

// deployApply reads deploy-rs' nodes. What a node does not say, deploy itself
// may.
const deployApply = `deploy: let
  get = v: let r = builtins.tryEval (builtins.deepSeq v v); in if r.success then r.value else null;
  text = v: let t = get v; in if builtins.isString t then t else "";
in if !(builtins.isAttrs deploy) then { } else builtins.mapAttrs (n: node: {
  host = text (node.hostname or "");
  user = text (node.profiles.system.sshUser or node.sshUser or deploy.sshUser or "");
  options = let l = get (node.profiles.system.sshOpts or node.sshOpts or deploy.sshOpts or [ ]);
    in if builtins.isList l then builtins.filter builtins.isString l else [ ];
}) (if builtins.isAttrs (deploy.nodes or null) then deploy.nodes else { })`

// colmenaApply reads a hive that colmena has not evaluated: a module that is
// a function gets the machine's name and nothing else.
const colmenaApply = `hive: let
  get = v: let r = builtins.tryEval (builtins.deepSeq v v); in if r.success then r.value else null;
  text = v: let t = get v; in if builtins.isString t then t else "";
  call = n: m: if builtins.isFunction m
    then m (builtins.mapAttrs (a: _: if a == "name" then n else throw "not known") (builtins.functionArgs m))
    else m;
  node = n: let
    m = builtins.tryEval (call n hive.${n});
    d = if m.success && builtins.isAttrs m.value then m.value.deployment or { } else { };
    attrs = builtins.tryEval (builtins.isAttrs d);
    deployment = if attrs.success && attrs.value then d else { };
  in ` + deploymentOf + ` // { named = true; implied = !(deployment ? targetHost) && attrs.success && m.success; };
in if !(builtins.isAttrs hive) then { } else builtins.listToAttrs (map (n: { name = n; value = node n; })
  (builtins.filter (n: n != "meta" && n != "defaults" && n != "network") (builtins.attrNames hive)))`

// deployment is what colmena knows of a machine.
type deployment struct {
	Named   bool     `json:"named"`   // the machine is colmena's
	Implied bool     `json:"implied"` // no targetHost is written: it is the machine's name
	Host    string   `json:"host"`    // "" with Named: the machine is not reached over SSH
	User    string   `json:"user"`
	Port    int      `json:"port"`
	Tags    []string `json:"tags"`
}

func (d deployment) target(machine string) string {
	if d.Implied {
		d.Host = machine
	}
	return target(d.User, d.Host, d.Port)
}

// deployNode is what deploy-rs knows of a machine.
type deployNode struct {
	Host    string   `json:"host"`
	User    string   `json:"user"`
	Options []string `json:"options"` // of ssh
}

func (n deployNode) target() string {
	port := 0
	for i, o := range n.Options {
		if o == "-p" && i+1 < len(n.Options) {
			port, _ = strconv.Atoi(n.Options[i+1])
		} else if p, ok := strings.CutPrefix(o, "-p"); ok {
			port, _ = strconv.Atoi(strings.TrimSpace(p))
		}
	}
	return target(n.User, n.Host, port)
}

// target writes an address as "[user@]host[:port]", "" without a host.
func target(user, host string, port int) string {
	if host == "" {
		return ""
	}
	if name, at, ok := strings.Cut(host, "@"); ok {
		user, host = name, at
	}
	if port > 0 && port < 1<<16 {
		host = net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(port))
	} else if strings.Count(host, ":") > 1 && !strings.HasPrefix(host, "[") {
		host = "[" + host + "]"
	}
	if user != "" {
		return user + "@" + host
	}
	return host
}

// clanTarget reads an address of clan: "[ssh://][user@]host[:port][?options]",
// where the user is root unless it is said.
func clanTarget(s string) string {
	s = strings.TrimPrefix(strings.TrimSpace(s), "ssh://")
	s, _, _ = strings.Cut(s, "?")
	if s == "" || strings.Contains(s, "@") {
		return s
	}
	return "root@" + s
}
