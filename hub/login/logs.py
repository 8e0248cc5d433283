"""What does not belong into a log: JupyterHub writes ids of sessions there with each XSRF cookie."""

import logging


def without_session_ids(record: logging.LogRecord) -> bool:
    """For a logger's filters: whether this line may be written."""
    return not str(record.msg).startswith("Setting new xsrf cookie")
