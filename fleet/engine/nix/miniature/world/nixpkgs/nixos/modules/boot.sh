# Starts the system of the boot loader's default entry.
entry=$(sed -n 's/^default //p' /boot/loader/loader.conf)
init=$(sed -n 's/^options init=\([^ ]*\).*/\1/p' "/boot/loader/entries/$entry")
exec "$init"
