# VERB ID, of an activation that has left the script on the host. What lies there
# is whole where the last file of its beginning is.
case $2 in '' | *[!0-9A-Za-z-]*) echo 'not the name of an activation' >&2 && exit 47 ;; esac
for dir in "/run/assay/$2" "/var/run/assay/$2"; do
	[ ! -s "$dir/from" ] || [ ! -f "$dir/tool" ] || exec /bin/sh "$dir/tool" "$@"
done
echo 'the host knows nothing of this activation; it has been restarted, or another one followed' >&2
exit 55
