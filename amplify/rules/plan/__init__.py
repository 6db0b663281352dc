"""Planning rules: due times, variants, messages, gates, money, risk. Pure."""
