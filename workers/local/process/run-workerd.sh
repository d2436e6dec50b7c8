#!/bin/sh
# Runs in place of the workerd binary: records its process id and then becomes workerd, which keeps that id.
echo "$$" >"$REFRAIN_RUNTIME_PID_FILE"
exec "$REFRAIN_WORKERD" "$@"
