# How a file of this directory is called: with one attribute set,
#
#     final   the finished package set, every layer applied
#     prev    the set this layer starts from (with composition "merge": unstable as it is)
#     lib, inputs, ... what else a later version may pass
#
# and it returns the package. The file's name is the package's name, and fleet.toml lists
# it under [[overlay.override]].
#
# mactop: without symbol tables the program is a third smaller.
{ prev, ... }:
prev.mactop.overrideAttrs (old: {
  ldflags = (old.ldflags or [ ]) ++ [
    "-s"
    "-w"
  ];
})
