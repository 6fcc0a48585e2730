# changes of what is there
_: prev: {
  broken = prev.broken.overrideAttrs (old: { patches = [ ./fix.patch ]; });
  twice = (prev.twice.override { gui = false; }).overrideAttrs (old: { doCheck = false; });
  vimPlugins = prev.vimPlugins // { mine = prev.hello; };
  wrapped = prev.symlinkJoin { name = "wrapped"; paths = [ prev.wrapped ]; };
  tool = prev.hello;
  helpers = { double = x: x + x; };
}
