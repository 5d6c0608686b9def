"""The HTTP server of the application host: waitress with stricter parsing, deadlines and memory limits."""
