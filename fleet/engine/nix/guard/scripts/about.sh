# VERB ID, of an activation that has left the script on the host.
case $2 in '' | *[!0-9A-Za-z-]*) echo 'not the name of an activation' >&2 && exit 47 ;; esac
for tool in "/run/assay/$2/tool" "/var/run/assay/$2/tool"; do
	[ ! -f "$tool" ] || exec /bin/sh "$tool" "$@"
done
echo 'the host knows nothing of this activation; it has been restarted, or another one followed' >&2
exit 55
