"""Why there is no bundle."""


class BundleError(Exception):
    """The run ends; the message is one line that says why and what to do."""
