"""How servers meet the toolkit: waitress for `quickstart`, hooks for gunicorn."""
