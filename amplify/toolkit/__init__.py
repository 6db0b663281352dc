"""The toolkit page: what supporters see, download and share."""
