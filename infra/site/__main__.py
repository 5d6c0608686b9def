"""python -m infra.site gs://BUCKET: publish the static site to a Cloud Storage bucket."""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from infra.errors import exit_status
from infra.options import add_timeout
from infra.progress import Progress
from infra.site.bucket import SiteBucket
from infra.site.bundle import bundle
from infra.site.publish import Plan, carry_out, make_plan

_SITE = Path(__file__).resolve().parents[2] / "web"
_HELP = """Uploads modules and styles into a folder named after their content, then the pages, and then
deletes older versions except the previous one, which open pages still load from. If a run dies, the old site
still works; run it again. Uses the Application Default Credentials of Google Cloud, or none if
STORAGE_EMULATOR_HOST is set."""
_OTHER_ORIGIN = """The endpoints are on another origin than the site: set ALLOWED_ORIGINS there to the site's
origin, and COOKIE_SAMESITE=None, because browsers do not send the cookie otherwise."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Publish the site and return the exit status."""
    options = _parser().parse_args(arguments)
    return exit_status(
        lambda: _run(options), interrupted="Stopped. The site still works; run again to finish."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.site", description=_HELP)
    parser.add_argument("bucket", metavar="gs://BUCKET", type=_bucket_name, help="the site's bucket")
    parser.add_argument("--dry-run", action="store_true", help="show the plan, and change nothing")
    parser.add_argument(
        "--api-base",
        metavar="URL",
        type=_api_base,
        help="address of the endpoints, for a bucket that is not behind the load balancer",
    )
    parser.add_argument("--folder", type=Path, default=_SITE, help="the site's files (%(default)s)")
    add_timeout(parser, "for how long failing calls are retried")
    return parser


def _bucket_name(text: str) -> str:
    found = re.fullmatch(r"gs://([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])/?", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is not gs:// and the name of a bucket")
    return found[1]


def _api_base(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise argparse.ArgumentTypeError(f"{text!r} is not a URL like https://example.com/api")
    return text.rstrip("/")


def _run(options: argparse.Namespace) -> int:
    files = bundle(options.folder, api_base=options.api_base)
    bucket = SiteBucket(options.bucket, timeout=options.timeout)
    plan = make_plan(files, bucket.objects())
    if options.dry_run:
        _describe(plan)
    else:
        with Progress(len(plan.uploads) + len(plan.deletions), sys.stderr) as progress:
            carry_out(plan, bucket, progress.advance)
    print(_summary(plan, dry_run=options.dry_run))
    if options.api_base:
        print(" ".join(_OTHER_ORIGIN.split()))
    return 0


def _describe(plan: Plan) -> None:
    for upload in plan.uploads:
        encoding = upload.file.content_encoding or "as it is"
        print(f"upload  {upload.name}  ({len(upload.file.content)} bytes, {encoding})")
    for deletion in plan.deletions:
        print(f"delete  {deletion.name}")


def _summary(plan: Plan, *, dry_run: bool) -> str:
    text = f"uploaded {len(plan.uploads)}, unchanged {plan.unchanged}, deleted {len(plan.deletions)}"
    text += f", {plan.size} bytes sent"
    if plan.previous:
        text += f"; kept {plan.previous} files of the version before"
    if plan.foreign:
        text += f"; left alone, since something else put it there: {plan.foreign}"
    return f"Nothing was changed. It would be: {text}." if dry_run else f"Published: {text}."


if __name__ == "__main__":
    sys.exit(main())
