"""The code that all endpoints share: settings, use cases and adapters, one room each."""

import sys

# This module of pymongo loads PyOpenSSL. We do not install that, so the driver uses Python's ssl, which
# checks certificates too (tests/integration/test_tls.py). But before the import fails it would load all of
# cryptography.x509, which adds a quarter to the time that the driver takes to load.
sys.modules["pymongo.pyopenssl_context"] = None  # type: ignore[assignment]
