"""Restart a command when it is killed, like Kubernetes: python restarting.py COMMAND ..."""

import signal
import subprocess
import sys


def main(command: list[str]) -> int:
    """Return the command's exit status when it ends by itself or because this process is terminated."""
    while True:
        with subprocess.Popen(command) as process:
            signal.signal(signal.SIGTERM, lambda *_, running=process: running.terminate())
            status = process.wait()
        if status != -signal.SIGKILL:
            return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
