# A bucket sends no headers of its own choosing, so the load balancer adds them.
locals {
  # The policy of functions/app.py for a site whose large images are in a bucket; a test holds the two together.
  content_security_policy = join(" ", [
    "default-src 'none';",
    "script-src 'self';",
    "style-src 'self';",
    "img-src 'self' blob: data: https://storage.googleapis.com;",
    "connect-src 'self' https://storage.googleapis.com;",
    "manifest-src 'self';",
    "form-action 'self';",
    "base-uri 'none';",
    "frame-ancestors 'none'",
  ])

  response_headers = concat(
    [
      "Content-Security-Policy: ${local.content_security_policy}",
      "X-Content-Type-Options: nosniff",
      "Referrer-Policy: same-origin",
    ],
    var.https ? ["Strict-Transport-Security: max-age=31536000"] : [],
  )
}
