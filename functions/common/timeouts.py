"""Every timeout and limit that the rooms share, in one place."""

from datetime import timedelta

# Leases of slots
LEASE_TTL = timedelta(minutes=15)  # an upload that started earlier has died, and its slot is free
KEY_LEASE_TTL = timedelta(minutes=3)  # the same for an upload that is sent again under its Idempotency-Key

# Cleanup
ORPHAN_AGE = timedelta(hours=1)  # a younger object may belong to an upload that is still running
CLEANUP_SECONDS = 50.0
TOLERATED_ORPHANS = 100  # objects; of more than that, and more than this share, something else is wrong
TOLERATED_SHARE = 0.2
