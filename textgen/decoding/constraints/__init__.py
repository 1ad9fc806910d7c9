"""What may be written next: constraints, each an immutable state that allows ids and advances by the id chosen."""
