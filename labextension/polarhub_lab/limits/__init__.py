"""What the server takes of what its environment gives, and what a user is told when it is too much."""
