# What supplies packages of machines, and which overlays have a part in them. asked is a
# list of { machine, packages, channels, layers, exported }; a package is a list of names, an
# empty one where it is answered; exported has for each overlay of the machine the names of
# the flake's own that it is composed of, as far as that was read. Every answer is a step, which is said by builtins.trace before
# it is worked out and after, so that it is known at which one Nix gives up. skip are the
# steps that are known already, failed are those of them at which it did.
{ nonce, asked, skip, failed }:
set:
let
  inherit (builtins) all any attrNames concatLists elem elemAt filter foldl' fromJSON genList head isAttrs isString length listToAttrs map removeAttrs seq toJSON trace tryEval unsafeDiscardStringContext unsafeGetAttrPos;

  # A layer of more names is not asked for each of them.
  most = 40;
  imap = f: list: genList (i: f i (elemAt list i)) (length list);
  inOrder = steps: foldl' (last: step: seq step last) null steps;
  known = listToAttrs (map (id: { name = id; value = null; }) skip);
  say = event: v: trace (nonce + toJSON event) v;
  step = id: value:
    if known ? ${id} then
      null
    else
      say { event = "begin"; step = id; } (
        let text = unsafeDiscardStringContext (toJSON value); in
        seq text (say { event = "done"; step = id; is = fromJSON text; } null)
      );

  caught = default: v: let r = tryEval v; in if r.success then r.value else default;
  text = v: if isString v then unsafeDiscardStringContext v else "";
  find = path: pkgs: foldl' (at: name: if isAttrs at && at ? ${name} then at.${name} else null) pkgs path;
  isDerivation = v: isAttrs v && (v.type or "") == "derivation";
  identity = path: pkgs: caught "" (let v = find path pkgs; in if isDerivation v then text v.drvPath else "");

  describe = path: pkgs:
    let
      found = tryEval (find path pkgs);
      v = found.value;
      derivation = tryEval (text v.drvPath);
      flag = name: caught false ((v.meta.${name} or false) == true);
      flags = filter flag [ "broken" "insecure" "unfree" "unsupported" ];
      version = caught "" (text (v.version or ""));
    in
    if !found.success then
      { unknown = "throws"; }
    else if v == null then
      { unknown = "absent"; }
    else if !(caught false (isDerivation v)) then
      { unknown = "value"; }
    else if derivation.success then
      { derivation = derivation.value; inherit version; }
    else
      { unknown = if flags == [ ] then "throws" else head flags; inherit version; };

  # The layers of an overlay: those that assay.nix shows, those of the flake's own that it
  # is composed of, or itself.
  partsOf = own: names: o:
    if isAttrs o && o ? layers && o ? composition then
      o.layers
    else if names != [ ] then
      map (exported: { name = ""; inherit exported; overlay = _: own.${exported}; }) names
    else
      [ { name = ""; overlay = _: o; } ];
  merged = o: isAttrs o && (o.composition or "") == "merge";

  context = q:
    let
      c = set.${q.machine};
      pkgs = c.pkgs or c._module.args.pkgs;
      overlays = pkgs.overlays or c.config.nixpkgs.overlays;
      platforms = { localSystem = pkgs.stdenv.buildPlatform; }
        // (if pkgs.stdenv.buildPlatform.system == pkgs.stdenv.hostPlatform.system then { } else { crossSystem = pkgs.stdenv.hostPlatform; });
      again = overlays: import pkgs.path ({ inherit (pkgs) config; inherit overlays; } // platforms);
      base = again [ ];
      aliases = filter (a: a != "") (map (c: c.attribute) q.channels);

      # The flake's own overlays, where modules are given the flake.
      own = caught { } (let s = c._module.specialArgs or { }; in s.self.overlays or s.inputs.self.overlays or { });
      exported = q.exported or [ ];
      namesOf = i: if length exported == length overlays && all (name: own ? ${name}) (elemAt exported i) then elemAt exported i else [ ];
      parted = any (i: namesOf i != [ ]) (genList (i: i) (length overlays));
      plain = view (_: [ ]);
      byNames = view namesOf;

      # The layers, by the names that overlays are composed of.
      view = namesOf: rec {
        numbered = (foldl' (acc: o: let parts = partsOf own (namesOf (length acc.list)) o; in {
          n = acc.n + length parts;
          list = acc.list ++ [ { inherit o parts; first = acc.n; } ];
        }) { n = 0; list = [ ]; } overlays).list;

        # The overlays, with what each layer defines changed by edit.
        edited = edit: map (x: final: prev: (foldl' (acc: part:
          let out = edit (x.first + acc.i) (part.overlay prev final acc.prev); in
          { i = acc.i + 1; prev = if merged x.o then prev else acc.prev // out; all = acc.all // out; }
        ) { i = 0; inherit prev; all = { }; } x.parts).all) numbered;

        # What each layer defines in the finished set.
        layers = (foldl' (acc: x:
          let
            inner = foldl' (a: part:
              let out = part.overlay acc.prev pkgs a.prev; in
              {
                prev = if merged x.o then acc.prev else a.prev // out;
                all = a.all // out;
                list = a.list ++ [ { number = x.first + length a.list; overlay = acc.i; inherit (part) name; exported = part.exported or ""; inherit out; } ];
              }) { inherit (acc) prev; all = { }; list = [ ]; } x.parts;
          in
          { i = acc.i + 1; prev = acc.prev // inner.all; list = acc.list ++ inner.list; }
        ) { i = 0; prev = base; list = [ ]; } numbered).list;
      };

      package = id: path:
        let
          top = head path;
          lost = what: elem "${id}/${what}" failed;
          is = identity path pkgs;
          # Composed overlays are taken apart where their parts make the same package.
          inherit (if parted && !(lost "is") && is != "" && is == identity path (again (byNames.edited (_: out: out))) then byNames else plain) edited layers;
          differs = edit: is != identity path (again (edited edit));
          # Made again from the same overlays it is the same, or nothing can be learnt so.
          faithful = !(differs (_: out: out));
          definers = filter (l: l.out ? ${top}) layers;
          place = l: { inherit (l) number overlay name exported; };
          shown = l: let at = unsafeGetAttrPos top l.out; in place l // {
            file = if at == null then "" else toString at.file;
            line = if at == null then 0 else at.line;
          };

          # What the package is without what one layer defines as it, and without what any does.
          without = edit: describe path (again (edited edit));
          entry = l: step "${id}/entry/${toString l.number}" (
            if length definers == 1 then undefined else without (n: out: if n == l.number then removeAttrs out [ top ] else out)
          );
          undefined = without (_: out: removeAttrs out [ top ]);
          # Whether others than those may have a part in it: what no layer defines differs
          # from what lies below them all, or does not tell.
          changed = let bare = identity path base; in bare == "" || (if definers == [ ] then is else undefined.derivation or "") != bare;

          # Without all else that a layer defines, and then without each.
          stays = [ top ] ++ aliases;
          only = out: removeAttrs out (filter (name: !(elem name stays)) (attrNames out));
          whole = l:
            let
              this = "${id}/whole/${toString l.number}";
              other = without (n: out: if n == l.number then only out else out);
              matters = (other.derivation or "") != is;
              names = filter (name: !(elem name stays)) (attrNames l.out);
              through = name: step "${this}/${name}" (
                identity [ name ] pkgs != identity [ name ] base && differs (n: out: if n == l.number then removeAttrs out [ name ] else out)
              );
            in
            seq (step this other) (if elem this failed || !matters || length names > most then null else inOrder (map through names));
        in
        seq (inOrder (
          [ (step "${id}/is" (describe path pkgs)) ]
          ++ imap (n: c: step "${id}/channel/${toString n}" (if c.attribute == "" then describe path base else describe ([ c.attribute ] ++ path) pkgs)) q.channels
        ))
        (if !q.layers then null else
          seq (step "${id}/layers" { overlays = length overlays; layers = map place layers; definers = map shown definers; })
            (if lost "layers" || lost "is" || is == "" then null else
              seq (step "${id}/faithful" faithful)
                (if lost "faithful" || !faithful then null else
                  seq (inOrder (map entry definers))
                    (seq (step "${id}/changed" changed)
                      (if lost "changed" || !changed then null else inOrder (map whole layers))))));
    in
    { inherit pkgs package; };

  question = i: q:
    let
      id = toString i;
      at = context q;
    in
    if !(set ? ${q.machine}) then
      step id { absent = true; }
    else
      seq (step id (seq at.pkgs.path { absent = false; }))
        (if elem id failed then null else inOrder (imap (n: path: if path == [ ] then null else at.package "${id}/${toString n}" path) q.packages));
in
inOrder (imap question asked)
