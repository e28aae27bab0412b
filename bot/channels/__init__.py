"""The ways in and out. All keep one port (`bot.channels.port`); nothing above it can tell which is which."""
