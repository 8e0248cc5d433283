"""The pages for accounts of this hub: change a password, ask for an account, look after accounts."""

from typing import TYPE_CHECKING, Any

from jupyterhub.scopes import needs_scope
from nativeauthenticator.orm import UserInfo
from tornado import web

from hub.login.attempts import in_words
from hub.login.gate import Due
from hub.login.pages import AtTheDoor

if TYPE_CHECKING:
    from hub.login.local import LocalAccounts

NAME_RULE = "Up to 32 small letters, digits, - and _, a letter first."


class LocalPage(AtTheDoor):
    """A page that knows the accounts."""

    authenticator: "LocalAccounts"

    def field(self, name: str) -> str:
        """What was typed, as it was typed."""
        return str(self.get_body_argument(name, "", strip=False))

    async def show(self, template: str, status: int = 200, **namespace: Any) -> None:
        """Answer with a page that nobody keeps: it may show a password."""
        self.set_status(status)
        self.set_header("Cache-Control", "no-store")
        self.finish(await self.render_template(template, **namespace))


class ChangePassword(LocalPage):
    """For whoever has a session; and for whoever was given a one-time password, before they have one."""

    async def get(self) -> None:
        who, first = self.whose()
        if who is None:
            self.redirect(self.settings["login_url"])
            return
        await self.form(who, first)

    async def post(self) -> None:
        who, first = self.whose()
        if who is None:
            self.redirect(self.settings["login_url"])
            return
        if said := await self.objection(who, first):
            await self.form(who, first, said, 400)
            return
        self.authenticator.set_password(who.name, self.field("new_password"), let_in=False)
        self.authenticator.records.clear_one_time(who.name)
        self.authenticator.end_sessions(who)
        if first:
            self.go_on(who)
            return
        self.set_login_cookie(who)
        await self.show("change-password.html", done=True, first=False, who=who)

    def whose(self) -> tuple[Any, bool]:
        """Whose password it is, and whether it is their first of their own."""
        who = self.who_waits()
        if who and self.authenticator.due(who.name) is Due.PASSWORD:
            return who, True
        return self.current_user, False

    async def objection(self, who: Any, first: bool) -> str | None:
        """What stands against the change."""
        new, info = self.field("new_password"), self.authenticator.get_user(who.name)
        if not first:
            address = self.authenticator.address(self)
            if wait := self.authenticator.attempts.begin(who.name, address):
                return f"There were too many tries. Wait {in_words(wait)}, then try again."
            if not await self.authenticator.matches(self.field("old_password"), info):
                return "The current password is wrong."
            self.authenticator.attempts.succeeded(who.name, address)
        if new != self.field("new_password_again"):
            return "The two new passwords differ."
        if await self.authenticator.matches(new, info):
            return "This is the password that you have now. Choose another."
        return self.authenticator.weakness(who.name, new)

    async def form(self, who: Any, first: bool, said: str | None = None, status: int = 200) -> None:
        """The form, with what was wrong."""
        next_url = self._validate_next_url(self.get_argument("next", ""))
        await self.show(
            "change-password.html", status, who=who, first=first, said=said, done=False, next=next_url
        )


class SignUp(LocalPage):
    """Lets strangers ask for an account, where the operator wants that."""

    async def prepare(self) -> None:
        await super().prepare()
        if self.authenticator.settings.signup == "closed":
            raise web.HTTPError(404, "Administrators make the accounts of this hub. Ask one of them.")

    async def get(self) -> None:
        await self.show("signup.html", rule=NAME_RULE, signup=self.authenticator.settings.signup)

    async def post(self) -> None:
        name = self.authenticator.normalize_username(self.field("username").strip())
        said = self.objection(name)
        if said is None:
            let_in = self.authenticator.settings.signup == "open"
            self.authenticator.set_password(name, self.field("password"), let_in=let_in)
        await self.show(
            "signup.html",
            400 if said else 200,
            rule=NAME_RULE,
            signup=self.authenticator.settings.signup,
            said=said,
            account=name[:64],
            done=said is None,
        )

    def objection(self, name: str) -> str | None:
        """What stands against this account. Says whether a name is taken: so tries are counted."""
        address = self.authenticator.address(self)
        if wait := self.authenticator.attempts.begin("", address):
            return f"There were too many tries. Wait {in_words(wait)}, then try again."
        if not self.authenticator.validate_username(name):
            return f"This cannot be a name. {NAME_RULE}"
        taken = self.authenticator.get_user(name) or self.find_user(name)
        if taken or name in self.authenticator.admin_users:
            return "This name is taken. Choose another."
        if self.field("password") != self.field("password_again"):
            return "The two passwords differ."
        return self.authenticator.weakness(name, self.field("password"))


