"""The one reader of the environment: every setting, its default and what it is for."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.errors import BadSetting

PREFIX = "POLARHUB_"
ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """All settings. Secrets are typed, so that no log or message shows them."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    host: str = Field("127.0.0.1", description="address to listen on; 0.0.0.0 lets others on the network in")
    port: int = Field(8000, ge=1, le=65535, description="port to listen on")
    data: Path = Field(
        Path("var"), description="folder that keeps homes, accounts, catalog and logs between runs"
    )
    admin: str = Field(
        "admin", pattern=r"^[a-z][a-z0-9_-]{0,31}$", description="name of the first administrator"
    )
    admin_password: SecretStr | None = Field(
        None,
        min_length=12,
        description="the administrator's first password; unset: a one-time one is made and printed",
    )
    outside_catalogs: str = Field(
        "on",
        description="on: the catalogs of others that polarhub knows are searched too; off: none; "
        "a folder: those that its *.yaml files describe",
    )
    allow_inside_addresses: bool = Field(
        False,
        description="lets searches ask catalogs on loopback and private addresses too",
    )

    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^/?#\s]+/?$",
        description="address that people type, such as https://hub.example.org; unset: as each request says",
    )
    trusted_proxies: int = Field(
        0, ge=0, le=9, description="how many proxies of yours stand in front of polarhub's own"
    )
    signup: Literal["closed", "approval", "open"] = Field(
        "closed",
        description="who may make an account: closed: administrators; approval: anybody, and an "
        "administrator lets them in; open: anybody",
    )
    session_hours: float = Field(
        12, gt=0, le=336, description="hours after signing in until one has to sign in again"
    )
    token_days: int = Field(
        90, ge=1, le=366, description="the longest life of a token that a user makes, in days"
    )
    terms: Path = Field(
        Path("hub/login/terms.md"),
        description="terms of use, Markdown with a version; whoever has not accepted this version is asked",
    )
    oidc_issuer: str | None = Field(
        None, description="OpenID Connect provider to sign in with, its address; unset: accounts of this hub"
    )
    oidc_name: str = Field("your organisation", description="what the sign-in button calls the provider")
    oidc_client_id: str | None = Field(None, description="what the provider calls this hub")
    oidc_client_secret: SecretStr | None = Field(None, description="the secret shared with the provider")
    oidc_scopes: str = Field("openid profile email", description="scopes to ask the provider for")
    oidc_username_claim: str = Field(
        "preferred_username", description="claim that names a user; a verified email works too"
    )
    oidc_groups_claim: str = Field("groups", description="claim that lists a user's groups")
    oidc_allowed_groups: str = Field(
        "", description="groups of the provider that may come in, separated by commas; * is everybody"
    )
    oidc_allowed_domains: str = Field(
        "", description="domains of verified email addresses that may come in, separated by commas"
    )
    oidc_admin_group: str | None = Field(None, description="group of the provider whose members administer")
    idle_hours: float = Field(
        4, gt=0, le=24 * 30, description="hours without any activity after which a server is ended"
    )
    database: SecretStr | None = Field(
        None,
        description="database of accounts, servers and runs: postgresql://user:password@host/name; "
        "unset: files in the data folder",
    )
    plan: str = Field(
        "standard", description="CPU-hours a month of whoever no group `plan-<name>` gives another plan"
    )
    plans: Path = Field(Path("hub/headless/plans.yaml"), description="the plans, as a YAML file")
    jobs_running: int = Field(8, ge=1, le=100_000, description="runs that run at once, of everybody")
    jobs_per_user: int = Field(4, ge=1, le=1000, description="runs of one user that run at once")
    jobs_waiting: int = Field(5000, ge=1, le=1_000_000, description="runs of one user that may wait")
    jobs_wait: float = Field(
        60, ge=0, le=600, description="seconds that the answer to a run is held back for its result at most"
    )
    jobs_hours: float = Field(24, gt=0, le=24 * 30, description="hours that the longest run may take")
    delivery_mb: int = Field(
        2000, ge=1, le=5000, description="megabytes of the largest scene that can be delivered for a run"
    )
    results: str | None = Field(
        None,
        pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w./-]*)?$",
        description="where the files of runs are kept: s3://bucket/prefix; unset: the data folder",
    )
    results_endpoint: str | None = Field(
        None, pattern=r"^https?://[^?#\s]+$", description="address of an S3-compatible store; unset: Amazon's"
    )
    results_region: str = Field("us-east-1", description="region of the bucket")
    results_key: SecretStr | None = Field(
        None, description="access key of the bucket; unset: what the machine itself may do"
    )
    results_secret: SecretStr | None = Field(None, description="the secret of the access key")
    results_days: int = Field(30, ge=1, le=3650, description="days that a run and its files are kept")

    server_start: Literal["exec", "fork"] = Field(
        "exec",
        description="how a server starts: exec: as any program; fork: instantly, from a process that has "
        "imported everything, where polarhub is root",
    )

    network: Literal["auto", "own", "shared"] = Field(
        "auto",
        description="whether each server has a network of its own: auto: where the machine allows it; own: "
        "else polarhub does not start; shared: servers share the machine's, its loopback too",
    )
    network_allow: str = Field(
        "",
        description="private networks that servers may reach over a network of their own, separated by "
        "commas, such as 192.168.7.0/24",
    )

    runner_idle_minutes: float = Field(
        10, gt=0, le=24 * 60, description="minutes without a run after which a user's runner ends"
    )
    runner_jobs: int | None = Field(
        None,
        ge=1,
        le=64,
        description="runs at once in one runner; unset: one for each CPU of its environment",
    )

    @field_validator("data", "terms", "plans")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return (ROOT / value.expanduser()).resolve()

    @field_validator("database")
    @classmethod
    def _known_database(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith("postgresql://"):
            raise ValueError("it begins with postgresql://")
        return value

    def database_url(self, name: Literal["hub", "login", "headless"]) -> str:
        """Where these tables are, for SQLAlchemy; it may hold a password."""
        if self.database is None:
            return f"sqlite:///{self.data / name}.sqlite"
        return re.sub("^postgresql:", "postgresql+psycopg:", self.database.get_secret_value())

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read POLARHUB_* from the environment.

        Raises BadSetting with the variable's name and what it may be; an unknown name is an error too.
        """
        names = {PREFIX + name.upper() for name in cls.model_fields}
        for name in environment if environment is not None else os.environ:
            if name.startswith(PREFIX) and name not in names:
                raise BadSetting(
                    f"there is no such setting; there are {', '.join(sorted(names))}", where=name
                )
        try:
            if environment is None:
                return cls()
            return cls.model_validate(
                {k.removeprefix(PREFIX).lower(): v for k, v in environment.items() if k in names and v}
            )
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            name = PREFIX + str(first["loc"][0]).upper()
            field = cls.model_fields[str(first["loc"][0])]
            raise BadSetting(f"{first['msg']} ({field.description})", where=name) from None

    def environment(self, *secrets: str) -> dict[str, str]:
        """The settings as variables, for the processes that the hub starts; of the secrets those named."""
        return {
            PREFIX + name.upper(): value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            for name, value in self
            if value is not None and (name in secrets or not isinstance(value, SecretStr))
        }
