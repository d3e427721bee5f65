"""What every page and endpoint shares: who is calling, errors as answers, health, headers."""
