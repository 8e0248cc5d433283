"""What starting servers needs of this machine, looked at before the hub starts."""

import os

from hub.machine import ROOT
from hub.profiles import read_profiles
from hub.settings import Settings
from hub.spawning import bubblewrap
from hub.spawning.network.own import network_warning
from hub.spawning.site import NEEDS_ROOT, groups_for, refuse_visible


def check(settings: Settings) -> list[str]:
    """Sentences to show at the start: what will not hold here, though it can start.

    Raises BadFile where a profile cannot be used, StartRefused where no sandbox can be made.
    """
    read_profiles(ROOT / "spawner_profiles")
    refuse_visible(settings.data)
    bubblewrap.find()
    said = [warning] if (warning := groups_for(settings).warning()) else []
    if settings.server_start == "fork" and os.geteuid() != 0:
        said.append(NEEDS_ROOT)
    return said + ([warning] if (warning := network_warning(settings)) else [])
