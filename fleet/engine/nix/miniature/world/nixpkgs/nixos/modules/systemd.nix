# Units: services, their timers, and what wants them, as files of /etc/systemd/system.
{ config, lib, pkgs, ... }:
let
  t = lib.types;
  text = v: if lib.isBool v then lib.boolToString v else toString v;
  section = name: set:
    lib.optionalString (set != { }) (
      "[${name}]\n" + lib.concatMapStrings (key: lib.concatMapStrings (v: "${key}=${text v}\n") (lib.toList set.${key})) (lib.attrNames set) + "\n"
    );
  names = key: list: lib.optionalAttrs (list != [ ]) { ${key} = toString list; };
  flag = key: cond: lib.optionalAttrs cond { ${key} = false; };

  order = u:
    lib.optionalAttrs (u.description != "") { Description = u.description; }
    // names "After" u.after // names "Before" u.before // names "Requires" u.requires // names "Wants" u.wants
    // lib.optionalAttrs (u.restartTriggers != [ ]) { X-Restart-Triggers = toString u.restartTriggers; }
    // u.unitConfig;
  start = name: s:
    if s.script == "" then { } else { ExecStart = "${pkgs.writeShellScript "unit-script-${name}-start" "set -e\n${s.script}"}"; };
  serviceText = name: s:
    section "Unit" (order s)
    + section "Service" (
      { Environment = lib.mapAttrsToList (n: v: "\"${n}=${text v}\"") (lib.optionalAttrs (s.path != [ ]) { PATH = "${lib.makeBinPath s.path}:/usr/sbin:/usr/bin:/sbin:/bin"; } // s.environment); }
      // start name s
      // flag "X-RestartIfChanged" (!s.restartIfChanged) // flag "X-StopIfChanged" (!s.stopIfChanged)
      // lib.optionalAttrs s.reloadIfChanged { X-ReloadIfChanged = true; }
      // s.serviceConfig
    );
  timerText = x: section "Unit" (order x) + section "Timer" x.timerConfig;
  targetText = x: section "Unit" (order x);

  common = {
    enable = lib.mkOption { type = t.bool; default = true; };
    description = lib.mkOption { type = t.str; default = ""; };
    unitConfig = lib.mkOption { type = t.attrsOf t.anything; default = { }; };
  } // lib.genAttrs [ "after" "before" "requires" "wants" "wantedBy" "requiredBy" ] (_: lib.mkOption { type = t.listOf t.str; default = [ ]; })
  // { restartTriggers = lib.mkOption { type = t.listOf t.unspecified; default = [ ]; }; };
  service = {
    options = common // {
      environment = lib.mkOption { type = t.attrsOf t.anything; default = { }; };
      path = lib.mkOption { type = t.listOf t.unspecified; default = [ ]; };
      script = lib.mkOption { type = t.lines; default = ""; };
      serviceConfig = lib.mkOption { type = t.attrsOf t.anything; default = { }; };
      startAt = lib.mkOption { type = t.coercedTo t.str lib.singleton (t.listOf t.str); default = [ ]; };
      restartIfChanged = lib.mkOption { type = t.bool; default = true; };
      reloadIfChanged = lib.mkOption { type = t.bool; default = false; };
      stopIfChanged = lib.mkOption { type = t.bool; default = true; };
    };
  };
  timer.options = common // { timerConfig = lib.mkOption { type = t.attrsOf t.anything; default = { }; }; };
  units = type: lib.mkOption { type = t.attrsOf (t.submodule type); default = { }; };

  files = suffix: toText: lib.concatMapAttrs (
    name: u:
    lib.optionalAttrs u.enable (
      { "${name}.${suffix}" = toText name u; }
      // lib.listToAttrs (map (w: lib.nameValuePair "${w}.wants/${name}.${suffix}" null) u.wantedBy)
      // lib.listToAttrs (map (w: lib.nameValuePair "${w}.requires/${name}.${suffix}" null) u.requiredBy)
    )
  );
  all =
    files "service" serviceText config.systemd.services
    // files "timer" (_: timerText) config.systemd.timers
    // files "target" (_: targetText) config.systemd.targets
    // lib.mapAttrs (_: u: u.text) config.systemd.units;
  place = name: content:
    if content == null then
      "ln -s \"../${baseNameOf name}\" \"$out/${name}\"\n"
    else
      "printf %s ${lib.escapeShellArg content} > \"$out/${name}\"\n";
in
{
  options.systemd = {
    package = lib.mkOption { type = t.package; default = pkgs.systemd; };
    services = units service;
    timers = units timer;
    targets = units { options = common; };
    units = units { options.text = lib.mkOption { type = t.lines; }; };
  };
  config = {
    systemd.timers = lib.mapAttrs (_: s: {
      wantedBy = [ "timers.target" ];
      timerConfig.OnCalendar = s.startAt;
    }) (lib.filterAttrs (_: s: s.enable && s.startAt != [ ]) config.systemd.services);
    system.build.units = pkgs.runCommand "system-units" { } (
      "mkdir -p $out ${toString (lib.unique (map (n: "\"$out/${dirOf n}\"") (lib.attrNames all)))}\n" + lib.concatStrings (lib.mapAttrsToList place all)
    );
    environment.etc."systemd/system".source = config.system.build.units;
  };
}
