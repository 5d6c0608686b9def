"""Every timeout and limit of the service, in seconds unless said otherwise, and how they are related.

What an upload can take after its lease began (`UPLOAD_SECONDS`) is less than the lease of its key, which is
less than the lease of its slot; and less than the timeout that Terraform gives the function. A test adds them
up.

The rooms import the module and read `timeouts.TURN_SECONDS` when they need it.
"""

from datetime import timedelta

# Connections and bodies, in front of everything
SILENT_SECONDS = 10.0  # for which nothing may arrive
HEAD_SECONDS = 10.0  # that a request line and its headers may take
BODY_SECONDS = 10.0  # that any body may take
BODY_RATE = 32 * 1024  # bytes/s; minimum rate of a body that takes longer
BODY_WINDOW = 10.0  # over which the rate is measured
READER_SECONDS = 30.0  # for which a client may take nothing of a response
HURRIED_SECONDS = 1.0  # in place of each of these while there are too many connections or responses
LINGER_SECONDS = 2.0  # for which the rest of a refused body is read, so that its sender gets the response
LINGER_BYTES = 64 * 1024 * 1024

# Picture work
TURN_SECONDS = 25.0  # that a picture waits for its share of MEGAPIXELS_AT_ONCE
WORKER_SECONDS = 10.0  # that it then waits for a worker
WORKER_START_SECONDS = 60.0
PICTURE_JOBS = 3  # of an upload: make the view, read the provider's answer, apply the matte
PICTURE_JOB_SECONDS = 20.0  # on the clock, for a picture of 50 megapixels
ANSWER_JOB_SECONDS = 6.0  # the same for the provider's answer, which has at most 6.25

# The provider
PROVIDER_CONNECT_SECONDS = 5.0
PROVIDER_READ_SECONDS = 60.0
PROVIDER_SECONDS = 90.0  # all attempts together

# Addresses of pictures to fetch
FETCH_SECONDS = 20.0  # redirects included
FETCH_CONNECT_SECONDS = 5.0

# MongoDB: the driver makes a second attempt at a call whose connection broke
DATABASE_SELECTION_SECONDS = 5.0  # until a server is found
DATABASE_CONNECT_SECONDS = 5.0
DATABASE_SOCKET_SECONDS = 20.0
DATABASE_ATTEMPTS = 2
DATABASE_PING_SECONDS = 2.0

# Cloud Storage: the last of all attempts may begin when the time for them is almost over
STORAGE_RETRY_SECONDS = 20.0
STORAGE_CONNECT_SECONDS = 5.0
STORAGE_READ_SECONDS = 30.0
STORAGE_GRACE_SECONDS = 10.0  # for which parallel calls go on after one has failed
SIGNING_RETRY_SECONDS = 10.0
SIGNING_CONNECT_SECONDS = 3.0
SIGNING_READ_SECONDS = 5.0

# An upload, from the beginning of its lease
_DATABASE_CALL = DATABASE_ATTEMPTS * (
    DATABASE_SELECTION_SECONDS + DATABASE_CONNECT_SECONDS + DATABASE_SOCKET_SECONDS
)
_STORAGE_CALL = STORAGE_RETRY_SECONDS + STORAGE_CONNECT_SECONDS + STORAGE_READ_SECONDS
UPLOAD_STEPS = {
    "find a duplicate": _DATABASE_CALL,
    "wait for a turn": PICTURE_JOBS * (TURN_SECONDS + WORKER_SECONDS),
    "work on the picture": (PICTURE_JOBS - 1) * PICTURE_JOB_SECONDS + ANSWER_JOB_SECONDS,
    "ask the provider": PROVIDER_SECONDS,
    "keep the images": _STORAGE_CALL,
    "complete the lease": _DATABASE_CALL,
    "ask whether it was completed": _DATABASE_CALL,
}
UPLOAD_SECONDS = sum(UPLOAD_STEPS.values())

# Leases: the process of an upload that started earlier has died
KEY_LEASE_TTL = timedelta(minutes=8)  # of a slot, for the upload that is sent again with its Idempotency-Key
LEASE_TTL = timedelta(minutes=15)  # of a slot, for everybody else

# Cleanup
CLEANUP_SECONDS = 50.0  # after which it begins no more batches
ORPHAN_AGE = timedelta(hours=1)  # a younger object may belong to an upload that is still running
TOLERATED_ORPHANS = 100  # objects; of more than that, and more than this share, something else is wrong
TOLERATED_SHARE = 0.2
TOMBSTONE_TTL = timedelta(days=1)
BUCKET_ID_AGE = timedelta(days=1)  # after which it is written again

# What callers are given
SESSION_TTL = timedelta(days=365)
SESSION_RENEWAL = timedelta(days=30)  # after which a token is replaced
LINK_TTL = timedelta(minutes=5)  # of the signed URL of a large image
