#!/bin/sh
# Stands in for the workerd binary: writes down the process id that workerd is about to have, then becomes it.
echo "$$" >"$REFRAIN_RUNTIME_PID_FILE"
exec "$REFRAIN_WORKERD" "$@"
