"""The settings: valid values, and error messages for others."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import pytest

from common.settings import SETTINGS, Settings, SettingsError
from endpoints import APPLICATION_REQUIRES, ENDPOINTS

KEY = "0123456789abcdef"
NEEDED: Mapping[str, str] = {
    "MONGO_URI": "mongodb://localhost",
    "APP_SECRET_KEY": KEY,
    "X_RAPID_API_KEY": "a-key",
}


def read(**given: str) -> Settings:
    return Settings.from_env({**NEEDED, **given}, requires=APPLICATION_REQUIRES)


def refusal(**given: str) -> str:
    """Return the error message for these settings."""
    with pytest.raises(SettingsError) as raised:
        read(**given)
    return str(raised.value)


def test_unset_settings_have_their_defaults() -> None:
    settings = read()

    assert (settings.user_limit, settings.retention_days) == (5, 30)
    assert (settings.max_upload_mb, settings.max_megapixels) == (20, 50)
    assert settings.mongo_db == "image_background_remover"
    assert settings.x_rapid_api_host == "background-removal.p.rapidapi.com"
    assert settings.image_bucket == ""
    assert (settings.cookie_samesite, settings.log_level) == ("Lax", "INFO")
    assert (settings.allowed_origins, settings.site_url, settings.local_model_path) == ((), "", None)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("MONGO_URI", "mongodb+srv://user:word@host/?w=1", "mongodb+srv://user:word@host/?w=1"),
        ("MONGO_DB", "my-db_2", "my-db_2"),
        ("APP_SECRET_KEY", KEY, (KEY,)),
        ("APP_SECRET_KEY", f"{KEY}new, {KEY}old", (f"{KEY}new", f"{KEY}old")),
        ("X_RAPID_API_KEY", "abc", "abc"),
        ("X_RAPID_API_HOST", "api.example.com", "api.example.com"),
        ("X_RAPID_API_HOST", "http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("REMOVER", "rapidapi", ("rapidapi",)),
        ("IMAGE_BUCKET", "my-bucket_2.example", "my-bucket_2.example"),
        ("USER_LIMIT", "1", 1),
        ("RETENTION_DAYS", "0", 0),
        ("MAX_UPLOAD_MB", "1000", 1000),
        ("MAX_MEGAPIXELS", "7", 7),
        ("ALLOWED_ORIGINS", "https://a.example, http://b:81", ("https://a.example", "http://b:81")),
        ("SITE_URL", "https://site.example/path/", "https://site.example/path/"),
        ("COOKIE_SAMESITE", "None", "None"),
        ("LOG_LEVEL", "DEBUG", "DEBUG"),
        ("USER_LIMIT", "  3\n", 3),
        ("USER_LIMIT", "  ", 5),
    ],
)
def test_a_setting_is_read(name: str, text: str, value: object) -> None:
    assert getattr(read(**{name: text}), SETTINGS[name].field) == value


def test_the_local_models_path_is_one_that_exists(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.touch()

    assert read(LOCAL_MODEL_PATH=str(model)).local_model_path == model
    assert read(LOCAL_MODEL_PATH=str(tmp_path)).local_model_path == tmp_path
    assert "LOCAL_MODEL_PATH is malformed" in refusal(LOCAL_MODEL_PATH=str(tmp_path / "none.onnx"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MONGO_URI", "localhost:27017"),
        ("MONGO_URI", "mongodb://a b"),
        ("MONGO_DB", "a.b"),
        ("MONGO_DB", "x" * 64),
        ("APP_SECRET_KEY", "short"),
        ("APP_SECRET_KEY", f"{KEY},short"),
        ("APP_SECRET_KEY", f"{KEY},"),
        ("X_RAPID_API_KEY", "with space"),
        ("X_RAPID_API_KEY", "ключ"),
        ("X_RAPID_API_HOST", "https://api.example.com"),
        ("X_RAPID_API_HOST", "http://api.example.com"),
        ("X_RAPID_API_HOST", "http://127.0.0.1.example.com"),
        ("X_RAPID_API_HOST", "api.example.com/path"),
        ("REMOVER", "magic"),
        ("REMOVER", "rapidapi,"),
        ("IMAGE_BUCKET", "gs://bucket"),
        ("IMAGE_BUCKET", "Bucket"),
        ("IMAGE_BUCKET", "b"),
        ("LOCAL_MODEL", "../u2net"),
        ("LOCAL_MODEL_PATH", "nowhere.onnx"),
        ("USER_LIMIT", "0"),
        ("USER_LIMIT", "10001"),
        ("USER_LIMIT", "five"),
        ("USER_LIMIT", "٥"),
        ("USER_LIMIT", "1.5"),
        ("USER_LIMIT", "9" * 5000),
        ("RETENTION_DAYS", "-1"),
        ("MAX_UPLOAD_MB", "0"),
        ("MAX_MEGAPIXELS", "50MP"),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "https://a.example/"),
        ("ALLOWED_ORIGINS", "https://a.example,"),
        ("ALLOWED_ORIGINS", "ftp://a.example"),
        ("ALLOWED_ORIGINS", "https://[a"),
        ("SITE_URL", "site.example"),
        ("SITE_URL", "https://site.example/?a=b"),
        ("COOKIE_SAMESITE", "none"),
        ("LOG_LEVEL", "VERBOSE"),
    ],
)
def test_a_malformed_setting_is_refused_in_one_line_that_names_it_but_not_its_value(
    name: str, text: str
) -> None:
    sentence = refusal(**{name: text})

    assert sentence == f"{name} is malformed; it should be {SETTINGS[name].meaning}"
    assert "\n" not in sentence


@pytest.mark.parametrize("name", ENDPOINTS)
def test_an_endpoint_requires_only_its_own_settings(name: str) -> None:
    requires = ENDPOINTS[name].requires
    given = {name: NEEDED[name] for name in requires if name in NEEDED}
    extra = {"X_RAPID_API_KEY": "k"} if "REMOVER" in requires else {}

    assert Settings.from_env({**given, **extra}, requires=requires).mongo_uri == NEEDED["MONGO_URI"]
    for name in given:
        with pytest.raises(SettingsError, match=f"^{name} is not set; it should be "):
            Settings.from_env({**given, **extra, name: " "}, requires=requires)


def test_the_whole_application_needs_what_upload_needs() -> None:
    assert refusal(APP_SECRET_KEY="").startswith("APP_SECRET_KEY is not set")
    assert refusal(MONGO_URI="").startswith("MONGO_URI is not set")
    assert refusal(X_RAPID_API_KEY="").startswith("LOCAL_MODEL_PATH is not set")


def test_the_remover_is_the_provider_if_its_key_is_set_else_the_model(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.touch()

    assert read().remover == ("rapidapi",)
    assert read(X_RAPID_API_KEY="", LOCAL_MODEL_PATH=str(model)).remover == ("local",)
    assert read(REMOVER="local", LOCAL_MODEL_PATH=str(model)).remover == ("local",)
    assert read(REMOVER="rapidapi,local", LOCAL_MODEL_PATH=str(model)).remover == ("rapidapi", "local")


def test_a_remover_without_what_it_needs_is_refused(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.touch()

    assert refusal(REMOVER="local").startswith("LOCAL_MODEL_PATH is not set")
    assert refusal(REMOVER="local,rapidapi", X_RAPID_API_KEY="", LOCAL_MODEL_PATH=str(model)).startswith(
        "X_RAPID_API_KEY is not set"
    )


def test_a_function_that_removes_nothing_needs_no_remover() -> None:
    given = {**NEEDED, "X_RAPID_API_KEY": ""}

    assert Settings.from_env(given, requires=ENDPOINTS["delete"].requires).remover == ("local",)


def test_secrets_are_not_shown() -> None:
    shown = repr(read(MONGO_URI="mongodb://user:password@host", X_RAPID_API_KEY="the-api-key"))

    assert "password" not in shown
    assert KEY not in shown
    assert "the-api-key" not in shown


def test_every_setting_has_its_own_field() -> None:
    assert sorted(setting.field for setting in SETTINGS.values()) == sorted(f.name for f in fields(Settings))
