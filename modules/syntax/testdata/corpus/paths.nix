let dir = "sub"; in [
  ./a ../a ../../a/b.nix ./. ../. ./a-b_c+d.e /etc/hosts a/b a.b/c ~/x ~/.config/y
  ./${dir} ./a/${dir} ./a/${dir}.nix ./${dir}/${dir}/c /${dir} ~/${dir} ./pre${dir}post/x ./x${dir}//y
  <nixpkgs> <nixpkgs/lib> <a.b/c-d/e_f>
]
