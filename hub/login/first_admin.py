"""The first administrator, made before the hub starts."""

import logging

import bcrypt
from jupyterhub import orm
from nativeauthenticator.orm import UserInfo
from sqlalchemy import create_engine, inspect
from sqlalchemy.orm import Session

from hub.login.gate import records_url
from hub.login.passwords import one_time
from hub.login.provider import discover
from hub.login.records import Records
from hub.login.terms import Terms
from hub.settings import Settings


def hub_database(settings: Settings) -> str:
    """Where JupyterHub keeps users and tokens."""
    return settings.database_url("hub")


def check_login(settings: Settings) -> None:
    """Raises BadSetting, BadFile or StartRefused where nobody could sign in with these settings."""
    Terms.read(settings.terms)
    if settings.oidc_issuer:
        discover(settings)


def ensure_admin(settings: Settings) -> str | None:
    """Make the administrator's account where there is none.

    Returns the one-time password to show, once, where one was made: at the first start, and at later ones
    as long as nobody has chosen their own. None with POLARHUB_ADMIN_PASSWORD or an OpenID provider.
    """
    if settings.oidc_issuer:
        return None
    records = Records(records_url(settings))
    session = _hub_session(hub_database(settings))
    try:
        if UserInfo.find(session, settings.admin) and not records.one_time_since(settings.admin):
            return None
        given = settings.admin_password
        password = given.get_secret_value() if given else one_time()
        _set_password(session, settings.admin, password)
        if given:
            records.clear_one_time(settings.admin)
            return None
        records.set_one_time(settings.admin)
        return password
    finally:
        records.close()
        session.close()
        session.get_bind().engine.dispose()
        for name in ("hub.sqlite", "login.sqlite"):
            if (settings.data / name).exists():
                (settings.data / name).chmod(0o600)


def _hub_session(url: str) -> Session:
    """The hub's database; JupyterHub makes its tables where there are none, and marks their version."""
    engine = create_engine(url)
    if not inspect(engine).has_table("users"):
        engine.dispose()
        logging.disable(logging.INFO)  # alembic tells about each step
        session: Session = orm.new_session_factory(url)()
        logging.disable(logging.NOTSET)
        return session
    UserInfo.__table__.create(engine, checkfirst=True)
    return Session(engine)


def _set_password(session: Session, name: str, password: str) -> None:
    info = UserInfo.find(session, name)
    if info is None:
        info = UserInfo(username=name)
        session.add(info)
    info.password = bcrypt.hashpw(password.encode(), bcrypt.gensalt())
    info.is_authorized = True
    session.commit()