class Accounts(LocalPage):
    """For administrators: who has an account, and a one-time password for whoever needs one."""

    @web.authenticated
    @needs_scope("admin:users")  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        await self.table()

    @needs_scope("admin:users")  # type: ignore[untyped-decorator]
    async def post(self) -> None:
        name = self.authenticator.normalize_username(self.field("name").strip())
        doing = {"add": self.add, "one-time": self.one_time, "let-in": self.let_in, "refuse": self.refuse}
        action = doing.get(self.field("action"))
        if action is None:
            raise web.HTTPError(400, "There is no such action: reload the page and try again.")
        await self.table(**action(name))

    def add(self, name: str) -> dict[str, str]:
        """Make an account with a one-time password."""
        if not self.authenticator.validate_username(name):
            return {"said": f"This cannot be a name. {NAME_RULE}"}
        if self.authenticator.get_user(name):
            return {"said": f"{name} has an account already. A new one-time password can be made below."}
        self.authenticator.add_user(self.user_from_username(name))
        return {"account": name, "password": self.authenticator.give_one_time(name)}

    def one_time(self, name: str) -> dict[str, str]:
        """A new one-time password; every session of theirs ends."""
        user = self.find_user(name)
        if user is None:
            return {"said": f"There is no account {name[:64]}."}
        self.authenticator.end_sessions(user)
        return {"account": name, "password": self.authenticator.give_one_time(name)}

    def let_in(self, name: str) -> dict[str, str]:
        """Approve an account that somebody asked for."""
        if not (info := self.authenticator.get_user(name)):
            return {"said": f"There is no account {name[:64]}."}
        info.is_authorized = True
        self.db.commit()
        return {"told": f"{name} may sign in now."}

    def refuse(self, name: str) -> dict[str, str]:
        """Remove an account that nobody approved."""
        info = self.authenticator.get_user(name)
        if not info or info.is_authorized:
            return {"said": f"{name[:64]} does not wait for an answer."}
        self.db.delete(info)
        self.db.commit()
        return {"told": f"The request of {name} is gone."}

    async def table(self, **namespace: Any) -> None:
        """All accounts: those that wait first, then by name."""
        infos = {info.username: info for info in self.db.query(UserInfo)}
        names = sorted({*infos, *(user.name for user in self.users.values())})
        rows = [{"name": name, "state": self.state(name, infos.get(name))} for name in names]
        rows.sort(key=lambda row: row["state"] != "asks to be let in")
        await self.show("accounts.html", rows=rows, rule=NAME_RULE, **namespace)

    def state(self, name: str, info: UserInfo | None) -> str:
        """How far an account is."""
        if info is None:
            return "no password yet"
        if not info.is_authorized:
            return "asks to be let in"
        if self.authenticator.one_time_is_over(name):
            return "one-time password has run out"
        return (
            "one-time password not used yet" if self.authenticator.records.one_time_since(name) else "ready"
        )


def local_pages() -> list[tuple[str, type]]:
    """Only where people sign in with a password of this hub; addresses below /hub."""
    return [(r"/change-password", ChangePassword), (r"/signup", SignUp), (r"/accounts", Accounts)]
