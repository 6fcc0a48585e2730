# Agents and daemons, as property lists.
{ config, lib, ... }:
let
  t = lib.types;
  job = prefix: t.attrsOf (
    t.submodule ({ name, config, ... }: {
      options = {
        command = lib.mkOption { type = t.str; default = ""; };
        script = lib.mkOption { type = t.lines; default = ""; };
        serviceConfig = lib.mkOption { type = t.submodule { freeformType = t.attrsOf t.anything; }; default = { }; };
      };
      config.serviceConfig = {
        Label = lib.mkDefault "${prefix}.${name}";
        ProgramArguments = lib.mkIf (config.command != "") [ "/bin/sh" "-c" "/bin/wait4path /nix/store && exec ${config.command}" ];
      };
    })
  );
  jobs = lib.mkOption { type = job "org.nixos"; default = { }; };
  escape = lib.replaceStrings [ "&" "<" ">" ] [ "&amp;" "&lt;" "&gt;" ];
  plist = v:
    if lib.isBool v then (if v then "<true/>" else "<false/>")
    else if lib.isInt v then "<integer>${toString v}</integer>"
    else if lib.isList v then "<array>${lib.concatMapStrings plist v}</array>"
    else if lib.isAttrs v && !(v ? outPath) then "<dict>${lib.concatStrings (lib.mapAttrsToList (n: x: "<key>${escape n}</key>${plist x}") v)}</dict>"
    else "<string>${escape (toString v)}</string>";
  file = job: ''
    <?xml version="1.0" encoding="UTF-8"?>
    <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
    <plist version="1.0">${plist job.serviceConfig}</plist>
  '';
  files = dir: lib.mapAttrs' (_: job: lib.nameValuePair "${dir}/${job.serviceConfig.Label}.plist" (file job));
in
{
  options.launchd.daemons = jobs;
  options.launchd.agents = jobs;
  options.launchd.user.agents = jobs;
  config.system.build.launchd =
    files "Library/LaunchDaemons" config.launchd.daemons
    // files "Library/LaunchAgents" config.launchd.agents
    // files "user/Library/LaunchAgents" config.launchd.user.agents;
}
