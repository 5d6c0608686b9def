"""HTTP: endpoints, CORS, cookies, bodies, responses and problems; knows nothing of pixels or databases."""
