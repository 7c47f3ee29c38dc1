"""Superset's settings. What is unset here is Superset's default.

Nothing of this machine stands here: the state folder comes from the environment.
"""

import os
import re
from pathlib import Path

from flask import Flask, Response, request

STATE = Path(os.environ["FOOTFALL_SUPERSET_STATE"])

APP_NAME = "footfall"
LOGO_TARGET_PATH = "/superset/dashboard/footfall/"
SECRET_KEY = (STATE / "secret_key").read_text()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{STATE / 'superset.db'}"

# Nothing is fetched from, or told to, anyone else: Superset's own list lets through
# maps and fonts.
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "default-src": "'self'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
        "object-src": "'none'",
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    # Loopback is not encrypted.
    "force_https": False,
    "session_cookie_secure": False,
}

# An answer from before the last publish would be wrong: nothing is kept.
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}

# Numbers beside those of the period before count as an experiment in Superset 6.1.
FEATURE_FLAGS = {"CHART_PLUGINS_EXPERIMENTAL": True}

# A picture that counts installations is built into the scripts of every page, and no
# setting takes it out.
PIXEL = re.compile(rb"https://[\w.]+\.scarf\.sh/pixel/")


def without_pixel(response: Response) -> Response:
    """A script that asks for the picture, with an empty one in its place."""
    is_script = request.path.startswith("/static/assets/") and request.path.endswith(
        ".js"
    )
    if is_script and response.status_code == 200:
        response.direct_passthrough = False
        response.set_data(PIXEL.sub(b"data:,", response.get_data()))
    return response


def FLASK_APP_MUTATOR(app: Flask) -> None:  # noqa: N802
    """Called by Superset under this name when the application is made."""
    app.after_request(without_pixel)
