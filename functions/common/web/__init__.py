"""HTTP: endpoints, cookies, bodies, answers and problem details; knows nothing of pixels or databases."""
