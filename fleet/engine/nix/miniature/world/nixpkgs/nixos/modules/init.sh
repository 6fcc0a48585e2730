#!/bin/sh
# What the boot loader starts: notes the booted system, activates it, and hands over to
# systemd where it is the first process, or tells it where it runs already.
root="${MINIATURE_ROOT-}"
mkdir -p "$root/run"
ln -sfn @out@ "$root/run/booted-system"
@out@/activate
if [ $$ -eq 1 ]; then
    exec /lib/systemd/systemd "$@"
fi
if [ -z "$root" ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl start --no-block default.target timers.target
fi
