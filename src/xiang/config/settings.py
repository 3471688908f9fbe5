"""Settings. What differs between installations is an environment variable with a safe default.

XIANG_DATA            folder for everything kept (default ``var`` in the project)
XIANG_DATABASE_URL    records; default SQLite in the data folder
XIANG_PROFILE         the province as data: a folder under ``profiles/`` or a path (default ``hunan``)
XIANG_DEMO            1: demonstration accounts and a movable clock (set by ``./xiang up``)
XIANG_HOSTS           host names served, separated by commas
XIANG_PUBLIC_URL      the address that QR codes on papers lead to (default http://localhost:8000)
XIANG_PLUGINS         which plugin serves which purpose, e.g. ``sms=demo,payment=demo``
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import dj_database_url

from xiang.foundation.plugins.registry import parse_choices

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.setdefault("XIANG_DATA", str(ROOT / "var"))).resolve()
DATA.mkdir(parents=True, exist_ok=True)


def _kept_secret(name: str) -> str:
    """A secret made on first use and kept in the data folder, readable by its owner alone."""
    file = DATA / "secrets" / name
    file.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text()
    with os.fdopen(handle, "w") as stream:
        value = secrets.token_urlsafe(48)
        stream.write(value)
    return value


SECRET_KEY = _kept_secret("django")
DEBUG = False
DEMO = os.environ.get("XIANG_DEMO") == "1"
PROFILE = os.environ.get("XIANG_PROFILE", "hunan")
PROFILE_DIR = Path(PROFILE) if Path(PROFILE).is_absolute() else ROOT / "profiles" / PROFILE
ALLOWED_HOSTS = os.environ.get("XIANG_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
PUBLIC_URL = os.environ.get("XIANG_PUBLIC_URL", "http://localhost:8000").rstrip("/")
PLUGINS = parse_choices(os.environ.get("XIANG_PLUGINS", ""))
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("XIANG_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "xiang.portal",
    "xiang.oversight.plan",
    "xiang.oversight.ratings",
    "xiang.services.halls",
    "xiang.services.lifeevents",
    "xiang.services.applications",
    "xiang.services.payments",
    "xiang.services.credentials",
    "xiang.services.items",
    "xiang.hub.bases",
    "xiang.hub.quality",
    "xiang.hub.exchange",
    "xiang.hub.gateway",
    "xiang.hub.sharing",
    "xiang.hub.zone",
    "xiang.hub.inventory",
    "xiang.hub.sources",
    "xiang.hub.policies",
    "xiang.foundation.cases",
    "xiang.foundation.forms",
    "xiang.foundation.publishing",
    "xiang.foundation.documents",
    "xiang.foundation.notices",
    "xiang.foundation.search",
    "xiang.foundation.measures",
    "xiang.foundation.statutes",
    "xiang.foundation.parties",
    "xiang.foundation.ledger",
    "xiang.foundation.trust",
    "xiang.foundation.outbox",
    "xiang.foundation.plugins",
    "xiang.foundation.pages",
    "xiang.foundation.ground",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "xiang.foundation.pages.http.SecurityHeadersMiddleware",
    "xiang.foundation.pages.http.MomentMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "xiang.foundation.pages.http.ProblemMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "xiang.foundation.parties.signing.middleware.OfficeMiddleware",
]

ROOT_URLCONF = "xiang.config.urls"
WSGI_APPLICATION = "xiang.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "xiang.foundation.pages.context.shell",
            ],
        },
    },
]

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("XIANG_DATABASE_URL", f"sqlite:///{DATA / 'records.sqlite3'}"),
        conn_max_age=60,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # IMMEDIATE: a writer waits its turn at BEGIN instead of failing in the middle.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=268435456;"
        " PRAGMA cache_size=-65536; PRAGMA foreign_keys=ON;",
    }
else:
    # Statements asked five times on a connection are kept parsed, where they ask for it (ground/compiled.py); planned for
    # the values asked with, because a plan for any value counts an office of ten and one of ten thousand alike.
    OPTIONS = DATABASES["default"].setdefault("OPTIONS", {})
    OPTIONS.setdefault("prepare_threshold", 5)
    OPTIONS["options"] = f"{OPTIONS.get('options', '')} -c plan_cache_mode=force_custom_plan".strip()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "parties.Account"
AUTHENTICATION_BACKENDS = ["xiang.foundation.parties.signing.backend.AccountBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "xiang.foundation.parties.signing.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}  # the backend takes a phone number in the same field
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"login": "xiang.foundation.parties.signing.forms.SignInForm"}
ACCOUNT_SESSION_REMEMBER = False  # the session ends with the browser: windows and kiosks are shared
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
# A hall full of people shares one address, so only failures are counted tightly.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "60/m/ip,5/5m/key", "reauthenticate": "10/m/user"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
MFA_ADAPTER = "xiang.foundation.parties.signing.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "湘政务"
MFA_TOTP_TOLERANCE = 1
STAFF_IDLE_SECONDS = int(os.environ.get("XIANG_STAFF_IDLE", "1800"))
WINDOW_IDLE_SECONDS = int(os.environ.get("XIANG_WINDOW_IDLE", "600"))  # nobody at the window: it is cleared by itself
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
SESSION_ENGINE = "xiang.foundation.parties.signing.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SECURE = os.environ.get("XIANG_HTTPS") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
X_FRAME_OPTIONS = "DENY"

# Attempts are counted in a cache that all processes of a host share.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA / "cache",
        "OPTIONS": {"MAX_ENTRIES": 20000},
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]  # whatever the browser prefers: nothing else is written
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

UNFOLD = {
    "SITE_TITLE": "湘·配置",
    "SITE_HEADER": "湘·配置",
    "SITE_SYMBOL": "tune",
    "SITE_URL": "/",
    "SHOW_BACK_BUTTON": True,
    "COLORS": {  # 湘绣青, so that the configuration screens belong to the rest
        "primary": {
            "50": "240 248 246",
            "100": "225 240 236",
            "200": "196 225 218",
            "300": "169 211 202",
            "400": "95 198 183",
            "500": "42 140 127",
            "600": "11 106 96",
            "700": "7 84 76",
            "800": "10 66 60",
            "900": "12 54 49",
            "950": "6 32 28",
        },
    },
}

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "xiang.foundation.pages.finders.VendorFinder",  # what pages use of node_modules, cut to size
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "xiang.foundation.pages.storage.StaticStorage"},
}
MEDIA_ROOT = DATA / "files"
FONT_DIR = ROOT / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"fontTools": {"level": "WARNING"}, "fpdf": {"level": "WARNING"}, "pyhanko": {"level": "WARNING"}},
}
