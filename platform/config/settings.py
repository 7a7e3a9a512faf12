"""All settings. Every one that reads the environment is described in docs/settings.md."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.templatetags.static import static
from django.urls import reverse_lazy

import campaigns
from config import env, mail_provider
from config.database import configure_embedded, from_url
from config.secret_key import load_or_create_secret_key

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = env.folder("VAR_DIR", BASE_DIR / "var")

# Where people reach it
PUBLIC_URL = env.web_address("PUBLIC_URL", "http://127.0.0.1:8000")
DEBUG = env.boolean("DEBUG", False)
PORT = env.integer("PORT", 8000, least=1)
WEB_PROCESSES = env.integer("WEB_PROCESSES", 2, least=1)
WEB_THREADS = env.integer("WEB_THREADS", 8, least=1)  # of each process
ALLOWED_HOSTS = [urlsplit(PUBLIC_URL).hostname or "", "127.0.0.1", "localhost"]
ALLOWED_HOSTS += env.listing("ALLOWED_HOSTS", [])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECRET_KEY = env.secret("SECRET_KEY", "") or load_or_create_secret_key(VAR_DIR / "secret-key")
BEHIND_PROXY = env.boolean("BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# An https address says that all of the host is to be encrypted. Without a proxy that tells us of the first
# request's encryption, none could be seen: then nothing is redirected, which would go round in a circle.
_ENCRYPTED = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _ENCRYPTED
SECURE_SSL_REDIRECT = _ENCRYPTED and BEHIND_PROXY
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]  # asked on this machine
SECURE_HSTS_SECONDS = env.integer("HSTS_SECONDS", 365 * 24 * 3600) if _ENCRYPTED else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _ENCRYPTED
# To be on browsers' own list is the domain owner's to ask for; and see X_FRAME_OPTIONS.
SILENCED_SYSTEM_CHECKS = ["security.W021", "security.W019"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # the dashboard shows mails in a frame

# What it is made of
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_q",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "campaigns",
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # counts wrong passwords
    "django.contrib.auth.backends.ModelBackend",
    "campaigns.access.rights.WorkspaceRoles",  # what a member may do in one workspace alone
]
MIDDLEWARE = [
    "config.logs.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "campaigns.access.page_policy.PagePolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "campaigns.access.second_factor_gate.SecondFactorGate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Beside the code in a checkout, in the package where a wheel was installed.
        "DIRS": [BASE_DIR / "templates", Path(campaigns.__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# People
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
SESSION_COOKIE_AGE = env.integer("SESSION_HOURS", 12, least=1) * 3600
# Ten wrong passwords from one address, and that address waits: no one can shut out others.
AXES_FAILURE_LIMIT = 10
AXES_LOCKOUT_PARAMETERS = ["ip_address"]
AXES_COOLOFF_TIME = timedelta(minutes=10)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "campaigns.access.sign_in.find_client_address"
AXES_LOCKOUT_CALLABLE = "campaigns.access.sign_in.refuse_guesser"
AXES_DISABLE_ACCESS_LOG = True  # who signed in when and from where is nobody's business
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
SECOND_FACTOR = env.choice("SECOND_FACTOR", "optional", ["optional", "required"])
OTP_TOTP_ISSUER = f"Byname {urlsplit(PUBLIC_URL).hostname or ''}".strip()  # as the app on the phone lists it
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Data
_database_url = env.secret("DATABASE_URL", "")
DATABASES = {
    "default": from_url(_database_url)
    if _database_url
    else configure_embedded(env.folder("DATABASE_FOLDER", VAR_DIR / "postgres"), BASE_DIR)
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Files
MEDIA_ROOT = env.folder("MEDIA_ROOT", VAR_DIR / "media")
MEDIA_URL = ""  # private: files are served by views that check who asks
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # out of the installed packages: there is nothing to collect
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
VOICES_FOLDER = env.folder("VOICES_FOLDER", VAR_DIR / "voices")  # the only files that a page may name
FILES_SENT_BY = env.choice("FILES_SENT_BY", "byname", ["byname", "x-accel-redirect", "x-sendfile"])
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = int(env.choice("FOLDER_PERMISSIONS", "700", ["700", "750"]), 8)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# Work in the background: `default` sends and tidies up, `render` needs the strong machine;
# `manage.py work --queue NAME` runs the workers of one
RENDER_TIMEOUT_S = env.integer("RENDER_TIMEOUT_S", 4 * 3600, least=60)
JOB_TIMEOUT_S = env.integer("JOB_TIMEOUT_S", 6 * 3600, least=60)
RENDER_BATCH_MESSAGES = env.integer("RENDER_BATCH_MESSAGES", 8, least=1)
RENDER_STALLED_AFTER_S = env.integer("RENDER_STALLED_AFTER_S", 60, least=2)
Q_CLUSTER = {
    "name": "default",
    "orm": "default",
    "broker_class": "campaigns.operations.beats.Broker",
    "workers": env.integer("DEFAULT_WORKERS", 2, least=1),
    "timeout": 600,
    "retry": 900,
    "max_attempts": 1,
    "ack_failures": True,
    "recycle": 200,
    "poll": 0.5,
    "catch_up": False,
    "save_limit": 1000,
    "label": "Background work",
    "ALT_CLUSTERS": {
        "render": {
            "workers": env.integer("RENDER_WORKERS", 1, least=1),
            "queue_limit": 1,
            "timeout": RENDER_TIMEOUT_S,
            "retry": RENDER_TIMEOUT_S + 600,
            "recycle": 25,
            "scheduler": False,
        }
    },
}

# The engine
RENDER_CACHE_DIR = env.folder("RENDER_CACHE_DIR", VAR_DIR / "cache")
RENDER_CACHE_MB = env.integer("RENDER_CACHE_MB", 20_000, least=100)
MACHINE_HOUR_PRICE = env.price("MACHINE_HOUR_PRICE")
BAKE_SECONDS = env.integer("BAKE_SECONDS", 240, least=1)

# Who signs the mark in every video (C2PA): PEM files; without them a certificate of the installation's own
CREDENTIALS_CERTIFICATE = env.text("CREDENTIALS_CERTIFICATE", "")
CREDENTIALS_KEY = env.text("CREDENTIALS_KEY", "")

# A speech server; renderer/voices/speech_server.py reads these again where a line is spoken
SPEECH_SERVER_URL = env.text("SPEECH_SERVER_URL", "")
SPEECH_SERVER_MODEL = env.text("SPEECH_SERVER_MODEL", "tts-1")
SPEECH_SERVER_VOICE = env.text("SPEECH_SERVER_VOICE", "alloy")
SPEECH_SERVER_FORMAT = env.choice("SPEECH_SERVER_FORMAT", "wav", ["wav", "pcm", "mp3", "flac"])
SPEECH_SERVER_LANGUAGE = env.text("SPEECH_SERVER_LANGUAGE", "en-us")
SPEECH_SERVER_TIMEOUT_S = env.integer("SPEECH_SERVER_TIMEOUT_S", 60, least=1)
SPEECH_SERVER_RETRIES = env.integer("SPEECH_SERVER_RETRIES", 3)
SPEECH_SERVER_AT_ONCE = env.integer("SPEECH_SERVER_AT_ONCE", 2, least=1)
SPEECH_SERVER_PRIVATE = env.boolean("SPEECH_SERVER_PRIVATE", False)
env.secret("SPEECH_SERVER_KEY", "")  # not kept: only a file that cannot be read has to stop the start

# How long things are kept, in days; 0: for ever. A workspace may say otherwise
RETENTION_DAYS = {
    "events": env.integer("KEEP_EVENTS_DAYS", 0),
    "deliveries": env.integer("KEEP_DELIVERIES_DAYS", 0),
    "sheets": env.integer("KEEP_SHEETS_DAYS", 90),
    "exports": env.integer("KEEP_EXPORTS_DAYS", 30),
    "videos": env.integer("KEEP_VIDEOS_DAYS", 0),
    "history": env.integer("KEEP_HISTORY_DAYS", 0),
    "mails": env.integer("KEEP_MAILS_DAYS", 30),
}

# Mail
_mail = env.email_server("EMAIL_URL", "smtp://127.0.0.1:8025")
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail["EMAIL_USE_TLS"], _mail["EMAIL_USE_SSL"]
SEND_STALLED_AFTER_S = env.integer("SEND_STALLED_AFTER_S", 300, least=2)
SENT_JOURNAL_DIR = env.folder("SENT_JOURNAL_DIR", VAR_DIR / "sent")
EMAIL_TIMEOUT = env.integer("EMAIL_TIMEOUT_S", 20, least=1)
MAIL_PROVIDER = env.choice("MAIL_PROVIDER", mail_provider.SMTP, mail_provider.list_providers())
MAIL_WEBHOOK_SECRET = env.secret("MAIL_WEBHOOK_SECRET", "")
_keys = mail_provider.Keys(
    key=env.secret("MAIL_PROVIDER_KEY", ""),
    secret=env.secret("MAIL_PROVIDER_SECRET", ""),
    domain=env.text("MAIL_PROVIDER_DOMAIN", ""),
    url=env.web_address("MAIL_PROVIDER_URL", ""),
    webhook_secret=MAIL_WEBHOOK_SECRET,
    webhook_key=env.secret("MAIL_WEBHOOK_KEY", ""),
)
EMAIL_BACKEND, ANYMAIL = mail_provider.configure(MAIL_PROVIDER, _keys, EMAIL_TIMEOUT)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Byname <byname@localhost>")

# Monitoring
METRICS_TOKEN = env.secret("METRICS_TOKEN", "")

# Programs: what a token may ask, and what webhooks may reach
API_REQUESTS_PER_MINUTE = env.integer("API_REQUESTS_PER_MINUTE", 600, least=1)
API_FILE_BYTES = env.integer("API_FILE_MB", 100, least=1) * 2**20
WEBHOOKS_PRIVATE = env.boolean("WEBHOOKS_PRIVATE", False)

# Words and time
LANGUAGE_CODE = "en"
TIME_ZONE = env.text("TIME_ZONE", "UTC")
USE_I18N = True
USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
        "json": {"()": "config.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env.choice("LOG_FORMAT", "line", ["line", "json"]),
        }
    },
    "root": {
        "handlers": ["console"],
        "level": env.choice("LOG_LEVEL", "WARNING", ["DEBUG", "INFO", "WARNING", "ERROR"]),
    },
}

UNFOLD = {
    "SITE_TITLE": "Byname",
    "SITE_HEADER": "Byname",
    "SITE_SYMBOL": "movie",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _: static("campaigns/public/icon.svg")}
    ],
    "STYLES": [lambda _: static("campaigns/dashboard/contrast.css")],
    "SHOW_VIEW_ON_SITE": False,
    "ACCOUNT": {
        "navigation": [
            {"title": "Change password", "link": reverse_lazy("admin:password_change")},
            {"title": "Second factor", "link": reverse_lazy("second-factor")},
        ]
    },
    "DASHBOARD_CALLBACK": "campaigns.admin.sidebar.add_recent_campaigns",
    "SIDEBAR": {"navigation": "campaigns.admin.sidebar.build_navigation"},
}
