"""What is kept beside JupyterHub's own tables: terms accepted, one-time passwords, whose a name is.

A small database of its own, so that it can be exported, backed up and read without the hub.
Times are in UTC.
"""

from datetime import UTC, datetime

import sqlalchemy as sa

metadata = sa.MetaData()

terms_accepted = sa.Table(
    "terms_accepted",
    metadata,
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("version", sa.String(100), primary_key=True),
    sa.Column("at", sa.DateTime, nullable=False),
)
one_time_passwords = sa.Table(  # only that there is one: the password itself is hashed with the others
    "one_time_passwords",
    metadata,
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("at", sa.DateTime, nullable=False),
)
identities = sa.Table(
    "identities",
    metadata,
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("issuer", sa.String(500), nullable=False),
    sa.Column("subject", sa.String(500), nullable=False),
)


def now() -> datetime:
    """This moment, as it is stored."""
    return datetime.now(UTC).replace(tzinfo=None)


class Records:
    """Reads and writes the records; each method is one transaction."""

    def __init__(self, url: str) -> None:
        self.engine = sa.create_engine(url)
        metadata.create_all(self.engine)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def accept(self, name: str, version: str) -> None:
        """This person accepts this version now; a second time changes nothing."""
        if self.accepted(name, version) is None:
            with self.engine.begin() as db:
                db.execute(terms_accepted.insert().values(name=name, version=version, at=now()))

    def accepted(self, name: str, version: str) -> datetime | None:
        """When this person accepted this version."""
        table = terms_accepted.c
        query = sa.select(table.at).where(table.name == name, table.version == version)
        with self.engine.connect() as db:
            return db.scalar(query)

    def acceptances(self) -> list[tuple[str, str, datetime]]:
        """Name, version and time of every acceptance, oldest first: the export."""
        with self.engine.connect() as db:
            rows = db.execute(sa.select(terms_accepted).order_by(terms_accepted.c.at)).all()
        return [(row.name, row.version, row.at) for row in rows]

    def set_one_time(self, name: str) -> None:
        """From now on the password of this person is good for choosing another, and for nothing else."""
        self.clear_one_time(name)
        with self.engine.begin() as db:
            db.execute(one_time_passwords.insert().values(name=name, at=now()))

    def clear_one_time(self, name: str) -> None:
        """This person has a password of their own."""
        with self.engine.begin() as db:
            db.execute(one_time_passwords.delete().where(one_time_passwords.c.name == name))

    def one_time_since(self, name: str) -> datetime | None:
        """When this person was given a one-time password that they still have to change."""
        with self.engine.connect() as db:
            return db.scalar(sa.select(one_time_passwords.c.at).where(one_time_passwords.c.name == name))

    def belongs_to(self, name: str, issuer: str, subject: str) -> bool:
        """Whether this name is this person's; the first who comes with a name keeps it."""
        query = sa.select(identities.c.issuer, identities.c.subject).where(identities.c.name == name)
        with self.engine.begin() as db:
            row = db.execute(query).one_or_none()
            if row is None:
                db.execute(identities.insert().values(name=name, issuer=issuer, subject=subject))
                return True
        return (row.issuer, row.subject) == (issuer, subject)

    def forget(self, name: str) -> None:
        """The account is gone: whoever gets this name next starts anew."""
        with self.engine.begin() as db:
            for table in metadata.sorted_tables:
                db.execute(table.delete().where(table.c.name == name))
