{
  description = "a miniature import-tree: every .nix file below a directory is a module";

  outputs =
    { self }:
    let
      hasSuffix = s: text: let n = builtins.stringLength text; m = builtins.stringLength s; in n >= m && builtins.substring (n - m) m text == s;
      below = dir: rel: builtins.concatLists (
        builtins.attrValues (
          builtins.mapAttrs (
            name: type: if type == "directory" then below dir "${rel}/${name}" else [ "${rel}/${name}" ]
          ) (builtins.readDir (dir + rel))
        )
      );
      rootsOf = x: if builtins.isList x then builtins.concatMap rootsOf x else [ x ];
      # keep: what must hold of a path below the root; each: what is done with a file.
      make = keep: each: rec {
        files = x: builtins.concatMap (
          root: builtins.map (rel: each (root + rel)) (builtins.filter (rel: hasSuffix ".nix" rel && builtins.match ".*/_.*" rel == null && keep rel) (below root ""))
        ) (rootsOf x);
        filter = p: make (rel: keep rel && p rel) each;
        filterNot = p: filter (rel: !p rel);
        match = re: filter (rel: builtins.match re rel != null);
        matchNot = re: filter (rel: builtins.match re rel == null);
        map = f: make keep (path: f (each path));
        __functor = _: x: { imports = files x; };
      };
    in
    make (_: true) (path: path);
}
