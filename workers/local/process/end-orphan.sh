#!/bin/sh
# Kills workerd after the server has ended. Standard input closes when the server ends for any reason, SIGKILL
# included. Without this script workerd would keep the port and the data folder.
# $1: the file with workerd's process id. A server that shuts down gracefully removes it.
cat >/dev/null
pid=$(cat "$1" 2>/dev/null) || exit 0
if [ -r "/proc/$pid/cmdline" ]; then
  command=$(tr '\0' ' ' <"/proc/$pid/cmdline")
else
  command=$(ps -o args= -p "$pid" 2>/dev/null)
fi
case "$command" in
  *workerd*) kill -9 "$pid" 2>/dev/null ;;
esac
rm -f "$1"
