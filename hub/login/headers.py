"""What every answer of the hub tells browsers: load nothing from elsewhere, be framed by nobody."""

from typing import Any

POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline'",  # JupyterHub's pages have scripts in the page
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def page_settings(session_hours: float) -> dict[str, Any]:
    """For c.JupyterHub.tornado_settings: headers of all pages, flags and lifetime of all cookies."""
    return {
        "headers": {
            "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in POLICY.items()),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
        },
        # HttpOnly, and Secure over https, are JupyterHub's own
        "cookie_options": {"samesite": "Lax", "expires_days": session_hours / 24},
    }
