"""The real counterparts of the platforms and of the database, started on loopback for the tests."""
