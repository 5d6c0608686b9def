# Cloud Storage sends no headers of our choice, so the load balancer adds them.
locals {
  # Same as in functions/app.py when large images come from a bucket; a test compares them.
  content_security_policy = join(" ", [
    "default-src 'none';",
    "script-src 'self';",
    "style-src 'self';",
    "img-src 'self' blob: data: https://storage.googleapis.com;",
    "connect-src 'self' https://storage.googleapis.com;",
    "manifest-src 'self';",
    "worker-src 'self';",
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
