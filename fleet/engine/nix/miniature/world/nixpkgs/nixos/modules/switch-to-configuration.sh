#!/bin/sh
# switch-to-configuration switch|boot|test|dry-activate|check, in small.
#
# Exit codes are NixOS': 4 when a unit failed to start, 100 when the new init asks for a
# reboot, 1 for everything else. MINIATURE_ROOT makes it work below another root, and
# then without systemctl.
set -u
system=@out@
root="${MINIATURE_ROOT-}"
action="${1-}"
PATH="${PATH:+$PATH:}/usr/sbin:/usr/bin:/sbin:/bin"

case "$action" in
switch | boot | test | dry-activate | check) ;;
*)
    echo "Usage: $0 [check|switch|boot|test|dry-activate]" >&2
    exit 1
    ;;
esac

say() { echo "$*" >&2; }

# What both systems have in switch-inhibitors must be the same, by name.
inhibitors() { sed 's/[{}"]//g; s/,/\n/g' "$1" 2> /dev/null; }
inhibited() {
    [ -z "${NIXOS_NO_CHECK-}" ] || return 1
    for pair in $(inhibitors $system/switch-inhibitors); do
        now=$(inhibitors "$root/run/current-system/switch-inhibitors" | grep "^${pair%%:*}:")
        [ -z "$now" ] || [ "$now" = "$pair" ] || return 0
    done
    return 1
}

if { [ "$action" = switch ] || [ "$action" = test ] || [ "$action" = check ]; } && inhibited; then
    say "There are changes to critical components of the system:"
    say "$(cat "$root/run/current-system/switch-inhibitors") -> $(cat $system/switch-inhibitors)"
    say "Switching into this system is not recommended. Run 'boot' and reboot instead."
    say "Pre-switch checks failed"
    exit 1
fi
[ "$action" = check ] && exit 0

if [ "$action" != dry-activate ] && [ -z "$root" ]; then
    mkdir -p /run/nixos
    exec 9> /run/nixos/switch-to-configuration.lock
    if command -v flock > /dev/null && ! flock -n 9; then
        say "Could not acquire lock"
        exit 1
    fi
fi

# The boot loader: an entry per system, and which one is the default.
if [ "$action" = switch ] || [ "$action" = boot ]; then
    entries="$root/boot/loader/entries"
    name=$(basename $system)
    mkdir -p "$entries" || exit 1
    printf 'title NixOS\nversion %s\nlinux %s\ninitrd %s\noptions init=%s/init %s\n' "$(cat $system/nixos-version)" \
        "$(readlink -f $system/kernel)" $system/initrd $system "$(cat $system/kernel-params)" > "$entries/.$name.new" &&
        mv "$entries/.$name.new" "$entries/$name.conf" &&
        printf 'default %s.conf\n' "$name" > "$root/boot/loader/.loader.conf.new" &&
        mv "$root/boot/loader/.loader.conf.new" "$root/boot/loader/loader.conf" || {
        say "Failed to install bootloader"
        exit 1
    }
    sync
    [ "$action" = boot ] && exit 0
fi

# An init of another interface cannot take this system over while it runs.
if [ "$action" != dry-activate ] && [ -e "$root/run/current-system/init-interface-version" ] &&
    ! cmp -s "$root/run/current-system/init-interface-version" $system/init-interface-version; then
    say "Warning: the new NixOS configuration has an 'init' that is incompatible with the current configuration. The new configuration won't take effect until you reboot the system."
    exit 100
fi

live() { [ -z "$root" ] && [ -d /run/systemd/system ]; }
active() { live && systemctl -q is-active "$1"; }
listed() { (cd "$1" 2> /dev/null && ls | grep -E '\.(service|timer|target|socket|path|mount)$'); }
# Wanted units are started; miniature-boot is for the next boot alone.
wanted() { [ "$1" != miniature-boot.service ] && ls -d $system/etc/systemd/system/*.wants/"$1" > /dev/null 2>&1; }
flag() { grep -q "^$1=$3\$" "$system/etc/systemd/system/$2"; }
show() { [ -z "$2" ] || say "$1: $(echo $2 | sed 's/ /, /g')"; }

before="$root/run/current-system/etc/systemd/system"
after=$system/etc/systemd/system
stop= start= restart= reload=
for u in $(listed "$before"); do
    if [ ! -e "$after/$u" ]; then
        if ! live || active "$u"; then stop="$stop $u"; fi
    elif ! cmp -s "$before/$u" "$after/$u"; then
        if live && ! active "$u"; then
            if wanted "$u"; then start="$start $u"; fi
        elif flag X-ReloadIfChanged "$u" true; then
            reload="$reload $u"
        elif flag X-RestartIfChanged "$u" false; then
            say "NOT restarting the following changed units: $u"
        elif flag X-StopIfChanged "$u" false; then
            restart="$restart $u"
        else
            stop="$stop $u"
            start="$start $u"
        fi
    fi
done
for u in $(listed "$after"); do
    if [ ! -e "$before/$u" ]; then
        if wanted "$u" && ! active "$u"; then start="$start $u"; fi
    elif live && systemctl -q is-failed "$u" && wanted "$u"; then
        case " $start " in *" $u "*) ;; *) start="$start $u" ;; esac
    fi
done

if [ "$action" = dry-activate ]; then
    show "would stop the following units" "$stop"
    say "would activate the configuration..."
    show "would reload the following units" "$reload"
    show "would restart the following units" "$restart"
    show "would start the following units" "$start"
    exit 0
fi

if live && [ -n "$stop" ]; then
    show "stopping the following units" "$stop"
    systemctl stop $stop
fi
say "activating the configuration..."
result=0
$system/activate || {
    say "warning: error(s) occurred while switching to the new configuration"
    result=2
}
if ! live; then
    show "units, without systemd to tell" "$stop$start$restart$reload"
    exit $result
fi

systemctl daemon-reload || result=3
systemctl reset-failed > /dev/null 2>&1
if [ -n "$reload" ]; then
    show "reloading the following units" "$reload"
    systemctl reload $reload || result=4
fi
if [ -n "$restart" ]; then
    show "restarting the following units" "$restart"
    systemctl restart $restart || result=4
fi
if [ -n "$start" ]; then
    show "starting the following units" "$start"
    systemctl start $start || result=4
fi
failed=
for u in $restart $start $reload; do
    case "$(systemctl show -p ActiveState -p SubState --value "$u" | tr '\n' ' ')" in
    failed* | *auto-restart*) failed="$failed $u" ;;
    esac
done
if [ -n "$failed" ]; then
    show "warning: the following units failed" "$failed"
    systemctl status --no-pager --full --lines=10 $failed >&2
    result=4
fi
exit $result
