"""Django's settings, read from the environment (``skolsynk.environment``: names, defaults, meanings).

``demo`` starts with nothing given and makes what it needs in ``SKOLSYNK_VAR``; ``production`` refuses to start
until everything that protects people is given; ``test`` is ``demo`` for processes that tests start.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy

from skolsynk.environment import ENVIRONMENTS, LOOPBACK, Environment, database, mail

BASE_DIR = Path(__file__).resolve().parent.parent
_env = Environment(os.environ)

SKOLSYNK_ENV = _env.choice("SKOLSYNK_ENV", ENVIRONMENTS, "demo")
PRODUCTION = SKOLSYNK_ENV == "production"
SKOLSYNK_VAR = Path(_env.text("SKOLSYNK_VAR", str(BASE_DIR / "var"))).resolve()


def _required(name: str, hint: str) -> str:
    """The setting's text; production refuses to start without it."""
    value = _env.text(name)
    if PRODUCTION and not value:
        raise ImproperlyConfigured(f"Set {name}: {hint}")
    return value


def _demo_secret_key() -> str:
    """Made once and kept beside the demo's database, so that its processes share it."""
    file = SKOLSYNK_VAR / "secret_key"
    try:
        SKOLSYNK_VAR.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as opened:
            opened.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    except OSError as error:
        raise ImproperlyConfigured(f"Cannot write to {SKOLSYNK_VAR}: set SKOLSYNK_VAR to a folder of ours.") from error
    # Another process may be between making the file and writing it; a key for this process alone will do then.
    return file.read_text() or secrets.token_urlsafe(50)


DEBUG = _env.flag("DEBUG")
if DEBUG and PRODUCTION:
    raise ImproperlyConfigured("DEBUG is yes in production: tracebacks would show personal data. Unset it.")
SECRET_KEY = _required("SECRET_KEY", "at least 50 random characters") or _demo_secret_key()
ALLOWED_HOSTS = list(_env.listing("ALLOWED_HOSTS", () if PRODUCTION else (*LOOPBACK, "[::1]")))
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("Set ALLOWED_HOSTS: the host names that the site answers to, with commas between.")

# What protects tenants' data. Without a setting, the demo makes a key file (skolsynk.store.keys).
SKOLSYNK_KEYS = _env.keys("SKOLSYNK_KEYS")
if PRODUCTION and not SKOLSYNK_KEYS:
    raise ImproperlyConfigured("Set SKOLSYNK_KEYS: base64 of 32 random bytes (openssl rand -base64 32), kept safe.")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",  # its template loader is named below
    "skolsynk.store",
    "skolsynk.sync",
    "skolsynk.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "skolsynk.web.security.content_security_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "skolsynk.urls"
WSGI_APPLICATION = "skolsynk.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": [
                "skolsynk.web.templatetags.words",
                "django_cotton.templatetags.cotton",
                "django.templatetags.static",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "skolsynk.web.shell.shell",
            ],
        },
    },
]

