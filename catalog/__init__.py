"""What residents can ask for: services, certificates, places, helpers, and how a message finds them.

The lowest room of the house: pure, no clock, no database, imports nobody (see README, "How a message travels").
"""
