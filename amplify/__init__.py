"""amplify: solidarity campaigns, spoken together."""

__version__ = "0.4.0"
