"""Superset's settings. What is unset here is Superset's default.

Nothing of this machine stands here: the state folder comes from the environment.
"""

import os
from pathlib import Path

STATE = Path(os.environ["FOOTFALL_SUPERSET_STATE"])

APP_NAME = "footfall"
LOGO_TARGET_PATH = "/superset/dashboard/footfall/"
SECRET_KEY = (STATE / "secret_key").read_text()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{STATE / 'superset.db'}"

# Nothing is fetched from, or told to, anyone else: Superset's own list lets through
# maps, fonts and a pixel that counts installations.
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
