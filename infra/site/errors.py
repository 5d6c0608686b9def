"""Why the site cannot be published."""


class SiteError(Exception):
    """The run ends; the message is one line that says why and what to do."""


class UnreadableReference(Exception):
    """A reference in a form that publishing does not follow; the message is what a file has there."""
