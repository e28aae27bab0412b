"""What outlives a restart. Knows the types of handlers and catalog; nothing here decides."""
