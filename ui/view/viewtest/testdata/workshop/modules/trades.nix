{
  workshop.trades.press =
    { pkgs, ... }:
    {
      services.printing.enable = true;
      environment.systemPackages = [ pkgs.ghostscript ];
    };
}
