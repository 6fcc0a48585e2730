inputs: self: super:
super.lib.mergeAttrsList [
  (import ./fixes.nix self super)
  (import ./own.nix inputs self super)
]
