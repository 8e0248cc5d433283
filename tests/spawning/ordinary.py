"""A hub, a server and its end; test_bubblewrap.py runs this as an ordinary user."""

import json
import os
from pathlib import Path

from tests.hubs import start_hub

with start_hub(Path(os.environ["HOME"]) / "data") as hub:
    hub.add_user("ada")
    hub.spawn("ada", {"profile": "interactive"})
    kernel = hub.kernel("ada")
    look = f"import os; [p for p in ({str(hub.data)!r}, '/etc/shadow') if os.path.exists(p)]"
    found = {
        "answer": kernel.run("6 * 7"),
        "id": kernel.run("import subprocess; print(subprocess.check_output('id', text=True))"),
        "processes": int(kernel.run("import os; len([p for p in os.listdir('/proc') if p.isdigit()])")),
        "files": json.loads(kernel.run(look)),
    }
    hub.stop_server("ada")
print(json.dumps(found))  # nothing was left behind, says start_hub