# Store
DATABASE_URL = _required("DATABASE_URL", "postgres://user:password@host:5432/name")
DATABASES = {"default": database(DATABASE_URL or f"sqlite:///{SKOLSYNK_VAR}/skolsynk.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = _required("REDIS_URL", "redis://host:6379/0, shared by all processes")
CACHES = (
    {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
    if REDIS_URL
    else {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
)

# Celery. The run row is the truth: a message may come twice, late or never.
CELERY_BROKER_URL = _env.text("CELERY_BROKER_URL") or REDIS_URL or f"filesystem://{SKOLSYNK_VAR}/broker"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {"visibility_timeout": 3600}
if CELERY_BROKER_URL.startswith("filesystem://"):
    if PRODUCTION:
        raise ImproperlyConfigured("CELERY_BROKER_URL is a folder, which is for the demo. Use redis://…")
    _broker = Path(CELERY_BROKER_URL.removeprefix("filesystem://"))
    for _folder in ("queue", "control"):
        (_broker / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "wholefiles://localhost/"  # skolsynk.broker
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "control_folder": str(_broker / "control"),
    }
CELERY_TASK_DEFAULT_QUEUE = "sync"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"

# The web, seen from outside
CSRF_TRUSTED_ORIGINS = list(_env.listing("CSRF_TRUSTED_ORIGINS"))
if _env.flag("TRUSTED_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz/$"]  # load balancers ask without TLS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SECURE = PRODUCTION
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"  # a page says so when the database is away
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a form of a tenant with hundreds of school units
CSRF_FAILURE_VIEW = "skolsynk.web.pages.stale_form"
X_FRAME_OPTIONS = "DENY"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Static files straight from the source tree: nothing to collect before a start.
STATIC_URL = "static/"
STATICFILES_DIRS = [folder for folder in (BASE_DIR / "static",) if folder.is_dir()]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# Language and time: Swedish people, UTC in storage
LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", gettext_lazy("Swedish")), ("en", gettext_lazy("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Stockholm"
USE_I18N = True
USE_TZ = True

# The addresses we call
PLAIN_HTTP_HOSTS = _env.listing("PLAIN_HTTP_HOSTS", () if PRODUCTION else LOOPBACK)
GOOGLE_ROOT_URL = _env.address("GOOGLE_ROOT_URL", "https://admin.googleapis.com/", PLAIN_HTTP_HOSTS)
GOOGLE_TOKEN_URI = _env.address("GOOGLE_TOKEN_URI", "https://oauth2.googleapis.com/token", PLAIN_HTTP_HOSTS)
GOOGLE_SERVICE_ACCOUNT = _env.text("GOOGLE_SERVICE_ACCOUNT")
GOOGLE_MARKETPLACE_APP_ID = _env.text("GOOGLE_MARKETPLACE_APP_ID")
GOOGLE_MARKETPLACE_ROOT_URL = _env.address(
    "GOOGLE_MARKETPLACE_ROOT_URL", "https://appsmarket.googleapis.com/", PLAIN_HTTP_HOSTS
)
GOOGLE_CLIENT_ID = _env.text("GOOGLE_CLIENT_ID")
GOOGLE_CLIENT_SECRET = _env.text("GOOGLE_CLIENT_SECRET")
GOOGLE_AUTHORIZE_URL = _env.address(
    "GOOGLE_AUTHORIZE_URL", "https://accounts.google.com/o/oauth2/v2/auth", PLAIN_HTTP_HOSTS
)
GOOGLE_CERTS_URL = _env.address("GOOGLE_CERTS_URL", "https://www.googleapis.com/oauth2/v1/certs", PLAIN_HTTP_HOSTS)
REGISTER_URL = (  # of school units; read again once a week
    _env.address("REGISTER_URL", "https://api.skolverket.se/skolenhetsregistret", PLAIN_HTTP_HOSTS)
    if PRODUCTION or _env.text("REGISTER_URL")
    else ""
)
ADDON_SERVICE_ACCOUNT = _env.text("ADDON_SERVICE_ACCOUNT")
ADDON_CLIENT_ID = _env.text("ADDON_CLIENT_ID")
VENDOR_SETTINGS = _env.vendors(PLAIN_HTTP_HOSTS)  # {slug: {"test" | "live": address, "key": shared API key}}

# What public pages say of those who run this deployment
CONTACT = _env.text("CONTACT")
OPERATOR_NAME = _env.text("OPERATOR_NAME")
SUBPROCESSORS = tuple(part.strip() for part in _env.text("SUBPROCESSORS").split(";") if part.strip())

# Letters about trouble and recovery; in the demo they are files
SITE_URL = _env.address("SITE_URL", "", PLAIN_HTTP_HOSTS) if _env.text("SITE_URL") else ""
EMAIL_URL = _env.text("EMAIL_URL")
globals().update(mail(EMAIL_URL))
if not (EMAIL_URL or PRODUCTION):
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = SKOLSYNK_VAR / "mail"
DEFAULT_FROM_EMAIL = _env.text("EMAIL_FROM") or "skolsynk@localhost"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"event": {"()": "skolsynk.log.EventFormatter"}},
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout" if PRODUCTION else "ext://sys.stderr",
            "formatter": "event",
        }
    },
    "root": {"handlers": ["stdout"], "level": "WARNING"},
    "loggers": {
        "skolsynk": {"level": _env.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")},
        "celery": {"level": "INFO"},
        # Two lines for every tick, and a tick every third second. What fails is still told.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}
