#!/bin/sh
# What the boot loader starts: notes the booted system, activates it, and hands over to
# systemd where it is the first process.
root="${MINIATURE_ROOT-}"
mkdir -p "$root/run"
ln -sfn @out@ "$root/run/booted-system"
@out@/activate
if [ $$ -eq 1 ]; then
    exec /lib/systemd/systemd "$@"
fi
