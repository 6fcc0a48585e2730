# Looking after jobs on the GPU machine.
{
  flake.modules.homeManager.gpu-jobs =
    { pkgs, ... }:
    {
      home.packages = [
        pkgs.nvitop
        pkgs.python3Packages.huggingface-hub
      ];
      home.sessionVariables.CUDA_DEVICE_ORDER = "PCI_BUS_ID";
      home.file.".config/fleet/jobs.txt".text = ''
        Start long jobs inside tmux or as a container, never in a bare shell.
        /tmp is emptied at boot; results belong in the home directory.
      '';
    };
}
