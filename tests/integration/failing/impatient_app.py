"""The application host with short timeouts."""

import tests.integration.failing.impatient  # noqa: F401
from app import main

if __name__ == "__main__":
    main()
