[ true false null import map toString throw abort builtins derivation isNull baseNameOf dirOf removeAttrs
  placeholder fetchTarball fetchGit fromTOML scopedImport __add __elemAt __curPos __typeOf __nixPath __findFile __sub __foldl' ]
