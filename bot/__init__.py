"""The rim: channels, the writer's turns, delivery, the clock, settings, the command line. The only place that wires."""
