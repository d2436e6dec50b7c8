#!/bin/sh
# Outlives its parent on purpose. Standard input ends when the parent does, however it died (SIGKILL
# included); workerd would go on holding the port and the data, so it is ended here.
# $1: the file with workerd's process id, removed by a parent that shut down in order.
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
