# vim: the one that administrators use before any home is set up, with a default vimrc.
# How this file is called: see mactop.nix.
{ final, prev, ... }:
prev.vim.overrideAttrs (old: {
  postInstall = (old.postInstall or "") + ''
    mkdir -p "$out/share/vim"
    cp ${final.writeText "vimrc" "set expandtab shiftwidth=2 ruler\n"} "$out/share/vim/vimrc"
  '';
})
