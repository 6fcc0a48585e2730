# A laptop is carried about: firewall on, silent to strangers, no guests, and a finger
# instead of a password for sudo (also inside tmux).
{
  flake.modules.darwin.security = {
    networking.applicationFirewall.enable = true;
    networking.applicationFirewall.enableStealthMode = true;
    system.defaults.loginwindow.GuestEnabled = false;
    system.defaults.SoftwareUpdate.AutomaticallyInstallMacOSUpdates = true;
    security.pam.services.sudo_local.touchIdAuth = true;
    security.pam.services.sudo_local.reattach = true;
  };
}
