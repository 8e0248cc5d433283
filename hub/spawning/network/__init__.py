"""A network of its own for each box: a pair of virtual interfaces, and rules for what lies behind it."""
