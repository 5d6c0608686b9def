"""Cuts out files and folders on this machine: the use case of /v1.0/removebg, without a server."""
