"""Socket and Server, and how a Socket gets its connection."""
