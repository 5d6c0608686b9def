"""How gunicorn serves the application in the container: what differs from its defaults, and why."""

import os
from pathlib import Path

# Every address of the pod; its NetworkPolicy says who may call.
bind = f"0.0.0.0:{os.environ.get('PORT') or 5000}"

# One process: the local model and Pillow's big buffers are there once, and threads suffice, for an upload
# mostly waits for the provider and the work on pictures runs outside of Python's lock.
workers = 1
worker_class = "common.web.gunicorn_worker.PatientWorker"
threads = 16

# An upload may take 100 seconds: 90 for the provider, the rest for the picture and the database. Who is at it
# when SIGTERM comes is let finish; deployment.yaml waits longer than this before it kills. The heartbeat that
# `timeout` is about comes from a thread of its own, so it ends a process that hangs, never a slow upload.
graceful_timeout = 110
timeout = 120

# The heartbeat's file must not wait for a disk. (macOS has no such folder; there the tests run without.)
_MEMORY = Path("/dev/shm")  # noqa: S108 - gunicorn makes a file of a random name in it
worker_tmp_dir = str(_MEMORY) if _MEMORY.is_dir() else None

# Nobody in front of us sets these, so nobody may: SCRIPT_NAME alone makes every answer a 500.
forwarder_headers = ""

# It would want a folder that can be written, and nobody would use it.
control_socket_disable = True
