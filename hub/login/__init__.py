"""Who logs in: accounts of this machine or OpenID Connect, terms, sessions."""
