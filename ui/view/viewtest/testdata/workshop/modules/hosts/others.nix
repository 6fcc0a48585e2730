{ config, inputs, lib, ... }:
let
  inherit (config.flake.modules) nixos;
in
{
  flake.modules.nixos = {
    "hosts/bellows".imports = [ nixos.server nixos.backup nixos.web ];
    "hosts/chisel".imports = [ nixos.server nixos.base inputs.nixos-hardware.nixosModules.rock-4c-plus ];
    "hosts/drill".imports = [ nixos.base config.workshop.trades.press ]
      ++ lib.optional (builtins.getEnv "NIGHT_SHIFT" != "") nixos.backup;
    "hosts/hammer".imports = [ nixos.base (inputs.self.lib.handle "oak") ];
  };
}
