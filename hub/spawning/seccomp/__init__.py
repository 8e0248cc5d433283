"""Which system calls a box may make: what container runtimes allow, and nothing that needs a privilege."""
