"""The prices and figures behind COSTS.md, which names their sources."""

from typing import NamedTuple


class Function(NamedTuple):
    """A function's instance, the seconds of a request, and how many requests share an instance under load."""

    cpus: float
    gib: float
    seconds: float
    shared: float


MB, GIB = 1e6, 2**30
HOURS = 730
MONTH = HOURS * 3600  # seconds
BURST = 10  # times the mean
WATCHING = 2  # connections of an instance to a node of the database, besides those that requests use

# For each picture: its user's calls, traffic and storage.
CALLS = 7  # three lists, three previews, one download
SENT_MB = 4.1  # the cut-out and three previews
STORED_MB = 7.03  # a 3 MB original of 12 megapixels, a 4 MB cut-out, a 30 KB preview
BALANCED_MB = 7.1  # in and out
SITE_MB, SITE_REQUESTS = 0.15, 10
LOG_KB = 16
WRITES, READS = 3, 8
DATABASE_OPERATIONS = 16
RECORD_KB = 1
DAYS_KEPT, DAYS_SOFT_DELETED = 30, 7

# Seconds of a request. Cloud Run also charges while a client sends: 3 MB at 10 Mbit/s take 2.4 s. The
# provider takes 7 s, our own work 1 s (0.6 measured on two cores). Cloud Run fills an instance to 60 % of its
# concurrency, or of its processors, which the local model keeps busy for 1.2 of 3.6 s.
SENDING, PROVIDER, WORK, LOCAL_MODEL = 2.4, 7, 1, 1.2
UPLOAD = Function(cpus=2, gib=4, seconds=SENDING + PROVIDER + WORK, shared=10 * 0.6)
LOCAL_UPLOAD = Function(cpus=2, gib=4, seconds=SENDING + LOCAL_MODEL, shared=3.6 / 1.2 * 0.6)
CALL = Function(cpus=1, gib=1, seconds=0.2, shared=3)
HEALTH = Function(cpus=1, gib=0.5, seconds=0.2, shared=1)
CHECKS = 6 * HOURS * 12  # six places ask every five minutes: 1.2 a minute

# US dollars in europe-west1.
CPU_SECOND, GIB_SECOND, REQUEST = 0.000024, 0.0000025, 0.4e-6
IDLE_CPU_SECOND, IDLE_GIB_SECOND = 0.0000025, 0.0000025
FREE_CPU_SECONDS, FREE_GIB_SECONDS, FREE_REQUESTS = 180_000, 360_000, 2_000_000
STORAGE = 0.02  # a GiB and month
WRITE, READ = 5e-6, 0.4e-6
EGRESS = ((1024, 0.12), (9 * 1024, 0.11), (float("inf"), 0.08))  # GiB, and dollars for each of them
FORWARDING_RULES = 0.025  # an hour, for the first five together
BALANCED = 0.008  # a GiB
CDN, LOOKUP = 0.08, 0.75e-6
LOG, FREE_LOG_GIB = 0.5, 50
REGISTRY, CONTAINERS_GIB = 0.1, 1.5  # 2 GiB, of which 0.5 are free
POLICY, ARMOR_REQUEST = 6, 0.75e-6  # a policy with one rule
ATLAS = (0, 8, 394)
