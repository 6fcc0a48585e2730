mount -a -T "$1" && cd "$2" && pivot_root . . && umount -l . || exit 125
cd /root || exit 125
exec /bin/sh -c "$3"
