# The body of an expression: what the configuration c of the machine n says of
# the generators of clan's vars; null where it has no such option. What may
# throw because a value has not been made yet is caught by itself: its list is
# empty then.
let
  all = c.config.clan.core.vars.generators or null;
  caught = v: let r = builtins.tryEval (builtins.deepSeq v v); in if r.success then [ r.value ] else [ ];
  text = v: if v == null then "" else toString v;
  tool = p: if builtins.isAttrs p then p.pname or (builtins.parseDrvName (p.name or "")).name else baseNameOf (toString p);

  file = f: {
    secret = f.secret or true;
    deploy = f.deploy or true;
    owner = f.owner or "root";
    group = f.group or "root";
    mode = text (f.mode or "0400");
    neededFor = f.neededFor or "services";
    restartUnits = f.restartUnits or [ ];
  };
  prompt = name: p: {
    description = builtins.concatStringsSep "" (caught (text (p.description or name)));
    type = p.type or "line";
    persist = p.persist or false;
    required = p.display.required or true;
  };
  generator = g: {
    share = g.share or false;
    files = builtins.mapAttrs (_: file) (g.files or { });
    prompts = builtins.mapAttrs prompt (g.prompts or { });
    dependencies = g.dependencies or [ ];
    tools = caught (map tool (g.runtimeInputs or [ ]));
    script = caught (text (g.script or ""));
    validation = caught (g.validation or null);
  };

  # Where clan declares it, the option is in a submodule, clan.core.vars.
  above = d: { inherit (d) file; value = if builtins.isAttrs d.value then d.value.generators or { } else { }; };
  defined = c.options.clan.core.vars.generators.definitionsWithLocations
    or (map above (c.options.clan.core.vars.definitionsWithLocations or [ ]));
in
if all == null then
  null
else
  {
    groups = c.config.clan.core.sops.defaultGroups or [ ];
    generators = builtins.mapAttrs (_: generator) all;
    places = caught (
      map (d: {
        file = toString d.file;
        names = if builtins.isAttrs d.value then builtins.attrNames d.value else [ ];
      }) defined
    );
  }
