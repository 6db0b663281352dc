"""amplify: solidarity campaigns, spoken together."""

__version__ = "0.5.0"
