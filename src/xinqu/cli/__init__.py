"""The command `xinqu`: one module per group, each parses, calls the spine and says what happened."""
