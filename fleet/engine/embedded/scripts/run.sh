# run SYSTEM GOAL CLASS EXPECT GENERATION: runs the activate script of a
# system in the host's store, in this very shell.
[ -f "$root$1/activate" ] && [ ! -L "$root$1" ] || refuse 46 "the host lacks $1; hint: it must be copied first"
. "$root$1/activate"
