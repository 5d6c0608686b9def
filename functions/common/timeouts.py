"""Every timeout and limit of the service, in seconds unless noted, and the relations between them.

`UPLOAD_SECONDS`, the longest time that an upload can take after its lease began, is less than KEY_LEASE_TTL,
which is less than LEASE_TTL. It is also less than the function's timeout in Terraform. A test adds them up.

Import the module and read `timeouts.TURN_SECONDS` at the time of use, so that tests can change it.
"""

from datetime import timedelta

# Connections and bodies
SILENT_SECONDS = 10.0  # the longest pause between two arrivals
HEAD_SECONDS = 10.0  # for the request line and the headers
BODY_SECONDS = 10.0  # for any body
BODY_RATE = 32 * 1024  # bytes/s; minimum rate of a body that takes longer
BODY_WINDOW = 10.0  # the period over which the rate is measured
READER_SECONDS = 30.0  # the longest time in which a client reads nothing of a response
CROWDED_SECONDS = 1.0  # replaces READER_SECONDS and the idle time under too many connections or responses
LINGER_SECONDS = 2.0  # we read the rest of a refused body this long, so that its sender gets the response
LINGER_BYTES = 64 * 1024 * 1024

# Picture work
TURN_SECONDS = 25.0  # a picture's wait for its share of MEGAPIXELS_AT_ONCE
WORKER_SECONDS = 10.0  # its wait for a worker after that
COMMAND_SECONDS = 86_400.0  # replaces both waits in a command, because nobody waits for its response
WORKER_START_SECONDS = 60.0
JOB_SECONDS, JOB_SECONDS_A_MEGAPIXEL = 2.0, 0.15  # processor time of a job at a worker
JOB_CLOCK = 2  # elapsed time of a job, as a multiple of its processor time
JOB_GRACE_SECONDS = 0.5  # the system should have killed the worker itself by then
JOB_MEMORY, JOB_MEMORY_A_MEGAPIXEL = 256 << 20, 22 << 20  # bytes that a job may add to its worker
JOBS = 3  # of one upload: make the view, read the provider's answer, apply the matte
_LARGEST_PICTURE, _LARGEST_ANSWER = 50.0, 6.25  # megapixels


def job_limits(megapixels: float) -> tuple[float, int]:
    """Return the processor seconds and the bytes that a job on such a picture may take."""
    seconds = JOB_SECONDS + JOB_SECONDS_A_MEGAPIXEL * megapixels
    return seconds, int(JOB_MEMORY + JOB_MEMORY_A_MEGAPIXEL * megapixels)


def job_seconds(megapixels: float) -> float:
    """Return the elapsed seconds after which a job on such a picture has ended in any case."""
    return JOB_CLOCK * job_limits(megapixels)[0] + JOB_GRACE_SECONDS


# The provider
PROVIDER_CONNECT_SECONDS = 5.0
PROVIDER_READ_SECONDS = 60.0
PROVIDER_SECONDS = 90.0  # all attempts together

# Addresses of pictures to fetch
FETCH_SECONDS = 20.0  # redirects included
FETCH_CONNECT_SECONDS = 5.0

# MongoDB: the driver retries a call once if its connection breaks
DATABASE_SELECTION_SECONDS = 5.0  # until a server is found
DATABASE_CONNECT_SECONDS = 5.0
DATABASE_SOCKET_SECONDS = 20.0
DATABASE_ATTEMPTS = 2
DATABASE_PING_SECONDS = 2.0

# Cloud Storage: the last attempt may begin just before STORAGE_RETRY_SECONDS are over
STORAGE_RETRY_SECONDS = 20.0
STORAGE_CONNECT_SECONDS = 5.0
STORAGE_READ_SECONDS = 30.0
STORAGE_GRACE_SECONDS = 10.0  # parallel calls continue this long after one has failed
SIGNING_RETRY_SECONDS = 10.0
SIGNING_CONNECT_SECONDS = 3.0
SIGNING_READ_SECONDS = 5.0

# The steps of an upload after its lease began
_DATABASE_CALL = DATABASE_ATTEMPTS * (
    DATABASE_SELECTION_SECONDS + DATABASE_CONNECT_SECONDS + DATABASE_SOCKET_SECONDS
)
_STORAGE_CALL = STORAGE_RETRY_SECONDS + STORAGE_CONNECT_SECONDS + STORAGE_READ_SECONDS
UPLOAD_STEPS = {
    "find a duplicate": _DATABASE_CALL,
    "wait for a turn": JOBS * (TURN_SECONDS + WORKER_SECONDS),
    "work on the picture": (JOBS - 1) * job_seconds(_LARGEST_PICTURE) + job_seconds(_LARGEST_ANSWER),
    "ask the provider": PROVIDER_SECONDS,
    "keep the images": _STORAGE_CALL,
    "complete the lease": _DATABASE_CALL,
    "ask whether it was completed": _DATABASE_CALL,
}
UPLOAD_SECONDS = sum(UPLOAD_STEPS.values())

# Leases: if an upload started longer ago, its process has died
KEY_LEASE_TTL = timedelta(minutes=8)  # of a slot, if the same upload is sent again with its Idempotency-Key
LEASE_TTL = timedelta(minutes=15)  # of a slot, for everybody else

# Cleanup
CLEANUP_SECONDS = 50.0  # cleanup begins no batch after this
ORPHAN_AGE = timedelta(hours=1)  # a younger object may belong to an upload that is still running
TOLERATED_ORPHANS = 100  # objects; if more than this, and more than this share, are orphans, delete none
TOLERATED_SHARE = 0.2
TOMBSTONE_TTL = timedelta(days=1)
BUCKET_ID_AGE = timedelta(days=1)  # then the id is written again, before the lifecycle rule deletes it

# Tokens and links
SESSION_TTL = timedelta(days=365)
SESSION_RENEWAL = timedelta(days=30)  # an older token is replaced
LINK_TTL = timedelta(minutes=5)  # of the signed URL of a large image
