"""What every endpoint shares: settings, identity, the use cases and their adapters."""

import sys

# pymongo's TLS by way of PyOpenSSL. We do not install that, and without it the driver uses Python's ssl,
# which checks certificates too (tests/integration/test_tls.py). But to find out that it is not there, it
# would load all of cryptography.x509 at every start, a quarter of what it takes to load itself.
sys.modules["pymongo.pyopenssl_context"] = None  # type: ignore[assignment]
