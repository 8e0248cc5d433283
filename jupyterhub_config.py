"""The configuration of the hub: a table of contents. What each line means is said in hub/."""

import sys

from jupyterhub.handlers.static import CacheControlStaticFilesHandler
from tornado.log import app_log

from hub import static_files
from hub.compression import compressed
from hub.lab_files.page import server_arguments
from hub.lab_files.store import prepare
from hub.login.headers import page_settings
from hub.login.local import USER_NAME, LocalAccounts
from hub.login.logs import without_session_ids
from hub.login.openid import OpenIdAccounts, openid_config
from hub.machine import ROOT, node_folder
from hub.ports import Ports
from hub.processes import bound
from hub.settings import Settings
from hub.spawning.box import SHARED, Bind
from hub.spawning.idle import IDLE_CULLER_SCOPES, idle_culler
from hub.spawning.local import LocalSpawner
from hub.spawning.metering import Meter
from hub.spawning.names import RUNNER_SCOPES
from hub.spawning.offer import Offer
from hub.spawning.site import Site

settings = Settings.load()
ports = Ports.of(settings.data)
API = "access:services!service=api"
c = get_config()  # type: ignore[name-defined]  # noqa: F821

# -- where it listens, where it keeps its data
c.JupyterHub.bind_url = f"http://{settings.host}:{settings.port}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{ports.hub}"
c.JupyterHub.db_url = settings.database_url("hub")
c.JupyterHub.cookie_secret_file = str(settings.data / "cookie_secret")
c.JupyterHub.template_paths = [str(ROOT / "hub" / "templates")]
c.JupyterHub.template_vars = {"polarhub_css": static_files.address("polarhub.css")}
c.JupyterHub.extra_handlers = [
    (rf"/{static_files.ROUTE}/(.*)", CacheControlStaticFilesHandler, {"path": str(static_files.FOLDER)}),
]
c.ConfigurableHTTPProxy.pid_file = str(settings.data / "proxy.pid")
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{ports.proxy_api}"
c.ConfigurableHTTPProxy.command = bound(
    [str(node_folder() / "node"), str(ROOT / "node_modules" / ".bin" / "configurable-http-proxy")]
)

# -- who logs in
c.Gate.settings = settings
c.Gate.auth_refresh_age = 60
if settings.oidc_issuer:
    c.JupyterHub.authenticator_class = OpenIdAccounts
    c.OpenIdAccounts.update(openid_config(settings))
else:
    c.JupyterHub.authenticator_class = LocalAccounts
    c.LocalAccounts.admin_users = {settings.admin}
    c.LocalAccounts.allow_all = True  # whoever has an account that is let in
    c.LocalAccounts.username_pattern = USER_NAME
    c.LocalAccounts.check_common_password = True
c.JupyterHub.template_vars.update(local_accounts=not settings.oidc_issuer)
c.JupyterHub.public_url = settings.public_url or ""
c.JupyterHub.cookie_max_age_days = settings.session_hours / 24
c.JupyterHub.token_expires_in_max_seconds = settings.token_days * 86400
c.JupyterHub.tornado_settings = page_settings(settings.session_hours)
app_log.addFilter(without_session_ids)

# -- slow links
lab = prepare(settings.data)
in_box = Bind(lab.templates, SHARED / "lab")
c.JupyterHub.template_vars.update(lab_prefetch=lab.prefetch)
c.JupyterHub.tornado_settings.update(compressed())
c.Spawner.args = server_arguments(in_box.target)

# -- what they can start
site = Site.of(settings, [in_box], server_arguments(in_box.target))
meter = Meter.of(settings)
offer = Offer(site.profiles, site.machine, site.homes.folder, meter, site.groups.warning())
c.JupyterHub.spawner_class = LocalSpawner
c.JupyterHub.allow_named_servers = True  # which there can be is said in hub/spawning/names.py
c.LocalSpawner.site = site
c.LocalSpawner.meter = meter
c.Spawner.poll_interval = 10  # seconds between two readings of what a server uses
c.Spawner.options_form = offer.form
c.Spawner.options_from_form = offer.from_form
c.Spawner.apply_user_options = offer.apply
c.Spawner.env_keep = []  # the box chooses for itself
c.Spawner.default_url = "/lab"
c.Spawner.http_timeout = 60
c.Spawner.start_timeout = 120  # a class of hundreds takes turns
c.JupyterHub.concurrent_spawn_limit = 0  # nobody of it is sent away
c.JupyterHub.tornado_settings.update({"slow_spawn_timeout": 1})  # then the page says what is happening

# -- services
c.JupyterHub.services = [
    {
        "name": "api",
        "display": False,
        "url": f"http://127.0.0.1:{ports.api}",
        "command": bound([sys.executable, "-m", "hub.api"]),
        # what it runs (nbconvert) looks for a home, which a service has not
        "environment": {
            **settings.environment("database", "results_key", "results_secret"),
            "HOME": str(settings.data),
        },
        "oauth_no_confirm": True,
    },
    {"name": "idle-culler", "command": bound(idle_culler(settings.idle_hours))},
]

# -- roles: what users, their servers and the services may do
c.JupyterHub.load_roles = [
    {"name": "idle-culler", "services": ["idle-culler"], "scopes": IDLE_CULLER_SCOPES},
    {"name": "runners", "services": ["api"], "scopes": RUNNER_SCOPES},
]
c.JupyterHub.extra_user_scopes = {API}
c.Spawner.oauth_client_allowed_scopes = [API]  # the token of a page in JupyterLab
c.Spawner.server_token_scopes = ["users:activity!user", "access:servers!server", API]  # that of its kernels
